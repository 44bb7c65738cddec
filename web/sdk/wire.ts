// The messages of fudai.v1 as TypeScript types: broadcast/wire/PROTOCOL.md is
// the contract, this file follows it. Times are Unix milliseconds, money is in
// minor units of its currency.

export interface Hello {
  op: 'hello';
  v: number;
  room: string;
  conn: string;
  user?: string;
  h?: string;
  name?: string;
  role?: string;
  now: number;
  seq: number;
  resume?: string;
  entry_key?: string;
  limits?: { text?: number; say_ms?: number; likes?: number };
  back?: Window;
  /** To be solved before an entry; absent: nothing. */
  work?: Puzzle;
}

/** Proof of work: `bits` zero bits in each of eight hashes. */
export interface Puzzle {
  challenge: string;
  bits: number;
}

/** A span in which a client picks its moment to come back, so that not all come at once. */
export interface Window {
  min_ms: number;
  max_ms: number;
}

export interface CommentItem {
  t: 'c';
  o: number;
  id?: string;
  h?: string;
  n?: string;
  x?: string;
  k?: string;
  f?: number;
}
export interface AggItem {
  t: 'agg';
  key: string;
  x?: string;
  count: number;
  users?: number;
  names?: string[];
  o?: number;
}
export interface ThingItem {
  t: 'buy' | 'gift';
  o?: number;
  n?: string;
  item?: string;
  title?: string;
  count?: number;
}
export interface JoinItem {
  t: 'join';
  n?: string;
  f?: number;
}
export interface LikesItem {
  t: 'likes';
  d: number;
  total: number;
}
export interface OnlineItem {
  t: 'online';
  n: number;
  u?: number;
}
/** A text in other languages, by language tag. */
export type Translations = Record<string, string>;

export interface Pin {
  pin: string;
  o?: number;
  n?: string;
  x?: string;
  tr?: Translations;
}
export interface PinItem extends Pin {
  t: 'pin' | 'unpin';
}
export interface Product {
  item?: string;
  title?: string;
  price?: number;
  was?: number;
  /** Of the price; absent: CNY. */
  currency?: string;
  image?: string;
  url?: string;
  stock?: number;
  facts?: string[];
  link?: number;
  as_of?: number;
}
export interface ProductItem extends Product {
  t: 'product';
}
export interface CardItem {
  t: 'card';
  card: string;
  kind?: string;
  title?: string;
  text?: string;
  product?: string;
  amount?: number;
  /** Of the amount; absent: CNY. */
  currency?: string;
  until?: number;
}
export interface AttrItem {
  t: 'attr';
  name: string;
  ver: number;
  value?: unknown;
}
export interface AnswerItem {
  t: 'answer';
  cluster?: string;
  x?: string;
  q?: string;
  as_of?: number;
  /** Of x. */
  tr?: Translations;
}
/** A head of the transparency log, as a signed note. */
export interface CheckpointItem {
  t: 'checkpoint';
  note: string;
}
export interface RetractItem {
  t: 'retract';
  o: number[];
  why?: string;
}
export interface Show {
  show?: string;
  title?: string;
  on?: boolean;
  since?: number;
}
export interface ShowItem extends Show {
  t: 'show';
}
export interface Settings {
  slow_ms?: number;
  mute_all?: boolean | string;
  closed?: boolean;
  followers_ms?: number;
  unique?: boolean;
  budget?: number;
  video_delay_ms?: number;
  stream?: string;
}
export interface SetItem extends Settings {
  t: 'set';
}
export interface Prize {
  id?: string;
  title?: string;
  qty?: number;
  value?: number;
  /** Who confirms a winner before the prize is theirs; absent: nobody. */
  step_up?: string;
}
/** Who knows whether a rule holds: the platform's facts, or what was seen in the room. */
export type Source = 'platform' | 'engine';
/** One rule with its arguments; the rule `tree` has `tree`. */
export interface Condition {
  rule: string;
  args?: string[];
  from?: Source;
  tree?: ConditionTree;
}
/** Exactly one of `all`, `any`, `not` and `rule`. */
export interface ConditionTree {
  all?: ConditionTree[];
  any?: ConditionTree[];
  not?: ConditionTree;
  rule?: string;
  n?: number;
  in?: string[];
  from?: Source;
}
export interface Give {
  event: string;
  kind?: string;
  title?: string;
  state?: string;
  prizes?: Prize[];
  /** Of every amount of it: USD, GBP, EUR; absent: CNY. */
  currency?: string;
  phrase?: string;
  open_at?: number;
  close_at?: number;
  draw_at?: number;
  entered?: number;
  /** All must hold. */
  conditions?: Condition[];
  /** Only where not everybody has one chance: one each, `add` more for whom `when` holds, at most `max_weight`. */
  weights?: { when: Condition; add: number }[];
  max_weight?: number;
  /** Who won `n` times within `period_ms`, in this room or in all of its shop, may enter and does not win. */
  caps?: { scope: 'room' | 'shop'; period_ms: number; n: number }[];
  /** It is no giveaway, and not to be shown; `parse` leaves it out. */
  hidden?: boolean;
  epoch?: string;
  plan?: string;
  grade?: string;
  why_grade?: string | string[];
  seal?: string;
  winners?: number;
  why?: string;
  /** Of why: one of the closed list, as PROTOCOL.md has it. */
  code?: string;
  /** Of a void one: what everybody who was in gets, in the organiser's words. */
  compensation?: string;
  /** Each time the close was moved later, the first first. */
  extended?: { was: number; close_at: number; pause?: boolean; why?: string }[];
  /** A code: why there is no result yet, and may not be for a while. */
  wait?: string;
  /** The title, and the prizes' titles by id. */
  tr?: { title?: Translations; prizes?: Record<string, Translations> };
}
export interface GiveItem extends Give {
  t: 'give';
}

