import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as en from './en.ts';
import { ends } from './ends.ts';
import { machinery } from './glossary.ts';
import { engine } from './index.ts';
import * as zh from './zh.ts';

const read = (p: string): string => readFileSync(new URL(`../../${p}`, import.meta.url), 'utf8');

/** Everything that may stand in a `code`, read from where it is decided. */
function codes(): string[] {
  const go = /var codeNames = \[codeEnd\]string\{([^}]*)\}/.exec(read('room/record/code.go'))?.[1] ?? '';
  const protocol = read('broadcast/wire/PROTOCOL.md');
  const row = (op: string): string => protocol.split('\n').find((l) => l.startsWith(`| \`${op}\` |`)) ?? '';
  const ticked = (text: string): string[] => [...text.matchAll(/`([a-z][a-z-]+)`/g)].map((m) => m[1] ?? '');
  const members = new Set(['id', 'code', 'detail', 'retry_ms', 'ack', 'out', 'o', 'event', 'from', 'to', 'gap', 'why']);
  const close = [...protocol.matchAll(/^\| (\d{4}) \|/gm)].map((m) => m[1] ?? '');
  const server = [...read('broadcast/wire/server.go').matchAll(/Ack\w+\s+= "([a-z-]+)"/g)].map((m) => m[1] ?? '');
  const grades = [...read('giveaway/drawproof/grade.go').matchAll(/Reason\w+\s*= "([a-z-]+)"/g)].map((m) => `grade-${m[1]}`);
  return [
    ...[...go.matchAll(/"([a-z-]+)"/g)].map((m) => m[1] ?? ''),
    ...ticked(row('ack'))
      .concat(ticked(row('out')))
      .filter((c) => !members.has(c)),
    ...ticked(row('gap'))
      .filter((c) => !members.has(c))
      .map((c) => `gap-${c}`),
    ...close,
    ...server,
    ...grades,
    ...['401', '403', '404', '429', '503'],
  ];
}

const good = new Set([
  'shown',
  'shown-low',
  'masked',
  'counted',
  'entered',
  'claimed',
  'answered',
  'already',
  'duplicate',
  'sent',
  'renewed',
  '1000',
]);

