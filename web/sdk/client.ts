import { Clock } from './clock.ts';
import { Comments, type Mine } from './comments.ts';
import { Connection, type Status } from './connection.ts';
import { Emitter } from './emitter.ts';
import { Entries, type Entry } from './entries.ts';
import { type Env, systemTimers, webCall, webEd25519, webFetch, webHmac, webSolve, webStorage } from './env.ts';
import { type Checked, type Fork, Gossip } from './gossip.ts';
import { Model } from './model.ts';
import { getReceipt, postEntry } from './post.ts';
import { webSocket } from './socket.ts';
import { eventStream } from './sse.ts';
import { Winnings } from './winnings.ts';
import type { CommentItem, Direct, Gap, Hello, Item, Result, ServerMessage } from './wire.ts';
import { Work } from './work.ts';

/** What the page around the room is asked to do; the room goes on meanwhile. */
export type Need = 'login' | 'follow' | 'buy' | 'share' | 'openPrize';

export interface Events {
  status: Status;
  hello: Hello;
  /** The whole room anew: `last` holds the newest items, oldest first. */
  state: { model: Model; last: Item[] };
  /** The items of one frame, in order; `model` has them already. `late`: ms from the making of the frame to now. */
  items: { items: Item[]; model: Model; late: number };
  /** A comment of this viewer changed its state, here or on another device. */
  mine: Mine;
  entry: Entry;
  result: Result;
  direct: Direct;
  /** Frames that were not sent to this viewer, or not received. */
  gap: Gap | { from: number; to: number; why: 'hole' };
  need: { need: Need; data?: unknown };
  /** The organiser's public log contradicts itself: told once a page, and again after a reload. */
  fork: Fork;
}

export interface Options {
  /** Where the server is, for instance `https://live.example.com/`. */
  base: string;
  room: string;
  /**
   * The viewer's token, asked at the start and whenever the old one is refused.
   * Undefined goes on as a guest.
   */
  token?: (why: 'start' | 'expired') => Promise<string | undefined> | string | undefined;
  env?: Partial<Env>;
}

export function browserEnv(): Env {
  return {
    transports: [webSocket(), eventStream()],
    storage: webStorage(),
    timers: systemTimers,
    hmac: webHmac,
    fetch: webFetch,
    call: webCall,
    ed25519: webEd25519,
    solve: webSolve(),
    random: Math.random,
  };
}

/** One viewer in one room. */
export class Client extends Emitter<Events> {
  readonly model = new Model();
  status: Status = { is: 'idle' };
  hello: Hello | undefined;

  private readonly env: Env;
  private readonly clock: Clock;
  private readonly connection: Connection;
  private readonly comments: Comments;
  private readonly entries: Entries;
  private readonly work: Work;
  private readonly gossip: Gossip;
  private readonly winnings: Winnings;
  private seq: number | undefined;
  private likes = 0;
  private likeTimer: unknown;
  private authTimer: unknown;

  constructor(options: Options) {
    super();
    this.env = { ...browserEnv(), ...options.env };
    this.clock = new Clock(() => this.env.timers.mono());
    this.connection = new Connection(
      this.env,
      {
        status: (s) => this.turn(s),
        message: (m) => this.hear(m),
        token: async (why) => options.token?.(why),
        seq: () => this.seq,
      },
      options.base,
      options.room,
    );
    const newId = (): string => this.newId();
    const send = this.connection.send.bind(this.connection);
    const login = (): void => this.emit('need', { need: 'login' });
    this.comments = new Comments(this.env, send, (m) => this.emit('mine', m), login, newId);
    this.gossip = new Gossip(this.env, options.base, (f) => this.emit('fork', f));
    this.winnings = new Winnings(this.env, send, (r) => {
      this.model.results.set(r.event, r);
      this.emit('result', r);
    });
    this.work = new Work(this.env, {
      send,
      settled: () => this.entries.go(),
      failed: () => this.entries.stuck(),
    });
    this.entries = new Entries(this.env, {
      send,
      key: () => this.hello?.entry_key || undefined,
      give: (event) => this.model.gives.get(event),
      login,
      changed: (e) => this.emit('entry', e),
      newId,
      work: this.work,
      post: (m) => postEntry(this.env, this.connection.at, m),
      fetchReceipt: (event) => getReceipt(this.env, this.connection.at, event),
    });
  }

  /** Checks now that the public log continues what this browser remembers; `note` is one more head to look at. */
  checkLog(note?: string): Promise<Checked> {
    this.gossip.hear(note);
    return this.gossip.check();
  }

  start(): void {
    void this.connection.start();
  }

  stop(): void {
    this.comments.pause();
    this.entries.pause(false);
    this.gossip.stop();
    this.winnings.stop();
    this.connection.stop();
  }

  /** Call when the device comes online: the wait for the next attempt is cut short. */
  online(): void {
    this.connection.online();
  }

  /** The server's time: countdowns follow it, whatever the device believes. */
  now(): number {
    return this.clock.now();
  }

  /** Shown at once as `mine`; a guest's raises `login` and goes out after it. */
  say(text: string, re?: number): Mine {
    return this.comments.say(text, re);
  }

  retry(id: string): Mine | undefined {
    return this.comments.retry(id);
  }

  /** Likes are gathered for a moment and sent as one number. */
  like(n = 1): void {
    this.likes += n;
    this.likeTimer ??= this.env.timers.after(500, () => this.flushLikes());
  }

  enter(event: string, text?: string): Entry {
    return this.entries.enter(event, 'enter', text);
  }

  tap(event: string): Entry {
    return this.entries.enter(event, 'tap');
  }

  entry(event: string): Entry | undefined {
    return this.entries.get(event);
  }

