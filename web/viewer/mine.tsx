import { Bag } from './icons.tsx';
import { language, w } from './prefs.ts';
import { prizes } from './prizes.ts';
import { Sheet } from './sheet.tsx';
import { client, openSheet } from './store.ts';

/** 我的奖品: what this viewer won in this room, during the show and after it. */
export function MyPrizes({ onClose }: { onClose: () => void }) {
  const day = new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en', { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Sheet title={w('myPrizes')} onClose={onClose} klass="my-prizes">
      {prizes.value.length === 0 && (
        <div class="empty">
          <Bag size={64} />
          <p class="calm">{w('myPrizesNone')}</p>
        </div>
      )}
      <ul>
        {prizes.value.map((p) => (
          <li key={p.event}>
            <div>
              <b>
                <bdi>{p.prize}</bdi>
              </b>
              <small>
                <bdi>{p.title}</bdi> · {day.format(p.at)}
              </small>
              <button type="button" class="link" onClick={() => openSheet('check', p.event)}>
                {w('check')}
              </button>
            </div>
            <button type="button" class="go" onClick={() => client.need('openPrize', { event: p.event })}>
              {w('openPrize')}
            </button>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
