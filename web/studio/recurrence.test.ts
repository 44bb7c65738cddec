import { describe, expect, it } from 'vitest';
import { rule, slots } from './recurrence.ts';

describe('a series', () => {
  it('is written as calendars read it, days in their order', () => {
    expect(rule({ every: 'WEEKLY', days: ['FR', 'MO'], times: 6 })).toBe('FREQ=WEEKLY;BYDAY=MO,FR;COUNT=6');
    expect(rule({ every: 'DAILY', days: ['FR'], times: 3 })).toBe('FREQ=DAILY;COUNT=3');
    expect(rule({ every: 'MONTHLY', days: [], times: 0 })).toBe('FREQ=MONTHLY;COUNT=1');
  });

  it('tells of each time what the clocks do to it', () => {
    // London, October 2026: clocks go back on the 25th.
    const items = [
      { local: '2026-10-24T01:30:00', at: Date.UTC(2026, 9, 24, 0, 30) },
      {
        local: '2026-10-25T01:30:00',
        wrong: '2026-10-25T01:30:00 comes twice in Europe/London, clocks go back over it: say fold',
      },
      { local: '2026-10-26T01:30:00', at: Date.UTC(2026, 9, 26, 1, 30) },
      { local: '2026-10-27T01:30:00', at: Date.UTC(2026, 9, 27, 1, 30) },
      { local: '2027-03-28T01:30:00', wrong: '2027-03-28T01:30:00 does not exist in Europe/London: clocks go forward over it' },
    ];
    expect(slots({ items, wrong: 2 }).map((s) => [s.note, s.by])).toEqual([
      [undefined, undefined],
      ['twice', undefined],
      ['changed', -60],
      [undefined, undefined],
      ['skipped', undefined],
    ]);
  });
});
