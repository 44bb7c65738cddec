import type { Env } from './env.ts';
import type { ClientMessage, Puzzle, WorkAnswer } from './wire.ts';

/** What opens the way for an entry: PROTOCOL.md, 8. */
export interface Proof {
  challenge: string;
  solution: string;
}

export interface WorkPlace {
  send(m: ClientMessage): boolean;
  /** Nothing is owed any more. */
  settled(): void;
  /** It cannot be done here, or the server takes no solution. */
  failed(): void;
}

const TRIES = 3;
/** A challenge is good for ten minutes; one that is old is not begun with. */
const FRESH_MS = 540_000;

/**
 * The work that a server asks of a viewer out of a crowded network before an
 * entry. It begins at once, and goes on over a lost line: a solution is the
 * viewer's in the room, not the connection's.
 */
export class Work {
  private asked: Puzzle | undefined;
  private on: { puzzle: Puzzle; since: number; solution?: string } | undefined;
  private tries = 0;

  constructor(
    private readonly env: Env,
    private readonly to: WorkPlace,
  ) {}

  /** An entry would be refused now. */
  get owed(): boolean {
    return this.asked !== undefined;
  }

  /** For an entry beside the line. */
  get proof(): Proof | undefined {
    return this.on?.solution === undefined ? undefined : { challenge: this.on.puzzle.challenge, solution: this.on.solution };
  }

  /** What a hello says of it, or a refused entry: nothing, or what is to be solved. */
  ask(p: Puzzle | undefined): void {
    const owed = this.owed;
    this.asked = p;
    if (!p) {
      if (owed) this.to.settled();
      return;
    }
    const { on } = this;
    const good = on && on.puzzle.bits >= p.bits && this.env.timers.mono() - on.since < FRESH_MS;
    if (!good) this.begin(p);
    else if (on.solution !== undefined) this.show();
  }

  /** The server's word on a solution. */
  answer(m: WorkAnswer): void {
    if (m.challenge === undefined || m.bits === undefined) {
      this.tries = 0;
      return this.ask(undefined);
    }
    this.on = undefined;
    if (++this.tries < TRIES) return this.ask({ challenge: m.challenge, bits: m.bits });
    this.asked = { challenge: m.challenge, bits: m.bits };
    this.to.failed();
  }

  /** The viewer taps again after it failed. */
  again(): void {
    if (this.on || !this.asked) return;
    this.tries = 0;
    this.begin(this.asked);
  }

  private begin(puzzle: Puzzle): void {
    const on: NonNullable<typeof this.on> = { puzzle, since: this.env.timers.mono() };
    this.on = on;
    const mine = (): boolean => this.on === on;
    this.env.solve(puzzle.challenge, puzzle.bits).then(
      (solution) => {
        on.solution = solution;
        if (mine()) this.show();
      },
      () => {
        if (!mine()) return;
        this.on = undefined;
        this.to.failed();
      },
    );
  }

  private show(): void {
    // A line that is gone says hello when it is back, and asks again.
    if (this.proof) this.to.send({ op: 'work', ...this.proof });
  }
}
