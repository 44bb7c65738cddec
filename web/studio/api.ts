// What the studio asks of the server. The types follow /v1/studio/openapi.json,
// which a test holds them against by name.

export interface Meta {
  id: string;
  shop: string;
  version: number;
  created: number;
  updated: number;
  by: string;
}
export interface Approval {
  mode: 'none' | 'above' | 'always';
  aboveFen?: number;
}
export interface ShopSpec {
  name: string;
  profile: string;
  /** CNY, USD, GBP or EUR; absent: CNY. */
  currency?: string;
  zone: string;
  organiser?: string;
  contact?: string;
  approval: Approval;
  budgetRequired?: boolean;
}
export type Shop = Meta & ShopSpec;
export type Room = Meta & { title: string; host?: string };
export type PrizeKind = 'goods' | 'coupon' | 'points' | 'cash';
export interface PrizeSpec {
  title: string;
  kind: PrizeKind;
  valueFen: number;
  pool?: string;
  note?: string;
  image?: string;
  /** What winners are asked beside where to send it. */
  fields?: Question[];
  retired?: boolean;
}
/** One question of a claim form; without options any text answers it. */
export interface Question {
  id: string;
  title: string;
  options?: string[];
  optional?: boolean;
}
export type Prize = Meta & PrizeSpec & { stock: { available: number; reserved: number; given: number } };
export type Budget = Meta & {
  title: string;
  owner?: string;
  funds: { availableFen: number; reservedFen: number; spentFen: number };
};
export interface Condition {
  rule?: string;
  n?: number;
  in?: string[];
  all?: Condition[];
  any?: Condition[];
  not?: Condition;
}
export interface Trigger {
  on: 'now' | 'at' | 'show-start' | 'product' | 'after-draw' | 'tap';
  at?: string;
  zone?: string;
  afterMs?: number;
  item?: string;
  event?: string;
  show?: string;
}
export interface DraftPrize {
  prize: string;
  qty: number;
  split?: { mode: string; total: number; min: number; max: number; underfill: string };
  /** Who confirms a winner before the prize is theirs. */
  stepUp?: 'platform';
}
export interface Draft {
  kind: 'lottery' | 'bag' | 'grab' | 'packet' | 'rain';
  title: string;
  trigger: Trigger;
  openMs?: number;
  noticeMs?: number;
  prizes: DraftPrize[];
  phrases?: string[];
  conditions?: Condition[];
  /** More tickets for who meets one. */
  weights?: { when: Condition; add: number }[];
  caps?: { scope: 'room' | 'shop'; periodMs: number; n: number }[];
  /** first: the first to arrive win, without a lot. */
  selection?: 'lot' | 'first';
  alternates?: number;
  claimTtlMs?: number;
  /** What happens if the public random number cannot be reached before it opens. */
  noBeacon?: 'wait' | 'cancel';
  /** The draw takes the organiser's own proof as well; compensation is owed if that stays away. */
  proof?: boolean;
  /** What everybody who was in gets should it end void. */
  compensation?: string;
  budget?: string;
  cluster?: Cluster;
  /** Who may not win, for a public reason; absent for who may not read it. */
  block?: { user: string; reason: number }[];
  reasons?: { code: number; zh?: string; en?: string }[];
}
export type Tie = 'device' | 'pay' | 'address' | 'phone';
/** Accounts that are tied to each other get one ticket together. */
export interface Cluster {
  by: Tie[];
  weak?: { burstSec: number; coPercent: number };
}
/** How many are excluded for one reason. */
export interface OutBy {
  code: number;
  n: number;
  zh: string;
  en: string;
}
export interface Problem {
  field: string;
  rule: string;
  message: string;
}
export interface Tier {
  tier: string;
  prize: string;
  title: string;
  kind: string;
  qty: number;
  valueFen: number;
  totalFen: number;
}
export type GiveState =
  | 'draft'
  | 'approved'
  | 'scheduled'
  | 'refused'
  | 'announced'
  | 'open'
  | 'closing'
  | 'sealed'
  | 'drawn'
  | 'claiming'
  | 'settled'
  | 'cancelled'
  | 'void';
