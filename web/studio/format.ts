import dayjs, { type Dayjs } from 'dayjs';

/** An amount as typed into minor units: fen, cents, pence. */
export const fen = (units: number | null | undefined): number => Math.round((units ?? 0) * 100);

/** An instant as staff read it, in the shop's zone. */
export function when(ms: number | undefined, zone: string, language: string): string {
  if (!ms) return '—';
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
    timeZone: zone,
  }).format(ms);
}

/** The day of an instant in a zone, as a calendar cell names it: 2026-11-21. */
export function day(ms: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: zone }).format(ms);
}

/** What a picker holds as the local time that the server reads: the wall clock, in the shop's zone. */
export const wall = (d: Dayjs): string => d.format('YYYY-MM-DDTHH:mm:ss');
export const fromWall = (s: string | undefined): Dayjs | undefined => (s ? dayjs(s) : undefined);

/** The instant of a wall clock's time in a zone; of an hour that the clocks skip or show twice, one near it: the server's check says which. */
export function instant(local: string, zone: string): number {
  const shown = Date.parse(`${local.slice(0, 19)}Z`);
  let at = shown;
  for (let i = 0; i < 2; i++) at = shown - (clock(at, zone) - at);
  return at;
}

/** What a clock in the zone shows, read as if it were UTC. */
const clock = (ms: number, zone: string): number =>
  Date.parse(
    `${new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: zone }).format(ms).replace(' ', 'T')}Z`,
  );

/** When a giveaway opens: as announced, or as its draft says it, undefined where something else decides. */
export function opening(
  g: { openAt?: number; draft: { trigger: { on: string; at?: string; zone?: string } } },
  zone: string,
): number | undefined {
  const { on, at, zone: own } = g.draft.trigger;
  return g.openAt || (on === 'at' && at ? instant(at, own || zone) : undefined);
}
