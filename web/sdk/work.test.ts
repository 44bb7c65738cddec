import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Search, solve, solveSlowly } from './hashcash.ts';
import { Client, type Entry } from './index.ts';
import { fakePlace, settle } from './testkit.ts';

const puzzle = { challenge: 'AQwAbc', bits: 12 };
const card = { event: 'e1', kind: 'lottery', state: 'open', phrase: '福气到', epoch: 'ab12', close_at: 5_060_000 };
const state = { op: 'state', room: 'r', seq: 10, now: 5_000_000, gives: [card] };

async function live(hello: Record<string, unknown> = { work: puzzle }) {
  const place = fakePlace();
  const client = new Client({ base: 'https://x.test/', room: 'r', env: place.env, token: () => 'T' });
  const entries: Entry[] = [];
  client.on('entry', (e) => entries.push(e));
  client.start();
  await settle();
  const greet = async (more: Record<string, unknown>): Promise<void> => {
    place.server.hello(more);
    place.server.tell(state);
    await settle();
  };
  await greet(hello);
  return { client, entries, greet, ...place };
}

describe('hashcash', () => {
  const vectors = JSON.parse(readFileSync(new URL('../../broadcast/work/testdata/vectors.json', import.meta.url), 'utf8')) as {
    Challenge: string;
    Bits: number;
    Solution: string;
  }[];

  it.each(vectors)('finds what the Go side finds: $Bits bits', async (v) => {
    expect(solve(v.Challenge, v.Bits)).toBe(v.Solution);
    if (v.Bits < 10) expect(await solveSlowly(v.Challenge, v.Bits)).toBe(v.Solution);
  });

  it('does not care how it is cut', () => {
    const v = vectors.find((x) => x.Bits === 8);
    if (!v) throw new Error('no vector of 8 bits');
    const search = new Search(v.Challenge, v.Bits);
    let found: string | undefined;
    for (let i = 1; found === undefined; i = (i % 7) + 1) found = search.go(i);
    expect(found).toBe(v.Solution);
  });

  it('refuses to be kept busy', () => {
    expect(() => new Search('AQ', 21)).toThrow('21 bits');
    expect(() => new Search('A'.repeat(60), 1)).toThrow();
  });
});

describe('work before an entry', () => {
  it('begins at the join, holds the tap and nothing else, and says in only by an answer', async () => {
    const x = await live();
    expect(x.puzzles).toMatchObject([puzzle]);
    const { id } = x.client.enter('e1', '福气到');
    x.client.say('你好');
    await x.timers.move(20_000);
    expect(new Set(x.server.said('say').map((m) => m.id)).size).toBe(1);
    expect(x.server.said('enter').length).toBe(0);
    expect(x.client.entry('e1')).toMatchObject({ id, state: 'submitting', code: 'work' });
    expect(x.client.enter('e1').id).toBe(id); // a second tap changes nothing

    x.puzzles[0]?.done('00ff');
    await settle();
    expect(x.server.said('work')).toMatchObject([{ challenge: puzzle.challenge, solution: '00ff' }]);
    expect(x.server.said('enter').length).toBe(0);
    x.server.tell({ op: 'work', resume: 'clear' });
    await settle();
    expect(x.server.said('enter').map((m) => m.id)).toEqual([id]);
    expect(x.client.entry('e1')?.code).toBeUndefined();
    x.server.tell({ op: 'out', id, code: 'entered', o: 4 });
    expect(x.entries.filter((e) => e.state === 'in').length).toBe(1);
    expect(x.client.entry('e1')?.state).toBe('in');

    x.server.end({ code: 1006, why: '' });
    await x.timers.move(1_200);
    expect(x.server.last.to.resume).toBe('clear');
    expect(x.puzzles.length).toBe(1);
  });

  it('solves anew what was refused, gives up after three, and tries again when tapped', async () => {
    const x = await live();
    x.client.tap('e1');
    for (let i = 0; i < 3; i++) {
      expect(x.puzzles.length).toBe(i + 1);
      x.puzzles[i]?.done('00');
      await settle();
      x.server.tell({ op: 'work', ...puzzle, why: 'expired' });
      await settle();
    }
    expect(x.puzzles.length).toBe(3);
    expect(x.client.entry('e1')).toMatchObject({ state: 'failed', code: 'not-sent' });
    x.client.tap('e1');
    await settle();
    expect(x.puzzles.length).toBe(4);
    expect(x.client.entry('e1')).toMatchObject({ state: 'submitting', code: 'work' });
    x.puzzles[3]?.fail(new Error('no'));
    await settle();
    expect(x.client.entry('e1')?.state).toBe('failed');
    expect(x.server.said('tap').length).toBe(0);
  });

  it('goes on over a lost line, and begins anew only where more is asked', async () => {
    const x = await live();
    const lose = async (): Promise<void> => {
      x.server.end({ code: 1006, why: '' });
      await x.timers.move(9_000);
    };
    await lose();
    await x.greet({ work: { challenge: 'other', bits: 12 } });
    expect(x.puzzles.length).toBe(1);
    x.puzzles[0]?.done('01');
    await settle();
    expect(x.server.said('work')).toMatchObject([{ challenge: puzzle.challenge, solution: '01' }]);
    await lose();
    await x.greet({ work: { challenge: 'third', bits: 11 } });
    expect(x.server.said('work')).toMatchObject([{ challenge: puzzle.challenge, solution: '01' }]);
    await lose();
    await x.greet({ work: { challenge: 'harder', bits: 13 } });
    expect(x.puzzles[1]).toMatchObject({ challenge: 'harder', bits: 13 });
    x.client.enter('e1');
    await lose();
    await x.greet({}); // nothing is owed here
    expect(x.server.said('enter').length).toBe(1);
  });

  it('shows it with an entry by a request of its own, too', async () => {
    const x = await live({});
    x.answer.call = () => {
      const body = x.calls.at(-1)?.body ?? '';
      return body.includes('"work"')
        ? { status: 202, body: '{"code":"sent"}' }
        : { status: 428, body: JSON.stringify({ code: 'work', message: 'first', work: puzzle }) };
    };
    x.server.tell({ op: 'bye', code: 1012, why: 'drain', min_ms: 60_000, max_ms: 90_000 });
    x.server.end({ code: 1012, why: '' });
    x.client.enter('e1');
    await x.timers.move(3_000);
    expect(x.puzzles).toMatchObject([puzzle]);
    expect(x.client.entry('e1')).toMatchObject({ state: 'submitting', code: 'work' });
    await x.timers.move(10_000);
    expect(x.calls.length).toBe(1); // not asked again before there is something to show
    x.puzzles[0]?.done('0a');
    await x.timers.move(20_000);
    const posts = x.calls.filter((c) => c.method === 'POST');
    expect(posts.length).toBe(2);
    expect(JSON.parse(posts[1]?.body ?? '')).toMatchObject({ work: { challenge: puzzle.challenge, solution: '0a' } });
    expect(x.client.entry('e1')).toMatchObject({ state: 'submitting' });
    expect(x.client.entry('e1')?.code).toBeUndefined();
  });

  it('is patient with a refusal that it knows no work for', async () => {
    const x = await live({});
    const { id } = x.client.enter('e1');
    await settle();
    x.server.tell({ op: 'ack', id, code: 'work', retry_ms: 2_000 });
    expect(x.client.entry('e1')?.state).toBe('submitting');
    await x.timers.move(4_500);
    expect(x.server.said('enter').map((m) => m.id)).toEqual([id, id]);
  });
});
