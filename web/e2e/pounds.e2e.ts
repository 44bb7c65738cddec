import { expect, it } from 'vitest';
import { desktop, open, phone, shot, still } from './browser.ts';
import { browser, house, server } from './house.ts';

// A shop in the United Kingdom: what its marketer types, what the room promises
// and what a viewer has won is in pounds, and nothing of it in yuan.

house();

async function studio(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${server.url}v1/studio/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.token('boss', 'service')}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

it('plans a red packet of pounds, and a viewer reads pounds', { timeout: 240_000 }, async (t) => {
  if (!server.bin) return t.skip();
  await studio('shops', {
    id: 'london',
    name: 'Cloud London',
    profile: 'uk-2026',
    zone: 'Europe/London',
    organiser: 'Cloud Tea Ltd',
    contact: '1 High Street, London',
    approval: { mode: 'none' },
  });
  await studio('rooms', { id: 'london', shop: 'london', title: 'Tea at four' });
  await studio('prizes', { shop: 'london', title: 'Tea money', kind: 'cash', valueFen: 0 });
  await studio('budgets', { shop: 'london', title: 'Autumn', fen: 100_000 });

  const boss = await open(browser, `${server.url}studio?shop=london#t=${server.token('boss', 'service')}`, {
    ...desktop,
    locale: 'en-GB',
  });
  const { page } = boss;
  page.setDefaultTimeout(60_000);
  await page.getByRole('menuitem', { name: 'Giveaways', exact: true }).click();
  await page.getByRole('button', { name: 'New giveaway' }).click();
  await page.getByLabel('Kind', { exact: true }).click();
  await page.locator('.ant-select-item-option', { hasText: /^Red packets$/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Tea money for all');
  await page.getByLabel('Prize', { exact: true }).click();
  await page.locator('.ant-select-item-option', { hasText: 'Tea money' }).last().click();
  await page.getByLabel('How many', { exact: true }).fill('1');
  await page.getByLabel('Sum', { exact: true }).fill('12.5');
  await page.getByLabel('Open for minutes').fill('0.5');
  await page.getByLabel('Budget', { exact: true }).click();
  await page.locator('.ant-select-item-option', { hasText: 'Autumn · £1,000 left' }).click();
  await page.getByText('Ready to schedule').waitFor();
  expect(await page.locator('pre').textContent()).toContain('worth £12.50 in all');
  await shot(page, 'pounds-editor-en');
  await page.getByRole('button', { name: 'Save draft' }).click();

  const own = await open(browser, 'about:blank', { ...phone, locale: 'en-GB' });
  const { token } = (await (await fetch(`${server.url}v1/demo-token?name=Ann`)).json()) as { token: string };
  await own.page.context().addInitScript((x) => localStorage.setItem('fudai.demo-token', x), token);
  await own.page.goto(`${server.url}r/london`);
  await own.page.waitForSelector('.composer');
  expect(await own.page.locator('.watching').count()).toBe(0); // a count of one says nothing

  await page.locator('.ant-drawer-footer').getByRole('button', { name: 'Schedule', exact: true }).click();
  await page.getByText('1 prizes worth £12.50 are set aside in full.').waitFor();
  await shot(page, 'pounds-schedule-en');
  await page.getByRole('button', { name: /OK/ }).click();

  await own.page.locator('.chip.open').waitFor({ timeout: 60_000 });
  await own.page.locator('.chip.open').click();
  await own.page.getByText('worth £12.50').waitFor();
  await shot(own.page, 'pounds-phone-sheet-en');
  await own.page.locator('.sheet .go').click();
  await own.page.waitForSelector('.result', { timeout: 120_000 });
  expect(await own.page.textContent('.won-prize')).toBe('Red packet: you got £12.50');
  expect(await own.page.locator('body').innerText()).not.toContain('¥');
  await still(own.page);
  await shot(own.page, 'pounds-phone-result-en');
  await page.locator('.ant-drawer-close').first().click();
  await page.getByRole('menuitem', { name: 'Prizes and budgets', exact: true }).click();
  await page.getByRole('tab', { name: 'Budgets' }).click();
  await page.getByText('£987.50').waitFor();
  expect(await page.locator('body').innerText()).not.toContain('¥');
  await shot(page, 'pounds-budgets-en');
  expect([...boss.complaints, ...own.complaints]).toEqual([]);
});
