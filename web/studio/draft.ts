import dayjs, { type Dayjs } from 'dayjs';
import type { Condition, Draft, DraftPrize, Giveaway, Tie, Trigger } from './api.ts';
import { type BlockRow, fromBlock, toBlock } from './blocklist.ts';
import { fen, fromWall, wall } from './format.ts';

/** A draft as the form holds it: minutes (of a rain seconds), units of money, one phrase. */
export interface Fields {
  room: string;
  kind: Draft['kind'];
  title?: string;
  on: Trigger['on'];
  at?: Dayjs;
  afterMinutes?: number;
  item?: string;
  minutes?: number;
  /** In place of minutes, of a rain. */
  seconds?: number;
  prizes: { prize?: string; qty?: number; sum?: number; stepUp?: boolean }[];
  phrase?: string;
  conditions: { rule?: string; n?: number; in?: string }[];
  weights?: { rule?: string; n?: number; in?: string; add?: number }[];
  caps?: { scope?: 'room' | 'shop'; n?: number; days?: number }[];
  blocks?: (BlockRow | undefined)[];
  first?: boolean;
  claimHours?: number;
  alternates?: number;
  budget?: string;
  noBeacon?: 'wait' | 'cancel';
  proof?: boolean;
  compensation?: string;
  ties?: Tie[];
  burstMinutes?: number;
  coPercent?: number;
  /** What the form does not show and must not lose. */
  rest?: Partial<Draft>;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of a rain, where nothing else is said. */
const RAIN_S = 15;

/** Kinds whose prizes are sums that are cut. */
export const isCut = (kind: Draft['kind'] | undefined): boolean => kind === 'packet' || kind === 'rain';

export const empty = (room: string): Fields => ({
  ties: [],
  room,
  kind: 'bag',
  on: 'now',
  minutes: 3,
  prizes: [{ qty: 1 }],
  conditions: [],
  claimHours: 48,
  alternates: 0,
  noBeacon: 'wait',
});

/** Rules that count in seconds for the engine and in minutes for people. */
const inMinutes = new Set(['watch', 'follow']);

export function toDraft(f: Fields): Draft {
  const on = f.on;
  const trigger: Trigger = {
    on,
    ...(on === 'at' && f.at && { at: wall(f.at) }),
    ...(on === 'product' && f.item && { item: f.item }),
    ...((on === 'show-start' || on === 'after-draw' || on === 'product') &&
      f.afterMinutes && { afterMs: Math.round(f.afterMinutes * MINUTE) }),
  };
  const phrases =
    f.kind === 'bag' || f.kind === 'lottery' ? [(f.phrase ?? '').trim(), ...(f.rest?.phrases ?? [])].filter(Boolean) : [];
  return {
    ...f.rest,
    kind: f.kind,
    title: (f.title ?? '').trim(),
    trigger,
    openMs: f.kind === 'rain' ? Math.round((f.seconds ?? RAIN_S) * 1000) : Math.round((f.minutes ?? 0) * MINUTE),
    prizes: (f.prizes ?? []).filter((p) => p?.prize).map(prize(f.kind)),
    phrases,
    conditions: [...(f.conditions ?? []).filter((c) => c?.rule).map(condition), ...(f.rest?.conditions ?? [])],
    weights: [
      ...(f.weights ?? []).filter((w) => w?.rule && w.add).map((w) => ({ when: condition(w), add: w.add ?? 0 })),
      ...(f.rest?.weights ?? []),
    ],
    caps: (f.caps ?? [])
      .filter((c) => c?.n && c.days)
      .map((c) => ({ scope: c.scope ?? ('room' as const), periodMs: Math.round((c.days ?? 0) * DAY), n: c.n ?? 0 })),
    ...toBlock(f.blocks ?? []),
    ...(f.first && f.kind === 'grab' && { selection: 'first' as const }),
    alternates: f.alternates ?? 0,
    claimTtlMs: Math.round((f.claimHours ?? 0) * HOUR),
    ...(f.budget && { budget: f.budget }),
    ...(f.noBeacon === 'cancel' && { noBeacon: f.noBeacon }),
    ...(f.proof && { proof: true }),
    ...(f.compensation?.trim() && { compensation: f.compensation.trim() }),
    ...((f.ties?.length ?? 0) > 0 && { cluster: cluster(f) }),
  };
}

const order: readonly Tie[] = ['device', 'pay', 'address', 'phone'];
const BURST_MINUTES = 10;
const CO_PERCENT = 60;

/** The phone ties only together with its thresholds. */
function cluster(f: Fields): Draft['cluster'] & object {
  const by = order.filter((tie) => f.ties?.includes(tie));
  const weak = { burstSec: Math.round((f.burstMinutes ?? BURST_MINUTES) * 60), coPercent: f.coPercent ?? CO_PERCENT };
  return { by, ...(by.includes('phone') && { weak }) };
}

const prize =
  (kind: Draft['kind']) =>
  (p: Fields['prizes'][number]): DraftPrize => ({
    prize: p.prize ?? '',
    qty: p.qty ?? 0,
    ...(p.stepUp && kind !== 'rain' && { stepUp: 'platform' as const }),
    ...(isCut(kind) && p.sum && { split: { mode: 'double-mean', total: fen(p.sum), min: 1, max: 0, underfill: 'return' } }),
  });

function condition(c: Fields['conditions'][number]): Condition {
  const rule = c.rule ?? '';
  const list = (c.in ?? '').split(/[,，\s]+/).filter(Boolean);
  const n = c.n === undefined || c.n === null ? undefined : inMinutes.has(rule) ? c.n * 60 : rule === 'bought' ? fen(c.n) : c.n;
  return { rule, ...(n !== undefined && n !== 0 && { n }), ...(list.length > 0 && { in: list }) };
}

/** A condition as the form has it: minutes, units of money, one line of regions. */
const line = (c: Condition): Fields['conditions'][number] => ({
  ...(c.rule && { rule: c.rule }),
  ...(c.n !== undefined && { n: inMinutes.has(c.rule ?? '') ? c.n / 60 : c.rule === 'bought' ? c.n / 100 : c.n }),
  ...(c.in && { in: c.in.join('、').replaceAll('、', ',') }),
});

export function toFields(g: Giveaway): Fields {
  const {
    kind,
    title,
    trigger,
    openMs,
    prizes,
    phrases,
    conditions,
    weights,
    caps,
    selection,
    alternates,
    claimTtlMs,
    budget,
    noBeacon,
    proof,
    compensation,
    cluster,
    block,
    reasons,
    ...rest
  } = g.draft;
  const simple = (conditions ?? []).filter((c) => c.rule);
  const trees = (conditions ?? []).filter((c) => !c.rule);
  const heavy = (weights ?? []).filter((w) => !w.when.rule);
  const at = fromWall(trigger.at);
  return {
    room: g.room,
    kind,
    title,
    on: trigger.on,
    ...(at && { at }),
    ...(trigger.afterMs && { afterMinutes: trigger.afterMs / MINUTE }),
    ...(trigger.item && { item: trigger.item }),
    minutes: kind === 'rain' ? 3 : (openMs ?? 0) / MINUTE,
    ...(kind === 'rain' && { seconds: (openMs ?? 0) / 1000 }),
    prizes: prizes.map((p) => ({
      prize: p.prize,
      qty: p.qty,
      ...(p.split && { sum: p.split.total / 100 }),
      ...(p.stepUp && { stepUp: true }),
    })),
    ...(phrases?.[0] && { phrase: phrases[0] }),
    conditions: simple.map(line),
    weights: (weights ?? []).filter((w) => w.when.rule).map((w) => ({ ...line(w.when), add: w.add })),
    caps: (caps ?? []).map((c) => ({ scope: c.scope, n: c.n, days: c.periodMs / DAY })),
    blocks: fromBlock({ ...(block && { block }), ...(reasons && { reasons }) }),
    first: selection === 'first',
    claimHours: (claimTtlMs ?? 0) / HOUR,
    alternates: alternates ?? 0,
    ...(budget && { budget }),
    noBeacon: noBeacon ?? 'wait',
    ...(proof && { proof }),
    ...(compensation && { compensation }),
    ties: cluster?.by ?? [],
    ...(cluster?.weak && { burstMinutes: cluster.weak.burstSec / 60, coPercent: cluster.weak.coPercent }),
    rest: {
      ...rest,
      ...((phrases?.length ?? 0) > 1 && { phrases: phrases?.slice(1) }),
      ...(trees.length > 0 && { conditions: trees }),
      ...(heavy.length > 0 && { weights: heavy }),
    } as Partial<Draft>,
  };
}

/** The field of the form that a problem is about: draft.prizes[0].qty → prizes. */
export function place(field: string): string {
  const name = field.replace(/^draft\.?/, '').split(/[.[]/)[0] ?? '';
  return name === 'noticeMs' || name === 'closeAt' ? 'trigger' : name === 'reasons' ? 'block' : name;
}

/** The same of a member of the form, which mostly has the name of what it becomes. */
export const placeOf = (member: string): string => (Object.hasOwn(places, member) ? (places[member] ?? '') : member);
const places: Record<string, string> = {
  on: 'trigger',
  at: 'trigger',
  item: 'trigger',
  afterMinutes: 'trigger',
  minutes: 'openMs',
  seconds: 'openMs',
  phrase: 'phrases',
  claimHours: 'claimTtlMs',
  ties: 'cluster',
  burstMinutes: 'cluster',
  coPercent: 'cluster',
};

/** Tomorrow at eight in the evening: when most shows begin. */
export const evening = (): Dayjs => dayjs().add(1, 'day').hour(20).minute(0).second(0);
