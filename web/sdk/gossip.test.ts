import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Client, type Fork, Gossip } from './index.ts';
import { type FakePlace, fakePlace, settle } from './testkit.ts';
import { begins, openKey, openNote, tilePath, Unsigned } from './tlog.ts';

// What a log in Go shows, and the same log written anew from its 250th entry
// on: made and judged by golang.org/x/mod/sumdb/tlog (giveaway/publiclog/vectors_test.go).
interface Shown {
  notes: Record<string, string>;
  tiles: Record<string, string>;
}
const vectors = JSON.parse(readFileSync(new URL('../../giveaway/publiclog/testdata/gossip.json', import.meta.url), 'utf8')) as {
  key: string;
  honest: Shown;
  forked: Shown;
};
const { honest, forked } = vectors;
const APART = 250;
const small = [1, 2, 3, 7, 8, 255, 256, 257, 300, 700];

const note = (from: Shown, size: number): string => {
  const n = from.notes[size];
  if (n === undefined) throw new Error(`no note of size ${size}`);
  return n;
};
const bytes = (coded: string): Uint8Array => new Uint8Array(Buffer.from(coded, 'base64'));
const place = fakePlace();
const open = (text: string) => openNote(place.env, text, openKey(vectors.key));
const reader = (from: Shown, asked: string[] = []) => {
  return async (path: string) => {
    asked.push(path);
    const tile = from.tiles[path];
    return tile === undefined ? undefined : bytes(tile);
  };
};

describe('notes', () => {
  it('are read as the log signed them', async () => {
    const head = await open(note(honest, 700));
    expect(head).toMatchObject({ origin: 'log.example/fudai', size: 700 });
    expect(head.root.length).toBe(32);
  });

  it('are refused when anything about them is another', async () => {
    const good = note(honest, 700);
    for (const bad of [
      '',
      good.replace('\n700\n', '\n701\n'),
      good.replace('log.example', 'log.elsewhere'),
      good.replace('\n700\n', '\n0700\n'),
      good.split('\n\n')[0] as string,
      `${good.split('\n\n')[0]}\n\n${note(honest, 300).split('\n\n')[1]}`,
    ])
      await expect(open(bad), bad).rejects.toThrow(Unsigned);
  });

  it('may bear the lines of witnesses', async () => {
    expect(await open(`${note(honest, 7)}— eye AAAA\n`)).toMatchObject({ size: 7 });
  });
});

