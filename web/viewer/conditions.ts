import type { Condition, ConditionTree, Give } from '@fudai/sdk';
import { type Language, region, type Word, word } from '../words/index.ts';
import { money } from '../words/money.ts';

/** Who reads, and the currency of the plan's amounts. */
export interface Reader {
  language: Language;
  currency?: string | undefined;
}

/** A condition as a sentence. A rule this page does not know reads "meet the campaign's terms", never its code. */
export function condition(c: Condition, to: Reader): string {
  return c.rule === 'tree' ? tree(c.tree, to, true) : rule(c.rule, first(c.args), list(c.args), to);
}

/** Who knows whether it holds, in words; of a tree all who are asked. */
export function source(c: Condition, language: Language): string {
  const all = new Set<string>();
  const walk = (t: ConditionTree | undefined): void => {
    if (!t) return;
    if (t.from === 'platform' || t.from === 'engine') all.add(t.from);
    for (const x of [...list(t.all), ...list(t.any)]) walk(x);
    walk(t.not);
  };
  walk(c.rule === 'tree' ? c.tree : { rule: c.rule, ...(c.from && { from: c.from }) });
  return [...all].map((x) => word(language, `from_${x}` as Word)).join(language === 'zh' ? '、' : ', ');
}

/** Who has how many chances, line by line; empty where everybody has one. */
export function chances(
  g: Pick<Give, 'weights' | 'max_weight' | 'currency'>,
  language: Language,
): { text: string; from: string }[] {
  const weights = list(g.weights);
  if (weights.length === 0) return [];
  const all = [{ text: word(language, 'bagChanceEach'), from: '' }];
  for (const x of weights)
    all.push({
      text: word(language, 'bagChanceMore', { c: condition(x.when, { language, currency: g.currency }), n: x.add }),
      from: source(x.when, language),
    });
  const most = 1 + weights.reduce((n, x) => n + x.add, 0);
  if (g.max_weight && g.max_weight < most) all.push({ text: word(language, 'bagChanceMost', { n: g.max_weight }), from: '' });
  return all;
}

/** Who has won too often to win again, line by line. */
export function caps(g: Pick<Give, 'caps'>, language: Language): string[] {
  return list(g.caps).map((c) =>
    word(language, c.scope === 'shop' ? 'bagCapShop' : 'bagCapRoom', { time: period(c.period_ms, language), n: c.n }),
  );
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** In the largest unit that divides it; what no unit does in minutes, rounded up. */
function period(ms: number, language: Language): string {
  const [unit, of] = units.find(([, of]) => ms % of === 0) ?? units[2];
  const n = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', { style: 'unit', unit, unitDisplay: 'long' });
  return n.format(Math.ceil(ms / of));
}

/** `outer` is a tree that stands alone: only within another one its parts need brackets. */
function tree(t: ConditionTree | undefined, to: Reader, outer = false): string {
  if (!t || typeof t !== 'object') return word(to.language, 'cond_other');
  if (t.not) return not(t.not, to);
  const parts = list(t.any ?? t.all);
  if (parts.length > 0) {
    const text = parts.map((x) => tree(x, to)).join(word(to.language, t.any ? 'or' : 'and'));
    return outer || parts.length === 1 ? text : to.language === 'zh' ? `（${text}）` : `(${text})`;
  }
  return typeof t.rule === 'string' ? rule(t.rule, t.n, list(t.in), to) : word(to.language, 'cond_other');
}

function not(t: ConditionTree, to: Reader): string {
  if (t.not) return tree(t.not, to); // not not
  if (t.rule === 'region') return word(to.language, 'cond_region_not', { list: places(list(t.in), to.language) });
  return word(to.language, 'cond_not', { c: tree(t, to, true) });
}

function rule(name: string, n: number | undefined, codes: readonly string[], { language, currency }: Reader): string {
  const w = (key: Word, values?: Record<string, string | number>): string => word(language, key, values);
  switch (name) {
    case 'follow':
      return n ? w('cond_follow_for', { n: Math.max(1, Math.ceil(n / 60)) }) : w('cond_follow');
    case 'fan_level':
      return w('cond_fan', { n: n ?? 1 });
    case 'watch':
      return w('cond_watch', { n: Math.max(1, Math.ceil((n ?? 60) / 60)) });
    case 'bought':
      return n ? w('cond_bought', { p: money(n, currency) }) : w('cond_buy');
    case 'phrase':
      return w('cond_phrase');
    case 'verified':
      return w('cond_verified');
    case 'adult':
      return w('cond_adult');
    case 'region':
      return w('cond_region', { list: places(codes, language) });
    case 'account_days':
      return w('cond_age', { n: n ?? 1 });
    case 'first':
      return w('cond_first', { n: n ?? 1 });
  }
  return w('cond_other');
}

const places = (codes: readonly string[], language: Language): string =>
  codes.map((c) => region(language, c)).join(language === 'zh' ? '、' : ', ');

const list = <T>(x: readonly T[] | undefined): readonly T[] => (Array.isArray(x) ? x : []);

function first(args: readonly string[] | undefined): number | undefined {
  const n = Number(list(args)[0]);
  return Number.isFinite(n) ? n : undefined;
}
