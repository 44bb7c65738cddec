import type { Route } from 'playwright-core';
import { expect, it } from 'vitest';
import { open, phone, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// A viewer out of a crowded network is asked for work before an entry. The page
// does it in a worker; a tap meanwhile is kept, said to be on its way and never to
// be in, and goes out by itself.

house(() => ['--proxies', '127.0.0.0/8', '--work-from', '1']);
const room = `work${Date.now()}`;

it('keeps a tap until the work is done, and then enters', { timeout: 240_000 }, async (t) => {
  if (!server.bin) return t.skip();
  const now = Date.now();
  const planned = await fetch(`${server.url}v1/rooms/${room}/commands`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.token('host', 'host')}` },
    body: JSON.stringify({
      kind: 'plan',
      data: {
        event: 'bag-w',
        kind: 'bag',
        title: '晚场福袋',
        openAt: now + 2_000,
        closeAt: now + 3_600_000,
        prizes: [{ id: 'p1', title: '马克杯', qty: 1, valueFen: 3900 }],
      },
    }),
  });
  expect(planned.status).toBe(202);

  const { page, complaints } = await open(browser, 'about:blank', {
    ...phone,
    extraHTTPHeaders: { 'X-Forwarded-For': '203.0.113.7' }, // as a proxy in front says where a viewer comes from
  });
  await page.addInitScript((raw) => localStorage.setItem('fudai.demo-token', raw), server.token('小明', 'viewer'));
  let script: (r: Route) => void = () => {};
  const asked = new Promise<Route>((done) => {
    script = done;
  });
  await page.route(/\/assets\/solver-/, (r) => script(r)); // the worker's script waits for the test
  const said: string[] = [];
  page.on('websocket', (line) => line.on('framesent', (f) => said.push(String(f.payload))));
  await page.goto(`${server.url}r/${room}`);
  const held = await asked; // begun at the join, before anybody tapped

  await page.click('.chip.open', { timeout: 60_000 });
  const tapped = Date.now();
  await page.locator('.bag-sheet .go').click();
  await page.locator('.entry small', { hasText: '正在确认网络环境' }).waitFor({ timeout: 60_000 });
  expect(await page.locator('.entry.submitting').count()).toBe(1);
  expect(await page.locator('.entry.in').count()).toBe(0);
  expect(said.filter((m) => m.includes('"op":"enter"') || m.includes('"op":"work"'))).toEqual([]);
  await shot(page, 'work-asked');

  await held.continue();
  await page.waitForSelector('.entry.in', { timeout: 60_000 });
  await page.getByText('回执已保存').waitFor({ timeout: 60_000 });
  expect(said.filter((m) => m.includes('"op":"work"')).length).toBe(1);
  console.log(`in ${Date.now() - tapped} ms after the tap`);
  expect(complaints).toEqual([]);
  await page.context().close();
});