describe('consistency', () => {
  it('holds between every two heads of one log', { timeout: 60_000 }, async () => {
    for (const m of small)
      for (const n of small.filter((x) => x > m))
        expect(await begins(await open(note(honest, m)), await open(note(honest, n)), reader(honest)), `${m} ${n}`).toBe(true);
  });

  it('holds over three levels of tiles, with few of them', async () => {
    const asked: string[] = [];
    const [m, n] = [await open(note(honest, 66_000)), await open(note(honest, 70_000))];
    expect(await begins(m, n, reader(honest, asked))).toBe(true);
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('breaks exactly where the log was written anew', { timeout: 60_000 }, async () => {
    for (const m of small)
      for (const n of [257, 300, 700].filter((x) => x > m))
        expect(await begins(await open(note(honest, m)), await open(note(forked, n)), reader(forked)), `${m} ${n}`).toBe(
          m <= APART,
        );
  });

  it('is unknown where tiles are missing or do not lead to the head', async () => {
    const [m, n] = [await open(note(honest, 257)), await open(note(honest, 700))];
    expect(await begins(m, n, async () => undefined)).toBeUndefined();
    expect(await begins(m, n, reader(forked))).toBeUndefined();
    expect(await begins(m, n, async () => new Uint8Array(31))).toBeUndefined();
    await expect(
      begins(m, n, async () => {
        throw new Error('offline');
      }),
    ).rejects.toThrow('offline');
  });

  it('finds tiles where C2SP puts them', () => {
    expect(tilePath(0, 0, 7)).toBe('0/000.p/7');
    expect(tilePath(1, 1_234_067, 256)).toBe('1/x001/x234/067');
  });
});

/** A log on the network, and a browser that goes on over reloads. */
class World {
  shows = honest;
  newest = 700;
  key = vectors.key;
  down = false;
  asked: string[] = [];
  forks: Fork[] = [];
  wall = 1_000_000;
  readonly place: FakePlace = fakePlace();
  constructor() {
    this.place.env.fetch = async (url) => {
      const path = url.replace('https://x.test/v1/log/', '');
      this.asked.push(path);
      if (this.down) throw new Error('offline');
      if (path === 'key') return new TextEncoder().encode(`${this.key}\n`);
      if (path === 'checkpoint') return new TextEncoder().encode(note(this.shows, this.newest));
      const tile = this.shows.tiles[path.replace('tile/', '')];
      return tile === undefined ? undefined : bytes(tile);
    };
  }
  /** A page that is loaded, hears a head and checks it. */
  async hears(text: string) {
    const g = this.gossip();
    g.hear(text);
    return g.check();
  }
  gossip() {
    return new Gossip(
      this.place.env,
      'https://x.test/',
      (f) => this.forks.push(f),
      () => this.wall,
    );
  }
  kept() {
    return JSON.parse(this.place.storage.get('fudai.log.log.example/fudai') ?? '{}');
  }
}

describe('gossip', () => {
  it('remembers the greatest head, whatever order rooms tell them in', async () => {
    const w = new World();
    for (const size of [257, 7, 300, 8, 700, 300]) expect(await w.hears(note(honest, size)), `${size}`).toBe('ok');
    expect(w.kept()).toEqual({ note: note(honest, 700), key: vectors.key });
    expect(w.forks).toEqual([]);
    expect(w.asked.filter((a) => a === 'key').length).toBe(1);
  });

  it('asks nobody for the head that it has', async () => {
    const w = new World();
    await w.hears(note(honest, 7));
    w.asked = [];
    expect(await w.hears(note(honest, 7))).toBe('none');
    expect(w.asked).toEqual([]);
  });

  it('proves two roots of one size, and says so again after a reload', async () => {
    const w = new World();
    await w.hears(note(honest, 300));
    expect(await w.hears(note(forked, 300))).toBe('fork');
    const fork = { kind: 'fork', had: note(honest, 300), got: note(forked, 300), key: vectors.key, origin: 'log.example/fudai' };
    expect(w.forks).toMatchObject([fork]);
    w.forks = [];
    await w.hears(note(honest, 700));
    expect(w.forks).toMatchObject([fork]);
    expect(w.kept()).toMatchObject({ note: note(honest, 300), fork });
  });

  it('proves a longer history that is another', async () => {
    const w = new World();
    await w.hears(note(honest, 300));
    w.shows = forked;
    expect(await w.hears(note(forked, 700))).toBe('fork');
    expect(w.forks).toMatchObject([{ kind: 'fork', had: note(honest, 300), got: note(forked, 700) }]);
  });

  it('proves a shorter history that is another', async () => {
    const w = new World();
    await w.hears(note(honest, 700));
    expect(await w.hears(note(forked, 300))).toBe('fork');
  });

  it('takes a log that shares the beginning for what it is: no fork yet', async () => {
    const w = new World();
    await w.hears(note(honest, 8));
    w.shows = forked;
    expect(await w.hears(note(forked, 700))).toBe('ok');
  });

  it('proves a log that was taken back, but not at once: a cache may be behind', async () => {
    const w = new World();
    await w.hears(note(honest, 700));
    w.shows = { notes: honest.notes, tiles: {} };
    w.newest = 300;
    expect(await w.hears(note(honest, 257))).toBe('unknown');
    w.wall += 9 * 60_000;
    expect(await w.hears(note(honest, 300))).toBe('unknown');
    expect(w.forks).toEqual([]);
    w.wall += 60_000;
    expect(await w.hears(note(honest, 300))).toBe('fork');
    expect(w.forks).toMatchObject([{ kind: 'rollback', had: note(honest, 700), got: note(honest, 300) }]);
  });

  it('forgives a cache that catches up', async () => {
    const w = new World();
    await w.hears(note(honest, 700));
    w.shows = { notes: honest.notes, tiles: {} };
    w.newest = 300;
    await w.hears(note(honest, 257));
    w.newest = 700;
    w.wall += 20 * 60_000;
    expect(await w.hears(note(honest, 257))).toBe('unknown');
    w.shows = honest;
    expect(await w.hears(note(honest, 257))).toBe('ok');
    expect(w.kept().behind).toBeUndefined();
  });

  it('raises no alarm offline, without tiles, or for a note that nobody signed', async () => {
    const w = new World();
    await w.hears(note(honest, 257));
    w.down = true;
    expect(await w.hears(note(honest, 700))).toBe('unknown');
    w.down = false;
    w.shows = { notes: honest.notes, tiles: {} };
    expect(await w.hears(note(honest, 700))).toBe('unknown');
    expect(await w.hears(note(honest, 700).replace('\n700\n', '\n257\n'))).toBe('ok');
    expect(await w.hears('x'.repeat(1000))).toBe('none');
    expect(await w.hears('\n1\n')).toBe('none');
    expect(w.forks).toEqual([]);
    expect(w.kept().note).toBe(note(honest, 257));
  });

  it('goes on with what it could not check', async () => {
    const w = new World();
    await w.hears(note(honest, 257));
    const g = w.gossip();
    g.hear(note(honest, 700));
    w.down = true;
    expect(await g.check()).toBe('unknown');
    w.down = false;
    expect(await g.check()).toBe('ok');
    expect(w.kept().note).toBe(note(honest, 700));
  });

  it('proves another key under the same name', async () => {
    const w = new World();
    await w.hears(note(honest, 257));
    const other = await signer('log.example/fudai');
    w.key = other.key;
    expect(await w.hears(await other.sign(note(honest, 700)))).toBe('fork');
    expect(w.forks).toMatchObject([{ kind: 'key', key: vectors.key, gotKey: other.key }]);
  });

  it('waits a while that grows with the room, and not for each result anew', async () => {
    for (const [viewers, ms] of [
      [10, 30_000],
      [200_000, 300_000],
    ] as const) {
      const w = new World();
      const g = w.gossip();
      g.hear(note(honest, 7));
      g.soon(viewers);
      g.soon(viewers);
      expect(w.place.timers.waiting).toBe(1);
      await w.place.timers.move(ms - 10);
      expect(w.asked).toEqual([]);
      await w.place.timers.move(20);
      await expect.poll(() => w.kept().note).toBe(note(honest, 7));
    }
  });
});

describe('in a room', () => {
  it('hears heads in state, items and results, and checks after a result', async () => {
    const w = new World();
    const client = new Client({ base: 'https://x.test/', room: 'r', env: w.place.env });
    client.on('fork', (f) => w.forks.push(f));
    client.start();
    await settle();
    const { server } = w.place;
    server.hello();
    server.tell({ op: 'state', room: 'r', seq: 10, now: 5_000_000, checkpoint: note(honest, 7) });
    expect(await client.checkLog()).toBe('ok');
    server.tell({
      op: 'frame',
      room: 'r',
      seq: 11,
      from: 0,
      to: 1,
      now: 5_000_000,
      items: [{ t: 'checkpoint', note: note(honest, 300) }],
    });
    expect(await client.checkLog()).toBe('ok');
    server.tell({ op: 'result', event: 'e1', state: 'drawn', checkpoint: note(forked, 300) });
    expect(w.forks).toEqual([]);
    await w.place.timers.move(60_000);
    await expect.poll(() => w.forks.length).toBe(1);
    expect(w.forks[0]).toMatchObject({ kind: 'fork', had: note(honest, 300), got: note(forked, 300) });
  });
});

/** Another log of the same name. */
async function signer(name: string) {
  const { generateKeyPairSync, sign, createHash } = await import('node:crypto');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.from([1]), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = createHash('sha256').update(`${name}\n`).update(raw).digest().subarray(0, 4);
  return {
    key: `${name}+${id.toString('hex')}+${raw.toString('base64')}`,
    sign: async (text: string): Promise<string> => {
      const body = `${text.split('\n\n')[0]}\n`;
      return `${body}\n— ${name} ${Buffer.concat([id, sign(null, Buffer.from(body), privateKey)]).toString('base64')}\n`;
    },
  };
}
