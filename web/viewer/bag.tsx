import type { Give } from '@fudai/sdk';
import { said } from '../words/index.ts';
import { count, line, span } from './clean.ts';
import { Bag, Check } from './icons.tsx';
import { language, w } from './prefs.ts';
import { current, entries, now, openSheet, results } from './store.ts';
import { readable } from './translated.tsx';

/** The lucky bag's chip over the picture: what it is and how long it still takes. */
export function BagChip() {
  const g = current.value;
  if (!g) return null;
  const e = entries.value.get(g.event);
  const phase = phaseOf(g);
  const left = phase === 'before' ? (g.open_at ?? 0) - now.value : (g.close_at ?? 0) - now.value;
  return (
    <button
      type="button"
      class={`chip ${phase} ${e?.state === 'in' ? 'is-in' : ''} ${waits(g, phase) ? 'is-folded' : ''}`}
      aria-haspopup="dialog"
      onClick={() => openSheet('bag', g.event)}
    >
      <span class="chip-bag">
        <Bag size={44} />
        {e?.state === 'in' && (
          <span class="chip-in">
            <Check />
          </span>
        )}
      </span>
      <span class="chip-words">
        <span class="chip-title">
          <bdi>{(g.kind !== 'rain' && gist(readable(g) ?? g)) || name(g)}</bdi>
        </span>
        <span class="chip-line">
          <span class="chip-time">
            {phase === 'open' && left > 0 && span(left)}
            {phase === 'before' && w('bagStarts', { time: span(left) })}
            {(phase === 'closing' || (phase === 'open' && left <= 0)) && w('stepClosing')}
            {phase === 'sealed' && (waits(g, phase) ? said(language.value, g.wait ?? '').what : w('stepDraw'))}
            {phase === 'over' && w('resultTitle')}
          </span>
          {phase === 'open' && left > 0 && <span class="chip-how">{e?.state === 'in' ? w('st_in') : how(g)}</span>}
        </span>
      </span>
    </button>
  );
}

const names = { grab: 'tapGive', packet: 'packet', rain: 'rain' } as const;
export const name = (g: Give | undefined): string => w(names[g?.kind as keyof typeof names] ?? 'bag');

/** What there is to win, in few words: the first prize, and how many there are of all. */
export function gist(g: Give): string {
  const first = line(g.prizes?.[0]?.title);
  const total = (g.prizes ?? []).reduce((n, p) => n + (p.qty ?? 1), 0);
  if (!first || total <= 1) return first;
  return w(g.prizes?.length === 1 ? 'chipOne' : 'chipMany', { prize: first, n: count(total, language.value) });
}

/** What one does to take part. */
export const how = (g: Give): string => {
  if (isTap(g)) return w(g.kind === 'rain' ? 'rainGo' : 'bagTapGo');
  return g.phrase ? w('chipPhrase', { phrase: line(g.phrase) }) : w('bagEnterGo');
};

/** The result will take a while: the card folds, and the show goes on. */
export const waits = (g: Give, phase: Phase): boolean => phase === 'sealed' && !!g.wait;

export const isTap = (g: Give): boolean => !!g.kind && g.kind in names;

export type Phase = 'before' | 'open' | 'closing' | 'sealed' | 'over';

export function phaseOf(g: Give): Phase {
  if (results.value.has(g.event)) return 'over';
  switch (g.state) {
    case 'open':
      return 'open';
    case 'closing':
      return 'closing';
    case 'sealed':
      return 'sealed';
    case 'drawn':
    case 'claiming':
    case 'settled':
    case 'cancelled':
    case 'void':
      return 'over';
  }
  return 'before';
}
