import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en, refusals, zh } from './door.ts';
import { machinery } from './glossary.ts';

const dir = (p: string): URL => new URL(`../../${p}/`, import.meta.url);
const all = (d: URL, like: RegExp): string =>
  readdirSync(d)
    .filter((f) => like.test(f) && !/[._]test\./.test(f))
    .map((f) => readFileSync(new URL(f, d), 'utf8'))
    .join('\n');

describe('the texts of signing in', () => {
  it('are Chinese in Chinese, fill the same places, and hide the machinery but from operators', () => {
    const places = (s: string): string => (s.match(/\{\w+\}/g) ?? []).sort().join();
    for (const [k, v] of Object.entries(zh)) {
      expect(v, k).toMatch(/\p{Script=Han}/u);
      const other = en[k as keyof typeof zh];
      expect(places(other), k).toBe(places(v));
      if (!/^(op[A-Z]|alarm_)/.test(k)) expect(`${v}${other}`, k).not.toMatch(machinery);
    }
  });

  it('say every refusal: what, why, what to do', () => {
    const go = all(dir('room/staff'), /\.go$/);
    const found = [...go.matchAll(/refuse\(c, [^,]+, "([a-z-]+)"|home\(c, "([a-z-]+)"|why :?= "([a-z-]+)"/g)].map(
      (m) => m[1] ?? m[2] ?? m[3] ?? '',
    );
    expect(found).toEqual(
      expect.arrayContaining(['no-entry', 'too-many', 'show-over', 'last-operator', 'provider', 'no-role', 'trip']),
    );
    for (const code of new Set(found))
      for (const book of [refusals.zh, refusals.en]) {
        const s = book[code];
        expect(s?.what && s.why && s.next, code).toBeTruthy();
        expect(`${s?.what}${s?.why}${s?.next}`, code).not.toMatch(machinery);
      }
    expect(Object.keys(refusals.en).sort()).toEqual(Object.keys(refusals.zh).sort());
  });

  it('name every role', () => {
    const go = readFileSync(new URL('../../broadcast/token/permissions.go', import.meta.url), 'utf8');
    for (const m of go.matchAll(/^\t[A-Z]\w+ += "([a-z]+)"$/gm)) expect(zh, m[1] ?? '').toHaveProperty(`role_${m[1]}`);
  });

  it('are all used', () => {
    const source = [dir('web/door'), dir('web/operator'), dir('web/desk')].map((d) => all(d, /\.tsx?$/)).join('\n');
    for (const k of Object.keys(zh)) if (!/^(role|alarm)_/.test(k)) expect(source.includes(`'${k}'`), k).toBe(true);
  });
});
