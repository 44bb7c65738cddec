import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFailed } from 'vitest';
import { Client, type Mine, webSocket } from '../sdk/index.ts';
import { desktop, open, phone, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// The whole way, as a visitor goes it: the real program, its log, its demo show.

house();
it('sees comments move, says one under a name, and gets it back through the log', { timeout: 300_000 }, async () => {
  const { page, complaints } = await open(browser, server.url, desktop);
  await page.waitForFunction(() => document.querySelectorAll('.row').length > 5, undefined, { timeout: 90_000 });
  await page.waitForFunction(
    () => (window as never as { fudaiFlying: { flyingNow: number } }).fudaiFlying.flyingNow > 2,
    undefined,
    { timeout: 90_000 },
  );
  // Pixels move: two pictures of the overlay differ.
  const ink = (): Promise<string> =>
    page.evaluate(() => (document.querySelector('.flying canvas') as HTMLCanvasElement).toDataURL());
  const before = await ink();
  await expect.poll(ink, { timeout: 30_000 }).not.toBe(before);

  await page.click('#say');
  await page.fill('[name=nickname]', '端到端小明');
  await page.click('.nickname .go');
  await page.waitForSelector('.nickname', { state: 'detached' });
  const text = `这件衬衫会缩水吗${Date.now() % 1000}`;
  await page.fill('#say', text);
  await page.press('#say', 'Enter');
  const mine = page.locator('.row.own', { hasText: text });
  await mine.waitFor();
  await mine.locator('.state.ok, .state.said').waitFor({ timeout: 60_000 });
  await shot(page, 'real-desktop');

  // Somebody else sees it too, from the room's state or its frames.
  const other = await open(browser, server.url, phone);
  await other.page.locator('.row', { hasText: text }).waitFor({ timeout: 60_000 });
  expect(await other.page.locator('.row', { hasText: text }).count()).toBe(1);
  await shot(other.page, 'real-phone');
  expect([...complaints, ...other.complaints]).toEqual([]);
});

it('counts likes, and people from ten on', async () => {
  const { page, complaints } = await open(browser, server.url, phone);
  await page.waitForSelector('.row');
  for (let i = 0; i < 5; i++) await page.click('.like');
  expect(await page.locator('.pill b').count()).toBe(0);
  const { WebSocket } = await import('ws');
  const at = `${server.url.replace('http', 'ws')}v1/rooms/demo/ws`;
  const crowd = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const { token } = (await (await fetch(`${server.url}v1/demo-token?name=onlooker${i}`)).json()) as { token: string };
      return new WebSocket(at, ['fudai.v1', `fudai.token.${token}`]);
    }),
  );
  await page.waitForFunction(() => Number(document.querySelector('.pill b')?.textContent) >= 10, undefined, { timeout: 60_000 });
  for (const c of crowd) c.close();
  expect(complaints).toEqual([]);
});

it('serves the client from Node, without a browser', async () => {
  const { WebSocket } = await import('ws');
  const { token } = (await (await fetch(`${server.url}v1/demo-token?name=Node`)).json()) as { token: string };
  const client = new Client({
    base: server.url,
    room: 'demo',
    token: () => token,
    env: { transports: [webSocket((url, protocols) => new WebSocket(url, protocols) as never)] },
  });
  const trail: string[] = [];
  onTestFailed(() => console.error(trail.join('\n')));
  client.on('status', (s) => trail.push(JSON.stringify(s)));
  const done = new Promise<Mine>((ok) =>
    client.on('mine', (m) => {
      trail.push(JSON.stringify(m));
      if (m.state === 'done') ok(m);
    }),
  );
  client.on('hello', () => client.say(`hello from node ${Date.now()}`));
  client.start();
  const m = await done;
  client.stop();
  expect(['shown', 'sampled', 'merged']).toContain(m.code);
  expect(m.o).toBeGreaterThanOrEqual(0);
});

/** Runs a program in Node, where web/ has its packages, until its output shows all of these. */
async function inNode(args: string[], ...shows: RegExp[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: here('..') });
  let said = '';
  try {
    await new Promise<void>((done, fail) => {
      const hear = (d: Buffer): void => {
        said += String(d);
        if (shows.every((x) => x.test(said))) done();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (code) => fail(new Error(`it ended with ${code}:\n${said}`)));
      onTestFailed(() => console.error(said));
    });
  } finally {
    child.kill();
  }
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it('runs the examples of the client as they are printed, from Node, with the package that is built', async () => {
  execFileSync(process.execPath, [here('../node_modules/vite/bin/vite.js'), 'build'], { cwd: here('../sdk'), stdio: 'ignore' });
  const sent = /mine done (shown|sampled|merged)/;
  await inNode([here('../sdk/example.mjs'), server.url, '600'], /^· live$/m, sent, /^\S.*: \S/m);

  // The README's first: what it leaves to the page around it is printed here.
  const printed = /```js\n([\s\S]*?)```/.exec(readFileSync(here('../sdk/README.md'), 'utf8'))?.[1] ?? '';
  expect(printed.split('\n').length).toBeLessThanOrEqual(31);
  const around = `
    import { WebSocket } from 'ws';
    globalThis.WebSocket ??= WebSocket;
    const say = (what) => (...x) => console.log(what, ...x);
    const draw = (model, last) => console.log('draw', model.title, last.length >= 0);
    const add = (items) => console.log('add', items.length);
    const [mark, badge, announce] = ['mark', 'entry', 'result'].map(say);
    const openYourLogin = async () => undefined;
    const fetchTokenFromYourServer = async () => (await (await fetch('${server.url}v1/demo-token?name=Readme')).json()).token;
  `;
  const program = around + printed.replace('https://live.example.com/', server.url);
  await inNode(
    ['--input-type=module', '-e', program],
    /^draw .+ true$/m,
    /^add [1-9]/m,
    /^mark \S+ done (shown|sampled|merged)/m,
  );
});

