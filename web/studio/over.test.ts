import { describe, expect, it } from 'vitest';
import type { Giveaway } from './api.ts';
import { byDay } from './over.tsx';

const drawn = (drawAt: number, entrants: number, winners: number): Giveaway =>
  ({ drawAt, worthFen: 3900, live: { entrants, winners, claimed: 1, granted: winners } }) as Giveaway;

describe('results by day', () => {
  it("are summed by the shop's own days, in order, without what was never drawn", () => {
    const late = Date.UTC(2026, 10, 21, 15, 59); // 23:59 in Shanghai
    const next = late + 120_000;
    const days = byDay([drawn(next, 5, 1), drawn(late, 100, 3), drawn(late, 20, 2), drawn(late, 9, 0)], 'Asia/Shanghai');
    expect(days).toEqual([
      { at: Date.UTC(2026, 10, 21) / 1000, entrants: 120, winners: 5, claimed: 2, granted: 5, worth: 78 },
      { at: Date.UTC(2026, 10, 22) / 1000, entrants: 5, winners: 1, claimed: 1, granted: 1, worth: 39 },
    ]);
    expect(byDay([drawn(next, 5, 1), drawn(late, 100, 3)], 'UTC')).toHaveLength(1);
  });
});
