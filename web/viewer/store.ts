import {
  type AggItem,
  Client,
  type CommentItem,
  type Direct,
  type Entry,
  eventStream,
  type Give,
  type Item,
  type Mine,
  type Model,
  type Pin,
  type Product,
  type Result,
  type Status,
  type Translations,
  webSocket,
  webSolve,
} from '@fudai/sdk';
import { batch, computed, signal } from '@preact/signals';
import { said, type Word } from '../words/index.ts';
import { type Config, config, demoToken, forget, kept } from './account.ts';
import { onToken, raise } from './bridge.ts';
import { line as cleanLine, name as cleanName } from './clean.ts';
import type { Shot } from './danmaku.ts';
import { openSocket } from './early.ts';
import { showResult } from './outcome.ts';
import { language, w } from './prefs.ts';
import { notePrize, openPrizes } from './prizes.ts';
import { showReceipt } from './receipts.ts';
import { ed25519, fork } from './record.ts';
import { translated } from './translated.tsx';

/** A row of the comment list. */
export interface Row {
  key: string;
  kind: 'c' | 'agg' | 'note' | 'event';
  klass?: string;
  name?: string;
  text: string;
  count?: number;
  users?: number;
  fan?: number;
  o?: number;
  mine?: Mine;
  own?: boolean;
  gone?: boolean;
  /** The text in other languages, where its writer or a model gave them. */
  tr?: Translations;
}

// What a list keeps, and how often it is drawn at most. A phone shows eight rows at a time.
const ROWS = innerWidth < 600 ? 80 : 150;
const FLUSH_MS = innerWidth < 600 ? 240 : 160;

// As long as it takes to read an answer twice.
const ANSWER_MS = 45_000;

export const rows = signal<Row[]>([]);
export const status = signal<Status>({ is: 'idle' });
export const user = signal<{ id: string; name: string; h: string } | undefined>(undefined);
export const title = signal('');
export const onAir = signal(true);
export const online = signal(0);
export const likes = signal(0);
export const product = signal<Product | undefined>(undefined);
export const pins = signal<Pin[]>([]);
export const answer = signal<{ q: string; x: string; tr?: Translations } | undefined>(undefined);
export const muteAll = signal(false);
export const stream = signal('');
export const gives = signal<ReadonlyMap<string, Give>>(new Map());
export const results = signal<ReadonlyMap<string, Result>>(new Map());
export const entries = signal<ReadonlyMap<string, Entry>>(new Map());
export const now = signal(0);
export const banner = signal<{ key: number; text: string } | undefined>(undefined);
export const toast = signal<{ key: number; text: string } | undefined>(undefined);
export const announce = signal('');
export const sheet = signal<'' | 'bag' | 'settings' | 'name' | 'check' | 'mine'>('');
export const sheetEvent = signal('');
export const roomName = signal('demo');
export const isOffline = signal(!navigator.onLine);
export const demo = signal(false);

const finished = new Set(['drawn', 'claiming', 'settled', 'cancelled', 'void']);
const order = (g: Give): number => g.close_at ?? g.open_at ?? 0;

/** The giveaway the chip shows: what runs first, then what comes next. */
export const current = computed<Give | undefined>(() => {
  const all = [...gives.value.values()].filter((g) => !finished.has(g.state ?? '') && !results.value.has(g.event));
  const running = all.filter((g) => g.state === 'open' || g.state === 'closing' || g.state === 'sealed');
  // One that waits for its random number gives way to whatever can be done.
  const lively = all.filter((g) => !g.wait);
  const first = running.filter((g) => !g.wait);
  const list = first.length > 0 ? first : lively.length > 0 ? lively : all;
  return list.sort((a, b) => order(a) - order(b))[0];
});

export const next = computed<Give | undefined>(
  () =>
    [...gives.value.values()]
      .filter((g) => (g.open_at ?? 0) > now.value && !finished.has(g.state ?? ''))
      .sort((a, b) => order(a) - order(b))[0],
);

export let client: Client;

