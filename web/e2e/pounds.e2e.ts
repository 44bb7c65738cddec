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

it('puts a product of a table on show, in pounds for who hosts and who watches', { timeout: 240_000 }, async (t) => {
  if (!server.bin) return t.skip();
  const host = server.token('ann', 'host');
  const table = await fetch(`${server.url}v1/rooms/london/catalogue?apply=true`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${host}` },
    body: '商品编号,商品名称,链接号,价格,原价\nmug,Cloud mug,1,12.5,20\npin,Dollar pin,2,$3,\n',
  });
  expect(table.status).toBe(202);

  const own = await open(browser, `${server.url}r/london`, { ...phone, locale: 'en-GB' });
  const desk = await open(browser, `${server.url}desk/london#t=${host}`, { ...desktop, locale: 'en-GB' });
  await desk.page.locator('.goods summary').click();
  await desk.page.locator('.goods .row', { hasText: 'Dollar pin' }).getByText('$3').waitFor({ timeout: 60_000 });
  await desk.page.locator('.goods .row', { hasText: 'Cloud mug' }).click();
  await own.page.locator('.product .price').waitFor({ timeout: 60_000 });
  expect(await own.page.locator('.product .price').innerText()).toMatch(/^£12\.50\s*£20$/);
  expect(await desk.page.locator('.air .big .price').innerText()).toBe('£12.50');
  await shot(own.page, 'pounds-product-phone-en');
  await shot(desk.page, 'pounds-desk-en');

  // One that is typed at the desk says no currency: it is in the shop's.
  await desk.page.getByLabel('Product', { exact: true }).fill('Tea towel');
  await desk.page.getByLabel('Price (£)', { exact: true }).fill('8');
  await desk.page.getByRole('button', { name: 'Put on show', exact: true }).click();
  await own.page.locator('.product', { hasText: 'Tea towel' }).getByText('£8').waitFor({ timeout: 60_000 });
  expect(await own.page.locator('body').innerText()).not.toContain('¥');
  expect([...own.complaints, ...desk.complaints]).toEqual([]);
});

it('rehearses in a copy of the room: its own rules stop the passphrase there, and what is tried stays there', {
  timeout: 240_000,
}, async (t) => {
  if (!server.bin) return t.skip();
  const boss = { Authorization: `Bearer ${server.token('boss', 'service')}`, 'Content-Type': 'application/json' };
  const desk = async (kind: string, data: unknown): Promise<void> => {
    const to = `${server.url}v1/rooms/london/commands`;
    const answer = await fetch(to, { method: 'POST', headers: boss, body: JSON.stringify({ kind, data }) });
    expect(answer.status).toBe(202);
  };
  const words = (word: string): string =>
    `version: ${word}\nlists:\n  - id: own\n    category: ads\n    severity: 4\n    action: block\n    words: [${word}]\n`;
  await desk('rules', { yaml: words('teatime') });
  await desk('room', { slow_ms: 20_000 });
  const room = async (): Promise<{ room: { now: { version?: string } } }> =>
    (await fetch(`${server.url}v1/rooms/london/rules`, { headers: boss })).json() as never;
  await expect.poll(async () => (await room()).room.now.version, { timeout: 60_000 }).toBe('teatime');
  const first = async (what: string): Promise<string | undefined> => {
    const list = await fetch(`${server.url}v1/studio/${what}?shop=london`, { headers: boss });
    return ((await list.json()) as { items: { id: string }[] }).items[0]?.id;
  };
  const draft = {
    kind: 'bag',
    title: 'Teatime',
    budget: await first('budgets'),
    phrases: ['it is teatime'],
    trigger: { on: 'now' },
    openMs: 30_000,
    prizes: [{ prize: await first('prizes'), qty: 1, split: { mode: 'equal', total: 500, min: 1, underfill: 'return' } }],
  };
  await studio('giveaways', { room: 'london', draft });

  const page = (
    await open(browser, `${server.url}studio?shop=london#t=${server.token('boss', 'service')}`, { ...desktop, locale: 'en-GB' })
  ).page;
  await page.getByRole('menuitem', { name: 'Rehearsal', exact: true }).click();
  await page.getByRole('button', { name: 'Start the rehearsal' }).click();
  await page.getByText('passphrase "it is teatime" meets the room\'s rule "own/teatime" (block)').waitFor({ timeout: 120_000 });
  await page.getByText('slow mode of 20 s').waitFor();
  await shot(page, 'rehearsed-as-the-room-en');

  const held = await fetch(`${server.url}v1/studio/rehearsals`, {
    method: 'POST',
    headers: boss,
    body: JSON.stringify({ room: 'london', viewers: 30, try: { settings: { slow_ms: 0 }, rules: words('other') } }),
  });
  const { findings } = (await held.json()) as { findings: { rule: string }[] };
  const found = findings.map((f) => f.rule);
  expect(found).toContain('only-here');
  expect(found).not.toContain('phrase-rules');
  expect((await room()).room.now.version).toBe('teatime');
});
