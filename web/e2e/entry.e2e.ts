import type { WebSocketRoute } from 'playwright-core';
import { expect, it } from 'vitest';
import { phone, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// A viewer whose line to the room breaks when a bag has opened, and does not come
// back, taps all the same: the entry goes by a request of its own, and is in.

house();
const room = `entry${Date.now()}`;

it('gets an entry in while the room cannot be reached', { timeout: 240_000 }, async (t) => {
  if (!server.bin) return t.skip();
  const now = Date.now();
  const planned = await fetch(`${server.url}v1/rooms/${room}/commands`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.token('host', 'host')}` },
    body: JSON.stringify({
      kind: 'plan',
      data: {
        event: 'bag-e',
        kind: 'bag',
        title: '断线福袋',
        openAt: now + 2_000,
        closeAt: now + 3_600_000,
        prizes: [{ id: 'p1', title: '马克杯', qty: 1, valueFen: 3900 }],
      },
    }),
  });
  expect(planned.status).toBe(202);

  const context = await browser.newContext({ locale: 'zh-CN', ...phone });
  await context.addInitScript((raw) => localStorage.setItem('fudai.demo-token', raw), server.token('小明', 'viewer'));
  const page = await context.newPage();
  let broken = false;
  const lines: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/ws/, (line) => {
    if (broken) return void line.close({ code: 1011 });
    line.connectToServer();
    lines.push(line);
  });
  await page.route('**/events*', (r) => (broken ? r.abort() : r.continue()));
  await page.goto(`${server.url}r/${room}`);
  await page.click('.chip.open', { timeout: 60_000 });
  const go = page.locator('.bag-sheet .go');
  await go.waitFor();

  broken = true;
  for (const line of lines) await line.close({ code: 1011 });
  const posted = page.waitForResponse((r) => r.url().includes('/giveaways/bag-e/enter') && r.request().method() === 'POST', {
    timeout: 60_000,
  });
  await go.click();
  expect((await posted).status()).toBe(202);
  await page.waitForSelector('.entry.in', { timeout: 60_000 });
  await page.getByText('回执已保存').waitFor({ timeout: 60_000 });
  await shot(page, 'entry-by-post');

  // Back in the room, nothing is asked of it a second time.
  broken = false;
  await page.reload();
  await page.click('.chip.open', { timeout: 60_000 });
  await page.waitForSelector('.entry.in', { timeout: 60_000 });
  await context.close();
});
