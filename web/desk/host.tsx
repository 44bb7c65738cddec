import { count, line, span } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import type { DeskWord } from '../words/desk.ts';
import { money } from '../words/money.ts';
import { cue } from './cue.ts';
import { HostQuestions } from './questions.tsx';
import { ReadyBags } from './ready.tsx';
import { BeforeHost } from './scripts.tsx';
import { drawn, gives, now, product, w } from './store.ts';

/**
 * What the host sees while speaking: at most three questions, the product on air,
 * and what comes next with the words to read. Everything is large, nothing moves
 * under a finger, and nothing here can be broken by one tap: a bag that was left
 * ready opens with the second.
 */
export function HostView() {
  return (
    <main class="stand">
      <HostQuestions />
      <div class="stand-right">
        <BeforeHost />
        <Next />
        <OnAirNow />
        <ReadyBags most={3} />
      </div>
    </main>
  );
}

function OnAirNow() {
  const p = product.value;
  return (
    <section class="card stand-air" aria-labelledby="h-now">
      <h2 id="h-now">{w('product')}</h2>
      {p ? (
        <>
          <p class="stand-name">
            {p.link ? <b class="link-no">{p.link}</b> : null} <bdi>{line(p.title)}</bdi>
          </p>
          <p class="stand-price">
            {p.price !== undefined && <b>{money(p.price, p.currency)}</b>}{' '}
            {p.was !== undefined && <s>{money(p.was, p.currency)}</s>}
            {p.stock !== undefined && <small>{p.stock > 0 ? w('stockLeft', { n: p.stock }) : w('soldOut')}</small>}
          </p>
          {p.facts?.length ? (
            <ul class="stand-facts">
              {p.facts.slice(0, 4).map((f) => (
                <li key={f}>
                  <bdi>{line(f)}</bdi>
                </li>
              ))}
            </ul>
          ) : null}
        </>
      ) : (
        <p class="none">{w('productNone')}</p>
      )}
    </section>
  );
}

function Next() {
  const c = cue(gives.value, drawn.value, product.value, now.value);
  const values = Object.fromEntries(
    Object.entries(c.values).map(([k, v]) => [k, typeof v === 'number' ? count(v, language.value) : line(v)]),
  );
  const left = c.at === undefined ? undefined : c.at - now.value;
  return (
    <section class={`card stand-next is-${c.kind}`} aria-labelledby="h-next">
      <h2 id="h-next">
        {w(`cue_${c.kind}` as DeskWord)}
        {left !== undefined && left > 0 && <time>{span(left)}</time>}
      </h2>
      <p class="read" aria-live="polite">
        <bdi>
          {w(`read_${c.kind}${(c.kind === 'open' || c.kind === 'soon') && !c.values.phrase ? '_tap' : ''}` as DeskWord, values)}
        </bdi>
      </p>
    </section>
  );
}
