import { Api as Desk } from '../desk/api.ts';
import { callAs } from '../door/session.ts';
import type { Api, Giveaway, Me, Page, Rehearsal, Room } from './api.ts';

// How far somebody has come on the way to their own show. What is done is read
// from the server, so that it can be left and taken up on any device; what was
// skipped is kept on this one.

export const steps = ['shop', 'stream', 'goods', 'staff', 'bag', 'rehearse', 'link'] as const;
export type Step = (typeof steps)[number];

/** The room of the built-in show is nobody's own. */
const DEMO = 'demo';

export const ownRoom = (rooms: readonly Room[]): Room | undefined => rooms.find((r) => r.id !== DEMO);

export interface Facts {
  stream: string;
  delayMs: number;
  goods: number;
  /** People beside whoever looks; undefined where they may not be seen. */
  others?: number;
  bags: Giveaway[];
  rehearsals: Rehearsal[];
}

const or = <T>(p: Promise<T>, without: T): Promise<T> => p.catch(() => without);

/** What `me` may not see is not asked for: a refusal every few seconds would tell nobody anything. */
export async function facts(api: Api, shop: string, room: string, me: Me): Promise<Facts> {
  const [state, goods, people, bags, rehearsals] = await Promise.all([
    or(look(room), {}),
    me.may.includes('desk.goods')
      ? or(
          new Desk(room, api.token).catalogue().then((c) => c.items.filter((g) => g.item !== '*').length),
          0,
        )
      : 0,
    me.may.includes('staff.read') ? or(others(api, shop, me.user), undefined) : undefined,
    api.get<Page<Giveaway>>('giveaways', { shop, room, most: 20 }),
    api.get<Page<Rehearsal>>('rehearsals', { shop, room }),
  ]);
  return {
    stream: state.set?.stream ?? '',
    delayMs: state.set?.video_delay_ms ?? 0,
    goods,
    ...(people !== undefined && { others: people }),
    bags: bags.items,
    rehearsals: rehearsals.items,
  };
}

interface State {
  set?: { stream?: string; video_delay_ms?: number };
}

async function look(room: string): Promise<State> {
  const answer = await fetch(`/v1/rooms/${encodeURIComponent(room)}`, { cache: 'no-store' });
  return answer.ok ? ((await answer.json()) as State) : {};
}

async function others(api: Api, shop: string, me: string): Promise<number | undefined> {
  const appointed = await or(api.get<Page<{ user: string }>>(`shops/${shop}/staff`), { items: [] });
  const token = await api.token();
  const all = token ? await or(callAs<{ items: { user: string }[] }>(token, 'GET', 'people'), { items: [] }) : { items: [] };
  return new Set([...appointed.items, ...all.items].map((p) => p.user).filter((u) => u !== me)).size;
}

/** Which steps are done, as far as the server knows. */
export function done(room: Room | undefined, f: Facts | undefined): Set<Step> {
  const all = new Set<Step>();
  if (room) all.add('shop');
  if (f?.stream) all.add('stream');
  if (f && f.goods > 0) all.add('goods');
  if (f?.others) all.add('staff');
  if (f && f.bags.length > 0) all.add('bag');
  if (f && f.rehearsals.length > 0) all.add('rehearse');
  return all;
}

const KEY = (shop: string): string => `fudai.start.${shop}`;

/** What was skipped, or is done and leaves no trace on the server, by the shop. */
export function passed(shop: string): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY(shop)) ?? '[]') as string[]);
  } catch {
    return new Set();
  }
}

export function keepPassed(shop: string, all: ReadonlySet<string>): void {
  try {
    localStorage.setItem(KEY(shop), JSON.stringify([...all]));
  } catch {
    // It comes back with the next visit, then.
  }
}

/**
 * Whether viewers' browsers will play a stream: the policy that the pages come
 * with names the places it may come from. Undefined where it cannot be known.
 */
export function plays(policy: string | null, stream: string, own: string): boolean | undefined {
  const media = /(?:^|;)\s*media-src ([^;]*)/
    .exec(policy ?? '')?.[1]
    ?.trim()
    .split(/\s+/);
  if (!media || !URL.canParse(stream)) return undefined;
  const { origin } = new URL(stream);
  return media.some((m) => m === origin || (m === "'self'" && origin === own));
}

/** The policy that this installation's viewer page comes with. */
export const policy = async (): Promise<string | null> => {
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' });
  return answer.headers.get('Content-Security-Policy');
};
