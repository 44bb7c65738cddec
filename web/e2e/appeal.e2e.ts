import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { desktop, phone, serious, shot, still } from './browser.ts';
import { browser, house, server } from './house.ts';

// Who was ruled out of a draw, on the real program: the page says so and why,
// takes one appeal, and shows what came of it.

const KEY = 'appeal-service-key-0123456789abcdef';
house(() => ['--service-keys', KEY]);

async function ask(by: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(new URL(path, server.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${by}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${said}`);
  return JSON.parse(said) as Record<string, unknown>;
}

/** Taps the bag and waits until the entry counts. */
async function enter(page: Page): Promise<void> {
  await page.goto(`${server.url}r/room-a`);
  await page.click('.chip.open', { timeout: 60_000 });
  await page.click('.bag-sheet .go');
  await page.waitForSelector('.entry.in', { timeout: 60_000 });
  await page.getByText('回执已保存').waitFor({ timeout: 60_000 });
  await page.keyboard.press('Escape');
}

it('tells who was ruled out why, takes one appeal, and shows the answer', { timeout: 300_000 }, async (t) => {
  if (!server.bin) return t.skip();
  const service = server.token('svc', 'service');
  const shop = {
    id: 'shop-a',
    name: '云朵小店',
    profile: 'cn-2020',
    zone: 'Asia/Shanghai',
    organiser: '云朵公司',
    contact: '400',
  };
  await ask(service, 'v1/studio/shops', { ...shop, approval: { mode: 'none' } });
  await ask(service, 'v1/studio/rooms', { id: 'room-a', shop: 'shop-a', title: '云朵直播间' });
  const now = Date.now();
  await ask(service, 'v1/rooms/room-a/commands', {
    kind: 'plan',
    data: {
      event: 'bag-a',
      kind: 'bag',
      title: '云朵福袋',
      openAt: now + 3_000,
      closeAt: now + 40_000,
      prizes: [{ id: 'p1', title: '马克杯', qty: 1, valueFen: 3900 }],
      block: [{ user: '小明', reason: 42 }],
      reasons: [{ code: 42, zh: '本店员工', en: 'staff of the shop' }],
      cluster: { by: ['device'] },
    },
  });

  const context = await browser.newContext({ locale: 'zh-CN', ...phone });
  await context.addInitScript((raw) => localStorage.setItem('fudai.demo-token', raw), server.token('小明', 'viewer'));
  const page = await context.newPage();
  await enter(page);

  // Two accounts on one device: the later one reads so, calmly, and may appeal too.
  const twins: Page[] = [];
  for (const sub of ['小刚', '小红']) {
    const { token } = await ask(KEY, 'v1/tokens', { sub, name: sub, facts: { device: 'c0ffee' }, ttl_s: 600 });
    const own = await browser.newContext({ locale: 'zh-CN', ...phone });
    await own.addInitScript((raw) => localStorage.setItem('fudai.demo-token', raw as string), token);
    const twin = await own.newPage();
    await enter(twin);
    twins.push(twin);
  }
  await page.waitForSelector('.result', { timeout: 120_000 });
  expect(await page.textContent('.result-line')).toBe('3 人参与，抽 1 名，这次没抽中');
  await page.click('.result .link');
  await page.click('.check .go');
  await page.waitForSelector('.check .kept-out', { timeout: 120_000 });
  expect(await page.textContent('.check')).toContain('按规则不能中奖');
  expect(await page.textContent('.check .kept-out')).toContain('排除名单：本店员工。');
  await still(page);
  await shot(page, 'appeal-told');

  await page.click('.kept-out .link');
  await page.fill('.kept-out textarea', '我没有刷过号，请核实');
  await shot(page, 'appeal-form');
  expect(await serious(page, 'color-contrast')).toEqual([]);
  await page.click('.kept-out .go');
  await page.waitForSelector('.check .appealed');
  expect(await page.textContent('.check .appealed')).toContain('等答复');
  expect(await page.locator('.kept-out textarea, .kept-out .link').count()).toBe(0);

  const { items } = (await ask(service, 'v1/studio/appeals?shop=shop-a')) as {
    items: { id: string; block: number; text: string }[];
  };
  expect(items).toMatchObject([{ block: 42, text: '我没有刷过号，请核实' }]);
  await ask(service, `v1/studio/appeals/${items[0]?.id}/answer`, { accept: true, reason: '核实无误，已移出名单' });

  const [, second] = twins as [Page, Page];
  await second.waitForSelector('.result', { timeout: 120_000 });
  await second.click('.result .link');
  await second.click('.check .go');
  await second.waitForSelector('.check .kept-out', { timeout: 120_000 });
  expect(await second.textContent('.check .kept-out')).toContain('合起来算一个名额');
  await still(second);
  await shot(second, 'appeal-tied');
  expect(await serious(second, 'color-contrast')).toEqual([]);
  await second.goto(`${server.url}verify/room-a/bag-a`);
  await second.waitForSelector('.outs', { timeout: 120_000 });
  expect(await second.textContent('.outs')).toMatch(/2 人.*本店员工：1 人/);
  await shot(second, 'verify-outs');

  // On another screen, in English: the prizes say what came of it.
  const other = await browser.newContext({ locale: 'en-GB', colorScheme: 'dark', ...desktop });
  await other.addInitScript((raw) => localStorage.setItem('fudai.demo-token', raw), server.token('小明', 'viewer'));
  const later = await other.newPage();
  await later.goto(`${server.url}r/room-a`);
  await later.click('.top-right button:last-child', { timeout: 60_000 });
  await later.click('.row-button');
  await later.waitForSelector('.appeals li');
  expect(await later.textContent('.appeals')).toMatch(/云朵福袋.*核实无误，已移出名单.*you were right/);
  await still(later);
  await shot(later, 'appeal-answer');
});
