import type { Give, Product, Result } from '@fudai/sdk';

/**
 * What the host does next, found from what the room runs: no one has to write it.
 * `words` names the text to read aloud, `at` the moment it is about.
 */
export interface Cue {
  kind: 'soon' | 'open' | 'last' | 'sealed' | 'won' | 'none' | 'ended' | 'product' | 'quiet';
  event?: string;
  at?: number;
  values: Record<string, string | number>;
}

const SOON_MS = 5 * 60_000;
const LAST_MS = 30_000;
const RESULT_MS = 90_000;

export interface Drawn {
  result: Result;
  /** Server time at which this desk heard of it. */
  heard: number;
}

/** The one most pressing cue: who won, what closes, what is open, what comes. */
export function cue(gives: readonly Give[], drawn: readonly Drawn[], product: Product | undefined, now: number): Cue {
  const closing = gives.filter((g) => g.state === 'open' && g.close_at !== undefined).sort((a, b) => end(a) - end(b))[0];
  const fresh = drawn.filter((d) => now - d.heard < RESULT_MS).sort((a, b) => b.heard - a.heard)[0];
  if (closing && end(closing) - now < LAST_MS) return of('last', closing, end(closing));
  if (fresh) return result(fresh);
  if (closing) return of('open', closing, end(closing));
  const sealed = gives.find((g) => g.state === 'sealed' || g.state === 'closing');
  if (sealed) return of('sealed', sealed, sealed.draw_at);
  const soon = gives
    .filter(
      (g) => (g.state === 'announced' || g.state === undefined) && (g.open_at ?? 0) > now && (g.open_at ?? 0) - now < SOON_MS,
    )
    .sort((a, b) => (a.open_at ?? 0) - (b.open_at ?? 0))[0];
  if (soon) return of('soon', soon, soon.open_at);
  if (product) return { kind: 'product', values: { title: product.title ?? '', link: product.link ?? '' } };
  return { kind: 'quiet', values: {} };
}

const end = (g: Give): number => g.close_at ?? 0;

function of(kind: Cue['kind'], g: Give, at: number | undefined): Cue {
  return {
    kind,
    event: g.event,
    ...(at !== undefined && { at }),
    values: {
      phrase: g.phrase ?? '',
      n: g.entered ?? 0,
      prizes: (g.prizes ?? []).map((p) => `${p.title ?? ''} ×${p.qty ?? 1}`).join('、'),
    },
  };
}

function result({ result: r }: Drawn): Cue {
  if (r.state === 'cancelled' || r.state === 'void') return { kind: 'ended', event: r.event, values: {} };
  const all = r.winners ?? [];
  const n = all.length + (r.more ?? 0);
  if (n === 0) return { kind: 'none', event: r.event, values: {} };
  const names = all.slice(0, 3).map((x) => x.n ?? '');
  return { kind: 'won', event: r.event, values: { n, names: names.join('、'), entered: r.entered ?? 0 } };
}