describe('the catalogue', () => {
  const all = [...new Set(codes())];

  it('was read from where codes are decided', () => {
    expect(all.length).toBeGreaterThan(45);
    expect(all).toEqual(
      expect.arrayContaining(['sampled', 'bad-entry', 'not-sent', 'gap-owner', '4006', 'renewed', 'grade-local-beacon']),
    );
  });

  it.each(all)('%s has both texts', (code) => {
    for (const book of [zh.codes, en.codes]) {
      const s = book[code];
      expect(s?.what, code).toBeTruthy();
      // Who is refused learns why and what to do.
      if (!good.has(code) && !code.startsWith('grade-')) expect(s?.why && s.next, code).toBeTruthy();
    }
  });

  it('has the same codes in both languages', () => {
    expect(Object.keys(en.codes).sort()).toEqual(Object.keys(zh.codes).sort());
  });

  it('fills the same places in both languages', () => {
    const places = (s: string): string =>
      [...s.matchAll(/\{\w+\}/g)]
        .map((m) => m[0])
        .sort()
        .join();
    for (const k of Object.keys(zh.ui) as (keyof typeof zh.ui)[]) expect(places(en.ui[k]), k).toBe(places(zh.ui[k]));
  });

  it('is Chinese in Chinese', () => {
    const foreign = new Set(['languageOther', 'bagQty']);
    for (const [k, v] of Object.entries(zh.ui)) if (!foreign.has(k)) expect(v, k).toMatch(/\p{Script=Han}/u);
    for (const [k, v] of Object.entries(zh.codes)) expect(v.what, k).toMatch(/\p{Script=Han}/u);
  });

  it('keeps the machinery out of sight', () => {
    for (const book of [zh, en]) {
      for (const [k, v] of Object.entries(book.ui)) expect(v, k).not.toMatch(machinery);
      for (const [k, v] of Object.entries(book.codes)) expect(`${v.what}${v.why}${v.next}`, k).not.toMatch(machinery);
    }
  });

  it("has words for every end the engine decides by itself, and for those of its log's codes", () => {
    const dir = new URL('../../giveaway/', import.meta.url);
    const go = readdirSync(dir)
      .filter((f) => f.endsWith('.go') && !f.endsWith('_test.go'))
      .map((f) => readFileSync(new URL(f, dir), 'utf8'))
      .join('\n');
    const reasons = [...go.matchAll(/stop\{[^}]*Why: "([^"]+)"/g)].map((m) => m[1] ?? '');
    expect(reasons.length).toBeGreaterThan(2);
    for (const r of reasons) expect(zh.codes, r).toHaveProperty([engine[r] ?? `no words for: ${r}`]);
    const list = /var EndCodes = \[\]string\{([^}]*)\}/.exec(read('room/record/ending.go'))?.[1] ?? '';
    const staff = [...read('room/record/ending.go').matchAll(/\tEnd\w+ += "([a-z-]+)"/g)].map((m) => m[1] ?? '');
    expect(staff).toHaveLength(list.split(',').length);
    for (const c of staff) expect(zh.codes, c).toHaveProperty([`end-${c}`]);
    expect(Object.keys(ends)).toEqual(staff.filter((c) => c !== 'dead-chain'));
    for (const e of Object.values(ends)) expect(e.zh).toMatch(/\p{Script=Han}/u);
    const named = /Code string `json:"code"` \/\/ ([a-z, -]+)/.exec(go)?.[1]?.split(', ') ?? [];
    expect(named.length).toBeGreaterThan(4);
    for (const c of named) if (c !== 'staff') expect(zh.codes, c).toHaveProperty([`end-${c}`]);
    const waits = [...go.matchAll(/Wait\w+\s+= "([a-z-]+)"/g)].map((m) => m[1] ?? '');
    expect(waits).toContain('beacon-late');
    for (const c of waits) expect(zh.codes[c]?.why && zh.codes[c]?.next, c).toBeTruthy();
  });

  it('has words for every refusal of a claim and every state of a prize', () => {
    const read1 = (f: string): string => read(`giveaway/fulfil/${f}`);
    const codes = [...(read1('mine.go') + read1('forms.go')).matchAll(/Refuse\([\w.]+, "([a-z-]+)"/g)].map((m) => m[1] ?? '');
    expect(codes.length).toBeGreaterThan(2);
    for (const c of codes) expect(zh.codes, c).toHaveProperty([c === 'not-sent' ? c : `claim-${c}`]);
    const states = [...read1('prize.go').matchAll(/^\t\w+ += "([a-z-]+)"/gm)].map((m) => m[1] ?? '');
    expect(states).toContain('to-claim');
    for (const s of states)
      if (!['goods', 'coupon', 'points', 'cash'].includes(s)) expect(zh.ui, s).toHaveProperty([`award_${s}`]);
  });

  it('has words for every refusal of an appeal', () => {
    const codes = [...read('giveaway/studio/appeals.go').matchAll(/"(appeal-[a-z]+)"/g)].map((m) => m[1] ?? '');
    expect(codes).toContain('appeal-nobody');
    for (const c of [...codes, 'appeal-exists', 'appeal-not-found']) expect(zh.codes, c).toHaveProperty([c]);
  });

  it('has no text that no page uses', () => {
    const dirs = ['../viewer/', '../overlay/', '../verify/'].map((d) => new URL(d, import.meta.url));
    const files = dirs.flatMap((d) => readdirSync(d).map((f) => readFileSync(new URL(f, d), 'utf8')));
    const source = files.join('\n');
    const built = ['st_', 'cond_', 'from_', 'fate_', 'award_'];
    for (const k of Object.keys(zh.ui)) {
      if (built.some((p) => k.startsWith(p))) continue;
      expect(source.includes(`'${k}'`), `ui text ${k}`).toBe(true);
    }
  });
});