type Heart = (n: number, own: boolean) => void;
let fly: (s: Shot) => void = () => undefined;
let heartNow: Heart = () => undefined;
export const heart: Heart = (n, own) => heartNow(n, own);
export function onFly(f: (s: Shot) => void): void {
  fly = f;
}
export function onHeart(f: Heart): void {
  heartNow = f;
}

let key = 0;
const uniq = (): number => ++key;

export function tell(text: string): void {
  const k = uniq();
  toast.value = { key: k, text };
  announce.value = text;
  setTimeout(() => {
    if (toast.value?.key === k) toast.value = undefined;
  }, 3_200);
}

let pending: Row[] = [];
let flushing = false;
let seenOffset = -1;

/** Rows come in bursts: the list is drawn at most a few times a second. */
function add(r: Row): void {
  pending.push(r);
  if (flushing) return;
  flushing = true;
  setTimeout(flush, FLUSH_MS);
}

function flush(): void {
  flushing = false;
  const list = rows.value.slice();
  for (const r of pending) {
    const i = r.kind === 'agg' || r.mine ? list.findIndex((x) => x.key === r.key) : -1;
    if (i >= 0) list[i] = r;
    else list.push(r);
  }
  pending = [];
  rows.value = list.length > ROWS ? list.slice(-ROWS) : list;
}

function commentRow(c: CommentItem): Row {
  return {
    key: c.o >= 0 ? `c${c.o}` : `c${uniq()}`,
    kind: 'c',
    klass: c.k ?? 'normal',
    name: cleanName(c.n),
    text: cleanLine(c.x),
    o: c.o,
    own: client.isMine(c),
    ...(c.f !== undefined && { fan: c.f }),
  };
}

function aggRow(a: AggItem): Row {
  return { key: `a${a.key}`, kind: 'agg', text: cleanLine(a.x), count: a.count, users: a.users ?? a.count };
}

function note(text: string, tr?: Translations): void {
  add({ key: `n${uniq()}`, kind: 'note', text, ...(tr && { tr }) });
}

function kindOf(c: CommentItem): Shot['kind'] {
  if (client.isMine(c)) return 'own';
  switch (c.k) {
    case 'host':
    case 'answer':
    case 'system':
      return 'host';
    case 'question':
      return 'question';
    case 'purchase':
    case 'paid':
      return 'buyer';
  }
  return 'normal';
}

/** Shows an item; `fresh` ones also fly. */
function show(i: Item, fresh: boolean): void {
  switch (i.t) {
    case 'c':
      seenOffset = Math.max(seenOffset, i.o);
      if (client.isEcho(i)) return;
      add(commentRow(i));
      if (fresh) fly({ text: cleanLine(i.x), kind: kindOf(i) });
      break;
    case 'agg':
      add(aggRow(i));
      if (fresh) fly({ text: `${cleanLine(i.x)} ×${i.count}`, kind: 'agg', key: i.key });
      break;
    case 'buy':
    case 'gift':
    case 'join':
      if (fresh) event(i);
      break;
    case 'answer':
      answered(cleanLine(i.q), cleanLine(i.x), i.tr, fresh);
      break;
    case 'retract':
      retract(i.o);
      break;
    case 'likes':
      if (fresh) heartNow(i.d, false);
      break;
    case 'card':
      if (fresh && i.title) showBanner(cleanLine(i.title));
      break;
  }
}

function event(i: Extract<Item, { t: 'buy' | 'gift' | 'join' }>): void {
  const n = cleanName(i.n);
  if (i.t === 'join') return showBanner(w('joinLine', { n }));
  const item = cleanLine(i.title);
  if (i.t === 'gift') return showBanner(w(item ? 'giftLine' : 'giftLinePlain', { n, title: item, count: i.count ?? 1 }));
  showBanner(item ? w('buyLine', { n, title: item }) : w('buyLinePlain', { n }));
}

