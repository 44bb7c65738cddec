import { render } from 'preact';
import { gist, phaseOf } from '../viewer/bag.tsx';
import { count, line, name, span } from '../viewer/clean.ts';
import { Bag } from '../viewer/icons.tsx';
import { resultShown } from '../viewer/outcome.ts';
import { language, w } from '../viewer/prefs.ts';
import { current, gives, now, results, rows, start } from '../viewer/store.ts';
import './style.css';

// The page a streaming program lays over its picture: newest comments, the
// running bag, the winners. It watches as a guest and takes no clicks.

const SHOW = 9;
const RESULT_MS = 15_000;

function Overlay() {
  return (
    <main class="overlay">
      <Top />
      <ol>
        {rows.value
          .filter((r) => r.kind !== 'note')
          .slice(-SHOW)
          .map((r) => (
            <li key={r.key} class={`k-${r.klass}`}>
              {r.name && <bdi class="who">{r.name}</bdi>} <bdi>{r.text}</bdi>
              {r.count ? <b> ×{count(r.count, language.value)}</b> : null}
            </li>
          ))}
      </ol>
    </main>
  );
}

function Top() {
  const r = results.value.get(resultShown.value);
  if (r?.winners?.length && now.value < until(r.event)) {
    const title = line(r.title ?? gives.value.get(r.event)?.title);
    const n = r.winners.length + (r.more ?? 0);
    return (
      <section class="plate">
        <Bag size={72} />
        <div>
          <p>{title}</p>
          <b>{w('resultLine', { entered: count(r.entered, language.value), n: count(n, language.value) })}</b>
          <p class="names">
            {r.winners
              .slice(0, SHOW)
              .map((x) => name(x.n))
              .join('  ')}
          </p>
        </div>
      </section>
    );
  }
  const g = current.value;
  if (!g) return null;
  const phase = phaseOf(g);
  const left = (phase === 'before' ? (g.open_at ?? 0) : (g.close_at ?? 0)) - now.value;
  return (
    <section class="plate">
      <Bag size={72} />
      <div>
        <p>
          <bdi>{gist(g) || line(g.title)}</bdi>
        </p>
        <b class="clock">
          {phase === 'sealed' ? w('stepSealed') : phase === 'closing' || left <= 0 ? w('stepClosing') : span(left)}
        </b>
        {phase === 'open' && g.phrase && (
          <p class="names">
            <bdi>{w('overlayPhrase', { phrase: line(g.phrase) })}</bdi>
          </p>
        )}
      </div>
    </section>
  );
}

/** A result stays for a while from when this page first showed it. */
const seen = new Map<string, number>();
function until(event: string): number {
  const at = seen.get(event) ?? now.value + RESULT_MS;
  seen.set(event, at);
  return at;
}

const path = /^\/overlay\/([A-Za-z0-9._-]{1,64})\/?$/.exec(location.pathname);
start(path?.[1] ?? 'demo', { guest: true });
const root = document.getElementById('overlay');
if (root) render(<Overlay />, root);
