import { createHmac } from 'node:crypto';
import type { ClientMessage, Give, Item, Result, ServerMessage, State } from '../../sdk/index.ts';

export interface Viewer {
  send(m: ServerMessage | Record<string, unknown>): void;
  conn: string;
  user: string;
  name: string;
  key: string;
}

const RING = 200;
const PHRASE = '福气到';

/** One room in memory. Tests push items by hand; `play` runs a small show. */
export class Room {
  viewers = new Set<Viewer>();
  frames: { seq: number; items: Item[] }[] = [];
  state: Partial<State> = {
    title: '春茶开园·福袋专场',
    show: { show: 's1', title: '春茶开园·福袋专场', on: true },
    set: {},
    product: { item: 'sku1', title: '明前龙井 特级 50g 礼盒装', price: 16800, was: 29800, stock: 62 },
    likes: 23_870,
    online: 12_384,
    unique: 40_112,
  };
  gives = new Map<string, Give>();
  entered = new Map<string, Set<string>>();
  seq = 0;
  offset = 1000;
  /** What a test wants to answer itself: true if it did. */
  intercept: ((v: Viewer, m: ClientMessage) => boolean) | undefined;
  heard: ClientMessage[] = [];
  private conns = 0;
  private timers: NodeJS.Timeout[] = [];

  join(send: Viewer['send'], token: string | undefined, seq: number | undefined): Viewer {
    const v: Viewer = { send, conn: `c${++this.conns}`, user: '', name: '', key: '' };
    this.viewers.add(v);
    this.name(v, token);
    this.hello(v);
    const first = this.frames[0]?.seq ?? this.seq + 1;
    if (seq !== undefined && seq + 1 >= first && seq <= this.seq) {
      for (const f of this.frames) if (f.seq > seq) this.sendFrame(v, f);
      return v;
    }
    if (seq !== undefined && seq < this.seq) v.send({ op: 'gap', from: seq + 1, to: this.seq, why: 'resume' });
    this.sendState(v);
    return v;
  }

  leave(v: Viewer): void {
    this.viewers.delete(v);
  }

  byConn(conn: string): Viewer | undefined {
    return [...this.viewers].find((v) => v.conn === conn);
  }

  private name(v: Viewer, token: string | undefined): void {
    if (!token) return;
    v.name = Buffer.from(token, 'base64url').toString();
    v.user = `u-${v.name}`;
    v.key = createHmac('sha256', 'entry').update(v.user).digest('hex').slice(0, 32);
  }

  private hello(v: Viewer): void {
    v.send({
      op: 'hello',
      v: 1,
      room: 'demo',
      conn: v.conn,
      user: v.user,
      ...(v.user && { h: `h-${v.name}`, name: v.name, role: 'viewer', entry_key: v.key }),
      now: Date.now(),
      seq: this.seq,
      resume: 'r',
      limits: { text: 300, say_ms: 500, likes: 20 },
      back: { min_ms: 50, max_ms: 400 },
    });
  }

  private sendState(v: Viewer): void {
    const last = this.frames
      .flatMap((f) => f.items)
      .filter((i) => i.t === 'c')
      .slice(-20);
    v.send({ op: 'state', room: 'demo', seq: this.seq, now: Date.now(), ...this.state, gives: [...this.gives.values()], last });
  }

  private sendFrame(v: Viewer, f: { seq: number; items: Item[] }): void {
    v.send({ op: 'frame', room: 'demo', seq: f.seq, from: this.offset - 1, to: this.offset, now: Date.now(), items: f.items });
  }

  push(...items: Item[]): void {
    const f = { seq: ++this.seq, items };
    this.frames.push(f);
    if (this.frames.length > RING) this.frames.shift();
    for (const i of items) if (i.t === 'give') this.gives.set(i.event, i);
    for (const v of this.viewers) this.sendFrame(v, f);
  }

  say(n: string, x: string, k = 'normal', f?: number): void {
    this.push({ t: 'c', o: ++this.offset, id: `x${this.offset}`, h: `h-${n}`, n, x, k, ...(f && { f }) });
  }

  result(r: Omit<Result, 'op'>): void {
    for (const v of this.viewers) v.send({ op: 'result', ...r });
  }

  hear(v: Viewer, text: string): void {
    const m = JSON.parse(text) as ClientMessage;
    this.heard.push(m);
    if (this.intercept?.(v, m)) return;
    switch (m.op) {
      case 'ping':
        return v.send({ op: 'pong', t: m.t, now: Date.now() });
      case 'auth':
        this.name(v, m.token);
        return this.hello(v);
      case 'like':
        this.state.likes = (this.state.likes ?? 0) + m.n;
        return this.push({ t: 'likes', d: m.n, total: this.state.likes });
      case 'me':
        return v.send({ op: 'me', event: m.event, state: this.entered.get(m.event)?.has(v.user) ? 'in' : 'out' });
      case 'say':
        return this.said(v, m);
      case 'enter':
      case 'tap':
        return this.enter(v, m);
    }
  }

  private said(v: Viewer, m: Extract<ClientMessage, { op: 'say' }>): void {
    if (!v.user) return v.send({ op: 'ack', id: m.id, code: 'login-needed' });
    const o = ++this.offset;
    v.send({ op: 'ack', id: m.id, code: 'sent', o });
    this.push({ t: 'c', o, id: m.id, h: `h-${v.name}`, n: v.name, x: m.text, k: 'normal' });
    v.send({ op: 'out', id: m.id, code: 'shown', o });
  }

