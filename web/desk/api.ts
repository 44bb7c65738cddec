// What the desk asks of the server: commands to the log, and what the room's
// owner knows.

export interface Held {
  o: number;
  id: string;
  user: string;
  n: string;
  x: string;
  until: number;
  /** Who works on it, until `leased` by the room's time. */
  by?: string;
  leased?: number;
}

export interface View {
  now: number;
  held: Held[];
  questions?: {
    waiting: number;
    totals: { asked: number; answered: number; spoken: number };
    first_answer?: { count: number; p50_ms: number; p90_ms: number };
    clusters: Question[] | null;
    /** What stands before the host. */
    prompt?: Prompt;
  };
  /** By cluster, where a model drafts answers (room/answer). */
  drafts?: Record<string, Draft>;
  /** The shop that the room is of: its giveaways come by the studio. */
  shop?: string;
  /** In which that shop counts; absent: CNY. */
  currency?: string;
  mutes: { user: string; until?: number; ban?: boolean }[];
  stats: {
    offered: number;
    shown: number;
    merged: number;
    shed: number;
    classes: { class: string; shed?: Record<string, number> }[] | null;
  };
}

/** What the room asks, many times over, as one row (room/desk: Questions). */
export interface Question {
  cluster: string;
  state: 'open' | 'onscreen' | 'answered' | 'dismissed' | 'unanswered';
  title: string;
  intent: string;
  link?: number;
  count: number;
  askers: number;
  more?: boolean;
  buyers?: number;
  first: number;
  last: number;
  rank: number;
  /** The ways in which it is asked, where there are several. */
  wordings?: { text: string; count: number; offset: number }[];
  /** What staff joined to it. */
  joined?: { cluster: string; title: string; count: number }[];
  suggest?: { from: string; text: string; as_of?: number };
  answer?: { text?: string; spoken?: boolean; at: number; show_ms?: number; told?: number };
}

/** What a model would answer, and the facts of the shop it is from. Nothing is sent before a person does. */
export interface Draft {
  state: 'making' | 'ready' | 'none' | 'failed' | 'spent';
  text?: string;
  facts?: { from: string; ref: string; text: string }[];
}

/** A text that stands before the host: a script, or a line of whoever helps. */
export interface Prompt {
  script?: string;
  title?: string;
  text: string;
}

/** A short text of the shop for the host to say, of one product or of any. */
export interface Script {
  id: string;
  title?: string;
  text: string;
  item?: string;
}

/** What the room knows of the shop. */
export interface Catalogue {
  items: Goods[];
  scripts: Script[];
}

/** One product of the shop, as the room knows it (room/record: ItemData). */
export interface Goods {
  item: string;
  title?: string;
  link?: number;
  price?: number;
  was?: number;
  /** Of the price; absent: CNY. */
  currency?: string;
  stock?: number;
  sizes?: string[];
  colours?: string[];
  facts?: Record<string, string>;
}

/** What a table holds, or what became of it. */
export interface Import {
  items: Goods[] | null;
  faq: unknown[] | null;
  scripts?: unknown[] | null;
  problems: { sheet: string; row: number; column?: string; message: string }[] | null;
  applied: boolean;
}

/** A command that the room refused after the server had accepted it (room/desk: Refused). */
export interface RefusedLater {
  id: string;
  kind: string;
  by: string;
  at: number;
  event?: string;
  rules?: string[];
  reason: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export class Api {
  constructor(
    private readonly room: string,
    private readonly token: () => Promise<string | undefined>,
  ) {}

  async view(): Promise<View> {
    return (await this.call('GET', 'view')) as View;
  }

  /** The command stands in the log when this returns; the room tells what came of it. Answers in whose name it stands. */
  async command(kind: string, data: unknown): Promise<string> {
    return ((await this.call('POST', 'commands', { kind, data })) as { by?: string }).by ?? '';
  }

  /** What the room refused lately after it was accepted, the newest last. */
  async refused(): Promise<RefusedLater[]> {
    return ((await this.call('GET', 'refused')) as { refused: RefusedLater[] }).refused;
  }

  async catalogue(): Promise<Catalogue> {
    const c = (await this.call('GET', 'catalogue')) as { items?: Goods[] | null; scripts?: Script[] | null };
    return { items: c.items ?? [], scripts: c.scripts ?? [] };
  }

  /** Reads a table of goods and answers; with `apply` the room takes it, if every row is right. */
  async importGoods(file: Blob, apply: boolean): Promise<Import> {
    const answer = await fetch(`/v1/rooms/${this.room}/catalogue${apply ? '?apply=true' : ''}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await this.token()}` },
      body: file,
    });
    const doc = (await answer.json().catch(() => ({}))) as Import & { code?: string; message?: string };
    if (answer.ok || answer.status === 409) return doc;
    throw new Refused(answer.status, doc.code ?? '', doc.message ?? '');
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`/v1/rooms/${this.room}/${path}`, {
      method,
      cache: 'no-store',
      headers: {
        Authorization: `Bearer ${await this.token()}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const doc: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return doc;
    const { code = '', message = '' } = doc as { code?: string; message?: string };
    throw new Refused(answer.status, code, message);
  }
}

/** Forgets the link's token, once it is of no use any more. */
export function dropToken(room: string): void {
  try {
    sessionStorage.removeItem(`fudai.desk.${room}`);
  } catch {
    // It was not kept, then.
  }
}

/**
 * The token of the link this page was opened by: it stands behind the #, which
 * no server sees, and leaves the address at once.
 */
export function takeToken(room: string): string | undefined {
  const key = `fudai.desk.${room}`;
  const given = new URLSearchParams(location.hash.slice(1)).get('t');
  try {
    if (given) {
      sessionStorage.setItem(key, given);
      history.replaceState(null, '', location.pathname + location.search);
    }
    return given ?? sessionStorage.getItem(key) ?? undefined;
  } catch {
    return given ?? undefined;
  }
}
