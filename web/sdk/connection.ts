import { onClose, onStatus, type Return, wait } from './backoff.ts';
import type { Env, Link, LinkEvents, Target, Transport } from './env.ts';
import { type ClientMessage, parse, type ServerMessage, type Window } from './wire.ts';

/** Where the connection stands. `waiting` says when it tries again; `ended` that it does not. */
export type Status =
  | { is: 'idle' }
  | { is: 'connecting'; attempt: number }
  | { is: 'live'; by: string }
  | { is: 'waiting'; ms: number; attempt: number; code: number }
  | { is: 'ended'; code: number; why: string };

export interface Hooks {
  status(s: Status): void;
  message(m: ServerMessage): void;
  /** Another token, or undefined to go on as a guest. */
  token(why: 'start' | 'expired'): Promise<string | undefined>;
  /** The last frame seen. */
  seq(): number | undefined;
}

const PING_MS = 20_000; // well under the server's 90 s of silence
const DEAD_MS = 45_000; // two pings without any answer
const OPEN_MS = 12_000; // a connection that has not said hello by then is given up
const STABLE_MS = 5_000; // failures are forgotten after that long a life
const PREFER_MS = 600_000; // how long a fallback is preferred before the first transport gets another chance

/**
 * Keeps one connection to a room alive: opens, listens for silence, comes back
 * as the server paces it, changes transport where the first does not get
 * through. It knows nothing of what is said on it.
 */
export class Connection {
  private link: Link | undefined;
  private generation = 0;
  private failures = 0;
  private unopened = 0;
  private fallbackUntil = 0;
  private timers = new Set<unknown>();
  private window: Window = { min_ms: 300, max_ms: 2_000 };
  private bye: (Window & { code: number }) | undefined;
  private heard = 0;
  private live = false;
  private asked = false;
  private readonly target: Target;

  constructor(
    private readonly env: Env,
    private readonly hooks: Hooks,
    base: string,
    room: string,
  ) {
    this.target = { base, room, seq: undefined, token: undefined, resume: undefined };
  }

  async start(): Promise<void> {
    const generation = ++this.generation;
    this.hooks.status({ is: 'connecting', attempt: 0 });
    if (!this.asked) {
      this.asked = true;
      this.target.token = await this.hooks.token('start').catch(() => undefined);
    }
    if (generation === this.generation) this.open();
  }

  stop(): void {
    this.generation++;
    this.clear();
    this.link?.close(1000, 'left');
    this.link = undefined;
    this.live = false;
    this.hooks.status({ is: 'idle' });
  }

  get isLive(): boolean {
    return this.live;
  }

  get token(): string | undefined {
    return this.target.token;
  }

  /** Where and as whom it connects: for requests beside the link. */
  get at(): Readonly<Target> {
    return this.target;
  }

  set token(t: string | undefined) {
    this.target.token = t;
  }

  /** Says whether the message went to a live link; what is lost there the outboxes send again. */
  send(m: ClientMessage): boolean {
    if (!this.live || !this.link) return false;
    this.link.send(JSON.stringify(m));
    return true;
  }

  /** Opens anew at once: after a login the server did not answer, or when the device is online again. */
  again(): void {
    if (this.generation === 0) return;
    this.generation++;
    this.clear();
    this.link?.close(1000, 'again');
    this.open();
  }

  /** The device says it is online: no reason to wait the window out, only a short part of it. */
  online(): void {
    if (this.live || this.timers.size === 0) return;
    this.clear();
    this.after(this.env.random() * 1_000, () => this.open());
  }

  private open(): void {
    const generation = ++this.generation;
    const mine = (): boolean => generation === this.generation;
    this.clear();
    this.bye = undefined;
    this.live = false;
    this.target.seq = this.hooks.seq();
    this.hooks.status({ is: 'connecting', attempt: this.failures });
    const transport = this.pick();
    let opened = false;
    const on: LinkEvents = {
      open: () => {
        opened = true;
      },
      message: (text) => mine() && this.hear(text, transport),
      closed: (end) => {
        if (!mine()) return;
        this.generation++; // nothing more is believed of this link
        this.link = undefined;
        this.unopened = opened ? 0 : this.unopened + 1;
        this.closed(end);
      },
    };
    this.after(OPEN_MS, () => {
      if (mine() && !this.live) this.link?.close(1000, 'no hello');
    });
    this.link = transport.connect(this.target, on);
  }

