import { describe, expect, it } from 'vitest';
import { day, fen, fromWall, money, wall, when } from './format.ts';

describe('what staff read', () => {
  it('writes money as people do', () => {
    expect([money(9_900), money(9_950), money(5_000_000), money(0)]).toEqual(['¥99', '¥99.50', '¥50,000', '¥0']);
    expect([fen(0.1 + 0.2), fen(19.99), fen(null)]).toEqual([30, 1999, 0]);
  });

  it('keeps the shop’s clock, wherever the browser is', () => {
    const at = Date.UTC(2026, 10, 21, 16, 30, 5);
    expect(when(at, 'Asia/Shanghai', 'zh')).toContain('22');
    expect(when(at, 'Asia/Shanghai', 'zh')).toContain('00:30:05');
    expect(when(undefined, 'Asia/Shanghai', 'zh')).toBe('—');
    expect(day(at, 'Asia/Shanghai')).toBe('2026-11-22');
    expect(day(at, 'Europe/London')).toBe('2026-11-21');
  });

  it('gives the picked wall clock on as it stands', () => {
    expect(wall(fromWall('2026-03-29T02:30:00') ?? (0 as never))).toBe('2026-03-29T02:30:00');
  });
});
