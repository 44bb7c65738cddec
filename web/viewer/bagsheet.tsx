import type { Entry, Give } from '@fudai/sdk';
import { useState } from 'preact/hooks';
import { said, type Word } from '../words/index.ts';
import { money } from '../words/money.ts';
import { AppealForm, KeptOut, keptOut } from './appeal.tsx';
import { how, isTap, name, type Phase, phaseOf, waits } from './bag.tsx';
import { count, line, span } from './clean.ts';
import { caps, chances, condition, source } from './conditions.ts';
import { Bag, Check, Clock } from './icons.tsx';
import { language, w } from './prefs.ts';
import { Sheet } from './sheet.tsx';
import { client, entries, gives, now, sheetEvent } from './store.ts';
import { Mark, readable } from './translated.tsx';
import { promise } from './trust.ts';

/** All about one bag: how long, what for, on what conditions, and where this viewer stands. */
export function BagSheet({ onClose }: { onClose: () => void }) {
  const [original, turn] = useState(false);
  const told = gives.value.get(sheetEvent.value);
  if (!told) return null;
  const read = readable(told);
  const g = original ? told : (read ?? told);
  const phase = phaseOf(g);
  const left = phase === 'before' ? (g.open_at ?? 0) - now.value : (g.close_at ?? 0) - now.value;
  const total = (g.prizes ?? []).reduce((n, p) => n + (p.qty ?? 1), 0);
  return (
    <Sheet title={line(g.title) || name(g)} onClose={onClose} klass="bag-sheet">
      <div class={`bag-hero ${phase}`}>
        <Bag size={84} />
        {phase === 'open' && left > 0 && (
          <p class="bag-clock" role="timer" aria-label={w('countdownLeft', { time: span(left) })}>
            {span(left)}
          </p>
        )}
        {phase === 'before' && <p class="bag-when">{w('bagStarts', { time: span(left) })}</p>}
        {(phase === 'open' || phase === 'before') && <Longer g={g} />}
        {g.entered !== undefined && (
          <p class="bag-count">
            {w('bagEntered', { n: count(g.entered, language.value) })}
            {total > 0 &&
              g.entered > total &&
              !g.weights?.length &&
              ` · ${w('bagOdds', { n: count(Math.round(g.entered / total), language.value) })}`}
          </p>
        )}
      </div>
      {(phase === 'closing' || phase === 'sealed' || (phase === 'open' && left <= 0)) && <Steps g={g} phase={phase} />}
      <Prizes g={g} />
      {read && <Mark original={original} turn={turn} />}
      {(phase === 'open' || phase === 'before') && <Conditions g={g} />}
      <Yours g={g} phase={phase} open={phase === 'open' && left > 0} />
    </Sheet>
  );
}

/** The close was moved later: by how much, and why. */
function Longer({ g }: { g: Give }) {
  const last = g.extended?.at(-1);
  if (!last) return null;
  const time = span(last.close_at - last.was);
  return (
    <p class="calm">
      {last.pause ? w('bagPaused', { time }) : w('bagLonger', { time })}
      {last.why ? <bdi> {line(last.why)}</bdi> : null}
    </p>
  );
}

function Prizes({ g }: { g: Give }) {
  if (!g.prizes?.length) return null;
  const large = g.prizes.filter((p) => p.step_up);
  const list = new Intl.ListFormat(language.value === 'zh' ? 'zh-CN' : 'en', { type: 'disjunction' });
  return (
    <section class="prizes">
      <h3>{w('bagPrizes')}</h3>
      <ul>
        {g.prizes.map((p, i) => (
          <li key={p.id ?? i}>
            <bdi>{line(p.title)}</bdi> <b>{w('bagQty', { n: p.qty ?? 1 })}</b>
            {p.value ? <small>{w('bagWorth', { p: money(p.value, g.currency) })}</small> : null}
          </li>
        ))}
      </ul>
      {large.length > 0 && (
        <p class="calm">
          <bdi>{w('bagConfirm', { prize: list.format(large.map((p) => line(p.title))) })}</bdi>
        </p>
      )}
    </section>
  );
}

function Conditions({ g }: { g: Give }) {
  const list = (g.conditions ?? []).map((c) => ({
    text: condition(c, { language: language.value, currency: g.currency }),
    from: source(c, language.value),
  }));
  const more = chances(g, language.value);
  const often = caps(g, language.value);
  const { fair } = promise(g);
  return (
    <section class="conditions">
      {list.length > 0 && (
        <>
          <h3>{w('bagConditions')}</h3>
          <Lines list={list} />
        </>
      )}
      {more.length > 0 && (
        <>
          <h3>{w('bagChances')}</h3>
          <Lines list={more} />
        </>
      )}
      {often.map((text) => (
        <p key={text} class="calm">
          {text}
        </p>
      ))}
      <p class="calm">{list.length === 0 ? `${w('bagNoCond')}${language.value === 'zh' ? '。' : '. '}${w(fair)}` : w(fair)}</p>
    </section>
  );
}