export type Giveaway = Meta & {
  room: string;
  state: GiveState;
  draft: Draft;
  tiers?: Tier[];
  units: number;
  worthFen: number;
  currency?: string;
  editor: string;
  approvedBy?: string;
  rejected?: string;
  announceAt?: number;
  openAt?: number;
  closeAt?: number;
  drawAt?: number;
  planHash?: string;
  /** The last look at whether the public random number can be reached. */
  beacon?: { chain: 'quicknet' | 'local'; at: number; ok: boolean };
  extensions?: { id: string; by: string; closeAt: number; was: number; pause?: boolean; reason?: string; refused?: string }[];
  template?: string;
  series?: string;
  live: {
    entrants: number;
    excluded: number;
    seal?: string;
    winners: number;
    alternates: number;
    granted: number;
    claimed: number;
    expired: number;
    returned: number;
    devices?: number;
  };
  out?: OutBy[];
  problems?: Problem[];
  why?: string;
  /** Why it was cancelled or is void: a reason of the list, or the room's own. */
  endCode?: string;
  /** Its plan was finished anew, for the installation's keys were changed before it was announced. */
  rekeyed?: { at: number; was: string };
  /** Its plan was sent, and the room has not answered. */
  untaken?: { since: number; tries: number };
  /** What the room refused after it was accepted here. */
  refusals?: { id: string; kind: string; by: string; at: number; rule: string; reason: string }[];
};
/** How far viewers have come in a giveaway. */
export interface Funnel {
  state: GiveState;
  asOf: number;
  online: number;
  seen: number;
  refused: { reason: string; condition: number; rule?: Condition; n: number }[];
  /** Attempts that were asked the conditions, and of those how many met each. */
  asked: number;
  qualified: { condition: number; rule?: Condition; yes: number; no: number; unknown: number }[];
  entered: number;
  /** Of how many the reaction was measured, and how many were too soon for a person. */
  signs: { measured: number; fast: number };
  devices: number;
  known: { tie: Tie; n: number }[];
  out: OutBy[];
  live: Giveaway['live'];
}
/** Users who showed one sign of a program. */
export interface Suspected {
  decoy?: string;
  /** Whether the room still has the list. */
  known: boolean;
  n: number;
  users: { user: string; name?: string; ms?: number }[];
}
export interface Suspects {
  fast: Suspected;
  decoys: Suspected[];
}
/** What a viewer says who was kept out of a giveaway. */
export type Appeal = Meta & {
  event: string;
  title: string;
  user: string;
  text: string;
  /** Why the room rules them out: of the plan's block list, or a cap. */
  block?: number;
  /** Of an account that is tied to another entrant's. */
  ties?: Tie[];
  /** Absent where the room could not say. */
  entry?: 'in' | 'out';
  state: 'open' | 'accepted' | 'refused';
  answer?: string;
};
/** What the host may start alone, within an envelope. */
export interface TemplateSpec {
  title: string;
  room: string;
  draft: Draft;
  envelope: { fen: number; uses: number; until?: number };
}
export type Template = Meta &
  TemplateSpec & {
    state: 'draft' | 'approved';
    editor: string;
    approvedBy?: string;
    worthFen: number;
    usedFen: number;
    used: number;
  };
export interface SeriesSpec {
  rooms: string[];
  draft: Draft;
  recurrence: { start: string; zone?: string; rule: string; fold?: 'first' | 'second' };
  skipWrong?: boolean;
}
export interface Preview {
  items: { local: string; at?: number; wrong?: string }[];
  wrong: number;
}
export interface Finding {
  level: 'fails' | 'risks' | 'notes';
  giveaway?: string;
  title?: string;
  field?: string;
  rule: string;
  message: string;
}
export type Rehearsal = Meta & {
  room: string;
  viewers: number;
  trolls: number;
  copied?: { rules: string; slowMs: number; items: number; answers: number };
  findings: Finding[];
  items: {
    giveaway: string;
    title: string;
    state: GiveState;
    live: Giveaway['live'];
    told: number;
    folded: boolean;
    verified: boolean;
    openForMs: number;
  }[];
  people: { code: string; n: number }[];
  rogues: { code: string; n: number }[];
  unanswered: number;
  delayed: number;
  forged: number;
  spanMs: number;
  tookMs: number;
};
export interface Checked {
  ok: boolean;
  problems: Problem[];
  warnings: Problem[];
  tiers: Tier[];
  units: number;
  worthFen: number;
  needsApproval: boolean;
  announceAt?: number;
  openAt?: number;
  closeAt?: number;
  drawAt?: number;
  grade?: { letter: string; reasons: string[] };
  rules?: string;
}
export interface Vocabulary {
  rule: string;
  args: '' | 'n' | 'in';
  zh: string;
  en: string;
  from: string;
}
export interface Profile {
  id: string;
  name: string;
  from?: string;
  currency?: string;
  topFen?: number;
  keepDays: number;
  /** By which facts a new draft ties accounts. */
  ties: Tie[];
  sources?: { title: string; part: string; date: string; says: string }[];
}
export interface Act {
  n: number;
  at: number;
  by: string;
  act: string;
  what: string;
  id: string;
}
export interface Trail {
  rows: number;
  head: string;
  broken: number;
}
export interface Staff {
  user: string;
  roles: string[];
  at: number;
}
export interface Me {
  user: string;
  name?: string;
  roles: string[];
  may: string[];
}
export interface Page<T> {
  items: T[];
  next?: string;
}
export interface Done {
  id: string;
  ok: boolean;
  error?: { code: string; message: string; problems?: Problem[] };
}