  private enter(v: Viewer, m: Extract<ClientMessage, { op: 'enter' | 'tap' }>): void {
    if (!v.user) return v.send({ op: 'ack', id: m.id, code: 'login-needed' });
    const o = ++this.offset;
    v.send({ op: 'ack', id: m.id, code: 'sent', o });
    const g = this.gives.get(m.event);
    const want = createHmac('sha256', Buffer.from(v.key, 'hex')).update(`${m.event}\0${g?.epoch}`).digest('hex').slice(0, 32);
    if (!g) return v.send({ op: 'out', id: m.id, code: 'no-event', o });
    if (g.state !== 'open') return v.send({ op: 'out', id: m.id, code: 'late', o });
    if (m.nonce !== want) return v.send({ op: 'out', id: m.id, code: 'bad-entry', o });
    const set = this.entered.get(m.event) ?? new Set();
    this.entered.set(m.event, set.add(v.user));
    v.send({ op: 'out', id: m.id, code: 'entered', o });
    v.send({
      op: 'receipt',
      id: m.id,
      event: m.event,
      tag: 'aa',
      salt: 'bb',
      weight: g.weights?.length ? 3 : 1,
      partition: 1,
      offset: o,
      index: 0,
      size: 1,
      path: [],
      root: 'cc',
      sig: 'dd',
    });
  }

  openBag(event: string, seconds: number, more: Partial<Give> = {}): void {
    this.push({
      t: 'give',
      event,
      kind: 'lottery',
      title: '龙井茶礼福袋',
      state: 'open',
      prizes: [
        { id: 'p1', title: '明前龙井 50g 礼盒', qty: 10, value: 16800 },
        { id: 'p2', title: '手作品茗杯', qty: 40, value: 3900 },
      ],
      phrase: PHRASE,
      open_at: Date.now(),
      close_at: Date.now() + seconds * 1000,
      draw_at: Date.now() + seconds * 1000 + 9000,
      entered: 8_213,
      conditions: [{ rule: 'watch', args: ['60'] }],
      epoch: 'ab12cd34',
      ...more,
    });
  }

  turn(event: string, state: string, more: Partial<Give> = {}): void {
    const g = this.gives.get(event);
    if (!g) return;
    const { epoch: _, ...rest } = g;
    this.push({ ...rest, t: 'give', state, ...more });
  }

  draw(event: string, entered: number, winners: { n: string; h: string; prize: string }[]): void {
    this.turn(event, 'drawn', { entered });
    this.result({ event, state: 'drawn', entered, winners: winners.map((x, i) => ({ ...x, rank: i + 1 })) });
  }

  every(ms: number, run: () => void): void {
    this.timers.push(setInterval(run, ms));
  }

  stop(): void {
    for (const t of this.timers) clearInterval(t);
  }

  /** A small show for the eye. */
  play(rate = 6): void {
    const names = ['爱喝茶的小王', '阿青', 'Mia', '西湖边的猫', '老周', '桂花糕', 'Leo_88', '一只小鹿', '春雨', '陈陈'];
    const lines = [
      '这个茶香吗？',
      '主播今天好可爱',
      '已拍两盒，坐等发货',
      '上次买的喝完了，回购',
      '有没有小包装',
      '这杯子釉色真好看',
      '能便宜点吗',
      '福气到',
      '666',
      '招财猫比心',
      'Does it ship overseas?',
      '第一次来，先点个赞',
      '什么时候开福袋呀',
      '明前和雨前有什么区别？',
    ];
    const pick = <T>(a: T[]): T => a[Math.floor(Math.random() * a.length)] as T;
    let count = 20;
    this.every(1000 / rate, () =>
      this.say(
        pick(names),
        pick(lines),
        Math.random() < 0.12 ? 'question' : Math.random() < 0.08 ? 'purchase' : 'normal',
        Math.random() < 0.3 ? 1 + Math.floor(Math.random() * 20) : undefined,
      ),
    );
    this.every(700, () => {
      count += Math.floor(Math.random() * 9);
      this.push({ t: 'agg', key: 'fq', x: '福气到', count, users: count, names: names.slice(0, 3), o: this.offset });
    });
    this.every(5000, () =>
      this.say(
        '主播',
        pick(['欢迎新来的朋友，先点个关注', '这款龙井是清明前手采，今天早上刚到', '福袋马上开，口令发“福气到”']),
        'host',
      ),
    );
    this.every(1000, () => {
      this.state.likes = (this.state.likes ?? 0) + 37;
      this.push(
        { t: 'likes', d: 37, total: this.state.likes },
        { t: 'online', n: 12_300 + Math.floor(Math.random() * 200), u: 40_000 },
      );
    });
    this.every(4000, () =>
      this.push(
        Math.random() < 0.5
          ? { t: 'buy', o: this.offset, n: pick(names), title: '明前龙井礼盒', count: 1 }
          : { t: 'join', n: pick(names), f: 12 },
      ),
    );
    this.push({ t: 'answer', x: '不加香精，就是今年清明前的头采。', q: '这茶有没有加香？', as_of: Date.now() });
  }
}
