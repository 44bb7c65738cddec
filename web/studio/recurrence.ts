import type { Preview } from './api.ts';

/** When a series happens, as the form holds it. */
export interface Repeat {
  every: 'DAILY' | 'WEEKLY' | 'MONTHLY';
  days: Weekday[];
  times: number;
}

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof weekdays)[number];

/** The rule in the form that calendars share (RFC 5545). */
export function rule(r: Repeat): string {
  const days = r.every === 'WEEKLY' && r.days.length > 0 ? weekdays.filter((d) => r.days.includes(d)) : [];
  return [`FREQ=${r.every}`, ...(days.length > 0 ? [`BYDAY=${days.join(',')}`] : []), `COUNT=${Math.max(1, r.times)}`].join(';');
}

export interface Slot {
  local: string;
  at?: number;
  /** What is to be said of it: the clocks skip it, show it twice, or were changed since the one before. */
  note?: 'skipped' | 'twice' | 'changed';
  /** By how many minutes clocks were changed. */
  by?: number;
}

/** The times of a series with what clocks do to them. */
export function slots(p: Preview): Slot[] {
  let before: number | undefined;
  return p.items.map(({ local, at, wrong }) => {
    if (!at) return { local, note: /twice/.test(wrong ?? '') ? 'twice' : 'skipped' };
    const offset = Math.round((Date.parse(`${local}Z`) - at) / 60_000);
    const by = before === undefined ? 0 : offset - before;
    before = offset;
    return by === 0 ? { local, at } : { local, at, note: 'changed', by };
  });
}
