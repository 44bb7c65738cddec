import { createHmac } from 'node:crypto';
import {
  type Env,
  type Link,
  type LinkEvents,
  memoryStorage,
  type Storage,
  type Target,
  type Timers,
  type Transport,
  webEd25519,
} from './env.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

// A place for the client where nothing is real: time moves when a test says so,
// and the server is the test itself. It is also the measure for other places: an
// adapter that behaves like this one serves the client.

export class FakeTimers implements Timers {
  private t = 1_000_000;
  private list: { at: number; run: () => void; id: number }[] = [];
  private ids = 0;

  mono(): number {
    return this.t;
  }

  after(ms: number, run: () => void): unknown {
    const id = ++this.ids;
    this.list.push({ at: this.t + ms, run, id });
    return id;
  }

  cancel(timer: unknown): void {
    this.list = this.list.filter((x) => x.id !== timer);
  }

  get waiting(): number {
    return this.list.length;
  }

  /** Moves time on, running what is due in order; promises settle in between. */
  async move(ms: number): Promise<void> {
    const end = this.t + ms;
    for (;;) {
      await settle();
      const next = this.list.filter((x) => x.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.t = Math.max(this.t, next.at);
      this.cancel(next.id);
      next.run();
    }
    this.t = end;
    await settle();
  }
}

/** Lets promises and microtasks run out. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

/** Any message of a client, with whatever members it has. */
type Said = { op: string; id?: string; nonce?: string; n?: number; t?: number };

export class FakeServer implements Transport {
  readonly name: string;
  links: { to: Target; on: LinkEvents; sent: ClientMessage[]; closed: boolean }[] = [];
  /** Refuses every connection before it opens. */
  down: Parameters<LinkEvents['closed']>[0] | undefined;

  constructor(name = 'fake') {
    this.name = name;
  }

  connect(to: Target, on: LinkEvents): Link {
    const link = { to: { ...to }, on, sent: [] as ClientMessage[], closed: false };
    this.links.push(link);
    const { down } = this;
    if (down) queueMicrotask(() => this.end(down));
    return {
      send: (text) => void link.sent.push(JSON.parse(text)),
      close: (code = 1000, why = '') => {
        if (link.closed) return;
        link.closed = true;
        on.closed({ code, why });
      },
    };
  }

  get last() {
    const l = this.links.at(-1);
    if (!l) throw new Error('nobody connected');
    return l;
  }

  /** What the client said on the last link, of one kind. */
  said(op: ClientMessage['op']): Said[] {
    return this.last.sent.filter((m) => m.op === op) as Said[];
  }

  tell(...messages: (ServerMessage | Record<string, unknown> | string)[]): void {
    for (const m of messages) this.last.on.message(typeof m === 'string' ? m : JSON.stringify(m));
  }

  hello(more: Record<string, unknown> = {}): void {
    this.last.on.open();
    this.tell({
      op: 'hello',
      v: 1,
      room: 'r',
      conn: 'c',
      user: 'u',
      h: 'me',
      name: '小明',
      now: 5_000_000,
      seq: 10,
      resume: 'ticket',
      entry_key: '000102030405060708090a0b0c0d0e0f',
      back: { min_ms: 100, max_ms: 1_100 },
      ...more,
    });
  }

  end(how: Parameters<LinkEvents['closed']>[0]): void {
    const l = this.last;
    if (l.closed) return;
    l.closed = true;
    l.on.closed(how);
  }
}

export interface FakePlace {
  env: Env;
  timers: FakeTimers;
  server: FakeServer;
  storage: Storage;
  /** Requests beside the link, and what they are answered; undefined: nobody answers. */
  calls: { method: string; url: string; token: string; body?: string | undefined }[];
  /** The proof of work that was asked for, each to be answered by the test. */
  puzzles: { challenge: string; bits: number; done: (solution: string) => void; fail: (why: Error) => void }[];
  answer: { call: ((method: string) => { status: number; body: string } | undefined) | undefined };
}

export function fakePlace(transports: FakeServer[] = [new FakeServer()], random = 0.5): FakePlace {
  const timers = new FakeTimers();
  const storage = memoryStorage();
  let n = 0;
  const calls: FakePlace['calls'] = [];
  const puzzles: FakePlace['puzzles'] = [];
  const answer: FakePlace['answer'] = { call: undefined };
  const env: Env = {
    transports,
    storage,
    timers,
    fetch: async () => {
      throw new Error('no network');
    },
    call: async (method, url, token, body) => {
      calls.push({ method, url, token, body });
      const said = answer.call?.(method);
      if (!said) throw new Error('no network');
      return said;
    },
    ed25519: webEd25519,
    solve: (challenge, bits) => new Promise((done, fail) => puzzles.push({ challenge, bits, done, fail })),
    hmac: async (key, data) => new Uint8Array(createHmac('sha256', key).update(data).digest()),
    // Ids must differ; waits must not.
    random: () => (random + ++n / 2 ** 40) % 1,
  };
  return { env, timers, server: transports[0] as FakeServer, storage, calls, puzzles, answer };
}
