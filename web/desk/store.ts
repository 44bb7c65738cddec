import {
  Client,
  type CommentItem,
  type Give,
  type Item,
  type Model,
  type Pin,
  type Product,
  type Result,
  type Settings,
  type Show,
} from '@fudai/sdk';
import { batch, computed, signal } from '@preact/signals';
import { sessionToken } from '../door/session.ts';
import { line, name } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import { type DeskWord, en, refusals, unknownRefusal, zh } from '../words/desk.ts';
import { roomRefusal } from '../words/room.ts';
import {
  Api,
  dropToken,
  type Goods,
  type Held,
  type Import,
  type Prompt,
  type Question,
  Refused,
  type RefusedLater,
  type Script,
  takeToken,
  type View,
} from './api.ts';
import type { Drawn } from './cue.ts';

export interface Row {
  o: number;
  n: string;
  x: string;
  k: string;
}

const ROWS = 200;
const VIEW_MS = 1_500;

export const room = signal('demo');
export const access = signal<'loading' | 'in' | 'refused'>('loading');
export const rows = signal<Row[]>([]);
export const view = signal<View | undefined>(undefined);
export const online = signal(0);
export const show = signal<Show>({});
export const settings = signal<Settings>({});
export const product = signal<Product | undefined>(undefined);
export const pins = signal<Pin[]>([]);
export const gives = signal<Give[]>([]);
/** The server's time, for countdowns. */
export const now = signal(Date.now());
/** This device's time, for the age of what is shown. */
export const clock = signal(Date.now());
/** Outcomes this desk heard of, the last few. */
/** What the room asks; undefined until the server has said it. */
export const questions = computed<readonly Question[] | undefined>(
  () => view.value?.questions && (view.value.questions.clusters ?? []),
);
export const drawn = signal<Drawn[]>([]);
/** Comments said a second, over the last few looks. */
export const pace = signal(0);
/** Milliseconds from the making of a frame to this screen, smoothed. */
export const late = signal<number | undefined>(undefined);
/** Which of the two views: the host's own, or everything. */
export const asHost = signal(new URLSearchParams(location.search).get('view') === 'host');
export const heardAt = signal(Date.now());
export const notice = signal<{ key: number; text: string; undo?: (() => void) | undefined; until?: number } | undefined>(
  undefined,
);

export function w(key: DeskWord, values?: Record<string, string | number>): string {
  const text: string = (language.value === 'zh' ? zh : en)[key];
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (all, n: string) => String(values[n] ?? all));
}

/** How long ago something was, by the server's clock. */
export function ago(at: number): string {
  const s = Math.max(0, Math.round((now.value - at) / 1000));
  if (s < 10) return w('justNow');
  if (s < 60) return w('secondsAgo', { n: s });
  if (s < 3600) return w('minutesAgo', { n: Math.floor(s / 60) });
  return w('hoursAgo', { n: Math.floor(s / 3600) });
}

let api: Api;
let link: string | undefined;

/** What opens this desk: the link that it was opened by, or the session of whoever signed in. */
export const currentToken = async (anew = false): Promise<string | undefined> => link ?? sessionToken(anew);

/** Whether a link opened this desk: the studio knows nothing of it. */
export const byLink = (): boolean => link !== undefined;

/** The link is over: whoever is signed in too goes on as themselves. */
async function withoutLink(): Promise<boolean> {
  if (link === undefined) return false;
  link = undefined;
  dropToken(room.value);
  return (await sessionToken()) !== undefined;
}
let keys = 0;

export function tell(text: string, undo?: () => void, most = 2_500): void {
  const key = ++keys;
  const ms = undo ? 10_000 : most;
  notice.value = { key, text, undo, until: Date.now() + ms };
  setTimeout(() => {
    if (notice.value?.key === key) notice.value = undefined;
  }, ms);
}

export const goods = signal<Goods[]>([]);
export const scripts = signal<Script[]>([]);
/** What stands before the host. */
export const prompt = computed<Prompt | undefined>(() => view.value?.questions?.prompt);

/** What the room knows of the shop; the lists stay as they are while it has none, or is moving. */
export async function loadShop(): Promise<void> {
  try {
    const c = await api.catalogue();
    goods.value = c.items;
    scripts.value = c.scripts;
  } catch {
    // As it was.
  }
}

export const importGoods = (file: Blob, apply: boolean): Promise<Import> => api.importGoods(file, apply);

