import { language } from '../viewer/prefs.ts';
import { type DoorWord, en, refusals, zh } from '../words/door.ts';
import { Refused } from './session.ts';

export function w(key: DoorWord, values?: Record<string, string | number>): string {
  const text: string = (language.value === 'zh' ? zh : en)[key];
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (all, n: string) => String(values[n] ?? all));
}

/** A refusal in words: what happened, why, what to do. */
export function because(code: string): string {
  const book = refusals[language.value];
  const s = (Object.hasOwn(book, code) && book[code]) || book.store;
  if (!s) return w('unreachable');
  return language.value === 'zh' ? `${s.what}：${s.why}。${s.next}。` : `${s.what}: ${s.why}. Please ${s.next}.`;
}

export const sorry = (e: unknown): string => (e instanceof Refused ? because(e.code) : w('unreachable'));

export const roleName = (r: string): string => w(`role_${r}` as DoorWord);

export const when = (ms: number): string =>
  new Date(ms).toLocaleString(language.value === 'zh' ? 'zh-CN' : 'en', {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
