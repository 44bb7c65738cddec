import type { Env } from './env.ts';
import { nonce } from './nonce.ts';
import type { Submission } from './post.ts';
import type { Ack, ClientMessage, Give, Me, Out, Receipt, ReceiptMembers } from './wire.ts';
import type { Work } from './work.ts';

/**
 * Where this viewer's entry to a giveaway stands, always exactly one of:
 * submitting 提交中 (with `code` `work` while the device does the work that the server asked for), in 已参与, late 未赶上, ineligible 不符合条件 (`code` and
 * `detail` say which), failed 失败点此重试 (`code` says why).
 */
export type EntryState = 'submitting' | 'in' | 'late' | 'ineligible' | 'failed';

export interface Entry {
  event: string;
  id: string;
  op: 'enter' | 'tap';
  state: EntryState;
  text?: string;
  code?: string;
  detail?: string;
  receipt?: ReceiptMembers;
}

export interface EntryPlace {
  send(m: ClientMessage): boolean;
  /** Hex of hello; undefined for a guest. */
  key(): string | undefined;
  give(event: string): Give | undefined;
  login(): void;
  changed(e: Entry): void;
  newId(): string;
  work: Pick<Work, 'owed' | 'proof' | 'ask' | 'again'>;
  /** The same by a request of its own, for while there is no link; undefined: that way says nothing. */
  post(m: Submission): Promise<Ack | undefined>;
  fetchReceipt(event: string): Promise<Receipt | undefined>;
}

interface Waiting {
  entry: Entry;
  tries: number;
  asks: number;
  timer: unknown;
  /** Waits for a login, which the viewer may take a while over. */
  parked: boolean;
  /** Waits for the proof of work; nothing was sent. */
  held: boolean;
  /** On its way on this very link: a greeting is no reason to send it again. */
  out: boolean;
  /** The next request beside a link that is gone. */
  aside: unknown;
  /** How many there were, and whether the log has what one sent. */
  posts: number;
  sent: boolean;
}

const waiting = (entry: Entry, tries: number): Waiting => ({
  entry,
  tries,
  asks: 0,
  timer: undefined,
  parked: false,
  held: false,
  out: false,
  aside: undefined,
  posts: 0,
  sent: false,
});

const ANSWER_MS = 6_000;
const TRIES = 6;
const ASKS = 10;
const KEEP = 50;
/** How long a link may be gone before an entry goes by a request of its own; twice as long before each next one. */
const AWAY_MS = 1_000;
const AWAY_DOUBLINGS = 5;

/**
 * The outbox of giveaway entries. An entry goes under one id, however often the
 * line breaks and over a reload of the page, until the server said what became
 * of it; an answer that comes after a failure was shown still counts.
 */
export class Entries {
  private readonly all = new Map<string, Waiting>();
  private place = '';
  /** The link is gone and to come back. */
  private away = false;

  constructor(
    private readonly env: Env,
    private readonly to: EntryPlace,
  ) {}

  get(event: string): Entry | undefined {
    return this.all.get(event)?.entry;
  }

  list(): Entry[] {
    return [...this.all.values()].map((w) => w.entry);
  }

  /** The viewer taps. A second tap while the first is on its way, or in, changes nothing. */
  enter(event: string, op: 'enter' | 'tap' = 'enter', text?: string): Entry {
    const old = this.all.get(event);
    if (old && (old.entry.state === 'submitting' || old.entry.state === 'in')) return old.entry;
    // After an answer a new try needs a new id: the old one is settled. Without
    // an answer it must be the old one, so that it counts once.
    const settled = old?.entry.code !== 'not-sent';
    const entry: Entry = {
      event,
      op,
      id: settled ? this.to.newId() : old.entry.id,
      state: 'submitting',
      ...(text !== undefined && { text }),
    };
    const w = waiting(entry, 0);
    this.all.set(event, w);
    this.save();
    this.to.changed(entry);
    void this.send(w);
    return entry;
  }

  /** The viewer is known: entries of an earlier visit come back, open ones go on. */
  resume(place: string): void {
    if (place !== this.place) this.load(place);
    this.away = false;
    for (const w of this.all.values()) {
      this.env.timers.cancel(w.aside);
      w.aside = undefined;
      w.posts = 0;
      if (w.entry.state !== 'submitting' || w.out) continue;
      w.parked = false;
      w.asks = 0;
      if (w.tries === 0) void this.send(w);
      else this.ask(w);
    }
  }

  /**
   * The link is gone: entries keep submitting and go on with `resume`. If it is to
   * come `back`, that may be later than the giveaway closes: they go by requests
   * of their own meanwhile, not all in the same second.
   */
  pause(back: boolean): void {
    this.away = back;
    for (const w of this.all.values()) {
      this.env.timers.cancel(w.timer);
      w.out = false;
      if (back) this.beside(w);
      else this.env.timers.cancel(w.aside);
    }
  }

