import { money } from '../words/money.ts';
import type { Condition, Vocabulary } from './api.ts';

/** A condition as the shop's staff read it: its own words, joined where it is made of several. */
export function conditionText(c: Condition, all: readonly Vocabulary[], language: 'zh' | 'en', currency?: string): string {
  const join = (list: Condition[], zh: string, en: string): string =>
    list.map((x) => conditionText(x, all, language, currency)).join(language === 'zh' ? zh : en);
  if (c.all) return join(c.all, '，并且', ' and ');
  if (c.any) return join(c.any, '，或者', ' or ');
  if (c.not) return (language === 'zh' ? '不能是：' : 'not: ') + conditionText(c.not, all, language, currency);
  const v = all.find((x) => x.rule === c.rule);
  if (!v) return c.rule ?? '';
  const value = c.in
    ? c.in.join(language === 'zh' ? '、' : ', ')
    : c.rule === 'bought'
      ? money(c.n, currency)
      : String(c.n ?? '');
  return v[language].replace('%s', value);
}
