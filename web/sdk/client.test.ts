import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Client, type Entry, type Mine, nonce, type Status } from './index.ts';
import { FakeServer, fakePlace, settle } from './testkit.ts';
import { parse } from './wire.ts';

const state = { op: 'state', room: 'r', seq: 10, now: 5_000_000, title: '茶' };
const card = { t: 'give', event: 'e1', kind: 'lottery', state: 'open', phrase: '福气到', epoch: 'ab12', close_at: 5_060_000 };

async function live(place = fakePlace(), hello: Record<string, unknown> = {}, options = {}) {
  const client = new Client({ base: 'https://x.test/', room: 'r', env: place.env, token: () => 'T', ...options });
  const mine: Mine[] = [];
  const entries: Entry[] = [];
  const needs: string[] = [];
  const gaps: { from: number; to: number; why: string }[] = [];
  const statuses: Status[] = [];
  client.on('mine', (m) => mine.push(m));
  client.on('entry', (e) => entries.push(e));
  client.on('need', (n) => needs.push(n.need));
  client.on('gap', (g) => gaps.push(g));
  client.on('status', (s) => statuses.push(s));
  client.start();
  await settle();
  place.server.hello(hello);
  place.server.tell(state);
  await settle();
  return { client, ...place, mine, entries, needs, gaps, statuses };
}

const frame = (seq: number, ...items: unknown[]) => ({ op: 'frame', room: 'r', seq, from: 0, to: 1, now: 5_000_000, items });

describe('decoys', () => {
  it('reach nobody: not the model, not who listens, and no entry is asked about', async () => {
    const x = await live();
    const seen: unknown[] = [];
    x.client.on('items', ({ items }) => seen.push(...items));
    x.client.on('state', ({ model }) => seen.push(...model.gives.keys()));
    x.server.tell(frame(11, { ...card, event: 'd1', hidden: true }, { ...card, event: 'e2' }));
    x.server.tell({
      ...state,
      seq: 12,
      gives: [
        { ...card, event: 'd1', hidden: true },
        { ...card, event: 'e3' },
      ],
    });
    await settle();
    expect(JSON.stringify(seen)).toContain('e2');
    expect(JSON.stringify(seen)).toContain('e3');
    expect(JSON.stringify(seen)).not.toContain('d1');
    expect([...x.client.model.gives.keys()]).toEqual(['e3']);
    expect(JSON.stringify(x.server.last)).not.toContain('d1');
  });
});