  private beside(w: Waiting): void {
    if (!this.away || w.aside !== undefined || w.parked || w.entry.state !== 'submitting') return;
    const ms = AWAY_MS * 2 ** Math.min(w.posts++, AWAY_DOUBLINGS) * (1 + this.env.random());
    w.aside = this.env.timers.after(ms, () => {
      w.aside = undefined;
      void this.post(w);
    });
  }

  /** One request beside the link: the entry, or, once the log has it, whether there is a receipt. */
  private async post(w: Waiting): Promise<void> {
    if (w.entry.state !== 'submitting') return;
    if (w.sent) {
      const r = await this.to.fetchReceipt(w.entry.event);
      if (r && this.waits(w)) return this.receipt({ ...r, id: w.entry.id });
    } else if (!this.to.work.owed || this.to.work.proof) {
      const m = await this.message(w).catch(() => undefined);
      // Without the epoch nothing would prove it; the link tells that.
      const ack =
        m?.nonce === undefined
          ? undefined
          : await this.to.post({ ...m, ...(this.to.work.proof && { work: this.to.work.proof }) });
      if (!this.waits(w)) return;
      if (ack?.code === 'banned') return this.settle(w, ack.code, undefined);
      if (ack?.code === 'work') {
        this.hold(w);
        this.to.work.ask(ack.work);
      }
      if (ack?.code === 'sent') {
        w.sent = true;
        this.set(w, 'submitting', {});
        w.tries = Math.max(1, w.tries); // a link that comes asks first
        w.posts = 0;
      }
    }
    this.beside(w);
  }

  private waits(w: Waiting): boolean {
    return w.entry.state === 'submitting' && this.all.get(w.entry.event) === w;
  }

  private async message(w: Waiting): Promise<Submission | undefined> {
    const { event, id, op, text } = w.entry;
    const key = this.to.key();
    if (key === undefined) return undefined;
    const epoch = this.to.give(event)?.epoch;
    const n = epoch === undefined ? undefined : await nonce(this.env.hmac, key, event, epoch);
    return { op, id, event, ...(n !== undefined && { nonce: n }), ...(text !== undefined && { text }) };
  }

  refuseLogin(): void {
    for (const w of this.all.values()) if (w.parked) this.set(w, 'failed', { code: 'login-needed' });
  }

  ack(a: Ack): boolean {
    const w = this.find(a.id);
    if (!w) return false;
    if (w.entry.state !== 'submitting') return true;
    w.out = false;
    this.env.timers.cancel(w.timer);
    switch (a.code) {
      case 'sent':
        // The log has it. Its outcome follows; if it does not, ask.
        w.timer = this.env.timers.after(ANSWER_MS, () => this.ask(w));
        break;
      case 'not-sent':
      case 'busy':
      case 'limited':
        this.later(w, a.retry_ms ?? 1_000);
        break;
      case 'login-needed':
        this.park(w);
        break;
      case 'work':
        if (this.to.work.owed) this.hold(w);
        else this.later(w, a.retry_ms ?? 1_000);
        break;
      default:
        this.settle(w, a.code, undefined);
    }
    return true;
  }

  out(o: Out): boolean {
    const w = this.find(o.id);
    if (!w) return false;
    if (w.entry.state === 'in') return true;
    this.env.timers.cancel(w.timer);
    if (o.code === 'duplicate') this.ask(w);
    else this.settle(w, o.code, o.detail === undefined ? undefined : String(o.detail));
    return true;
  }

  receipt(r: Receipt): void {
    const w = this.find(r.id) ?? this.all.get(r.event);
    if (!w) return;
    const { op: _, id: __, event: ___, ...receipt } = r;
    this.set(w, 'in', { receipt });
  }

  /** The server's answer to where this viewer stands; `checking` is no answer yet. */
  me(m: Me): void {
    const w = this.all.get(m.event);
    if (m.state === 'in') {
      const receipt = m.receipt ?? members(m);
      if (w) {
        this.env.timers.cancel(w.timer);
        this.set(w, 'in', { receipt });
      } else this.adopt({ event: m.event, id: this.to.newId(), op: 'enter', state: 'in', receipt });
      return;
    }
    if (w?.entry.state !== 'submitting') return;
    this.env.timers.cancel(w.timer);
    if (m.state === 'checking') w.timer = this.env.timers.after(1_000 * (1 + this.env.random()), () => this.ask(w));
    else if (this.isOpen(m.event)) void this.send(w);
    else this.set(w, 'late', {});
  }

  private isOpen(event: string): boolean {
    const s = this.to.give(event)?.state;
    return s === undefined || s === 'open' || s === 'announced' || s === 'scheduled';
  }