/** What went wrong, in words: never the server's own. */
export function sorry(e: unknown): string {
  const l = language.value;
  if (!(e instanceof Refused)) return w('unreachable');
  const s = (Object.hasOwn(refusals[l], e.code) && refusals[l][e.code]) || unknownRefusal[l];
  return [s.what, s.next].join(l === 'zh' ? '：' : ': ');
}

/** Sends a command and says how it went; `undo` is offered for ten seconds. */
export async function command(
  kind: string,
  data: unknown,
  undo?: { text: string; kind: string; data: unknown },
): Promise<boolean> {
  try {
    me = await api.command(kind, data);
    tell(undo?.text ?? w('done'), undo && (() => void command(undo.kind, undo.data)));
    return true;
  } catch (e) {
    tell(sorry(e));
    return false;
  }
}

/** In whose name this desk's commands stand; known with the first one. */
let me = '';
const LEASE_MS = 15_000;
const asked = new Map<number, number>();

/** Whether somebody else works on a held comment. */
export function withOther(h: Held): boolean {
  return h.by !== undefined && h.by !== me && (h.leased ?? 0) > (view.value?.now ?? 0);
}

/** Says that whoever is here works on a held comment: others see it and leave it alone. */
export async function lease(h: Held): Promise<void> {
  if (withOther(h) || performance.now() - (asked.get(h.o) ?? Number.NEGATIVE_INFINITY) < LEASE_MS / 2) return;
  if (asked.size > ROWS) asked.clear();
  asked.set(h.o, performance.now());
  try {
    me = await api.command('lease', { offsets: [h.o] });
  } catch {
    // Only the others' view of it is poorer: who decides first decides.
  }
}

/** Where a question stands, before the server says it too. */
function mark(q: Question, state: Question['state']): void {
  const v = view.value;
  if (!v?.questions?.clusters) return;
  const clusters = v.questions.clusters.map((x) => (x.cluster === q.cluster ? { ...x, state } : x));
  view.value = { ...v, questions: { ...v.questions, clusters } };
}

/** Answers a question: aloud, or in writing to those who asked and, if wished, to the room. For ten seconds it can be opened again. */
export async function answer(q: Question, how: { spoken?: boolean; text?: string; room?: boolean }): Promise<boolean> {
  mark(q, 'answered');
  const ok = await command(
    'answer',
    {
      cluster: q.cluster,
      ...(how.spoken && { spoken: true }),
      ...(how.text && { text: how.text }),
      ...(how.room && { to_room: true }),
    },
    { text: w('answeredNow'), kind: 'question', data: { cluster: q.cluster, state: 'open' } },
  );
  if (!ok) mark(q, q.state);
  return ok;
}

/** Says that a question needs no answer. */
export async function dismiss(q: Question): Promise<void> {
  mark(q, 'dismissed');
  const ok = await command(
    'question',
    { cluster: q.cluster, state: 'dismissed' },
    { text: w('dismissed'), kind: 'question', data: { cluster: q.cluster, state: 'open' } },
  );
  if (!ok) mark(q, q.state);
}

/** Says that two questions ask the same; for ten seconds that can be undone. */
export const join = (q: Question, into: Question): Promise<boolean> =>
  command(
    'question',
    { cluster: q.cluster, into: into.cluster },
    { text: w('joined'), kind: 'question', data: { cluster: q.cluster, part: true } },
  );

/** Says that one wording asks something else than its question. */
export const takeOut = (q: Question, offset: number): Promise<boolean> =>
  command(
    'question',
    { cluster: q.cluster, out: offset },
    { text: w('takenOut'), kind: 'question', data: { offset, into: q.cluster } },
  );

/** Puts a script or a line before the host, or takes away what stands there. */
export async function putBefore(data: { script?: string; text?: string }): Promise<boolean> {
  const was = prompt.value;
  return command('prompt', data, { text: w('putBefore'), kind: 'prompt', data: was ? { text: was.text } : {} });
}

function take(items: Item[], m: Model): void {
  const fresh: Row[] = [];
  const gone = new Set<number>();
  for (const i of items) {
    if (i.t === 'c') fresh.push(rowOf(i));
    else if (i.t === 'retract') for (const o of i.o) gone.add(o);
  }
  batch(() => {
    if (fresh.length > 0 || gone.size > 0)
      rows.value = [...fresh.reverse(), ...rows.value.filter((r) => !gone.has(r.o))].slice(0, ROWS);
    sync(m);
  });
}

function rowOf(c: CommentItem): Row {
  return { o: c.o, n: name(c.n), x: line(c.x), k: c.k ?? 'normal' };
}

