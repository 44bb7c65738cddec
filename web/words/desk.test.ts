import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en, zh } from './desk.ts';

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
    const never = /分片|账本|信标|偏移|哈希|分区|shard|ledger|beacon|offset|partition|kafka|\bhash/i;
    for (const [k, v] of Object.entries(zh)) {
      expect(v, k).toMatch(/\p{Script=Han}/u);
      const other = en[k as keyof typeof zh];
      expect(places(other), k).toBe(places(v));
      expect(`${v}${other}`, k).not.toMatch(never);
    }
  });

  it('are all used', () => {
    const dir = new URL('../desk/', import.meta.url);
    const source = readdirSync(dir)
      .map((f) => readFileSync(new URL(f, dir), 'utf8'))
      .join('\n');
    for (const k of Object.keys(zh)) if (!/^(state|shed)_/.test(k)) expect(source.includes(`'${k}'`), k).toBe(true);
  });
});