export interface Award {
  grant: string;
  event: string;
  eventName: string;
  user: string;
  title: string;
  kind: PrizeKind;
  worthFen: number;
  amountFen?: number;
  currency: string;
  state: 'to-claim' | 'to-confirm' | 'to-ship' | 'shipped' | 'received' | 'expired';
  wonAt: number;
  deadline?: number;
  carrier?: string;
  tracking?: string;
  failed?: string;
  hasForm: boolean;
  overdue?: boolean;
  stepUp?: string;
  confirmedAt?: number;
  refusals?: number;
  why?: string;
}
export interface Counts {
  states: Record<string, number>;
  overdue: number;
  failed: number;
  noForm: number;
}
export interface Address {
  name: string;
  phone: string;
  address: string;
  note?: string;
}
export interface Pool {
  pool: string;
  free: number;
  issued: number;
  waiting: number;
}
export interface Imported {
  added: number;
  updated: number;
  wrong: string[] | null;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: Problem[] = [],
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | undefined>;

export class Api {
  /** The link's token, or a session's, which is renewed as it grows old. */
  constructor(readonly token: () => Promise<string | undefined>) {}

  get<T>(path: string, query: Query = {}): Promise<T> {
    const q = new URLSearchParams();
    for (const [k, v] of Object.entries(query)) if (v !== undefined && v !== '') q.set(k, String(v));
    return this.call<T>('GET', q.size > 0 ? `${path}?${q}` : path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.call<T>('POST', path, body);
  }

  put<T>(path: string, body: unknown, version?: number): Promise<T> {
    return this.call<T>('PUT', path, body, version);
  }

  remove<T>(path: string): Promise<T> {
    return this.call<T>('DELETE', path);
  }

  /** Sends text as it is: a table, a list of codes. */
  text<T>(path: string, text: string, media: string): Promise<T> {
    return this.call<T>('POST', path, text, undefined, media);
  }

  /** Fetches a file with the token, which no link may carry, and offers it for saving. */
  async download(path: string, query: Record<string, string | undefined>, name: string): Promise<void> {
    const q = new URLSearchParams();
    for (const [k, v] of Object.entries(query)) if (v) q.set(k, v);
    const answer = await fetch(`/v1/studio/${path}?${q}`, { headers: { Authorization: `Bearer ${await this.token()}` } });
    if (!answer.ok) {
      const { code = 'internal', message = '' } = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
      throw new Refused(answer.status, code, message);
    }
    const a = document.createElement('a');
    a.href = URL.createObjectURL(await answer.blob());
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
  }

  private async call<T>(method: string, path: string, body?: unknown, version?: number, media = 'application/json'): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(`/v1/studio/${path}`, {
        method,
        cache: 'no-store',
        headers: {
          Authorization: `Bearer ${await this.token()}`,
          ...(body !== undefined && { 'Content-Type': media }),
          ...(version !== undefined && { 'If-Match': `"${version}"` }),
        },
        ...(body !== undefined && { body: media === 'application/json' ? JSON.stringify(body) : String(body) }),
      });
    } catch {
      throw new Refused(0, 'unreachable', '');
    }
    const doc: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return doc as T;
    const { code = '', message = '', problems } = doc as { code?: string; message?: string; problems?: Problem[] };
    throw new Refused(answer.status, code, message, problems);
  }
}
