import * as zh from './zh.ts';

export type Language = 'zh' | 'en';
export type Word = keyof typeof zh.ui;
export type { Said } from './zh.ts';

type Book = Pick<typeof zh, 'codes' | 'other' | 'regions'> & { ui: Record<Word, string> };

// Chinese comes with the page, other languages when somebody reads them: the
// words are a fifth of what a phone on a thin line waits for.
const books: { zh: Book; en?: Book | undefined } = { zh };

/** Fetches the words of a language. Until they are here, and if they cannot be had, Chinese stands in. */
export async function learn(language: Language): Promise<void> {
  if (language === 'en' && !books.en) books.en = await import('./en.ts').catch(() => undefined);
}

/** A text with its places filled in: `fill('{n} 人', {n: 3})`. */
export function word(language: Language, key: Word, values?: Record<string, string | number>): string {
  const text: string = (books[language] ?? zh).ui[key];
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

export function said(language: Language, code: string | number): zh.Said {
  const book = books[language] ?? zh;
  return Object.hasOwn(book.codes, String(code)) ? (book.codes[String(code)] as zh.Said) : book.other;
}

// The same places by number, as platforms still send them (ISO 3166-2 until 2017).
const older: Readonly<Record<string, string>> = {
  11: 'BJ',
  12: 'TJ',
  13: 'HE',
  14: 'SX',
  15: 'NM',
  21: 'LN',
  22: 'JL',
  23: 'HL',
  31: 'SH',
  32: 'JS',
  33: 'ZJ',
  34: 'AH',
  35: 'FJ',
  36: 'JX',
  37: 'SD',
  41: 'HA',
  42: 'HB',
  43: 'HN',
  44: 'GD',
  45: 'GX',
  46: 'HI',
  50: 'CQ',
  51: 'SC',
  52: 'GZ',
  53: 'YN',
  54: 'XZ',
  61: 'SN',
  62: 'GS',
  63: 'QH',
  64: 'NX',
  65: 'XJ',
  71: 'TW',
  81: 'HK',
  82: 'MO',
};

/** A region's name by its code, "CN-44" or "CN-GD"; a code without a name here stays. */
export function region(language: Language, code: string): string {
  const [land, part] = code.split('-');
  const key = land === 'CN' ? (part === undefined ? land : (older[part] ?? part)) : '';
  const names = (books[language] ?? zh).regions;
  return Object.hasOwn(names, key) ? (names[key] as string) : code;
}

/** The visitor's language: Chinese unless the browser prefers another one. */
export function guess(preferred: readonly string[]): Language {
  const first = preferred[0] ?? 'zh';
  return first.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/**
 * Why a giveaway ended without a draw, in the reader's words: the reason by its
 * code, and what staff wrote about it as they wrote it. What is from before there
 * were codes has a text alone; the engine's own come as its log says them.
 */
export function ending(language: Language, why: string, code?: string): zh.Said & { text: string } {
  const own = engine[why];
  const key = own ?? (code === undefined ? '' : `end-${code}`);
  if (!Object.hasOwn((books[language] ?? zh).codes, key)) return { what: why, why: '', next: '', text: '' };
  const s = said(language, key);
  // "Another reason" says nothing beside the reason itself.
  if (code === 'other' && own === undefined && why) return { ...s, what: why, text: '' };
  return { ...s, text: own === undefined ? why : '' };
}

/** The engine's own reasons (giveaway: stop), by code. */
export const engine: Readonly<Record<string, string>> = {
  'the opening was missed': 'end-missed',
  'it could not be sealed in time': 'end-late',
  "the operator's proof was missing an hour after the round": 'end-no-proof',
  'part of the log was lost while it was open': 'end-gap',
};
