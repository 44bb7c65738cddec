import type { Result } from '@fudai/sdk';
import { beforeEach, expect, it } from 'vitest';
import { closeResult, resultShown, showResult } from './outcome.ts';

const result = (event: string, ...winners: string[]): Result =>
  ({ event, state: 'drawn', winners: winners.map((h) => ({ h, prize: 'p1' })) }) as unknown as Result;
const all = new Map<string, Result>();
const comes = (r: Result, took = true): void => {
  all.set(r.event, r);
  showResult(r, all, 'me', took);
};

beforeEach(() => {
  all.clear();
  while (resultShown.value) closeResult();
});

it('shows the newest outcome in place of one that was not won', () => {
  comes(result('a', 'you'));
  comes(result('b', 'you'));
  expect(resultShown.value).toBe('b');
});

it('keeps a prize until it is put away, and shows then what waited, each once', () => {
  comes(result('a', 'me'));
  comes(result('b', 'you'));
  comes(result('c', 'you'), false); // nobody waits for what they had no part in
  comes(result('d', 'you'));
  comes(result('b', 'you')); // said again, after an alternate
  expect(resultShown.value).toBe('a');
  closeResult();
  expect(resultShown.value).toBe('d');
  closeResult();
  expect(resultShown.value).toBe('b');
  closeResult();
  expect(resultShown.value).toBe('');
});

it('lets a prize take the place of a prize', () => {
  comes(result('a', 'me'));
  comes(result('b', 'me'));
  expect(resultShown.value).toBe('b');
});
