import { useState } from 'preact/hooks';
import { nickname } from './account.ts';
import { clean } from './clean.ts';
import { w } from './prefs.ts';
import { Sheet } from './sheet.tsx';
import { client, sheet, takeName } from './store.ts';

const MOST = 12;

/** Asked once, when the visitor first speaks or enters; what they did then goes out by itself. */
export function Nickname() {
  const [name, set] = useState(nickname() ?? '');
  const [state, turn] = useState<'' | 'busy' | 'failed'>('');
  const go = async (e: Event): Promise<void> => {
    e.preventDefault();
    const n = clean(name, MOST);
    if (n === '' || state === 'busy') return;
    turn('busy');
    if (await takeName(n)) {
      sheet.value = '';
      requestAnimationFrame(() => document.getElementById('say')?.focus());
    } else turn('failed');
  };
  return (
    <Sheet
      title={w('nameTitle')}
      klass="nickname"
      onClose={() => {
        client.refuseLogin();
        sheet.value = '';
      }}
    >
      <form onSubmit={(e) => void go(e)}>
        <input
          type="text"
          name="nickname"
          autocomplete="nickname"
          autofocus
          maxLength={MOST * 2}
          value={name}
          aria-label={w('nameTitle')}
          placeholder={w('namePlaceholder')}
          onInput={(e) => set(e.currentTarget.value)}
        />
        <p class="calm">{state === 'failed' ? w('nameFailed') : w('nameHint', { n: MOST })}</p>
        <button type="submit" class="go big" disabled={clean(name, MOST) === '' || state === 'busy'}>
          {state === 'busy' ? w('nameBusy') : w('nameGo')}
        </button>
      </form>
    </Sheet>
  );
}
