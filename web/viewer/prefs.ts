import { effect, signal } from '@preact/signals';
import { guess, type Language, learn, type Word, word } from '../words/index.ts';

export type Theme = 'auto' | 'light' | 'dark';
export type Density = 'few' | 'normal' | 'all';
export type Area = 'top' | 'half' | 'full';

export interface Flying {
  on: boolean;
  density: Density;
  area: Area;
  opacity: number;
}

interface Prefs {
  language: Language;
  theme: Theme;
  flying: Flying;
}

const KEY = 'fudai.prefs';

function load(): Prefs {
  const query = new URLSearchParams(location.search);
  const prefs: Prefs = {
    language: guess(navigator.languages),
    theme: 'auto',
    // Who asked the system for less motion gets the list alone, and may turn the rest on.
    flying: {
      on: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      density: 'normal',
      area: 'top',
      opacity: 0.9,
    },
  };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Prefs>;
    if (kept.language === 'zh' || kept.language === 'en') prefs.language = kept.language;
    if (kept.theme === 'light' || kept.theme === 'dark') prefs.theme = kept.theme;
    if (kept.flying) prefs.flying = { ...prefs.flying, ...kept.flying };
  } catch {
    // No storage, or not ours: the defaults serve.
  }
  const l = query.get('lang');
  if (l === 'zh' || l === 'en') prefs.language = l;
  const t = query.get('theme');
  if (t === 'light' || t === 'dark') prefs.theme = t;
  return prefs;
}

const first = load();
await learn(first.language);
export const language = signal<Language>(first.language);
export const theme = signal<Theme>(first.theme);
export const flying = signal<Flying>(first.flying);

/** Turns the page to a language, once its words are here. */
export async function speak(l: Language): Promise<void> {
  await learn(l);
  language.value = l;
}

export const w = (key: Word, values?: Record<string, string | number>): string => word(language.value, key, values);

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset.theme = theme.value;
  try {
    localStorage.setItem(KEY, JSON.stringify({ language: language.value, theme: theme.value, flying: flying.value }));
  } catch {
    // Not kept, then.
  }
});
