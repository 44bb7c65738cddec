import type { Give, Result } from '@fudai/sdk';
import { useEffect } from 'preact/hooks';
import { ending } from '../words/index.ts';
import { money } from '../words/money.ts';
import { name as kind, phaseOf } from './bag.tsx';
import { count, line, name, span } from './clean.ts';
import { Bag, Close } from './icons.tsx';
import { closeResult, resultShown } from './outcome.ts';
import { language, w } from './prefs.ts';
import { wonBy } from './prizes.ts';
import { client, current, entries, gives, next, now, openSheet, results, user } from './store.ts';

const SHOW = 12;
const ASIDE_MS = 5_000;

/** The outcome, where the eye is but never over the buy button: prizes, people, your own line. */
export function ResultCard() {
  const r = results.value.get(resultShown.value);
  const g = current.value;
  // A result steps aside for what can be entered: on a phone it lies over the chip.
  // What was won shrinks, for it stays until it is opened; the rest goes.
  const calls = r !== undefined && g !== undefined && g.event !== r.event && phaseOf(g) === 'open';
  const goes = calls && !mine(r);
  useEffect(() => {
    if (!goes) return undefined;
    const timer = setTimeout(closeResult, ASIDE_MS);
    return () => clearTimeout(timer);
  }, [goes, r?.event]);
  return r ? <Card r={r} aside={calls} /> : null;
}

function Card({ r, aside }: { r: Result; aside: boolean }) {
  const g = gives.value.get(r.event);
  const failed = r.state === 'cancelled' || r.state === 'void';
  const won = mine(r);
  return (
    <section class={`result ${won ? 'won' : ''} ${won && aside ? 'aside' : ''}`} role="status" aria-label={w('resultTitle')}>
      <button type="button" class="round plain close" aria-label={w('close')} onClick={closeResult}>
        <Close />
      </button>
      {won && <Confetti />}
      <Bag size={won ? 76 : 56} />
      <h2>{failed ? w('resultVoid') : won ? w('resultWon') : line(r.title ?? g?.title) || w('resultTitle')}</h2>
      {failed ? (
        (r.why || r.code || r.compensation) && (
          <Ending why={r.why ?? ''} code={r.code} gives={r.compensation ?? g?.compensation} />
        )
      ) : (
        <Body r={r} g={g} won={won?.prize} />
      )}
      <Next />
      {!failed && (
        <button type="button" class="link" onClick={() => openSheet('check', r.event)}>
          {w('check')}
        </button>
      )}
    </section>
  );
}

function Ending({ why, code, gives }: { why: string; code: string | undefined; gives: string | undefined }) {
  const s = ending(language.value, line(why), code);
  return (
    <>
      {s.what && (
        <p>
          <bdi>{w('resultVoidWhy', { why: s.what })}</bdi>
        </p>
      )}
      {s.text && (
        <p class="said-so">
          <bdi>{w('resultSaid', { text: s.text })}</bdi>
        </p>
      )}
      {s.next && <p class="calm">{s.next}</p>}
      {gives && (
        <p class="compensation">
          <bdi>{w('resultPromised', { what: line(gives) })}</bdi>
        </p>
      )}
    </>
  );
}

const mine = (r: Result) => wonBy(r, user.value?.h);

function Body({ r, g, won }: { r: Result; g: Give | undefined; won: string | undefined }) {
  const winners = r.winners ?? [];
  const values = { entered: count(r.entered, language.value), n: count(winners.length + (r.more ?? 0), language.value) };
  const total = winners.length + (r.more ?? 0);
  const entered = entries.value.get(r.event)?.state === 'in';
  const title = (id: string | undefined): string => line(g?.prizes?.find((p) => p.id === id)?.title ?? id);
  const own = mine(r);
  const line1 = own
    ? w('resultLine', values)
    : winners.length === 0
      ? w(r.entered ? 'resultNobody' : 'resultNone', values)
      : w(!entered ? 'resultNot' : r.more ? 'resultLine' : 'resultLost', values);
  return (
    <>
      {own && (
        <p class="won-prize">
          {own.amount
            ? w('resultAmount', { kind: kind(g), p: money(own.amount, r.currency ?? g?.currency) })
            : w('resultWonPrize', { prize: title(won) })}
        </p>
      )}
      <p class="result-line">{line1}</p>
      {own && g?.prizes?.find((p) => p.id === won)?.step_up && <p class="calm">{w('resultConfirm')}</p>}
      {own && (
        <button
          type="button"
          class="go"
          onClick={() => {
            client.need('openPrize', { event: r.event });
            closeResult();
          }}
        >
          {w('openPrize')}
        </button>
      )}
      {!own && entered && r.more ? ( // not everybody who won is named here
        <button type="button" class="link" onClick={() => openSheet('mine')}>
          {w('myPrizes')}
        </button>
      ) : null}
      {winners.length > 0 && (
        <ul class="winners" aria-label={w('resultWinners')}>
          {winners.slice(0, SHOW).map((x) => (
            <li key={x.rank ?? x.h} class={x.h === user.value?.h ? 'you' : ''}>
              <bdi>{x.h === user.value?.h ? w('resultYou') : name(x.n)}</bdi>
              {x.amount ? ` ${money(x.amount, r.currency ?? g?.currency)}` : ''}
            </li>
          ))}
          {total > SHOW && <li class="more">{w('resultMore', { n: total - SHOW })}</li>}
        </ul>
      )}
    </>
  );
}

function Next() {
  const g = next.value;
  if (!g) return null;
  return <p class="calm">{w('resultNext', { time: span((g.open_at ?? 0) - now.value) })}</p>;
}

function Confetti() {
  return (
    <span class="confetti" aria-hidden="true">
      {Array.from({ length: 18 }, (_, i) => (
        <i key={i} class={`f${i % 6}`} />
      ))}
    </span>
  );
}
