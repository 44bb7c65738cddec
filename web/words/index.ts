import * as en from './en.ts';
import * as zh from './zh.ts';

export type Language = 'zh' | 'en';
export type Word = keyof typeof zh.ui;
export type { Said } from './zh.ts';

const books = { zh, en };

/** A text with its places filled in: `fill('{n} 人', {n: 3})`. */
export function word(language: Language, key: Word, values?: Record<string, string | number>): string {
  const text: string = books[language].ui[key];
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

export function said(language: Language, code: string | number): zh.Said {
  const book = books[language];
  return Object.hasOwn(book.codes, String(code)) ? (book.codes[String(code)] as zh.Said) : book.other;
}

/** The visitor's language: Chinese unless the browser prefers another one. */
export function guess(preferred: readonly string[]): Language {
  const first = preferred[0] ?? 'zh';
  return first.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
