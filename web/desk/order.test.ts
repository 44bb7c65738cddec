import { describe, expect, it } from 'vitest';
import { Order } from './order.ts';

const rows = (o: Record<string, number>) => Object.entries(o).map(([cluster, rank]) => ({ cluster, rank }));
const ids = (list: { cluster: string }[]): string => list.map((r) => r.cluster).join('');

describe('the order of questions', () => {
  it('begins with the most asked', () => {
    expect(ids(new Order().of(rows({ a: 1, b: 9, c: 4 })))).toBe('bca');
  });

  it('keeps rows where they are while counts grow a little', () => {
    const o = new Order();
    o.of(rows({ a: 10, b: 9, c: 8 }));
    expect(ids(o.of(rows({ a: 10, b: 12, c: 13 })))).toBe('abc');
  });

  it('moves one that is asked half as often again, a place at a time', () => {
    const o = new Order();
    o.of(rows({ a: 10, b: 9, c: 8 }));
    expect(ids(o.of(rows({ a: 10, b: 9, c: 14 })))).toBe('acb');
    expect(ids(o.of(rows({ a: 10, b: 9, c: 16 })))).toBe('cab');
  });

  it('moves nothing under a finger', () => {
    const o = new Order();
    o.of(rows({ a: 10, b: 1 }));
    o.hold(true);
    expect(ids(o.of(rows({ a: 10, b: 99, c: 50 })))).toBe('abc');
    o.hold(false);
    expect(ids(o.of(rows({ a: 10, b: 99, c: 50 }))).indexOf('b')).toBe(0);
  });

  it('fills an answered one’s place with the best of the rest, below those that stay', () => {
    const o = new Order();
    expect(ids(o.of(rows({ a: 10, b: 9, c: 8, d: 7 }), 3))).toBe('abc');
    expect(ids(o.of(rows({ b: 9, c: 8, d: 7, e: 12 }), 3))).toBe('bce');
  });

  it('lets one that is asked far more into the last of few places', () => {
    const o = new Order();
    o.of(rows({ a: 10, b: 9, c: 8 }), 3);
    expect(ids(o.of(rows({ a: 10, b: 9, c: 8, d: 20 }), 3)).includes('d')).toBe(true);
    expect(ids(o.of(rows({ a: 10, b: 9, c: 8, d: 20, e: 21 }), 3)).length).toBe(3);
  });

  it('has no row twice and loses none', () => {
    const o = new Order();
    for (let i = 0; i < 200; i++) {
      const list = rows(Object.fromEntries(Array.from({ length: 12 }, (_, k) => [`r${(k * (i + 3)) % 17}`, (k * i * 7) % 31])));
      const out = o.of(list);
      expect(new Set(out.map((r) => r.cluster)).size).toBe(list.length);
    }
  });
});