  /** Asks where this viewer stands in a giveaway; the answer comes as `entry`. */
  ask(event: string): void {
    this.connection.send({ op: 'me', event });
  }

  /** Sends a sealed claim form. True if it went out; the outcome comes as `entry` or `direct`. */
  claim(event: string, form: string): boolean {
    return this.connection.send({ op: 'claim', id: this.newId(), event, form });
  }

  /** Raises a wish of the room to the page around it. */
  need(need: Need, data?: unknown): void {
    this.emit('need', { need, data });
  }

  /** The viewer has a token now: place and pending messages stay. */
  login(token: string): void {
    this.connection.token = token;
    if (!this.connection.send({ op: 'auth', token })) return;
    // A server that upgrades the open connection says hello again. One that
    // does not gets a new connection from the last frame.
    this.env.timers.cancel(this.authTimer);
    this.authTimer = this.env.timers.after(2_500, () => this.connection.again());
  }

  /** The token in use, for requests beside the line; undefined for a guest. */
  get token(): string | undefined {
    return this.connection.token;
  }

  /** The viewer called the login off: what waited for it fails, ready to be tried again. */
  refuseLogin(): void {
    this.comments.refuseLogin();
    this.entries.refuseLogin();
  }

  private turn(s: Status): void {
    this.status = s;
    if (s.is !== 'live') {
      this.comments.pause();
      this.entries.pause(s.is === 'waiting' || s.is === 'connecting');
    }
    this.emit('status', s);
  }

  private hear(m: ServerMessage): void {
    switch (m.op) {
      case 'hello':
        this.greet(m);
        break;
      case 'state':
        this.seq = m.seq;
        this.clock.hear(m.now);
        this.model.load(m);
        this.gossip.hear(m.checkpoint);
        this.emit('state', { model: this.model, last: m.last ?? [] });
        this.askOpen();
        break;
      case 'frame':
        this.frame(m.seq, m.items, m.now);
        break;
      case 'gap':
        if (this.seq !== undefined) this.seq = Math.max(this.seq, m.to);
        this.emit('gap', m);
        break;
      case 'ack':
        if (!this.comments.ack(m)) this.entries.ack(m);
        break;
      case 'out':
        if (!this.comments.out(m)) this.entries.out(m);
        break;
      case 'receipt':
        this.entries.receipt(m);
        break;
      case 'me':
        this.entries.me(m);
        this.winnings.me(m, this.hello?.name, this.hello?.h ?? '');
        break;
      case 'work':
        this.work.answer(m);
        break;
      case 'result':
        this.gossip.hear(m.checkpoint);
        if (!this.model.outcome(m)) break;
        if (m.state !== 'sealed') this.gossip.soon(this.model.online);
        this.emit('result', m);
        if (this.entries.get(m.event)?.state === 'in') this.winnings.hear(m, this.hello?.h ?? '');
        break;
      case 'direct':
        this.emit('direct', m);
        break;
      case 'pong':
        this.clock.hear(m.now, Math.max(0, this.env.timers.mono() - m.t));
        break;
    }
  }

  private greet(h: Hello): void {
    const known = h.user !== undefined && h.user !== '';
    this.env.timers.cancel(this.authTimer);
    this.hello = h;
    this.clock.forget();
    this.clock.hear(h.now);
    this.emit('hello', h);
    this.work.ask(h.work);
    if (known) this.entries.resume(`fudai.entries.${h.room}.${h.user}`);
    this.comments.resume(known);
  }

  /** After a join: where does this viewer stand in what runs now? */
  private askOpen(): void {
    if (!this.hello?.user) return;
    for (const g of this.model.gives.values()) {
      const running = g.state === 'open' || g.state === 'closing' || g.state === 'sealed';
      if (running && this.entries.get(g.event) === undefined) this.ask(g.event);
    }
  }

  private frame(seq: number, items: Item[], made: number): void {
    if (this.seq !== undefined) {
      if (seq <= this.seq) return; // seen before the line broke
      if (seq > this.seq + 1) this.emit('gap', { from: this.seq + 1, to: seq - 1, why: 'hole' });
    }
    this.seq = seq;
    for (const i of items) {
      this.model.take(i);
      if (i.t === 'c' && this.isMine(i)) this.comments.shown(i);
      else if (i.t === 'retract') this.comments.retracted(i.o);
      else if (i.t === 'checkpoint') this.gossip.hear(i.note);
    }
    this.emit('items', { items, model: this.model, late: Math.max(0, this.now() - made) });
  }

  /** Whether a comment is this viewer's, from this device or another. */
  isMine(c: CommentItem): boolean {
    return c.h !== undefined && c.h !== '' && c.h === this.hello?.h;
  }

  /** Whether this device sent it and shows it already. */
  isEcho(c: CommentItem): boolean {
    return this.isMine(c) && this.comments.has(c.id);
  }

  private flushLikes(): void {
    this.likeTimer = undefined;
    const most = Math.min(20, this.hello?.limits?.likes ?? 20);
    const n = Math.min(this.likes, most);
    this.likes -= n;
    if (n > 0) this.connection.send({ op: 'like', n });
    // What one message does not hold goes with the next; a backlog beyond that is a held-down finger.
    this.likes = Math.min(this.likes, 5 * most);
    if (this.likes > 0) this.likeTimer = this.env.timers.after(500, () => this.flushLikes());
  }

  private newId(): string {
    const part = (): string => Math.floor(this.env.random() * 2 ** 32).toString(36);
    return `${Math.floor(this.now()).toString(36)}-${(++this.ids).toString(36)}-${part()}${part()}`;
  }
  private ids = 0;
}
