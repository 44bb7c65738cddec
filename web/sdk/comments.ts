import type { Env } from './env.ts';
import type { Ack, ClientMessage, CommentItem, Out } from './wire.ts';

/**
 * A comment of this viewer, from the tap on. `sending`: not acknowledged;
 * `sent`: the log has it; `done`: `code` says what became of it; `failed`:
 * `code` says why, and `retry` sends it again.
 */
export interface Mine {
  id: string;
  text: string;
  re?: number;
  state: 'sending' | 'sent' | 'done' | 'failed';
  code?: string;
  detail?: string;
  o?: number;
  retryMs?: number;
}

interface Waiting {
  mine: Mine;
  tries: number;
  timer: unknown;
  parked: boolean;
  /** On its way on this very link: a greeting is no reason to send it again. */
  out: boolean;
}

const ACK_MS = 8_000;
const TRIES = 4;
const PENDING = 50; // more than that unacknowledged and a new one fails at once
const KEEP = 200;

/** Codes after which nothing more follows but a retraction; a held comment is still to be decided. */
const open = new Set(['held']);

/** Sends comments under one id each until the log has them, and tells what became of them. */
export class Comments {
  private readonly all = new Map<string, Waiting>();

  constructor(
    private readonly env: Env,
    private readonly send: (m: ClientMessage) => boolean,
    private readonly changed: (m: Mine) => void,
    private readonly login: () => void,
    private readonly newId: () => string,
  ) {}

  say(text: string, re?: number): Mine {
    const mine: Mine = { id: this.newId(), text, state: 'sending', ...(re !== undefined && { re }) };
    const w: Waiting = { mine, tries: 0, timer: undefined, parked: false, out: false };
    this.all.set(mine.id, w);
    this.forget();
    this.changed(mine);
    if (this.pending() > PENDING) this.fail(w, 'busy');
    else this.go(w);
    return w.mine;
  }

  private pending(): number {
    let n = 0;
    for (const w of this.all.values()) if (w.mine.state === 'sending') n++;
    return n;
  }

  /** Sends a failed comment again: under its id where nobody knows what became of it, else as a new one. */
  retry(id: string): Mine | undefined {
    const w = this.all.get(id);
    if (w?.mine.state !== 'failed') return undefined;
    if (w.mine.code !== 'not-sent') {
      this.all.delete(id);
      return this.say(w.mine.text, w.mine.re);
    }
    w.tries = 0;
    this.set(w, { state: 'sending' });
    this.go(w);
    return w.mine;
  }

  has(id: string | undefined): boolean {
    return id !== undefined && this.all.has(id);
  }

  /** The connection is back: what is not acknowledged goes again. For a guest, not what waits for a login. */
  resume(known: boolean): void {
    for (const w of this.all.values()) {
      if (w.mine.state !== 'sending' || w.out || (w.parked && !known)) continue;
      w.parked = false;
      this.go(w);
    }
  }

  /** The link is gone: nothing is failed by that, it waits for `resume`. */
  pause(): void {
    for (const w of this.all.values()) {
      this.env.timers.cancel(w.timer);
      w.out = false;
    }
  }

  ack(a: Ack): boolean {
    const w = this.all.get(a.id);
    if (!w) return false;
    if (w.mine.state !== 'sending') return true;
    w.out = false;
    this.env.timers.cancel(w.timer);
    switch (a.code) {
      case 'sent':
        this.set(w, { state: 'sent', ...(a.o !== undefined && { o: a.o }) });
        break;
      case 'not-sent':
      case 'busy':
      case 'work': // the passphrase of a giveaway, which waits for a proof of work as an entry does
        this.later(w, a.retry_ms ?? 1_000, 'not-sent');
        break;
      case 'login-needed':
        w.parked = true;
        this.login();
        break;
      default:
        this.fail(w, a.code, a.retry_ms);
    }
    return true;
  }

  out(o: Out): boolean {
    const w = this.all.get(o.id);
    if (!w) return false;
    this.env.timers.cancel(w.timer);
    const before = w.mine;
    // The same id again says only that the first one counted.
    if (o.code === 'duplicate' && (before.state === 'done' || before.state === 'sent')) return true;
    const failed = o.code === 'limited' || o.code === 'slow' || o.code === 'malformed';
    this.set(w, {
      state: open.has(o.code) ? 'sent' : failed ? 'failed' : 'done',
      code: o.code,
      ...(o.o !== undefined && { o: o.o }),
      ...(o.detail !== undefined && { detail: String(o.detail) }),
      ...(o.retry_ms !== undefined && { retryMs: o.retry_ms }),
    });
    return true;
  }

  /** A frame shows a comment of this viewer: that is the outcome, whether or not its reply arrives. */
  shown(c: CommentItem): void {
    const w = c.id === undefined ? undefined : this.all.get(c.id);
    if (!w || w.mine.state === 'done') return;
    this.env.timers.cancel(w.timer);
    this.set(w, { state: 'done', code: 'shown', o: c.o });
  }

  retracted(offsets: readonly number[]): void {
    for (const w of this.all.values()) {
      if (w.mine.o !== undefined && offsets.includes(w.mine.o)) this.set(w, { state: 'done', code: 'retracted' });
    }
  }

  /** The login was called off. */
  refuseLogin(): void {
    for (const w of this.all.values()) if (w.parked) this.fail(w, 'login-needed');
  }

  private go(w: Waiting): void {
    const { id, text, re } = w.mine;
    this.env.timers.cancel(w.timer);
    if (!this.send({ op: 'say', id, text, ...(re !== undefined && { re }) })) return;
    w.tries++;
    w.out = true;
    w.timer = this.env.timers.after(ACK_MS, () => this.later(w, 0, 'not-sent'));
  }

  private later(w: Waiting, ms: number, code: string): void {
    if (w.tries >= TRIES) return this.fail(w, code);
    w.timer = this.env.timers.after(ms * (1 + this.env.random()), () => this.go(w));
  }

  private fail(w: Waiting, code: string, retryMs?: number): void {
    w.parked = false;
    this.set(w, { state: 'failed', code, ...(retryMs !== undefined && { retryMs }) });
  }

  private set(w: Waiting, change: Partial<Mine>): void {
    w.mine = { ...w.mine, ...change };
    this.changed(w.mine);
  }

  private forget(): void {
    for (const [id, w] of this.all) {
      if (this.all.size <= KEEP) break;
      if (w.mine.state === 'sending') continue;
      this.env.timers.cancel(w.timer);
      this.all.delete(id);
    }
  }
}