it('comes back after the server was restarted, with what was typed meanwhile', { timeout: 240_000 }, async ({ skip }) => {
  const { restart } = server;
  if (!restart) return skip('the server is not ours to restart');
  const { page, complaints } = await open(browser, server.url, desktop);
  await page.click('#say', { timeout: 30_000 });
  await page.fill('[name=nickname]', '没走开的小明');
  await page.click('.nickname .go');
  await page.waitForSelector('.nickname', { state: 'detached' });
  const back = restart();
  await page.waitForSelector('.connection', { timeout: 60_000 });
  await shot(page, 'real-away');
  await page.fill('#say', '断线时说的话');
  await page.press('#say', 'Enter');
  await back;
  const mine = page.locator('.row.own', { hasText: '断线时说的话' });
  await mine.locator('.state.ok, .state.said').waitFor({ timeout: 120_000 });
  expect(await mine.count()).toBe(1);
  await page.waitForSelector('.connection', { state: 'detached', timeout: 60_000 });
  expect(complaints).toEqual([]);
});

// The demo show opens a bag every two minutes for forty seconds: this waits for one
// that has most of them before it, and goes through all of it.
it('enters a lucky bag, sees it sealed and drawn, and checks the draw in the page', { timeout: 600_000 }, async () => {
  const { page, complaints } = await open(browser, server.url, phone);
  await page.click('#say', { timeout: 30_000 });
  await page.fill('[name=nickname]', '福袋小明');
  await page.click('.nickname .go');
  await page.waitForSelector('.nickname', { state: 'detached' });
  await page.waitForFunction(
    () => {
      const [minutes, seconds] = (document.querySelector('.chip.open .chip-time')?.textContent ?? '').split(':').map(Number);
      return (minutes ?? 0) * 60 + (seconds ?? 0) > 25;
    },
    undefined,
    { timeout: 300_000 },
  );
  await page.waitForSelector('.result', { state: 'detached', timeout: 60_000 }); // that of the rain before steps aside
  await page.click('.chip.open');
  await page.click('.bag-sheet .go');
  await page.waitForSelector('.entry.in, .entry.ineligible', { timeout: 60_000 });
  const isIn = (await page.locator('.entry.in').count()) > 0;
  if (isIn) await page.getByText('回执已保存').waitFor({ timeout: 60_000 });
  await shot(page, 'real-bag-in');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.result', { timeout: 180_000 });
  expect(await page.textContent('.result')).toMatch(/人参与，抽 \d+ 名|恭喜/);
  await shot(page, 'real-result');
  await page.click('.result .link');
  await page.click('.check .go');
  await page.waitForSelector('.verdict', { timeout: 120_000 });
  expect(await page.textContent('.verdict')).toContain('核对通过');
  if (isIn) expect(await page.textContent('.check')).toContain('你的参与在名单里');
  await page.click('.check summary');
  await shot(page, 'real-check');
  expect(complaints).toEqual([]);

  // Somebody who was never in the room opens the link and reads the same.
  const link = await page.locator('.check a[href^="/verify/"]').getAttribute('href');
  const reader = await open(browser, new URL(link ?? '', server.url).href, desktop);
  await reader.page.locator('.lead.ok').waitFor({ timeout: 120_000 });
  expect(await reader.page.textContent('.lead')).toMatch(/[1-9][\d,]* 人参与，抽出 [1-9]\d* 名/);
  // The demo's random number is made by the program itself: the page must not claim more than that allows.
  expect(await reader.page.textContent('.worth')).toMatch(/随机数由运营方自己的服务器产生.*有可能挑选结果/);
  await shot(reader.page, 'real-verify');
  expect(reader.complaints).toEqual([]);
  // A draw that never was is said, calmly.
  await reader.page.goto(`${server.url}verify/demo/never-was`);
  await reader.page.getByText('还没有可以核对的开奖').waitFor();
});

// A decoy stands in the stream, where a socket finds it, and on no page: not as it opens, and not for who comes later.
it('shows no decoy', async (t) => {
  if (!server.bin) return t.skip();
  const room = `decoys-${Date.now()}`;
  const command = async (kind: string, data: unknown): Promise<void> => {
    const answer = await fetch(`${server.url}v1/rooms/${room}/commands`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${server.token('boss', 'service')}` },
      body: JSON.stringify({ kind, data }),
    });
    expect(answer.status).toBe(202);
  };
  await command('room', { title: '诱饵间' });
  const { page, complaints } = await open(browser, `${server.url}r/${room}`, phone);
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}v1/rooms/${room}/ws`, ['fudai.v1']);
  const heard = new Promise<void>((ok) =>
    socket.on('message', (b) => {
      if (String(b).includes('"hidden":true') && String(b).includes('"state":"open"')) ok();
    }),
  );
  await new Promise((ok) => socket.once('open', ok));
  const now = Date.now();
  await command('decoy', { event: 'd1', title: '只给程序看', openAt: now + 500, closeAt: now + 600_000 });
  await heard;
  socket.close();
  await command('pin', { pin: 'p1', text: '在诱饵之后' });
  await page.getByText('在诱饵之后').first().waitFor(); // what came before it is there, too
  expect(await page.locator('.chip').count()).toBe(0);
  await page.reload();
  await page.getByText('在诱饵之后').first().waitFor();
  expect(await page.locator('.chip').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});