let answerTimer = 0;
/** An answer stands on top for a while, then makes room for what is pinned; in the list it can be read again. */
function answered(q: string, x: string, tr: Translations | undefined, fresh: boolean): void {
  add({ key: `n${uniq()}`, kind: 'c', klass: 'answer', name: q ? w('answerQ', { q }) : w('host'), text: x, ...(tr && { tr }) });
  if (!fresh) return;
  answer.value = { q, x, ...(tr && { tr }) };
  clearTimeout(answerTimer);
  answerTimer = window.setTimeout(() => {
    answer.value = undefined;
  }, ANSWER_MS);
}

/** The host answered what this viewer asked: it stays in the list, so that it can be read again. */
function replied(d: Direct): void {
  const { q, tr } = (d.data ?? {}) as { q?: unknown; tr?: Translations };
  const asked = cleanLine(typeof q === 'string' ? q : '');
  const text = d.text ? w('repliedText', { q: asked, x: cleanLine(d.text) }) : w('repliedSpoken', { q: asked });
  const x = d.text && translated(tr);
  const read = x && w('repliedText', { q: asked, x });
  tell(read || text);
  note(text, read ? { [language.value]: read } : undefined);
}

let bannerTimer = 0;
function showBanner(text: string): void {
  banner.value = { key: uniq(), text };
  clearTimeout(bannerTimer);
  bannerTimer = window.setTimeout(() => {
    banner.value = undefined;
  }, 2_600);
}

function retract(offsets: number[]): void {
  flush();
  rows.value = rows.value.filter((r) => r.own || r.o === undefined || !offsets.includes(r.o));
}

/** Cards and openings wait for the viewer's picture, which is as late as the room says. */
function inStep(m: Model, run: () => void): void {
  const late = Math.min(60_000, m.set.video_delay_ms ?? 0);
  if (late > 0 && m.set.stream) setTimeout(run, late);
  else run();
}

function sync(m: Model): void {
  batch(() => {
    title.value = cleanLine(m.show.title || m.title);
    onAir.value = m.show.on !== false;
    online.value = m.online;
    likes.value = m.likes;
    pins.value = m.pins;
    muteAll.value = Boolean(m.set.mute_all) || m.set.closed === true;
    stream.value = m.set.stream ?? '';
  });
  const cards = { product: m.product, gives: new Map(m.gives), results: new Map(m.results) };
  inStep(m, () =>
    batch(() => {
      product.value = cards.product;
      gives.value = cards.gives;
      results.value = cards.results;
    }),
  );
}

function mine(m: Mine): void {
  const isNew = m.state === 'sending' && !rows.value.some((r) => r.key === `m${m.id}`);
  add({ key: `m${m.id}`, kind: 'c', klass: 'own', name: user.value?.name ?? '', text: cleanLine(m.text), own: true, mine: m });
  flush();
  if (isNew) fly({ text: cleanLine(m.text), kind: 'own' });
  const bad = m.state === 'failed' || (m.code && m.state === 'done' && !quiet.has(m.code));
  if (bad && m.code) {
    const s = said(language.value, m.code);
    announce.value = [s.what, s.next].filter(Boolean).join('，');
  }
}

/** Outcomes that need no word beside the comment: it stands there. */
export const quiet = new Set(['shown', 'shown-low', 'merged', 'entered', 'already']);

function tick(): void {
  now.value = client.now();
}

export function openSheet(which: typeof sheet.value, eventId = ''): void {
  sheetEvent.value = eventId;
  sheet.value = which;
}

/** The room wants something of the page around it; alone, the page helps itself. */
function need(which: string, data: unknown): void {
  if (raise(which as never, data)) return;
  if (which === 'login') {
    if (demo.value) openSheet('name');
    else tell(said(language.value, 'login-needed').what);
  } else if (which === 'buy') buy(data as Product);
  else if (which === 'openPrize') openSheet('mine', (data as { event?: string } | undefined)?.event ?? '');
}

/** The shop's own page, if the product names one that a browser may open. */
function buy(p: Product): void {
  const url = p.url && URL.canParse(p.url, location.origin) ? new URL(p.url, location.origin) : undefined;
  if (url && (url.protocol === 'https:' || url.origin === location.origin)) window.open(url, '_blank', 'noopener,noreferrer');
  else tell(w(demo.value ? 'buyDemo' : 'buyElsewhere'));
}