export type Item =
  | CommentItem
  | AggItem
  | ThingItem
  | JoinItem
  | LikesItem
  | OnlineItem
  | PinItem
  | ProductItem
  | CardItem
  | AttrItem
  | AnswerItem
  | CheckpointItem
  | RetractItem
  | ShowItem
  | SetItem
  | GiveItem;

export interface Frame {
  op: 'frame';
  room: string;
  seq: number;
  from: number;
  to: number;
  now: number;
  items: Item[];
}

export interface State {
  op: 'state';
  room: string;
  seq: number;
  now: number;
  title?: string;
  checkpoint?: string;
  show?: Show;
  set?: Settings;
  product?: Product;
  pins?: Pin[];
  gives?: Give[];
  likes?: number;
  online?: number;
  unique?: number;
  attrs?: { name: string; ver: number }[];
  last?: Item[];
}

export interface Ack {
  op: 'ack';
  id: string;
  code: string;
  o?: number;
  retry_ms?: number;
  /** With `work`, of an entry beside the line. */
  work?: Puzzle;
}
export interface Out {
  op: 'out';
  id: string;
  code: string;
  o?: number;
  detail?: string | number;
  retry_ms?: number;
}
export interface ReceiptMembers {
  tag?: string;
  salt?: string;
  weight?: number;
  partition?: number;
  offset?: number;
  index?: number;
  size?: number;
  path?: string[];
  root?: string;
  sig?: string;
}
export interface Receipt extends ReceiptMembers {
  op: 'receipt';
  id: string;
  event: string;
}
export interface Winner {
  n?: string;
  h?: string;
  prize?: string;
  rank?: number;
  /** Of a red packet, in minor units of the result's currency. */
  amount?: number;
}
export interface Result {
  op: 'result';
  event: string;
  state?: string;
  entered?: number;
  title?: string;
  /** Of the amounts; absent: CNY. */
  currency?: string;
  winners?: Winner[];
  /** Winners beyond those listed. */
  more?: number;
  seal?: string;
  round?: number;
  sigma?: string;
  /** The operator's part of the draw, where the plan asks for one. */
  proof?: string;
  close_hash?: string;
  why?: string;
  /** Of why: one of the closed list, as PROTOCOL.md has it. */
  code?: string;
  /** Of state void: what everybody who was in gets, in the organiser's words. */
  compensation?: string;
  /** The newest head of the transparency log that the room knew then. */
  checkpoint?: string;
}
export interface Direct {
  op: 'direct';
  kind: string;
  text?: string;
  data?: unknown;
}
export interface Gap {
  op: 'gap';
  from: number;
  to: number;
  why: string;
}
export interface Me extends ReceiptMembers {
  op: 'me';
  event: string;
  state: 'in' | 'out' | 'checking';
  receipt?: ReceiptMembers;
  /** What this viewer won, once it is drawn. */
  won?: Pick<Winner, 'prize' | 'rank' | 'amount'>;
}
/** Without a challenge nothing is owed any more. */
export interface WorkAnswer extends Partial<Puzzle> {
  op: 'work';
  why?: string;
  resume?: string;
}
export interface Pong {
  op: 'pong';
  t: number;
  now: number;
  resume?: string;
}
export interface Bye {
  op: 'bye';
  code: number;
  why?: string;
  min_ms?: number;
  max_ms?: number;
  resume?: string;
}

export type ServerMessage = Hello | State | Frame | Ack | Out | Receipt | Result | Direct | Gap | Me | Pong | Bye | WorkAnswer;

export type ClientMessage =
  | { op: 'say'; id: string; text: string; re?: number }
  | { op: 'like'; n: number }
  | { op: 'tap' | 'enter'; id: string; event: string; nonce?: string; text?: string }
  | { op: 'claim'; id: string; event: string; form: string }
  | { op: 'auth'; token: string }
  | { op: 'me'; event: string }
  | { op: 'ping'; t: number }
  | { op: 'work'; challenge: string; solution: string };

const numbers = new Set(['seq', 'now', 'from', 'to']);

/**
 * Reads one message of the server. What is not a message this client knows is
 * undefined and ignored, as the protocol asks; so is one whose members the
 * client orders by are not numbers.
 */
export function parse(text: string): ServerMessage | undefined {
  let m: unknown;
  try {
    m = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof m !== 'object' || m === null || Array.isArray(m)) return undefined;
  const o = m as Record<string, unknown>;
  if (typeof o.op !== 'string') return undefined;
  for (const k of numbers) if (k in o && !Number.isFinite(o[k])) return undefined;
  switch (o.op) {
    case 'frame':
      if (!Array.isArray(o.items)) return undefined;
      o.items = o.items.filter(isItem).filter((i) => i.t !== 'give' || shows(i));
      return typeof o.seq === 'number' ? (m as Frame) : undefined;
    case 'state':
      if (typeof o.seq !== 'number') return undefined;
      o.last = Array.isArray(o.last) ? o.last.filter(isItem) : [];
      if (Array.isArray(o.gives)) o.gives = o.gives.filter(shows);
      return m as State;
    case 'hello':
    case 'ack':
    case 'out':
    case 'receipt':
    case 'result':
    case 'direct':
    case 'gap':
    case 'me':
    case 'pong':
    case 'bye':
    case 'work':
      return m as ServerMessage;
  }
  return undefined;
}

/** A decoy is for programs: no page is ever told of it. */
const shows = (card: unknown): boolean => (card as Give).hidden !== true;

function isItem(i: unknown): i is Item {
  return typeof i === 'object' && i !== null && typeof (i as { t?: unknown }).t === 'string';
}
