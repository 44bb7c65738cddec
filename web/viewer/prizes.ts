import type { Give, Result } from '@fudai/sdk';
import { signal } from '@preact/signals';
import { money } from '../words/money.ts';
import { line } from './clean.ts';

/** A prize of this viewer, kept on the device so that it can be found after the show. */
export interface Prize {
  event: string;
  title: string;
  prize: string;
  at: number;
}

const MOST = 100;
export const prizes = signal<Prize[]>([]);
let place = '';

export function openPrizes(room: string, user: string): void {
  place = `fudai.prizes.${room}.${user}`;
  try {
    const list: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    prizes.value = Array.isArray(list)
      ? list.filter((p: Prize) => typeof p?.event === 'string' && typeof p.prize === 'string')
      : [];
  } catch {
    prizes.value = [];
  }
}

/** What an outcome holds for the handle, among those that it names. */
export const wonBy = (r: Result, h: string | undefined) => (h ? r.winners?.find((w) => w.h === h) : undefined);

/** Notes what an outcome holds for the handle; the same outcome again changes nothing. */
export function notePrize(r: Result, g: Give | undefined, h: string, now: number): void {
  const won = wonBy(r, h);
  if (!won || prizes.value.some((p) => p.event === r.event)) return;
  const prize = line(g?.prizes?.find((p) => p.id === won.prize)?.title ?? won.prize);
  const sum = won.amount ? ` ${money(won.amount, r.currency ?? g?.currency)}` : '';
  prizes.value = [{ event: r.event, title: line(r.title ?? g?.title), prize: prize + sum, at: now }, ...prizes.value].slice(
    0,
    MOST,
  );
  try {
    if (place) localStorage.setItem(place, JSON.stringify(prizes.value));
  } catch {
    // Not kept, then; the shop's record is what counts.
  }
}
