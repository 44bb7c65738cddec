import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as desk from './desk.ts';
import * as en from './en.ts';
import { glossary, machinery } from './glossary.ts';
import * as studio from './studio.ts';
import * as zh from './zh.ts';

type Text = [where: string, text: string];
const texts = (book: object, where: string): Text[] =>
  Object.entries(book).flatMap(([k, v]): Text[] =>
    typeof v === 'string' ? [[`${where}.${k}`, v]] : texts(v as object, `${where}.${k}`),
  );
const all = {
  zh: [
    ...texts(zh.ui, 'ui'),
    ...texts(zh.codes, 'codes'),
    ...texts(desk.zh, 'desk'),
    ...texts(desk.refusals.zh, 'refusals'),
    ...texts(studio.zh, 'studio'),
    ...texts(studio.refusals.zh, 'studio'),
  ],
  en: [
    ...texts(en.ui, 'ui'),
    ...texts(en.codes, 'codes'),
    ...texts(desk.en, 'desk'),
    ...texts(desk.refusals.en, 'refusals'),
    ...texts(studio.en, 'studio'),
    ...texts(studio.refusals.en, 'studio'),
  ],
};

describe('the glossary', () => {
  it('names each thing once', () => {
    for (const of of ['code', 'zh'] as const) {
      const seen = glossary.map((t) => t[of]);
      expect(seen.length).toBe(new Set(seen).size);
    }
  });

  it('names things the sources know by that code', { timeout: 60_000 }, () => {
    const root = new URL('../../', import.meta.url);
    const places = ['broadcast', 'giveaway', 'moderation', 'room', 'web/desk', 'web/sdk', 'web/studio', 'web/viewer'];
    const source = places
      .flatMap((p) => readdirSync(new URL(p, root), { recursive: true, encoding: 'utf8' }).map((f) => `${p}/${f}`))
      .filter((f) => /\.(go|tsx?)$/.test(f))
      .map((f) => readFileSync(new URL(f, root), 'utf8'))
      .join('\n');
    // Every word of the sources once: a search for each in all of it takes seconds.
    const words = new Set(source.toLowerCase().match(/[a-z0-9_]+/g));
    for (const t of glossary) expect(words.has(t.code) || words.has(`${t.code}s`), t.code).toBe(true);
  });

  it.each(glossary.filter((t) => t.never))('$code is $zh, $en, and nothing else', (t) => {
    for (const [where, text] of all.zh) for (const n of t.never?.zh ?? []) expect(text, where).not.toContain(n);
    for (const [where, text] of all.en) for (const n of t.never?.en ?? []) expect(text.toLowerCase(), where).not.toContain(n);
  });

  it("keeps the operators' words on the operators' pages", () => {
    for (const t of glossary) expect(machinery.test(t.zh) || machinery.test(t.en), t.code).toBe(t.for === 'operators');
  });
});