export async function takeName(nick: string): Promise<boolean> {
  const token = await demoToken(nick);
  if (!token) return false;
  client.login(token);
  return known(6_000);
}

/** Whether the server knows the viewer, at the latest after a while. */
function known(ms: number): Promise<boolean> {
  return new Promise((done) => {
    if (user.value) return done(true);
    const end = (ok: boolean): void => {
      off();
      clearTimeout(timer);
      done(ok);
    };
    const off = client.on('hello', (h) => h.user && end(true));
    const timer = setTimeout(() => end(false), ms);
  });
}

async function token(why: 'start' | 'expired', known: Promise<Config>): Promise<string | undefined> {
  if (window.fudaiApp?.token) return window.fudaiApp.token(why);
  // Without waiting for the server's word on the demo: a kept token is its proof.
  if (why === 'start') return kept();
  if (!(await known).demo) return undefined;
  forget();
  return undefined;
}

/** The work that a server may ask for before an entry: what does it is fetched when it does. */
async function solve(challenge: string, bits: number): Promise<string> {
  const { solving } = await import('./workers.ts');
  return webSolve(solving)(challenge, bits);
}

/** `guest` watches only, whoever was here before. */
export function start(room: string, as: { guest?: boolean } = {}): void {
  roomName.value = room;
  const known = config();
  void known.then((c) => {
    demo.value = c.demo;
  });
  client = new Client({
    base: `${location.origin}/`,
    room,
    token: (why) => (as.guest ? undefined : token(why, known)),
    env: { transports: [webSocket(openSocket), eventStream()], ed25519, solve },
  });
  client.on('status', (s) => {
    const before = status.value.is;
    status.value = s;
    if (s.is === 'live' && before === 'connecting' && rows.value.length > 0) announce.value = w('back');
  });
  client.on('hello', (h) => {
    user.value = h.user ? { id: h.user, name: cleanName(h.name), h: h.h ?? '' } : undefined;
    if (h.user) openPrizes(room, h.user);
  });
  client.on('state', ({ model, last }) => {
    sync(model);
    const seen = seenOffset;
    for (const i of last) if (!('o' in i) || typeof i.o !== 'number' || i.o > seen) show(i, false);
    flush();
  });
  client.on('items', ({ items, model }) => {
    for (const i of items) show(i, true);
    sync(model);
  });
  client.on('mine', mine);
  client.on('entry', (e) => {
    entries.value = new Map(entries.value).set(e.event, e);
    if (e.state !== 'submitting') announce.value = w(`st_${e.state}` as Word);
    else if (e.code) announce.value = said(language.value, e.code).what;
  });
  client.on('result', (r) => {
    if (r.state === 'sealed') return sync(client.model);
    notePrize(r, client.model.gives.get(r.event), user.value?.h ?? '', client.now());
    const receipt = entries.value.get(r.event)?.receipt;
    if (r.state === 'void' && r.code === 'gap' && receipt) void showReceipt(client.token, room, r.event, receipt);
    inStep(client.model, () => {
      results.value = new Map(client.model.results);
      showResult(r, results.value, user.value?.h, entries.value.get(r.event)?.state === 'in');
      // Over the outcome nobody should go on reading that they are in.
      if (sheet.value === 'bag' && sheetEvent.value === r.event) openSheet('');
    });
  });
  client.on('fork', (f) => {
    fork.value = f;
  });
  client.on('direct', (d) => {
    if (d.kind === 'reply') replied(d);
    else if (d.text) tell(cleanLine(d.text));
  });
  client.on('gap', (g) => note(g.why === 'slow' ? w('gapSlow') : w('gapLine')));
  client.on('need', (n) => need(n.need, n.data));
  onToken((t) => client.login(t));
  addEventListener('online', () => {
    isOffline.value = false;
    client.online();
  });
  addEventListener('offline', () => {
    isOffline.value = true;
  });
  addEventListener('pagehide', () => flush());
  setInterval(tick, 250);
  tick();
  client.start();
}
