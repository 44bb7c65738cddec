import type { Condition } from '@fudai/sdk';
import type { Word } from '../words/index.ts';

type Fill = (key: Word, values?: Record<string, string | number>) => string;

/** A condition as a sentence. A rule this page does not know reads "meet the campaign's terms", never its code. */
export function condition(c: Condition, w: Fill): string {
  const n = number(c.args);
  switch (c.rule) {
    case 'follow':
    case 'followed':
    case 'follows':
      return w('cond_follow');
    case 'fan':
    case 'fan_level':
    case 'fan-level':
      return w('cond_fan', { n: n ?? 1 });
    case 'watch':
    case 'watch_s':
    case 'watched':
      return w('cond_watch', { n: Math.max(1, Math.ceil((n ?? 60) / 60)) });
    case 'buy':
    case 'bought':
    case 'purchase':
    case 'purchased':
      return w('cond_buy');
    case 'phrase':
      return w('cond_phrase');
    case 'verified':
      return w('cond_verified');
    case 'adult':
      return w('cond_adult');
    case 'region':
      return w('cond_region');
    case 'age':
    case 'account_age':
    case 'account-age':
      return w('cond_age', { n: n ?? 1 });
  }
  return w('cond_other');
}

function number(args: unknown): number | undefined {
  if (typeof args === 'number') return args;
  if (Array.isArray(args)) return args.find((a): a is number => typeof a === 'number');
  if (typeof args === 'object' && args !== null)
    return Object.values(args).find((a): a is number => typeof a === 'number');
  return undefined;
}
