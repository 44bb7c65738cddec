import type { Env } from './env.ts';

// Trees of RFC 6962 and notes of C2SP (signed-note, tlog-checkpoint, tlog-tiles),
// as much of them as a viewer needs. Sizes are below 2^53.

export interface Head {
  origin: string;
  size: number;
  root: Uint8Array;
}

export interface Key {
  name: string;
  /** Stands before its signatures. */
  id: Uint8Array;
  raw: Uint8Array;
}

/** A note that the key did not sign. */
export class Unsigned extends Error {}

const utf8 = new TextEncoder();
const ED25519 = 1;

/** Reads a key as `/v1/log/key` has it: name+hash+base64. */
export function openKey(text: string): Key {
  const [name = '', hash = '', coded = ''] = split(text, '+', 3);
  const raw = unbase64(coded);
  const id = Uint8Array.from(hash.match(/../g) ?? [], (h) => Number.parseInt(h, 16));
  if (!name || id.length !== 4 || raw.length !== 33 || raw[0] !== ED25519) throw new Error('no key of a log');
  return { name, id, raw: raw.subarray(1) };
}

/** Reads a checkpoint that the key signed; lines of witnesses below it are passed over. */
export async function openNote(env: Pick<Env, 'ed25519'>, note: string, key: Key): Promise<Head> {
  const end = note.indexOf('\n\n') + 1;
  const lines = note.slice(0, end).split('\n');
  const [origin = '', digits = '', root = ''] = lines;
  const size = Number(digits);
  if (lines.length !== 4 || origin !== key.name || !Number.isSafeInteger(size) || size < 0 || String(size) !== digits)
    throw new Unsigned('no checkpoint of this log');
  const head = { origin, size, root: unbase64(root) };
  if (head.root.length !== 32) throw new Unsigned('no root');
  const body = utf8.encode(note.slice(0, end));
  for (const line of note.slice(end + 1).split('\n')) {
    if (!line.startsWith(`— ${key.name} `)) continue;
    const sig = unbase64(line.slice(key.name.length + 3));
    if (sig.length !== 68 || key.id.some((b, i) => b !== sig[i])) continue;
    if (await env.ed25519(key.raw, body, sig.subarray(4))) return head;
  }
  throw new Unsigned('not signed by the key that is known');
}

/**
 * Whether the smaller tree is the beginning of the larger. The hashes come from
 * the larger one's tiles and must lead to its root: undefined if they cannot be
 * had or do not, which says nothing of the log.
 */
export async function begins(
  small: Head,
  large: Head,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<boolean | undefined> {
  if (small.size === 0) return true;
  const tiles = new Map<string, Promise<Uint8Array | undefined>>();
  const tile = (path: string): Promise<Uint8Array | undefined> => {
    const asked = tiles.get(path) ?? read(path);
    tiles.set(path, asked);
    return asked;
  };
  const nodes = new Map<string, Promise<Uint8Array>>();
  const node = (lo: number, hi: number): Promise<Uint8Array> => {
    const at = `${lo}-${hi}`;
    const known = nodes.get(at) ?? subtree(lo, hi, large.size, tile);
    nodes.set(at, known);
    return known;
  };
  // The hash over [lo, hi), from whole subtrees that lie on one side of the smaller tree's end.
  const over = async (lo: number, hi: number): Promise<Uint8Array> => {
    const n = hi - lo;
    const half = below(n);
    if (n === 1 || (half * 2 === n && (hi <= small.size || lo >= small.size))) return node(lo, hi);
    return parent(await over(lo, lo + half), await over(lo + half, hi));
  };
  try {
    if (!equal(await over(0, large.size), large.root)) return undefined;
    return equal(await over(0, small.size), small.root);
  } catch (e) {
    if (e instanceof Missing) return undefined;
    throw e;
  }
}

class Missing extends Error {}

const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;

/** The hash of a whole subtree, by the tile whose hashes are the nearest below it. */
async function subtree(
  lo: number,
  hi: number,
  size: number,
  tile: (path: string) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  const height = Math.log2(hi - lo);
  const level = Math.floor(height / HEIGHT);
  const each = WIDTH ** level; // entries below a hash of this level
  const first = lo / each;
  const n = Math.floor(first / WIDTH);
  const width = Math.min(WIDTH, Math.floor(size / each) - n * WIDTH);
  const raw = await tile(tilePath(level, n, width));
  if (raw?.length !== width * 32) throw new Missing();
  const from = first - n * WIDTH;
  let row: Uint8Array[] = Array.from({ length: (hi - lo) / each }, (_, i) => raw.slice((from + i) * 32, (from + i + 1) * 32));
  while (row.length > 1) row = await Promise.all(pairs(row).map(([a, b]) => parent(a, b)));
  return row[0] as Uint8Array;
}

function pairs(row: Uint8Array[]): [Uint8Array, Uint8Array][] {
  return Array.from({ length: row.length / 2 }, (_, i) => [row[2 * i] as Uint8Array, row[2 * i + 1] as Uint8Array]);
}

/** Where a tile is: "1/x001/234.p/17". */
export function tilePath(level: number, n: number, width: number): string {
  const group = (x: number): string => String(x % 1000).padStart(3, '0');
  let path = group(n);
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) path = `x${group(rest)}/${path}`;
  return `${level}/${path}${width < WIDTH ? `.p/${width}` : ''}`;
}

/** The greatest power of two below n, and 1 for 1. */
function below(n: number): number {
  let p = 1;
  while (p * 2 < n) p *= 2;
  return p;
}

async function parent(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  const both = new Uint8Array(65);
  both[0] = 1;
  both.set(left, 1);
  both.set(right, 33);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', both));
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** Splits into at most n parts: the last keeps what is left. */
function split(text: string, by: string, n: number): string[] {
  const all = text.split(by);
  return [...all.slice(0, n - 1), all.slice(n - 1).join(by)];
}

function unbase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
