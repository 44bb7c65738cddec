import { signal } from '@preact/signals';

// What this viewer won, as the shop's record has it: also after the show, on
// another device, and with what became of it.

export interface Award {
  grant: string;
  event: string;
  eventName: string;
  room: string;
  title: string;
  kind: 'goods' | 'coupon' | 'points' | 'cash';
  amountFen?: number;
  currency?: string;
  state: 'to-claim' | 'to-confirm' | 'to-ship' | 'shipped' | 'received' | 'expired';
  wonAt: number;
  deadline?: number;
  carrier?: string;
  tracking?: string;
  hasForm: boolean;
  code?: string;
  /** Who confirms the winner, until the deadline; absent: nobody. */
  stepUp?: string;
  confirmedAt?: number;
  /** Tries in which the platform could not. */
  refusals?: number;
  /** Why it was lost; absent: nobody claimed it. */
  why?: string;
  /** What the shop asks of this prize, beside where to send it. */
  fields?: Field[];
}

/** A question; with options they are the only answers, without any text is one. */
export interface Field {
  id: string;
  title: string;
  options?: string[];
  optional?: boolean;
}

export interface Form {
  name?: string;
  phone?: string;
  address?: string;
  note?: string;
  answers?: Record<string, string>;
}

/** Whether claiming it takes more than a tap. */
export const asks = (a: Award): boolean => a.kind === 'goods' || (a.fields?.length ?? 0) > 0;

/** Whether the platform is still to confirm this viewer. */
export const waits = (a: Award): boolean =>
  a.stepUp !== undefined && !a.confirmedAt && (a.state === 'to-claim' || a.state === 'to-confirm');

/** Undefined: not asked yet, or this installation keeps no such record. */
export const awards = signal<Award[] | undefined>(undefined);

/** A giveaway this viewer was in that ended without a draw. */
export interface Ended {
  event: string;
  eventName: string;
  at: number;
  why: string;
  code?: string;
  compensation?: string;
}
export const voids = signal<Ended[]>([]);

const isEnded = (x: Partial<Ended>): x is Ended =>
  typeof x?.event === 'string' && typeof x.why === 'string' && typeof x.at === 'number';

export async function loadVoids(token: string | undefined): Promise<void> {
  if (!token) return;
  try {
    const answer = await fetch('/v1/me/voids', { cache: 'no-store', headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) return;
    const { items } = (await answer.json()) as { items?: unknown };
    if (Array.isArray(items)) voids.value = items.filter(isEnded);
  } catch {
    // Offline: asked again when the sheet is opened next.
  }
}

const states = new Set(['to-claim', 'to-confirm', 'to-ship', 'shipped', 'received', 'expired']);

const isAward = (a: Partial<Award>): a is Award =>
  typeof a?.grant === 'string' && typeof a.title === 'string' && states.has(a.state ?? '');

async function call(token: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`/v1/me/prizes${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    cache: 'no-store',
    headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Pages of 200 that are asked for: 2,000 prizes. */
const PAGES = 10;

export async function loadAwards(token: string | undefined): Promise<void> {
  if (!token) return;
  try {
    const all: Award[] = [];
    let after = '';
    for (let page = 0; page < PAGES; page++) {
      const answer = await call(token, after && `?after=${encodeURIComponent(after)}`);
      if (!answer.ok) return;
      const { items, next } = (await answer.json()) as { items?: unknown; next?: string };
      if (!Array.isArray(items)) return;
      all.push(...items.filter(isAward));
      if (!next) break;
      after = next;
    }
    awards.value = all;
  } catch {
    // Offline: what the device keeps is shown.
  }
}

/** Claims a prize, with a form where something is to be sent or asked. Answers '' or the code of the refusal. */
export async function claim(token: string | undefined, grant: string, to: Form | undefined): Promise<string> {
  if (!token) return 'login-needed';
  try {
    const answer = await call(token, `/${encodeURIComponent(grant)}/claim`, to ?? {});
    const doc = (await answer.json().catch(() => ({}))) as Partial<Award> & { code?: string };
    if (!answer.ok) return doc.code && claimCodes.has(doc.code) ? `claim-${doc.code}` : 'not-sent';
    // The log has the claim; the record follows it in a moment.
    awards.value = awards.value?.map((a) =>
      a.grant === grant ? { ...a, hasForm: a.hasForm || to !== undefined, state: waits(a) ? 'to-confirm' : 'to-ship' } : a,
    );
    return '';
  } catch {
    return 'not-sent';
  }
}

const claimCodes = new Set(['state', 'refused', 'forgotten', 'not-found', 'malformed', 'unauthorized']);
