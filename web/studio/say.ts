import { type End, ends } from '../words/ends.ts';
import { machinery } from '../words/glossary.ts';
import { roomRefusals } from '../words/room.ts';
import { type Rule, refusals, rules, unknownRefusal } from '../words/studio.ts';
import { type Checked, type Done, type Finding, type Problem, Refused } from './api.ts';

type Language = 'zh' | 'en';

/**
 * The room's own check of a plan names no field; those that everybody meets
 * first are put where they belong.
 */
function named(p: Problem): Problem {
  if (p.rule !== 'plan') return p;
  if (/^title has 0 /.test(p.message)) return { field: 'draft.title', rule: 'plan-title', message: '' };
  if (/^a rain of \d/.test(p.message)) return { field: 'draft.openMs', rule: 'plan-rain', message: '' };
  if (/^a rain has \d|a wave of a rain is cash/.test(p.message))
    return { field: 'draft.prizes', rule: 'plan-waves', message: '' };
  if (/needs a split$/.test(p.message)) return { field: 'draft.prizes', rule: 'plan-split', message: '' };
  if (/^0 prizes/.test(p.message)) return { field: 'draft.prizes', rule: 'plan-prizes', message: '' };
  return p;
}

/** What a check found, each at its field. */
export const sorted = (c: Checked): Checked => ({ ...c, problems: c.problems.map(named) });

/** A problem in the reader's words; what the check itself says stands behind it where it has figures. */
export function problem(language: Language, p: Problem): string {
  const known = Object.hasOwn(rules, p.rule) ? rules[p.rule as Rule][language] : undefined;
  if (known && Object.hasOwn(roomRefusals, p.rule)) return known; // the room's sentence names ids and offsets
  if (language === 'en') return machinery.test(p.message) ? (known ?? p.rule) : p.message || (known ?? p.rule);
  if (!known) return p.message;
  // What it is about stands in quotes: that is all one needs of the check's own sentence.
  const about = [...new Set([...p.message.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map((m) => (m[1] ?? '').replace(/^【彩排】/, '')))];
  if (about.length > 0 && p.rule !== 'plan') {
    const rest = p.message.replace(/"(?:[^"\\]|\\.)+"|[\w.]*g-\w+/g, '');
    const numbers = rest.match(/\d[\d,.]*/g)?.join(' / ');
    return `${known}：${about.map((x) => `“${x}”`).join('、')}${numbers ? `（${numbers}）` : ''}`;
  }
  if (p.rule === 'plan') return `${known}（${p.message}）`;
  const figures = p.message.match(/\d[\d,.]*\d|\d/g)?.join(' / ');
  return figures ? `${known}（${figures}）` : known;
}

/** What a rehearsal found: its rule in words, with the figures that it gives. */
export const finding = (language: Language, f: Finding): string =>
  problem(language, { field: f.field ?? '', rule: f.rule, message: f.message });

/** All that kept one of several from being done. */
export function said(language: Language, d: Done): string {
  const book = refusals[language];
  const code = d.error?.code ?? 'internal';
  const s = (Object.hasOwn(book, code) && book[code]) || unknownRefusal[language];
  const all = (d.error?.problems ?? []).map((p) => problem(language, p));
  return all.length > 0 ? all.join(language === 'zh' ? '；' : '; ') : `${s.what}${language === 'zh' ? '：' : ': '}${s.next}`;
}

/** What went wrong and what to do. */
export function sentence(language: Language, e: unknown): string {
  const code = e instanceof Refused ? e.code : 'internal';
  const book = refusals[language];
  const s = (Object.hasOwn(book, code) && book[code]) || unknownRefusal[language];
  const first = e instanceof Refused ? e.problems[0] : undefined;
  const why = first ? problem(language, first) : s.next;
  return [s.what, why].filter(Boolean).join(language === 'zh' ? '：' : ': ');
}

/** Why it was cancelled or is void: the reason, and what was written about it. */
export function endOf(language: Language, g: { endCode?: string; why?: string }): string {
  const own = Object.hasOwn(ends, g.endCode ?? '') && g.endCode !== 'other' ? ends[g.endCode as End][language] : '';
  return [own, g.why].filter(Boolean).join(language === 'zh' ? '：' : ': ');
}
