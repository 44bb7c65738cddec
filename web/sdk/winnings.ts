import type { Env } from './env.ts';
import type { ClientMessage, Me, Result, Winner } from './wire.ts';

// A result lists the first winners alone (`more` says how many there are beyond
// them). Who is in and not among them asks; not all in the same second, since the
// room's owner answers each.

const EACH_MS = 1;
const LEAST_MS = 2_000;
const MOST_MS = 120_000;
const TRIES = 6;

interface Asked {
  result: Result;
  tries: number;
  timer: unknown;
}

export class Winnings {
  private readonly all = new Map<string, Asked>();

  constructor(
    private readonly env: Pick<Env, 'timers' | 'random'>,
    private readonly send: (m: ClientMessage) => boolean,
    private readonly won: (r: Result) => void,
  ) {}

  /** A result of a giveaway that this viewer is in; `h` is their handle. */
  hear(r: Result, h: string): void {
    if (!r.more || h === '' || this.all.has(r.event) || r.winners?.some((w) => w.h === h)) return;
    const a: Asked = { result: r, tries: 0, timer: undefined };
    this.all.set(r.event, a);
    this.later(a, Math.min(MOST_MS, Math.max(LEAST_MS, (r.entered ?? 0) * EACH_MS)));
  }

  /** The answer: whoever won stands in the result from now on, first. */
  me(m: Me, name: string | undefined, h: string): void {
    const a = this.all.get(m.event);
    if (!a || m.state === 'checking') return; // asked again when its time comes
    this.env.timers.cancel(a.timer);
    this.all.delete(m.event);
    if (!m.won) return;
    const own: Winner = { ...(name !== undefined && { n: name }), h, ...m.won };
    const { more = 1, winners = [], ...rest } = a.result;
    this.won({ ...rest, winners: [own, ...winners], ...(more > 1 && { more: more - 1 }) });
  }

  stop(): void {
    for (const a of this.all.values()) this.env.timers.cancel(a.timer);
    this.all.clear();
  }

  private later(a: Asked, within: number): void {
    a.timer = this.env.timers.after(this.env.random() * within, () => {
      if (a.tries++ >= TRIES) return void this.all.delete(a.result.event);
      this.send({ op: 'me', event: a.result.event });
      this.later(a, LEAST_MS * 2 ** a.tries);
    });
  }
}
