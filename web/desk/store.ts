import {
  Client,
  type CommentItem,
  type Give,
  type Item,
  type Model,
  type Pin,
  type Product,
  type Settings,
  type Show,
} from '@fudai/sdk';
import { batch, signal } from '@preact/signals';
import { line, name } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import { type DeskWord, en, refusals, unknownRefusal, zh } from '../words/desk.ts';
import { Api, Refused, takeToken, type View } from './api.ts';

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
export const now = signal(Date.now());
export const heardAt = signal(Date.now());
export const notice = signal<{ key: number; text: string; undo?: (() => void) | undefined; until?: number } | undefined>(
  undefined,
);

export function w(key: DeskWord, values?: Record<string, string | number>): string {
  const text: string = (language.value === 'zh' ? zh : en)[key];
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (all, n: string) => String(values[n] ?? all));
}

let api: Api;
let keys = 0;

function tell(text: string, undo?: () => void): void {
  const key = ++keys;
  const ms = undo ? 10_000 : 2_500;
  notice.value = { key, text, undo, until: Date.now() + ms };
  setTimeout(() => {
    if (notice.value?.key === key) notice.value = undefined;
  }, ms);
}

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
    await api.command(kind, data);
    tell(undo?.text ?? w('done'), undo && (() => void command(undo.kind, undo.data)));
    return true;
  } catch (e) {
    tell(sorry(e));
    return false;
  }
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

async function look(): Promise<void> {
  try {
    view.value = await api.view();
    access.value = 'in';
    heardAt.value = Date.now();
  } catch (e) {
    if (e instanceof Refused && (e.status === 401 || e.status === 403)) access.value = 'refused';
    else if (e instanceof Refused && e.status === 404) access.value = 'in'; // the room has said nothing yet
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
  const token = takeToken(name);
  if (!token) {
    access.value = 'refused';
    return;
  }
  api = new Api(name, token);
  void look();
  const client = new Client({ base: `${location.origin}/`, room: name, token: (why) => (why === 'start' ? token : undefined) });
  client.on('state', ({ model, last }) => {
    rows.value = [];
    take(last, model);
  });
  client.on('items', ({ items, model }) => take(items, model));
  client.on('result', () => sync(client.model));
  addEventListener('online', () => client.online());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void stayAwake();
  });
  void stayAwake();
  setInterval(() => {
    now.value = Date.now();
  }, 500);
  client.start();
}