function Lines({ list }: { list: { text: string; from: string }[] }) {
  return (
    <ul>
      {list.map((c) => (
        <li key={c.text}>
          {c.text}
          {c.from && <small class="source">{c.from}</small>}
        </li>
      ))}
    </ul>
  );
}

/** What happens between the last entry and the winners, one step lit at a time. */
function Steps({ g, phase }: { g: Give; phase: Phase }) {
  const at = phase === 'sealed' ? 1 : 0;
  const word = promise(g);
  const steps = [at === 0 ? w('stepClosing') : w('stepSealed'), w(word.step), w('stepDraw')];
  const wait = waits(g, phase) ? said(language.value, g.wait ?? '') : undefined;
  return (
    <section class="steps" aria-live="polite">
      <ol>
        {steps.map((s, i) => (
          <li key={s} class={i < at ? 'done' : i === at ? 'now' : ''} aria-current={i === at ? 'step' : undefined}>
            <span class="dot">{i < at ? <Check /> : <Clock />}</span>
            {s}
          </li>
        ))}
      </ol>
      {wait && (
        <p class="bag-when">
          {wait.what} · {wait.next}
        </p>
      )}
      <p class="calm">{wait ? wait.why : at === 0 ? w('sealWhy') : w(word.wait)}</p>
      {g.seal && <p class="seal">{w('sealWords', { words: line(g.seal) })}</p>}
    </section>
  );
}

function Yours({ g, phase, open }: { g: Give; phase: Phase; open: boolean }) {
  const e = entries.value.get(g.event);
  const out = keptOut.value.get(g.event);
  const enter = (): void => {
    if (isTap(g)) client.tap(g.event);
    else client.enter(g.event, g.phrase || undefined);
  };
  if (!e && !open) return null;
  return (
    <section class="yours" aria-live="polite">
      {e && <EntryLine e={e} g={g} onRetry={enter} />}
      {out !== undefined && <KeptOut event={g.event} out={out} />}
      {open && (!e || e.state === 'ineligible') && (
        <button type="button" class="go big" onClick={enter}>
          <bdi>{callOf(g)}</bdi>
        </button>
      )}
      {phase === 'before' && !e && <p class="calm">{said(language.value, 'early').next}</p>}
    </section>
  );
}

function callOf(g: Give): string {
  if (isTap(g)) return how(g);
  return g.phrase ? w('bagPhraseGo', { phrase: line(g.phrase) }) : w('bagEnterGo');
}

function EntryLine({ e, g, onRetry }: { e: Entry; g: Give; onRetry: () => void }) {
  const words = e.code ? said(language.value, e.code) : undefined;
  const label = w(`st_${e.state}` as Word);
  if (e.state === 'failed')
    return (
      <button type="button" class="entry failed" onClick={onRetry}>
        <b>{label}</b>
        {words && <small>{words.what}</small>}
      </button>
    );
  return (
    <div class={`entry ${e.state}`}>
      <b>
        {e.state === 'in' && <Check />}
        {e.state === 'submitting' && <span class="spin" aria-hidden="true" />}
        {label}
      </b>
      {e.state === 'in' && g.weights?.length && e.receipt?.weight && (
        <small>{w('bagChanceYours', { n: e.receipt.weight })}</small>
      )}
      {e.state === 'in' && <small>{e.receipt?.sig ? w('in_receipt') : w('in_wait')}</small>}
      {e.state === 'submitting' && words && <small>{words.what}</small>}
      {e.state === 'late' && <small>{said(language.value, 'late').next}</small>}
      {e.state === 'ineligible' && <small>{[missing(e, g) ?? words?.what, words?.next].filter(Boolean).join(' · ')}</small>}
      {e.state === 'ineligible' && <AppealForm event={g.event} code={e.code ?? ''} />}
    </div>
  );
}

/** The condition that was not met: the answer names its place in the card's list. */
function missing(e: Entry, g: Give): string | undefined {
  if (e.code !== 'ineligible' && e.code !== 'unknown') return undefined;
  const c = g.conditions?.[Number(e.detail ?? 0)];
  return c && condition(c, { language: language.value, currency: g.currency });
}
