import type { Result } from '@fudai/sdk';
import { signal } from '@preact/signals';
import { wonBy } from './prizes.ts';

/** The giveaway whose outcome lies over the picture; empty: none. */
export const resultShown = signal('');

/** Outcomes that wait behind a prize, of giveaways that this viewer took part in. */
let behind: string[] = [];
const MOST = 8;

/** Shows an outcome. A prize stays until its winner opens or closes it: what comes then waits behind it, or is not this viewer's. */
export function showResult(r: Result, all: ReadonlyMap<string, Result>, h: string | undefined, took: boolean): void {
  const shown = all.get(resultShown.value);
  if (!shown || !wonBy(shown, h) || wonBy(r, h)) resultShown.value = r.event;
  else if (took && shown.event !== r.event) behind = [...behind.filter((e) => e !== r.event), r.event].slice(-MOST);
}

/** Puts the outcome away; the next one that waited comes. */
export function closeResult(): void {
  resultShown.value = behind.shift() ?? '';
}