  private adopt(entry: Entry): void {
    this.all.set(entry.event, waiting(entry, 1));
    this.save();
    this.to.changed(entry);
  }

  private async send(w: Waiting): Promise<void> {
    this.env.timers.cancel(w.timer);
    w.held = false;
    if (this.to.key() === undefined) return this.park(w);
    if (this.to.work.owed) {
      this.hold(w);
      return this.to.work.again();
    }
    if (w.entry.code === 'work') this.set(w, 'submitting', {});
    w.out = true; // from here on: the proof of it is made aside
    let m: Submission | undefined;
    try {
      m = await this.message(w);
    } catch {
      return this.set(w, 'failed', { code: 'no-crypto' });
    }
    if (!m || !this.waits(w)) return;
    w.out = this.to.send(m);
    if (!w.out) return this.beside(w); // or `resume` goes on
    w.tries++;
    this.env.timers.cancel(w.timer);
    w.timer = this.env.timers.after(ANSWER_MS, () => this.later(w, 0));
  }

  /** The tap is kept until the device has done the work that the server asks for. */
  private hold(w: Waiting): void {
    w.held = true;
    w.out = false;
    if (w.entry.code !== 'work') this.set(w, 'submitting', { code: 'work' });
  }

  /** Nothing is owed any more: what was held goes out. */
  go(): void {
    for (const w of this.all.values()) if (w.held && w.entry.state === 'submitting') void this.send(w);
  }

  /** The work cannot be done: nothing was sent, and a tap tries again. */
  stuck(): void {
    for (const w of this.all.values()) if (w.held && w.entry.state === 'submitting') this.set(w, 'failed', { code: 'not-sent' });
  }

  private later(w: Waiting, ms: number): void {
    if (w.tries >= TRIES) return this.set(w, 'failed', { code: 'not-sent' });
    w.timer = this.env.timers.after(ms * (1 + this.env.random()), () => void this.send(w));
  }

  private ask(w: Waiting): void {
    this.env.timers.cancel(w.timer);
    if (w.asks++ >= ASKS) return this.set(w, 'failed', { code: 'not-sent' });
    if (!this.to.send({ op: 'me', event: w.entry.event })) return;
    w.timer = this.env.timers.after(ANSWER_MS, () => this.ask(w));
  }

  private park(w: Waiting): void {
    w.parked = true;
    w.out = false;
    this.to.login();
  }

  private settle(w: Waiting, code: string, detail: string | undefined): void {
    const more = { code, ...(detail !== undefined && { detail }) };
    switch (code) {
      case 'entered':
      case 'already':
        return this.set(w, 'in', more);
      case 'late':
      case 'closed':
        return this.set(w, 'late', more);
      case 'ineligible':
      case 'unknown':
      case 'muted':
      case 'banned':
      case 'blocked':
        return this.set(w, 'ineligible', more);
      default:
        return this.set(w, 'failed', more);
    }
  }

  private set(w: Waiting, state: EntryState, more: Partial<Entry>): void {
    if (state !== 'submitting') {
      this.env.timers.cancel(w.timer);
      this.env.timers.cancel(w.aside);
      w.parked = false;
    }
    const { code, ...rest } = w.entry;
    w.entry = { ...rest, ...(code !== undefined && code !== 'work' && { code }), ...more, state };
    this.save();
    this.to.changed(w.entry);
  }

  private find(id: string): Waiting | undefined {
    for (const w of this.all.values()) if (w.entry.id === id) return w;
    return undefined;
  }

  private save(): void {
    if (this.place === '') return;
    const list = this.list().slice(-KEEP);
    this.env.storage.set(this.place, JSON.stringify(list));
  }

  private load(place: string): void {
    // What was tapped before the login belongs to whoever logged in now.
    const tapped = this.place === '' ? [...this.all.values()] : [];
    for (const w of this.all.values()) {
      this.env.timers.cancel(w.timer);
      this.env.timers.cancel(w.aside);
      w.aside = undefined;
    }
    this.place = place;
    this.all.clear();
    for (const e of parseEntries(this.env.storage.get(place))) {
      this.all.set(e.event, waiting(e, 1));
      this.to.changed(e);
    }
    for (const w of tapped) if (this.get(w.entry.event)?.state !== 'in') this.all.set(w.entry.event, w);
    this.save();
  }
}

function members(m: Me): ReceiptMembers {
  const { op: _, event: __, state: ___, receipt: ____, won: _____, ...rest } = m;
  return rest;
}

const states = new Set<string>(['submitting', 'in', 'late', 'ineligible', 'failed']);

function parseEntries(text: string | undefined): Entry[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(list)) return [];
    return list.filter(
      (e: Entry) => typeof e?.event === 'string' && typeof e.id === 'string' && states.has(e.state) && e.op !== undefined,
    );
  } catch {
    return [];
  }
}
