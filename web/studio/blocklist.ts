import type { Draft } from './api.ts';

/** One reason of a block list as the form holds it: its words, and its users one on a line. */
export interface BlockRow {
  /** Public, 1 to 999; a new line gets the first that is free. */
  code?: number;
  zh?: string;
  en?: string;
  users?: string;
}

/** Users as people paste them: one on a line, or the first column of a table; nobody twice. */
export function usersOf(text: string | undefined): string[] {
  const cell = (row: string): string => {
    const quoted = /^\s*"((?:[^"]|"")*)"/.exec(row);
    return (quoted ? (quoted[1] ?? '').replaceAll('""', '"') : (row.split(/[,;\t]/)[0] ?? '')).trim();
  };
  return [
    ...new Set(
      (text ?? '')
        .replace(/^\uFEFF/, '')
        .split(/\r?\n/)
        .map(cell)
        .filter(Boolean),
    ),
  ];
}

/** The other way: what usersOf reads as these. */
export const linesOf = (users: string[]): string =>
  users.map((u) => (/[,;\t"]/.test(u) ? `"${u.replaceAll('"', '""')}"` : u)).join('\n');

/** What a draft says of them. A user who stands under two reasons keeps the first. */
export function toBlock(rows: (BlockRow | undefined)[]): Pick<Draft, 'block' | 'reasons'> {
  const taken = new Set(rows.map((r) => r?.code));
  const seen = new Set<string>();
  const block: NonNullable<Draft['block']> = [];
  const reasons: NonNullable<Draft['reasons']> = [];
  for (const row of rows) {
    const { zh, en } = { zh: row?.zh?.trim(), en: row?.en?.trim() };
    const users = usersOf(row?.users).filter((u) => !seen.has(u));
    if (!row || !(zh || en || users.length)) continue;
    let code = row.code ?? 1;
    while (row.code === undefined && taken.has(code)) code++;
    taken.add(code);
    if (zh || en) reasons.push({ code, ...(zh && { zh }), ...(en && { en }) });
    for (const user of users) {
      seen.add(user);
      block.push({ user, reason: code });
    }
  }
  return { ...(block.length > 0 && { block }), ...(reasons.length > 0 && { reasons }) };
}

/** The other way. A code without words has a row as well. */
export function fromBlock({ block = [], reasons = [] }: Pick<Draft, 'block' | 'reasons'>): BlockRow[] {
  const codes = [...new Set([...reasons.map((r) => r.code), ...block.map((b) => b.reason)])];
  return codes.map((code) => ({
    ...reasons.find((r) => r.code === code),
    code,
    users: linesOf(block.filter((b) => b.reason === code).map((b) => b.user)),
  }));
}
