import { count } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import type { DeskWord } from '../words/desk.ts';
import { allowed, late, pace, settings, view, w } from './store.ts';

/** How the room does: how much is said, what share is seen, how late, and why the rest is not shown. */
export function Health() {
  const s = view.value?.stats;
  const why = new Map<string, number>();
  for (const c of s?.classes ?? []) for (const [k, n] of Object.entries(c.shed ?? {})) why.set(k, (why.get(k) ?? 0) + n);
  const list = [...why].sort((a, b) => b[1] - a[1]);
  const refused = list.filter(([k]) => !allowed.has(k)).reduce((a, [, v]) => a + v, 0);
  const said = (s?.offered ?? 0) + refused;
  const shown = (s?.shown ?? 0) + (s?.merged ?? 0);
  const n = (v: number | undefined): string => count(v, language.value);
  const delay = settings.value.video_delay_ms ?? 0;
  return (
    <section class="card health" aria-labelledby="h-health">
      <h2 id="h-health">{w('health')}</h2>
      <dl>
        <Figure name="pace" value={w('perSecond', { n: pace.value.toFixed(pace.value < 10 ? 1 : 0) })} />
        <Figure name="shareShown" value={said > 0 ? `${Math.round((100 * shown) / said)}%` : '—'} />
        <Figure name="latency" value={late.value === undefined ? '—' : w('ms', { n: Math.round(late.value) })} />
        <Figure name="said" value={n(said)} />
        <Figure name="shown" value={n(shown)} />
        <Figure name="audienceLate" value={delay > 0 ? w('seconds', { n: delay / 1000 }) : w('none')} />
      </dl>
      {list.length > 0 && (
        <details>
          <summary>{w('whyLeft')}</summary>
          <ul class="why">
            {list.map(([k, v]) => (
              <li key={k}>
                {w(`shed_${k}` as DeskWord)} <b>{n(v)}</b>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Figure({ name, value }: { name: DeskWord; value: string }) {
  return (
    <div>
      <dt>{w(name)}</dt>
      <dd>{value}</dd>
    </div>
  );
}
