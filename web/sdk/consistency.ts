import type { Env } from './env.ts';
import { type Checked, type Fork, type Kept, originOf, recall, remember } from './gossip.ts';
import { begins, type Head, openKey, openNote, Unsigned } from './tlog.ts';

// Whether a head continues the one that was remembered. It is loaded when there
// is one to check.

// A cache may show an old head for a while; one that is old for longer is a log
// that was taken back.
const PATIENT_MS = 10 * 60_000;

/** The remembered head and one that was heard: 'ok' and it is remembered if it is the greater, a fork, or 'unknown'. */
export async function judge(
  env: Env,
  base: string,
  note: string,
  now: number,
): Promise<Exclude<Checked, 'none' | 'fork'> | Fork> {
  const log = new Remote(env, base);
  const origin = originOf(note);
  const kept = recall(env, origin);
  if (kept?.fork) return kept.fork;
  const verdict = await weigh(env, log, origin, kept, note, now).catch((e: unknown) => {
    if (e instanceof Unsigned) return 'forged' as const;
    return 'unknown' as const;
  });
  if (verdict === 'forged') return 'ok'; // nobody's word, and no word against the log
  if (typeof verdict === 'object' && kept) remember(env, origin, { ...kept, fork: verdict });
  return verdict;
}

type Verdict = 'ok' | 'unknown' | Fork;

async function weigh(env: Env, log: Remote, origin: string, kept: Kept | undefined, note: string, now: number): Promise<Verdict> {
  const fork = (kind: Fork['kind'], got: string, gotKey?: string): Fork => {
    const { note: had, key } = kept as Kept;
    return { kind, origin, had, got, key, ...(gotKey && { gotKey }), at: now };
  };
  const key = kept?.key ?? (await log.key());
  let got: Head;
  try {
    got = await openNote(env, note, openKey(key));
  } catch (e) {
    if (!kept || !(e instanceof Unsigned)) throw e;
    const other = await log.key();
    if (other === kept.key || openKey(other).name !== origin) throw e;
    await openNote(env, note, openKey(other));
    return fork('key', note, other);
  }
  if (!kept) {
    remember(env, origin, { note, key });
    return 'ok';
  }
  const had = await openNote(env, kept.note, openKey(key));
  const [small, large] = got.size < had.size ? [got, had] : [had, got];
  if (small.size === large.size) return same(small.root, large.root) ? 'ok' : fork('fork', note);
  const continued = await begins(small, large, (path) => log.tile(path));
  if (continued === false) return fork('fork', note);
  if (continued === undefined) return short(env, log, origin, kept, had, now, fork);
  const { behind: _, ...rest } = kept;
  remember(env, origin, { ...rest, note: large === got ? note : kept.note });
  return 'ok';
}

/** The log does not show what was remembered: for how long? */
async function short(
  env: Env,
  log: Remote,
  origin: string,
  kept: Kept,
  had: Head,
  now: number,
  fork: (kind: Fork['kind'], got: string) => Fork,
): Promise<Verdict> {
  const newest = await log.checkpoint();
  const is = await openNote(env, newest, openKey(kept.key)).catch(() => undefined);
  if (!is) return 'unknown';
  const { behind, ...rest } = kept;
  if (is.size >= had.size) {
    remember(env, origin, rest);
    return 'unknown';
  }
  if (behind !== undefined && now - behind >= PATIENT_MS) return fork('rollback', newest);
  remember(env, origin, { ...rest, behind: behind ?? now });
  return 'unknown';
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.every((x, i) => x === b[i]);

/** The log at its address. What fails is thrown; a tile that is not there is undefined. */
class Remote {
  constructor(
    private readonly env: Env,
    private readonly base: string,
  ) {}

  async key(): Promise<string> {
    return (await this.text('key')).trim();
  }

  checkpoint(): Promise<string> {
    return this.text('checkpoint');
  }

  async tile(path: string): Promise<Uint8Array | undefined> {
    return this.env.fetch(`${this.base}v1/log/tile/${path}`);
  }

  private async text(name: string): Promise<string> {
    const raw = await this.env.fetch(`${this.base}v1/log/${name}`);
    if (!raw) throw new Error(`the log has no ${name}`);
    return new TextDecoder().decode(raw);
  }
}
