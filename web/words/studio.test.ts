import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machinery } from './glossary.ts';
import { roomRefusals } from './room.ts';
import { acts, en, refusals, rules, things, zh } from './studio.ts';

const root = new URL('../../', import.meta.url);
const go = ['giveaway/studio', 'giveaway/studio/rest', 'giveaway/fulfil']
  .map((d) => new URL(`${d}/`, root))
  .filter((d) => existsSync(d))
  .flatMap((d) =>
    readdirSync(d)
      .filter((f) => f.endsWith('.go') && !f.endsWith('_test.go'))
      .map((f) => readFileSync(new URL(f, d), 'utf8')),
  )
  .join('\n');
const found = (re: RegExp): string[] => [...new Set([...go.matchAll(re)].map((m) => m[1] ?? ''))];

describe("the studio's texts", () => {
  it('say every refusal of its server: what, why, what to do', () => {
    const codes = found(/Refuse\([\w.]+, "([a-z-]+)"/g);
    expect(codes.length).toBeGreaterThan(10);
    for (const c of codes)
      for (const book of [refusals.zh, refusals.en]) {
        const s = book[c];
        expect(s?.what && s.why && s.next, c).toBeTruthy();
      }
  });

  it('say every rule that a check may find broken', () => {
    const named = found(/(?:need|warn|wants\(&\w+\))\([^\n]*?, (?:"[\w.[\]%]*"|field\+?"?[.\w]*"?|field), "([a-z-]+)", /g);
    expect(named).toEqual(expect.arrayContaining(['stock', 'budget', 'window', 'phrase']));
    for (const r of [...named, ...found(/Rule: "([a-z-]+)"/g)]) expect(rules, r).toHaveProperty([r]);
  });

  it('say why a room refused', () => {
    const source = readFileSync(new URL('giveaway/refusal.go', root), 'utf8');
    const named = [...source.matchAll(/Rule\w+ += "([a-z-]+)"/g)].map((m) => m[1] ?? '');
    expect(named.length).toBeGreaterThan(15);
    for (const r of named) expect(roomRefusals, r).toHaveProperty([r]);
    for (const [r, both] of Object.entries(roomRefusals)) {
      expect(both.zh, r).toMatch(/\p{Script=Han}/u);
      expect(`${both.zh}${both.en}`, r).not.toMatch(machinery);
    }
  });

  it('say what staff did', () => {
    for (const a of found(/audit\(c, tx, c\.Now, [\w.()]+, c\.Claims\.User, "([a-z]+)"/g)) expect(acts, a).toHaveProperty([a]);
    for (const a of found(/s\.move\(c, "([a-z]+)"/g)) expect(acts, a).toHaveProperty([a]);
    for (const t of found(/table\[\w+\]\{"studio_\w+", "([a-z]+)"\}/g)) expect(things, t).toHaveProperty([t]);
  });

  it('are Chinese in Chinese, fill the same places, and hide the machinery', () => {
    const places = (s: string): string => (s.match(/\{\w+\}/g) ?? []).sort().join();
    for (const [k, v] of Object.entries(zh)) {
      const other = en[k as keyof typeof zh];
      expect(v, k).toMatch(/\p{Script=Han}/u);
      expect(places(other), k).toBe(places(v));
      expect(`${v}${other}`, k).not.toMatch(machinery);
    }
  });

  it('are all used', () => {
    const dir = new URL('../studio/', import.meta.url);
    const source = readdirSync(dir)
      .filter((f) => f.endsWith('.tsx') || f.endsWith('.ts'))
      .map((f) => readFileSync(new URL(f, dir), 'utf8'))
      .join('\n');
    const built =
      /^(state|kind|tie|kindHow|on|prize|prizeHow|policy|role|approval|award|step|stepHow|level|reason|day|every|slot|noBeacon)_/;
    for (const k of Object.keys(zh)) if (!built.test(k)) expect(new RegExp(`['"]${k}['"]`).test(source), k).toBe(true);
  });
});
