import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { desktop, type Opened, open, phone, serious, shot, small, still } from './browser.ts';
import { browser, house, server } from './house.ts';

// A red-packet rain through the real program: entered by keys alone, by a tap on
// a packet and on a still card, and its result read by all of them.

house();
const room = `rain${Date.now()}`;
async function command(kind: string, data: unknown): Promise<void> {
  const answer = await fetch(`${server.url}v1/rooms/${room}/commands`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.token('host', 'host', '--name', '主播')}` },
    body: JSON.stringify({ kind, data }),
  });
  if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
}

/** One packet a wave: what each winner has is known. */
const wave = (id: string, total: number) => ({
  id,
  title: '现金红包',
  kind: 'cash',
  qty: 1,
  split: { mode: 'double-mean', total, min: 1, max: 0, underfill: 'return' },
});

/** A visitor of the room, with a name. */
async function visitor(name: string, options: Parameters<typeof open>[2]): Promise<Opened> {
  const { token: own } = (await (await fetch(`${server.url}v1/demo-token?name=${encodeURIComponent(name)}`)).json()) as {
    token: string;
  };
  const x = await open(browser, 'about:blank', options);
  await x.page.context().addInitScript((t) => localStorage.setItem('fudai.demo-token', t), own);
  await x.page.goto(`${server.url}r/${room}`);
  await x.page.waitForSelector('.composer');
  return x;
}

/** Whether a tap in the middle of what the selector finds reaches it. */
const reachable = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((s) => {
    const box = document.querySelector(s)?.getBoundingClientRect();
    return !!box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest(s) !== null;
  }, selector);

const tab = async (page: Page, selector: string): Promise<void> => {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no key leads to ${selector}`);
};

interface Falling {
  fudaiRain?: { falling: { x: number; y: number; fall: number; popped: number }[]; hits: number };
}

/**
 * Taps at packets, where nothing else takes the tap, until so many in all were
 * hit: they fall on while a tap is on its way, by how much no page says, so each
 * try aims further below.
 */
async function tapPackets(page: Page, hits: number): Promise<void> {
  for (let late = 0; (await page.evaluate(() => (window as Falling).fudaiRain?.hits ?? 0)) < hits; late = (late + 0.07) % 0.5)
    await tapPacket(page, late);
}

async function tapPacket(page: Page, late: number): Promise<void> {
  const at = await page.waitForFunction((s) => {
    const stage = document.querySelector('.stage');
    const box = stage?.getBoundingClientRect();
    for (const p of (window as Falling).fudaiRain?.falling ?? []) {
      const [x, y] = [(box?.x ?? 0) + p.x, (box?.y ?? 0) + p.y + p.fall * s];
      const there = p.popped < 0 && y > 0 ? document.elementFromPoint(x, y) : null;
      if (there?.closest('.stage') && !there.closest('button, a, input')) return { x, y };
    }
    return undefined;
  }, late);
  const p = (await at.jsonValue()) as { x: number; y: number };
  await page.touchscreen.tap(p.x, p.y);
}

it('falls, takes one entry by key or tap, and tells the amounts', { timeout: 240_000 }, async (t) => {
  if (!server.bin) return t.skip();
  await command('show-start', { show: 's1', title: '红包雨专场' });
  await command('product', { item: 'cup', link: 1, title: '青瓷茶杯', price: 3900, stock: 20 });
  const keys = await visitor('键盘小王', desktop);
  const thumb = await visitor('拇指小李', phone);
  const calm = await visitor('静静', { ...small, reducedMotion: 'reduce', locale: 'en-GB' });
  const all = [keys, thumb, calm].map((x) => x.page);
  const openAt = Date.now() + 10_000;
  await command('plan', {
    event: 'rain-1',
    kind: 'rain',
    title: '整点红包雨',
    openAt,
    closeAt: openAt + 60_000,
    graceMs: 1_000,
    prizes: [wave('w1', 342), wave('w2', 88)],
  });
  await keys.page.waitForSelector('.chip.before');
  expect(await keys.page.textContent('.chip')).toMatch(/红包雨0:\d\d 后开始/);
  await shot(thumb.page, 'rain-phone-before');
  await Promise.all(all.map((p) => p.waitForSelector('.rain')));

  // Announced to who listens, and nothing that one uses is covered.
  expect(await keys.page.textContent('.sr[role=status]')).toContain('红包雨开始了');
  for (const p of all)
    for (const s of ['#say', '.buy', '.like', '.rain-go', '.chip']) expect([s, await reachable(p, s)]).toEqual([s, true]);
  expect(await calm.page.locator('.rain-canvas').count()).toBe(0);
  expect(await calm.page.textContent('.rain-go')).toBe('Catch a packet');
  await thumb.page.waitForFunction(() => ((window as Falling).fudaiRain?.falling.length ?? 0) > 8);
  await shot(keys.page, 'rain-desktop');
  await shot(thumb.page, 'rain-phone');
  await shot(calm.page, 'rain-small-calm-en');

  await tab(keys.page, '.rain-go');
  await keys.page.keyboard.press('Space');
  await keys.page.waitForSelector('.rain-go.in');
  await tapPackets(thumb.page, 1);
  await thumb.page.waitForSelector('.rain-go.in');
  await tab(calm.page, '.rain-go');
  await calm.page.keyboard.press('Enter');
  await calm.page.waitForSelector('.rain-go.in');
  expect(await calm.page.textContent('.sr[role=status]')).toBe('You are in');

  expect(await Promise.all([thumb.page, calm.page].map((p) => serious(p, 'color-contrast')))).toEqual([[], []]);

  // Taps go on for pleasure: packets pop, and it stays one entry.
  await tapPackets(thumb.page, 2);
  await shot(thumb.page, 'rain-phone-in');
  // While it falls one can say something, and put the layer away.
  await thumb.page.fill('#say', '红包雨好看');
  await thumb.page.press('#say', 'Enter');
  await thumb.page.locator('.row.own', { hasText: '红包雨好看' }).waitFor();
  await keys.page.click('.rain-head button');
  await keys.page.waitForSelector('.rain', { state: 'detached' });
  await keys.page.waitForSelector('.rain-canvas', { state: 'detached' }); // a frame later
  await keys.page.waitForSelector('.chip.open.is-in');

  await Promise.all(all.map((p) => p.waitForSelector('.result', { timeout: 120_000 })));
  const told = await Promise.all(all.map((p) => p.textContent('.won-prize, .result-line')));
  const won = told.filter((x) => /¥/.test(x ?? '')).map((x) => x?.replace('Red packet rain: you got', '红包雨：你抢到'));
  expect(won.sort()).toEqual(['红包雨：你抢到 ¥0.88', '红包雨：你抢到 ¥3.42']);
  expect(told.filter((x) => /3 人参与，抽 2 名，这次没抽中|3 took part, 2 drawn, not you/.test(x ?? '')).length).toBe(1);
  await Promise.all(all.map(still));
  await shot(keys.page, 'rain-desktop-result');
  await shot(thumb.page, 'rain-phone-result');
  await shot(calm.page, 'rain-small-result-en');
  expect([...keys.complaints, ...thumb.complaints, ...calm.complaints]).toEqual([]);
});
