import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en, refusals, zh } from './desk.ts';
import { machinery } from './glossary.ts';

const read = (p: string): string => readFileSync(new URL(`../../${p}`, import.meta.url), 'utf8');

describe("the desk's texts", () => {
  it('name every reason for which a comment is not shown', () => {
    const go = /var shedNames = \[shedReasons\]string\{([^}]*)\}/.exec(read('room/shed.go'))?.[1] ?? '';
    const reasons = [...go.matchAll(/"([a-z-]+)"/g)].map((m) => m[1]);
    expect(reasons.length).toBeGreaterThan(15);
    for (const r of reasons) expect(zh, `reason ${r}`).toHaveProperty(`shed_${r}`);
  });

  it('are Chinese in Chinese, fill the same places, and hide the machinery', () => {
    const places = (s: string): string => (s.match(/\{\w+\}/g) ?? []).sort().join();
    for (const [k, v] of Object.entries(zh)) {
      if (!/^(perSecond|says)$/.test(k)) expect(v, k).toMatch(/\p{Script=Han}/u);
      const other = en[k as keyof typeof zh];
      expect(places(other), k).toBe(places(v));
      expect(`${v}${other}`, k).not.toMatch(machinery);
    }
  });

  it('say every refusal of the staff interfaces: what, why, what to do', () => {
    const dirs = ['room/desk', 'room/history', 'room/answer', 'room/shard'].map((d) => new URL(`../../${d}/`, import.meta.url));
    const go = dirs
      .filter((d) => existsSync(d))
      .flatMap((d) =>
        readdirSync(d)
          .filter((f) => f.endsWith('.go') && !f.endsWith('_test.go'))
          .map((f) => new URL(f, d)),
      )
      .map((f) => readFileSync(f, 'utf8'))
      .join('\n');
    const found = [...go.matchAll(/refuse\(c, [^,]+, "([a-z-]+)"|"code": +"([a-z-]+)"/g)].map((m) => m[1] ?? m[2] ?? '');
    expect(found).toEqual(expect.arrayContaining(['malformed', 'forbidden', 'not-sent', 'store']));
    for (const code of new Set(found))
      for (const book of [refusals.zh, refusals.en]) {
        const s = book[code];
        expect(s?.what && s.why && s.next, code).toBeTruthy();
        expect(`${s?.what}${s?.why}${s?.next}`, code).not.toMatch(machinery);
      }
    expect(Object.keys(refusals.en).sort()).toEqual(Object.keys(refusals.zh).sort());
  });

  it('are all used', () => {
    const dir = new URL('../desk/', import.meta.url);
    const source = readdirSync(dir)
      .map((f) => readFileSync(new URL(f, dir), 'utf8'))
      .join('\n');
    for (const k of Object.keys(zh))
      if (!/^(state|shed|cue|read|step|stepHow|source)_/.test(k))
        expect(source.includes(`'${k}'`) || source.includes(`"${k}"`), k).toBe(true);
  });
});