function sync(m: Model): void {
  online.value = m.online;
  show.value = m.show;
  settings.value = m.set;
  product.value = m.product;
  pins.value = m.pins;
  gives.value = [...m.gives.values()];
  heardAt.value = Date.now();
}

const LOOKS = 6;
let looks: { at: number; said: number }[] = [];

/** The pace of the room: what was said since a few looks ago. */
function count(v: View): void {
  let said = v.stats.offered;
  for (const c of v.stats.classes ?? []) for (const [k, n] of Object.entries(c.shed ?? {})) if (!allowed.has(k)) said += n;
  const last = looks.at(-1);
  if (last && said < last.said) looks = []; // another owner counts from its own beginning
  looks = [...looks, { at: performance.now(), said }].slice(-LOOKS);
  const [first] = looks;
  const ms = first ? performance.now() - first.at : 0;
  if (first && ms > 0) pace.value = ((said - first.said) * 1000) / ms;
}

/** Reasons of comments that were allowed first: they are counted among the offered. */
export const allowed = new Set(['draw', 'newer', 'queue', 'bytes', 'stale', 'line', 'covered', 'retract']);

function outcome(r: Result, at: number): void {
  if (r.state === 'sealed') return;
  drawn.value = [...drawn.value.filter((d) => d.result.event !== r.event), { result: r, heard: at }].slice(-8);
}

/** What the room refused after it was accepted, and nobody has put away. */
export const turnedDown = signal<RefusedLater[]>([]);
const heard = new Set<string>();
let listening = false;

const aboutBags = new Set(['plan', 'cancel', 'void']);

/** What was refused, and why, in words. */
export function whyRefused(r: RefusedLater): string {
  const l = language.value;
  const why = [...new Set(r.rules ?? [])].map((rule) => roomRefusal(l, rule)).join(l === 'zh' ? '；' : '; ');
  return [w(aboutBags.has(r.kind) ? 'bagRefused' : 'refusedLater'), why].filter(Boolean).join(l === 'zh' ? '：' : ': ');
}

/** Everybody here hears of giveaways that did not come about; of the rest, whoever sent it. */
async function listen(): Promise<void> {
  let all: RefusedLater[];
  try {
    all = await api.refused();
  } catch {
    return; // the next look
  }
  const fresh = all.filter((r) => !heard.has(r.id));
  for (const r of fresh) heard.add(r.id);
  const first = !listening;
  listening = true;
  if (first) return; // of before this page was opened
  const mine = fresh.filter((r) => aboutBags.has(r.kind) || (r.by === me && me !== ''));
  const last = mine.at(-1);
  if (!last) return;
  turnedDown.value = [...turnedDown.value, ...mine.filter((r) => aboutBags.has(r.kind))].slice(-5);
  tell(whyRefused(last), undefined, 8_000);
}

async function look(): Promise<void> {
  void listen();
  try {
    const v = await api.view();
    count(v);
    view.value = v;
    access.value = 'in';
    heardAt.value = Date.now();
  } catch (e) {
    if (e instanceof Refused && (e.status === 401 || e.status === 403)) {
      if (!(await withoutLink())) access.value = 'refused';
    } else if (e instanceof Refused && e.status === 404) access.value = 'in'; // the room has said nothing yet
  }
  if (access.value !== 'refused') setTimeout(() => void look(), VIEW_MS);
}

/** The screen of a running show must not go dark. */
async function stayAwake(): Promise<void> {
  try {
    await navigator.wakeLock?.request('screen');
  } catch {
    // Not on this device, or not now: it is asked again when the page is seen.
  }
}

export function start(name: string): void {
  room.value = name;
  link = takeToken(name);
  api = new Api(name, () => currentToken());
  void open(name);
}

async function open(name: string): Promise<void> {
  if (!(await currentToken())) {
    access.value = 'refused';
    return;
  }
  void look();
  const client = new Client({
    base: `${location.origin}/`,
    room: name,
    token: (why) => (why === 'start' || link === undefined ? currentToken(why !== 'start') : undefined),
  });
  client.on('state', ({ model, last }) => {
    rows.value = [];
    take(last, model);
  });
  client.on('items', ({ items, model, late: ms }) => {
    late.value = late.value === undefined ? ms : late.value * 0.9 + ms * 0.1;
    take(items, model);
  });
  client.on('result', (r) => {
    outcome(r, client.now());
    sync(client.model);
  });
  addEventListener('online', () => client.online());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void stayAwake();
  });
  void stayAwake();
  setInterval(() => {
    now.value = client.now();
    clock.value = Date.now();
  }, 500);
  client.start();
}
