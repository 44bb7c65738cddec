import type { Condition } from '@fudai/sdk';
import type { Word } from '../words/index.ts';
import { money } from '../words/money.ts';

type Fill = (key: Word, values?: Record<string, string | number>) => string;

/** A tree of conditions, as a card carries it. */
interface Tree {
  all?: Tree[];
  any?: Tree[];
  not?: Tree;
  rule?: string;
  n?: number;
}

/** A condition as a sentence. A rule this page does not know reads "meet the campaign's terms", never its code. */
export function condition(c: Condition, w: Fill, currency?: string): string {
  return c.rule === 'tree' ? tree(c.tree as Tree | undefined, w, currency) : rule(c.rule, first(c.args), w, currency);
}

function tree(t: Tree | undefined, w: Fill, currency?: string): string {
  if (!t || typeof t !== 'object' || t.not) return w('cond_other');
  if (Array.isArray(t.any)) return t.any.map((x) => tree(x, w, currency)).join(w('or'));
  if (Array.isArray(t.all)) return t.all.map((x) => tree(x, w, currency)).join(w('and'));
  return typeof t.rule === 'string' ? rule(t.rule, t.n, w, currency) : w('cond_other');
}

function rule(name: string, n: number | undefined, w: Fill, currency?: string): string {
  switch (name) {
    case 'follow':
      return n ? w('cond_follow_for', { n: Math.max(1, Math.ceil(n / 60)) }) : w('cond_follow');
    case 'fan_level':
      return w('cond_fan', { n: n ?? 1 });
    case 'watch':
      return w('cond_watch', { n: Math.max(1, Math.ceil((n ?? 60) / 60)) });
    case 'bought':
      return n ? w('cond_bought', { p: money(n, currency) }) : w('cond_buy');
    case 'verified':
      return w('cond_verified');
    case 'adult':
      return w('cond_adult');
    case 'region':
      return w('cond_region');
    case 'account_days':
      return w('cond_age', { n: n ?? 1 });
    case 'first':
      return w('cond_first', { n: n ?? 1 });
  }
  return w('cond_other');
}

function first(args: unknown): number | undefined {
  const a: unknown = Array.isArray(args) ? args[0] : args;
  const n = typeof a === 'string' ? Number(a) : a;
  return typeof n === 'number' && Number.isFinite(n) ? n : undefined;
}