  private pick(): Transport {
    const [first, second] = this.env.transports;
    if (!first) throw new Error('no transport: pass env.transports');
    if (!second) return first;
    if (this.env.timers.mono() < this.fallbackUntil) return second;
    // Two failures before opening: let the other try, and alternate until one gets through.
    return this.unopened >= 2 && this.unopened % 2 === 0 ? second : first;
  }

  private hear(text: string, by: Transport): void {
    this.heard = this.env.timers.mono();
    const m = parse(text);
    if (!m) return;
    if (m.op === 'hello') {
      if (m.back) this.window = m.back;
      this.target.resume = m.resume;
      if (!this.live) this.begin(by);
    } else if (m.op === 'pong' || m.op === 'work') {
      if (m.resume) this.target.resume = m.resume;
    } else if (m.op === 'bye') {
      if (m.resume) this.target.resume = m.resume;
      this.bye = { code: m.code, min_ms: m.min_ms ?? this.window.min_ms, max_ms: m.max_ms ?? this.window.max_ms };
    }
    this.hooks.message(m);
  }

  private begin(by: Transport): void {
    this.clear();
    this.live = true;
    this.unopened = 0;
    if (by !== this.env.transports[0]) this.fallbackUntil = this.env.timers.mono() + PREFER_MS;
    this.after(STABLE_MS, () => {
      this.failures = 0;
    });
    this.hooks.status({ is: 'live', by: by.name });
    this.ping();
  }

  private ping(): void {
    const silent = this.env.timers.mono() - this.heard;
    if (silent >= DEAD_MS) return this.link?.close(4010, 'silent');
    this.send({ op: 'ping', t: Math.round(this.env.timers.mono()) });
    // The first ones come quickly: they set the clock.
    this.after(this.pings++ < 3 ? 1_500 : PING_MS, () => this.ping());
  }
  private pings = 0;

  private closed(end: Parameters<LinkEvents['closed']>[0]): void {
    this.clear();
    this.live = false;
    this.pings = 0;
    const code = this.bye && end.code <= 1006 ? this.bye.code : end.code;
    const verdict: Return = end.status === undefined ? onClose(code) : onStatus(end.status);
    if (verdict === 'never') {
      this.hooks.status({ is: 'ended', code: end.status ?? code, why: refusal(end.body)?.code ?? end.why });
      return;
    }
    if (verdict === 'new-token') return void this.renew(end.status ?? code);
    const elsewhere = end.status === 503 ? refusal(end.body)?.edge : undefined;
    if (elsewhere) {
      // Full, or going away: it says who takes us. Spread over a second, as others come along.
      this.target.base = `${elsewhere}/`;
      this.later(wait({ min_ms: 0, max_ms: 1_000 }, this.failures, this.env.random), code);
      return;
    }
    const window = this.bye ?? (end.retryMs ? { min_ms: end.retryMs, max_ms: end.retryMs * 2 } : this.window);
    this.later(verdict === 'at-once' && this.failures === 0 ? 0 : wait(window, this.failures, this.env.random), code);
  }

  private async renew(code: number): Promise<void> {
    const generation = this.generation;
    const old = this.target.token;
    const token = await this.hooks.token('expired').catch(() => undefined);
    if (generation !== this.generation) return;
    if (token === undefined && old === undefined) {
      this.hooks.status({ is: 'ended', code, why: 'login-needed' });
      return;
    }
    this.target.token = token === old ? undefined : token;
    this.later(wait(this.window, this.failures, this.env.random), code);
  }

  private later(ms: number, code: number): void {
    this.hooks.status({ is: 'waiting', ms, attempt: this.failures, code });
    this.failures++;
    this.after(ms, () => this.open());
  }

  private after(ms: number, run: () => void): void {
    const timer = this.env.timers.after(ms, () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.add(timer);
  }

  private clear(): void {
    for (const t of this.timers) this.env.timers.cancel(t);
    this.timers.clear();
  }
}

/** What the body of a refusal says, of which only what can be used is kept. */
function refusal(body: string | undefined): { code?: string; edge?: string } | undefined {
  try {
    const o = JSON.parse(body ?? '') as { code?: unknown; edge?: unknown };
    return {
      ...(typeof o.code === 'string' && { code: o.code }),
      ...(typeof o.edge === 'string' && /^https?:\/\/[^/?#\s]+$/.test(o.edge) && { edge: o.edge }),
    };
  } catch {
    return undefined;
  }
}