describe('connection', () => {
  it('carries token, room and nothing else at first, then resumes by seq and ticket', async () => {
    const x = await live();
    expect(x.server.last.to).toEqual({ base: 'https://x.test/', room: 'r', seq: undefined, token: 'T', resume: undefined });
    x.server.tell(frame(11), frame(12));
    x.server.end({ code: 1006, why: '' });
    await x.timers.move(1_200);
    expect(x.server.links.length).toBe(2);
    expect(x.server.last.to).toMatchObject({ seq: 12, token: 'T', resume: 'ticket' });
  });

  it('waits uniformly over the window the server named', async () => {
    for (const [r, ms] of [
      [0, 100],
      [0.5, 600],
      [0.999, 1_099],
    ] as const) {
      const x = await live(fakePlace(undefined, r));
      x.server.end({ code: 1006, why: '' });
      const s = x.client.status;
      expect(s.is === 'waiting' && Math.round(s.ms)).toBe(ms);
    }
  });

  it('follows bye before a close, whatever hello said', async () => {
    const x = await live();
    x.server.tell({ op: 'bye', code: 1001, why: 'drain', min_ms: 20_000, max_ms: 40_000 });
    x.server.end({ code: 1001, why: '' });
    expect(x.client.status).toMatchObject({ is: 'waiting', ms: expect.closeTo(30_000, 0), code: 1001 });
    await x.timers.move(29_000);
    expect(x.server.links.length).toBe(1);
    await x.timers.move(1_500);
    expect(x.server.links.length).toBe(2);
  });

  it('doubles the window while attempts fail, up to a minute, and forgets after a stable life', async () => {
    const x = await live();
    x.server.down = { code: 1006, why: 'refused' };
    x.server.end({ code: 1006, why: '' });
    await x.timers.move(600_000);
    const waits = x.statuses.flatMap((s) => (s.is === 'waiting' ? [s.ms] : []));
    for (let i = 1; i < 6; i++) expect(waits[i]).toBeGreaterThan(waits[i - 1] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(x.server.links.length).toBeGreaterThan(15);
    expect(x.server.links.length).toBeLessThan(40);
    x.server.down = undefined;
    const before = x.server.links.length;
    while (x.server.links.length === before) await x.timers.move(1_000);
    x.server.hello();
    await x.timers.move(6_000);
    x.server.end({ code: 1006, why: '' });
    expect(x.client.status).toMatchObject({ is: 'waiting', ms: expect.closeTo(600, 0) });
  });

  it.each([1002, 1003, 1007, 1009, 4000, 4005, 4006, 4008])('does not come back after %i', async (code) => {
    const x = await live();
    x.server.end({ code, why: 'no' });
    await x.timers.move(600_000);
    expect(x.server.links.length).toBe(1);
    expect(x.client.status).toMatchObject({ is: 'ended', code });
  });

  it('comes back at once after 4003', async () => {
    const x = await live();
    x.server.end({ code: 4003, why: 'slow' });
    await x.timers.move(1);
    expect(x.server.links.length).toBe(2);
  });

  it('asks for another token after 4001 and goes on with it', async () => {
    const asked: string[] = [];
    const x = await live(
      fakePlace(),
      {},
      {
        token: (why: string) => {
          asked.push(why);
          return why === 'start' ? 'T' : 'T2';
        },
      },
    );
    x.server.end({ code: 4001, why: '' });
    await x.timers.move(2_000);
    expect(asked).toEqual(['start', 'expired']);
    expect(x.server.last.to.token).toBe('T2');
  });

  it('takes the other transport when the first never opens, and learns there why it is refused', async () => {
    const ws = new FakeServer('ws');
    const sse = new FakeServer('sse');
    ws.down = { code: 1006, why: '' };
    sse.down = { code: 1006, why: 'refused', status: 404, body: '{"code":"no-room","message":"…"}' };
    const place = fakePlace([ws, sse]);
    const client = new Client({ base: 'https://x.test/', room: 'r', env: place.env });
    client.start();
    await place.timers.move(60_000);
    expect([ws.links.length, sse.links.length]).toEqual([2, 1]);
    expect(client.status).toEqual({ is: 'ended', code: 404, why: 'no-room' });
  });

  it('goes where a full edge sends it, and stays there', async () => {
    const ws = new FakeServer('ws');
    const sse = new FakeServer('sse');
    ws.down = { code: 1006, why: '' };
    sse.down = {
      code: 1006,
      why: 'refused',
      status: 503,
      body: '{"code":"full","message":"…","retry_ms":5000,"edge":"https://two.test"}',
    };
    const place = fakePlace([ws, sse]);
    const client = new Client({ base: 'https://x.test/', room: 'r', env: place.env });
    client.start();
    await place.timers.move(30_000);
    expect(ws.last.to.base).toBe('https://two.test/');
    sse.down = { code: 1006, why: 'refused', status: 503, body: '{"code":"full","edge":"javascript:alert(1)"}' };
    await place.timers.move(120_000);
    expect(ws.last.to.base).toBe('https://two.test/');
    client.stop();
  });

  it('notices a dead line by silence', async () => {
    const x = await live();
    await x.timers.move(70_000);
    expect(x.server.links.length).toBeGreaterThan(1);
  });

  it('leaves no timer behind after stop', async () => {
    const x = await live();
    x.client.stop();
    await x.timers.move(0);
    expect(x.timers.waiting).toBe(0);
  });
});

describe('frames', () => {
  it('takes each frame once and says a hole', async () => {
    const x = await live();
    const seen: string[] = [];
    x.client.on('items', ({ items }) => {
      for (const i of items) if (i.t === 'c') seen.push(i.x ?? '');
    });
    const c = (o: number, text: string) => ({ t: 'c', o, x: text });
    x.server.tell(frame(11, c(1, 'a')), frame(11, c(1, 'a')), frame(10, c(0, 'old')), frame(14, c(4, 'd')));
    expect(seen).toEqual(['a', 'd']);
    expect(x.gaps).toEqual([{ from: 12, to: 13, why: 'hole' }]);
  });

  it('says an outcome once, though another edge tells again what the lost one had told', async () => {
    const x = await live();
    const said: unknown[] = [];
    x.client.on('result', (r) => said.push(r.state));
    const told = ['sealed', 'drawn'].map((state) => ({ op: 'result', room: 'r', event: 'e1', title: '袋', state, entered: 9 }));
    x.server.tell(...told);
    x.server.end({ code: 1006, why: '' });
    await x.timers.move(1_200);
    x.server.hello({});
    x.server.tell(...told);
    await settle();
    expect(said).toEqual(['sealed', 'drawn']);
  });

  it('does not call a gap that was told a hole', async () => {
    const x = await live();
    x.server.tell({ op: 'gap', from: 11, to: 20, why: 'slow' }, frame(21));
    expect(x.gaps.map((g) => g.why)).toEqual(['slow']);
  });

  it('holds nothing pinned that was taken down while it was away', async () => {
    const x = await live();
    x.server.tell(frame(11, { t: 'pin', pin: 'a', x: 'hi' }));
    expect(x.client.model.pins.map((p) => p.pin)).toEqual(['a']);
    x.server.tell({ op: 'gap', from: 12, to: 20, why: 'resume' }, { ...state, seq: 20, pins: [{ pin: 'b', x: 'ho' }] });
    expect(x.client.model.pins.map((p) => p.pin)).toEqual(['b']);
  });

  it('keeps what the room is now', async () => {
    const x = await live();
    x.server.tell(
      frame(11, { t: 'likes', d: 5, total: 50 }, { t: 'online', n: 7, u: 9 }, { t: 'pin', pin: 'a', x: 'hi' }, card),
      frame(12, { t: 'product', item: 's', title: '茶', price: 100 }, { t: 'set', mute_all: 'yes' }, { t: 'later-kind', z: 1 }),
      frame(13, { t: 'unpin', pin: 'a' }, { t: 'product' }),
    );
    const m = x.client.model;
    expect([m.likes, m.online, m.unique, m.pins, m.product]).toEqual([50, 7, 9, [], undefined]);
    expect(m.gives.get('e1')?.phrase).toBe('福气到');
    expect(m.set.mute_all).toBe('yes');
  });

  it.each([
    '',
    'x',
    'null',
    '[]',
    '{"op":1}',
    '{"op":"frame","seq":"1","items":[]}',
    '{"op":"frame","seq":1}',
    '{"op":"state"}',
    '{"op":"new"}',
  ])('ignores %j', (text) => expect(parse(text)).toBeUndefined());

  it('drops items that are none', () => {
    const m = parse('{"op":"frame","room":"r","seq":1,"from":0,"to":1,"now":1,"items":[null,1,{"t":5},{"t":"c","o":1}]}');
    expect(m).toMatchObject({ items: [{ t: 'c', o: 1 }] });
  });

  it('follows the server clock, hours away from this one', async () => {
    const x = await live();
    expect(Math.round(x.client.now())).toBe(5_000_000);
    const [ping] = x.server.said('ping');
    await x.timers.move(80);
    x.server.tell({ op: 'pong', t: ping?.t, now: 9_000_040 });
    expect(x.client.now()).toBeCloseTo(9_000_080, 0);
    // A slower answer is believed less.
    await x.timers.move(1_500);
    const late = x.server.said('ping').at(-1);
    await x.timers.move(900);
    x.server.tell({ op: 'pong', t: late?.t, now: 1 });
    expect(x.client.now()).toBeGreaterThan(9_002_000);
  });
});

describe('comments', () => {
  it('shows at once, then sent, then what became of it', async () => {
    const x = await live();
    const m = x.client.say('你好');
    expect(m.state).toBe('sending');
    expect(x.server.said('say')).toEqual([{ op: 'say', id: m.id, text: '你好' }]);
    x.server.tell({ op: 'ack', id: m.id, code: 'sent', o: 77 }, { op: 'out', id: m.id, code: 'sampled', o: 77 });
    expect(x.mine.map((y) => [y.state, y.code])).toEqual([
      ['sending', undefined],
      ['sent', undefined],
      ['done', 'sampled'],
    ]);
  });

  it('knows its own comment in a frame, by id, whatever comes first', async () => {
    const x = await live();
    const m = x.client.say('hi');
    const c = { t: 'c' as const, o: 5, id: m.id, h: 'me', x: 'hi' };
    expect(x.client.isEcho(c)).toBe(true);
    expect(x.client.isEcho({ ...c, h: 'other' })).toBe(false);
    expect(x.client.isEcho({ ...c, id: 'from-my-phone' })).toBe(false);
    expect(x.client.isMine({ ...c, id: 'from-my-phone' })).toBe(true);
    x.server.tell(frame(11, c));
    expect(x.mine.at(-1)).toMatchObject({ state: 'done', code: 'shown', o: 5 });
    x.server.tell(frame(12, { t: 'retract', o: [5] }));
    expect(x.mine.at(-1)).toMatchObject({ state: 'done', code: 'retracted' });
  });

  it('sends again under the same id after silence and after a broken line, and fails honestly', async () => {
    const x = await live();
    const m = x.client.say('hi');
    await x.timers.move(8_100);
    expect(x.server.said('say').map((s) => s.id)).toEqual([m.id, m.id]);
    x.server.end({ code: 1006, why: '' });
    await x.timers.move(2_000);
    x.server.hello();
    await settle();
    expect(x.server.said('say').map((s) => s.id)).toEqual([m.id]);
    await x.timers.move(20_000);
    expect(x.mine.at(-1)).toMatchObject({ id: m.id, state: 'failed', code: 'not-sent' });
    x.client.retry(m.id);
    expect(x.server.said('say').at(-1)?.id).toBe(m.id);
    x.server.tell({ op: 'ack', id: m.id, code: 'sent', o: 1 });
    expect(x.mine.at(-1)?.state).toBe('sent');
  });

  it('retries a refused comment as a new one', async () => {
    const x = await live();
    const m = x.client.say('hi');
    x.server.tell({ op: 'ack', id: m.id, code: 'limited', retry_ms: 700 });
    expect(x.mine.at(-1)).toMatchObject({ state: 'failed', code: 'limited', retryMs: 700 });
    expect(x.client.retry(m.id)?.id).not.toBe(m.id);
  });

  it('sends once what is said as soon as the line stands', async () => {
    const place = fakePlace();
    const client = new Client({ base: 'https://x.test/', room: 'r', env: place.env, token: () => 'T' });
    client.on('status', (s) => s.is === 'live' && client.say('first'));
    client.on('hello', () => {
      client.say('second');
      client.tap('e1');
    });
    client.start();
    await settle();
    place.server.hello();
    await settle();
    const sent = (): string[] => place.server.last.sent.flatMap((m) => ('id' in m ? [`${m.op} ${m.id}`] : []));
    expect(sent().map((s) => s.split(' ')[0])).toEqual(['say', 'say', 'tap']);
    expect(new Set(sent()).size).toBe(3);
    // What the broken line left unanswered goes again, beside what the handlers say anew; the entry is asked for.
    place.server.end({ code: 1006, why: '' });
    const lost = sent().filter((s) => s.startsWith('say'));
    await place.timers.move(2_000);
    place.server.hello();
    await settle();
    for (const s of lost) expect(sent().filter((x) => x === s)).toEqual([s]);
    expect(place.server.last.sent.filter((m) => m.op === 'me')).toHaveLength(1);
    expect(sent()).toHaveLength(4);
  });

  it("holds a guest's comment over the login, and gives it back if the login is called off", async () => {
    const guest = { user: '', h: undefined, entry_key: undefined };
    const x = await live(fakePlace(), guest, { token: () => undefined });
    const m = x.client.say('hi');
    x.server.tell({ op: 'ack', id: m.id, code: 'login-needed' });
    expect(x.needs).toEqual(['login']);
    expect(x.mine.at(-1)?.state).toBe('sending');
    x.client.login('T9');
    expect(x.server.said('auth')).toEqual([{ op: 'auth', token: 'T9' }]);
    x.server.hello();
    await settle();
    expect(x.server.said('say').map((s) => s.id)).toEqual([m.id, m.id]);
    expect(x.server.links.length).toBe(1);

    const y = await live(fakePlace(), guest, { token: () => undefined });
    const n = y.client.say('hi');
    y.server.tell({ op: 'ack', id: n.id, code: 'login-needed' });
    y.client.refuseLogin();
    expect(y.mine.at(-1)).toMatchObject({ state: 'failed', code: 'login-needed' });
  });

  it('gathers likes', async () => {
    const x = await live();
    for (let i = 0; i < 27; i++) x.client.like();
    await x.timers.move(1_100);
    expect(x.server.said('like').map((l) => l.n)).toEqual([20, 7]);
  });
});

describe('entries', () => {
  const opened = async () => {
    const x = await live();
    x.server.tell(frame(11, card));
    return x;
  };

  it('enters with the nonce of key, event and epoch', async () => {
    const x = await opened();
    x.client.enter('e1', '福气到');
    await settle();
    const want = await nonce(x.env.hmac, '000102030405060708090a0b0c0d0e0f', 'e1', 'ab12');
    expect(want).toMatch(/^[0-9a-f]{32}$/);
    expect(x.server.said('enter')).toEqual([
      { op: 'enter', id: x.client.entry('e1')?.id, event: 'e1', nonce: want, text: '福气到' },
    ]);
  });

  it.each([
    ['entered', 'in'],
    ['already', 'in'],
    ['late', 'late'],
    ['ineligible', 'ineligible'],
    ['unknown', 'ineligible'],
    ['banned', 'ineligible'],
    ['bad-entry', 'failed'],
    ['early', 'failed'],
    ['no-event', 'failed'],
    ['a-code-of-tomorrow', 'failed'],
  ])('%s is %s', async (code, want) => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    await settle();
    x.server.tell({ op: 'ack', id, code: 'sent', o: 1 }, { op: 'out', id, code, o: 1, detail: 'follow' });
    expect(x.client.entry('e1')).toMatchObject({ state: want, code });
  });

  it('keeps the receipt, and a second tap changes nothing', async () => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    x.client.enter('e1');
    await settle();
    expect(x.server.said('enter').length).toBe(1);
    x.server.tell({ op: 'out', id, code: 'entered', o: 1 }, { op: 'receipt', id, event: 'e1', tag: 'aa', sig: 'bb', offset: 1 });
    expect(x.client.enter('e1')).toMatchObject({ state: 'in', receipt: { tag: 'aa', sig: 'bb' } });
  });

  it('asks whether it is one of the winners that the result does not list', async () => {
    const x = await opened();
    const results: unknown[] = [];
    x.client.on('result', (r) => results.push(r));
    const { id } = x.client.enter('e1');
    await settle();
    x.server.tell({ op: 'out', id, code: 'entered', o: 1 });
    const told = {
      op: 'result',
      room: 'r',
      event: 'e1',
      state: 'drawn',
      entered: 5_000,
      winners: [{ n: '王***', h: 'w' }],
      more: 2,
    };
    x.server.tell(told);
    expect(x.server.said('me')).toEqual([]); // at a time of its own
    await x.timers.move(2_600);
    expect(x.server.said('me')).toEqual([{ op: 'me', event: 'e1' }]);
    x.server.tell({ op: 'me', event: 'e1', state: 'checking' });
    await x.timers.move(2_100);
    expect(x.server.said('me').length).toBe(2);
    x.server.tell({ op: 'me', event: 'e1', state: 'in', offset: 1, won: { prize: 'p1', rank: 3, amount: 342 } });
    const own = { n: '小明', h: 'me', prize: 'p1', rank: 3, amount: 342 };
    expect(results).toEqual([told, { ...told, winners: [own, ...told.winners], more: 1 }]);
    expect(x.client.model.results.get('e1')).toEqual(results[1]);
    await x.timers.move(20_000);
    expect(x.server.said('me').length).toBe(2);
    expect(x.client.entry('e1')?.receipt).not.toHaveProperty('won');
  });

  it.each([{ winners: [{ h: 'w' }] }, { winners: [{ h: 'me' }], more: 3 }])('does not ask where %j says all', async (list) => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    await settle();
    x.server.tell({ op: 'out', id, code: 'entered', o: 1 });
    x.server.tell({ op: 'result', room: 'r', event: 'e1', state: 'drawn', entered: 9, ...list });
    await x.timers.move(20_000);
    expect(x.server.said('me')).toEqual([]);
  });

  it('asks where it stands after a broken line instead of guessing', async () => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    await settle();
    x.server.end({ code: 1006, why: '' });
    await x.timers.move(2_000);
    x.server.hello();
    await settle();
    expect(x.server.said('me').length).toBeGreaterThan(0);
    x.server.tell({ op: 'me', event: 'e1', state: 'checking' });
    expect(x.client.entry('e1')?.state).toBe('submitting');
    await x.timers.move(2_000);
    x.server.tell({ op: 'me', event: 'e1', state: 'out' });
    await settle();
    expect(x.server.said('enter').map((e) => e.id)).toEqual([id]); // still open: again, the same entry
    x.server.tell({ op: 'me', event: 'e1', state: 'in', offset: 4 });
    expect(x.client.entry('e1')).toMatchObject({ id, state: 'in', receipt: { offset: 4 } });
  });

  it('is late when the bag closed while the line was down', async () => {
    const x = await opened();
    x.client.enter('e1');
    await settle();
    x.server.end({ code: 1006, why: '' });
    await x.timers.move(2_000);
    x.server.hello();
    x.server.tell({ ...state, seq: 30, gives: [{ event: 'e1', state: 'sealed' }] }, { op: 'me', event: 'e1', state: 'out' });
    expect(x.client.entry('e1')?.state).toBe('late');
  });

  it('fails after silence, retries under the same id, and believes an answer that comes late', async () => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    await x.timers.move(120_000);
    // The fake answers no ping, so lines were changed meanwhile.
    for (let i = 0; i < 40 && x.client.entry('e1')?.state === 'submitting'; i++) {
      if (x.client.status.is !== 'live') x.server.hello();
      await x.timers.move(20_000);
    }
    expect(x.client.entry('e1')).toMatchObject({ state: 'failed', code: 'not-sent' });
    expect(x.client.enter('e1').id).toBe(id);
    x.server.tell({ op: 'out', id, code: 'entered', o: 1 });
    expect(x.client.entry('e1')?.state).toBe('in');
  });

  it('uses a new id after an answer', async () => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    await settle();
    x.server.tell({ op: 'out', id, code: 'ineligible', detail: 'follow' });
    expect(x.client.enter('e1').id).not.toBe(id);
  });

  it('outlives a reload of the page', async () => {
    const x = await opened();
    const { id } = x.client.enter('e1');
    await settle();
    x.client.stop();
    const server = new FakeServer();
    const again = await live({ ...x, server, env: { ...x.env, transports: [server] } });
    expect(again.client.entry('e1')).toMatchObject({ id, state: 'submitting' });
    expect(again.server.said('me').length).toBe(1);
  });

  const lost = { code: 1012, why: '' };
  const slow = { op: 'bye', code: 1012, why: 'drain', min_ms: 60_000, max_ms: 90_000 };

  it('goes by a request of its own while the way back is paced, and the receipt says it is in', async () => {
    const x = await opened();
    const { id } = x.client.enter('e1', '福气到');
    await settle();
    const [said] = x.server.said('enter');
    x.answer.call = (method) =>
      method === 'POST'
        ? { status: 202, body: '{"op":"ack","id":"x","code":"sent","o":7}' }
        : x.calls.length < 4
          ? { status: 404, body: '{"code":"no-entry"}' }
          : { status: 200, body: '{"op":"receipt","id":"","event":"e1","tag":"aa","offset":7}' };
    x.server.tell(slow);
    x.server.end(lost);
    expect(x.client.entry('e1')?.state).toBe('submitting');
    await x.timers.move(40_000);
    expect(x.server.links.length).toBe(1); // it has not come back yet
    expect(x.calls.map((c) => c.method)).toEqual(['POST', 'GET', 'GET', 'GET']);
    expect(x.calls[0]).toMatchObject({ url: 'https://x.test/v1/rooms/r/giveaways/e1/enter?resume=ticket', token: 'T' });
    expect(JSON.parse(x.calls[0]?.body ?? '')).toEqual({ op: 'enter', id, text: '福气到', nonce: said?.nonce });
    expect(x.client.entry('e1')).toMatchObject({ id, state: 'in', receipt: { tag: 'aa', offset: 7 } });
  });

  it('taps while the link is gone, and asks first when it is back', async () => {
    const x = await opened();
    x.server.tell(slow);
    x.server.end(lost);
    const { id } = x.client.tap('e1');
    x.answer.call = (method) =>
      method === 'POST' ? { status: 202, body: '{"code":"sent"}' } : { status: 503, body: '{"code":"checking"}' };
    await x.timers.move(80_000);
    expect(x.server.links.length).toBe(2);
    expect(x.calls.filter((c) => c.method === 'POST').length).toBe(1);
    const asked = x.calls.length;
    x.server.hello();
    await settle();
    expect([x.server.said('tap').length, x.server.said('me').length]).toEqual([0, 1]);
    x.server.tell({ op: 'me', event: 'e1', state: 'in', tag: 'bb' });
    await x.timers.move(5_000);
    expect(x.client.entry('e1')).toMatchObject({ id, state: 'in' });
    expect(x.calls.length).toBe(asked);
  });

  it('keeps trying where nobody answers, less often, and stops with the client', async () => {
    const x = await opened();
    x.client.enter('e1');
    x.server.tell(slow);
    x.server.end(lost);
    await x.timers.move(59_000);
    expect(x.calls.length).toBeGreaterThan(2);
    expect(x.calls.length).toBeLessThan(7);
    expect(x.client.entry('e1')?.state).toBe('submitting');
    const asked = x.calls.length;
    x.client.stop();
    await x.timers.move(300_000);
    expect(x.calls.length).toBe(asked);
  });

  it('believes a ban, leaves a refused token to the link, and sends nothing as a guest', async () => {
    for (const [status, code, state] of [
      [403, 'banned', 'ineligible'],
      [401, 'token', 'submitting'],
      [429, 'limited', 'submitting'],
      [404, '', 'submitting'],
    ] as const) {
      const x = await opened();
      x.client.enter('e1');
      x.answer.call = () => ({ status, body: JSON.stringify({ code }) });
      x.server.tell(slow);
      x.server.end(lost);
      await x.timers.move(3_000);
      expect(x.client.entry('e1')?.state, code).toBe(state);
      expect(x.calls.length, code).toBe(1);
    }
    const guest = await live(fakePlace(), { user: undefined, entry_key: undefined });
    guest.server.tell(frame(11, card));
    guest.client.enter('e1');
    guest.server.tell(slow);
    guest.server.end(lost);
    await guest.timers.move(50_000);
    expect(guest.calls).toEqual([]);
  });

  it('waits for the login and then enters', async () => {
    const x = await live(fakePlace(), { user: '', entry_key: undefined }, { token: () => undefined });
    x.server.tell(frame(11, card));
    x.client.enter('e1');
    await settle();
    expect(x.needs).toEqual(['login']);
    x.client.login('T');
    x.server.hello();
    await settle();
    expect(x.server.said('enter').length).toBe(1);
    expect(x.server.said('enter')[0]?.nonce).toMatch(/^[0-9a-f]{32}$/);
  });
});

// The golden files are shared with the Go side: whatever the server writes must
// be a message this client knows.
describe('golden files', () => {
  const dir = new URL('../../broadcast/wire/testdata/', import.meta.url);
  const files = (() => {
    try {
      return readdirSync(dir).filter((f) => f.endsWith('.json') || f.endsWith('.jsonl'));
    } catch {
      return [];
    }
  })();
  it.skipIf(files.length === 0).each(files.length ? files : ['-'])('%s', (file) => {
    const lines = readFileSync(new URL(file, dir), 'utf8')
      .split('\n')
      .filter((l) => l.startsWith('{"op"'));
    const client = new Set(['say', 'like', 'tap', 'enter', 'claim', 'auth', 'ping']);
    for (const l of lines) {
      const op = (JSON.parse(l) as { op: string }).op;
      if (!client.has(op)) expect(parse(l), l).toBeDefined();
    }
  });
});
