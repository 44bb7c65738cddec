// The worker that does the work a server asks for before an entry.
import { solve } from '../sdk/hashcash.ts';

self.onmessage = (e: MessageEvent<{ challenge: string; bits: number }>) => {
  self.postMessage(solve(e.data.challenge, e.data.bits));
};
