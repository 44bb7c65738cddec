import { describe, expect, it } from 'vitest';
import { day, fen, fromWall, instant, opening, wall, when } from './format.ts';

describe('what staff read', () => {
  it('writes money as people do', () => {
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

  it('finds the instant of a wall clock, on both sides of a change', () => {
    expect(instant('2026-11-23T20:00:00', 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 23, 12));
    expect(instant('2026-10-31T20:00', 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 0));
    expect(instant('2026-11-01T20:00', 'America/New_York')).toBe(Date.UTC(2026, 10, 2, 1));
    const draft = { trigger: { on: 'at', at: '2026-11-23T20:00:00', zone: 'Europe/Paris' } };
    expect(opening({ draft }, 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 23, 19));
    expect(opening({ draft, openAt: 7 }, 'Asia/Shanghai')).toBe(7);
    expect(opening({ draft: { trigger: { on: 'tap' } } }, 'Asia/Shanghai')).toBeUndefined();
  });
});
