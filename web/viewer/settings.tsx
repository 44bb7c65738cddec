import { type Area, type Density, flying, language, speak, type Theme, theme, w } from './prefs.ts';
import { prizes } from './prizes.ts';
import { Sheet } from './sheet.tsx';
import { openSheet } from './store.ts';

export function Settings({ onClose }: { onClose: () => void }) {
  const f = flying.value;
  return (
    <Sheet title={w('settings')} onClose={onClose} klass="settings">
      <button type="button" class="row-button" onClick={() => openSheet('mine')}>
        <span>{w('myPrizes')}</span>
        <b>{prizes.value.length || ''}</b>
      </button>
      <hr />
      <Choice
        name="flying"
        label={w('flying')}
        value={f.on ? 'on' : 'off'}
        options={[
          ['on', w('flyingOn')],
          ['off', w('flyingOff')],
        ]}
        set={(v) => set({ on: v === 'on' })}
      />
      <Choice<Density>
        name="density"
        label={w('density')}
        value={f.density}
        options={[
          ['few', w('densityFew')],
          ['normal', w('densityNormal')],
          ['all', w('densityAll')],
        ]}
        set={(density) => set({ density })}
      />
      <Choice<Area>
        name="area"
        label={w('area')}
        value={f.area}
        options={[
          ['top', w('areaTop')],
          ['half', w('areaHalf')],
          ['full', w('areaFull')],
        ]}
        set={(area) => set({ area })}
      />
      <label class="slide">
        <span>{w('opacity')}</span>
        <input
          type="range"
          min="0.2"
          max="1"
          step="0.1"
          value={f.opacity}
          onInput={(e) => set({ opacity: Number(e.currentTarget.value) })}
        />
      </label>
      <hr />
      <Choice<Theme>
        name="theme"
        label={w('theme')}
        value={theme.value}
        options={[
          ['auto', w('themeAuto')],
          ['light', w('themeLight')],
          ['dark', w('themeDark')],
        ]}
        set={(t) => {
          theme.value = t;
        }}
      />
      <Choice<'zh' | 'en'>
        name="language"
        label={w('language')}
        value={language.value}
        options={[
          ['zh', '中文'],
          ['en', 'English'],
        ]}
        set={(l) => void speak(l)}
      />
    </Sheet>
  );
}

function set(change: Partial<typeof flying.value>): void {
  flying.value = { ...flying.value, ...change };
}

function Choice<T extends string>(props: { name: string; label: string; value: T; options: [T, string][]; set: (v: T) => void }) {
  return (
    <fieldset class="choice">
      <legend>{props.label}</legend>
      <div>
        {props.options.map(([v, text]) => (
          <label key={v} class={props.value === v ? 'is-on' : ''}>
            <input type="radio" name={props.name} checked={props.value === v} onChange={() => props.set(v)} />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
