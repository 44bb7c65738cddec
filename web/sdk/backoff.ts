import type { Window } from './wire.ts';

/** What a close code asks of the client (PROTOCOL.md, 6). */
export type Return = 'window' | 'at-once' | 'new-token' | 'never';

export function onClose(code: number): Return {
  switch (code) {
    case 1002:
    case 1003:
    case 1007:
    case 1009:
    case 4000:
    case 4005:
    case 4006:
    case 4008:
      return 'never';
    case 4001:
      return 'new-token';
    case 4003:
      return 'at-once';
  }
  return 'window';
}

/** And what a refusal before the connection opened asks. */
export function onStatus(status: number): Return {
  switch (status) {
    case 401:
      return 'new-token';
    case 403:
    case 404:
    case 410:
      return 'never';
  }
  return 'window';
}

const LIMIT = 60_000;

/**
 * The wait before the next attempt: uniform over the whole window (full
 * jitter), so that a hundred thousand viewers of a lost server do not come back
 * as one. Each failure after the first doubles the window up to a minute.
 */
export function wait(window: Window, failures: number, random: () => number): number {
  const min = Math.max(0, window.min_ms);
  const max = Math.max(min, window.max_ms, 250);
  const wide = Math.min(Math.max(LIMIT, max), max * 2 ** Math.min(failures, 16));
  return min + random() * (wide - min);
}
