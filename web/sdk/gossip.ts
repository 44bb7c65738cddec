import type { Env } from './env.ts';

// The transparency log's heads, as rooms tell them (PROTOCOL.md 7): one is
// remembered for each log, and whoever is shown another history than before can
// prove it. Only remembering is here; what checks is loaded when it is time.

/** What is remembered of one log. */
export interface Kept {
  /** The greatest head that was checked, as the log signed it. */
  note: string;
  /** The log's key, as it was when first asked. */
  key: string;
  /** Since when the log shows less than `note`, Unix ms. */
  behind?: number;
  fork?: Fork;
}

/** The log contradicts itself. Both notes bear its signature: anybody who has the key can see it. */
export interface Fork {
  /** `fork`: two histories; `rollback`: entries are gone; `key`: another key under the same name. */
  kind: 'fork' | 'rollback' | 'key';
  origin: string;
  /** The notes that were signed before and now. */
  had: string;
  got: string;
  /** The key of `had`, and that of `got` where it is another. */
  key: string;
  gotKey?: string;
  /** When it was found, Unix ms. */
  at: number;
}

/** How a check came out; `unknown`: not now, which is no alarm. */
export type Checked = 'none' | 'ok' | 'unknown' | 'fork';

// Heads that wait for the next check; what is more is told again by the next.
const WAITING = 4;
// A check is one or a few tiles: rooms of any size make some hundred a second.
const SPREAD_MS = 60_000;
const VIEWER_MS = 3;
const NOTE_MOST = 400;

/** The log that a note names. */
export const originOf = (note: string): string => note.slice(0, Math.max(0, note.indexOf('\n')));

const place = (origin: string): string => `fudai.log.${origin}`;

/** What is remembered of a log; what cannot be read is nothing. */
export function recall(env: Pick<Env, 'storage'>, origin: string): Kept | undefined {
  try {
    const k = JSON.parse(env.storage.get(place(origin)) ?? '') as Kept;
    return typeof k.note === 'string' && typeof k.key === 'string' ? k : undefined;
  } catch {
    return undefined;
  }
}

export function remember(env: Pick<Env, 'storage'>, origin: string, kept: Kept): void {
  env.storage.set(place(origin), JSON.stringify(kept));
}

/** Remembers heads and checks that each continues what was remembered. */
export class Gossip {
  private waiting: string[] = [];
  private timer: unknown;
  private running: Promise<Checked> | undefined;
  private told = new Set<string>();

  constructor(
    private readonly env: Env,
    private readonly base: string,
    private readonly forked: (f: Fork) => void,
    private readonly wall: () => number = Date.now,
  ) {}

  /** A head that a room, or the proof of a draw, names. */
  hear(note: string | undefined): void {
    if (typeof note !== 'string' || note.length > NOTE_MOST) return;
    const origin = originOf(note);
    if (origin === '') return;
    const kept = recall(this.env, origin);
    if (kept?.fork) this.alarm(kept.fork);
    if (kept?.note === note || this.waiting.includes(note)) return;
    this.waiting = [...this.waiting, note].slice(-WAITING);
  }

  /** There was a result in a room of so many: a check follows, when not everybody checks. */
  soon(viewers: number): void {
    this.timer ??= this.env.timers.after(this.env.random() * Math.max(SPREAD_MS, viewers * VIEWER_MS), () => {
      this.timer = undefined;
      void this.check();
    });
  }

  stop(): void {
    this.env.timers.cancel(this.timer);
    this.timer = undefined;
  }

  /** Checks at once what was heard. Two at a time are one. */
  check(): Promise<Checked> {
    this.running ??= this.all().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async all(): Promise<Checked> {
    this.stop();
    const notes = this.waiting;
    if (notes.length === 0) return this.told.size > 0 ? 'fork' : 'none';
    let said: Checked = 'ok';
    try {
      const { judge } = await import('./consistency.ts');
      for (const note of notes) {
        const came = await judge(this.env, this.base, note, this.wall());
        if (came === 'unknown') {
          if (said === 'ok') said = came;
          continue;
        }
        this.waiting = this.waiting.filter((w) => w !== note);
        if (typeof came === 'string') continue;
        this.alarm(came);
        said = 'fork';
      }
    } catch {
      return 'unknown'; // the line broke; what waits goes with the next check
    }
    return said;
  }

  private alarm(f: Fork): void {
    if (this.told.has(f.origin)) return;
    this.told.add(f.origin);
    this.forked(f);
  }
}
