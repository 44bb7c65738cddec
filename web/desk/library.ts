import type { Script } from './api.ts';

/** The library with what is of the product on show first, then the shop's, then the rest. */
export function inOrder(all: readonly Script[], item: string | undefined): Script[] {
  const place = (s: Script): number => (s.item && s.item === item ? 0 : s.item ? 2 : 1);
  return [...all].sort((a, b) => place(a) - place(b));
}
