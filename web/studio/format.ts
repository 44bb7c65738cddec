import dayjs, { type Dayjs } from 'dayjs';

/** Fen as yuan with two places where there are fen: 9900 → ¥99, 9950 → ¥99.50. */
export function money(fen: number): string {
  const v = fen / 100;
  return `¥${v.toLocaleString('en-US', fen % 100 === 0 ? {} : { minimumFractionDigits: 2 })}`;
}

/** Yuan as typed into fen. */
export const fen = (yuan: number | null | undefined): number => Math.round((yuan ?? 0) * 100);

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
