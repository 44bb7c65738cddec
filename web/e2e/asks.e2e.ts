import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { desktop, open, phone, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// A question and what becomes of it, on both sides: the host answers by hand, with
// the shop's own answer and aloud, who asked is told each time, who reads another
// language gets it in that one, and what nobody came to is still there after the show.

let model: Server;
const room = `asks${Date.now()}`;
const patience = { timeout: 60_000 };

/** What the endpoint knows; of anything else it says that it does not. */
const english: Record<string, string> = {
  '可以，反面轻柔档': 'Yes, inside out on a gentle cycle',
  '不会，面料做过抗起球处理': 'No, the fabric is treated against pilling',
  保温杯: 'Thermos cup',
};

house(async () => {
  model = createServer(async (q, s) => {
    const chunks: Buffer[] = [];
    for await (const c of q) chunks.push(c as Buffer);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: { content: string }[] };
    const { text } = JSON.parse(messages.at(-1)?.content ?? '{}') as { text?: string };
    const content = JSON.stringify({ text: english[text ?? ''] ?? '' });
    s.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ choices: [{ message: { content } }] }));
  });
  await new Promise<void>((done) => model.listen(0, '127.0.0.1', done));
  const at = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;
  return ['--translate-to', 'en', '--translate-url', at, '--translate-model', 'm', '--translate-within', '4s'];
});
afterAll(() => {
  model?.closeAllConnections();
  model?.close();
});

/** Says something and waits until the log has it and the room showed it. */
async function ask(viewer: Page, text: string): Promise<void> {
  await viewer.fill('#say', text);
  await viewer.press('#say', 'Enter');
  await viewer.locator('.row.own', { hasText: text }).locator('.state.ok').waitFor(patience);
}

describe('asks', () => {
  it('are answered three ways, told to who asked, and kept where nobody did', async (t) => {
    if (!server.bin) return t.skip();
    const token = server.token('host', 'host', '--name', '主播');
    const host = await open(browser, `${server.url}desk/${room}#t=${token}`, desktop);
    const desk = host.page;
    desk.setDefaultTimeout(patience.timeout);
    await desk.getByLabel('今晚的标题').fill('问答专场');
    await desk.getByRole('button', { name: '开播', exact: true }).click();
    await desk.getByText('直播中').waitFor();

    // The shop's own answers come from a table.
    await desk.getByText('商品表', { exact: false }).first().click();
    await desk.getByLabel('导入表格').setInputFiles({
      name: 'faq.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('编号,问题,答案\nf1,会起球吗 | 起不起球,不会，面料做过抗起球处理\n'),
    });
    await desk.getByText(/0 件商品、1 条常见问答、0 条话术/).waitFor();
    await desk.getByRole('button', { name: '导入', exact: true }).click();
    await desk.getByText(/0 件商品、1 条常见问答、0 条话术/).waitFor({ state: 'detached' });

    const ann = await open(browser, `${server.url}r/${room}`, phone);
    const viewer = ann.page;
    viewer.setDefaultTimeout(patience.timeout);
    await viewer.click('#say');
    await viewer.fill('[name=nickname]', '爱问的安安');
    await viewer.click('.nickname .go');
    await viewer.waitForSelector('.nickname', { state: 'detached' });
    for (const text of ['这件会起球吗', '可以机洗吗', '有没有大码', '几天能发货']) await ask(viewer, text);

    // Somebody from elsewhere looks on, in another language.
    const bob = await open(browser, `${server.url}r/${room}`, { ...phone, locale: 'en-US' });
    const abroad = bob.page;
    abroad.setDefaultTimeout(patience.timeout);
    await abroad.locator('.row', { hasText: '几天能发货' }).waitFor();

    const asks = desk.getByRole('region', { name: /大家在问/ });
    const row = (text: string): Locator => asks.getByRole('listitem').filter({ hasText: text });
    const told = (text: string | RegExp): Locator => viewer.locator('.row.note', { hasText: text });
    for (const text of ['这件会起球吗', '可以机洗吗', '有没有大码', '几天能发货']) await row(text).waitFor();
    await shot(desk, 'asks-open');

    // By hand, to who asked alone.
    await row('可以机洗吗').getByRole('button', { name: '打字回答' }).click();
    await row('可以机洗吗').getByLabel('回答', { exact: true }).fill('可以，反面轻柔档');
    await row('可以机洗吗').getByLabel('同时在直播间显示').uncheck();
    await row('可以机洗吗').getByRole('button', { name: '发送回答' }).click();
    await told('主播答了你的“可以机洗吗”：可以，反面轻柔档').waitFor();

    // With what the shop's table says to it, to the room: not before the host has sent it.
    expect(await viewer.getByText('抗起球').count()).toBe(0);
    const known = row('这件会起球吗').locator('blockquote', { hasText: '不会，面料做过抗起球处理' });
    await known.waitFor();
    await known.getByRole('button', { name: '用这句回答' }).click();
    await viewer.locator('.pinned', { hasText: '不会，面料做过抗起球处理' }).getByText('问：这件会起球吗').waitFor();
    await viewer.locator('.row.k-answer', { hasText: '不会，面料做过抗起球处理' }).waitFor();
    expect(await viewer.locator('.translated').count()).toBe(0);

    // Abroad it is read in that language, with the host's own words a tap away; what was for one alone is not there.
    const top = (text: string): Locator => abroad.locator('.pinned', { hasText: text });
    await top('No, the fabric is treated against pilling').waitFor();
    await abroad.locator('.row.k-answer', { hasText: 'No, the fabric is treated against pilling' }).waitFor();
    expect(await abroad.getByText(/反面轻柔档|gentle cycle/).count()).toBe(0);
    await shot(abroad, 'asks-translated');
    await top('No, the fabric').getByRole('button', { name: 'see original' }).click();
    await top('不会，面料做过抗起球处理').getByRole('button', { name: 'See translation' }).waitFor();
    await shot(abroad, 'asks-original');

    // Aloud: a tap at the desk, a word to who asked.
    await row('有没有大码').getByRole('button', { name: '口播已答' }).click();
    await told('你问的“有没有大码”，主播刚刚在直播里回答了').waitFor();
    await shot(viewer, 'asks-told');

    await asks.getByRole('tab', { name: /已回答/ }).click();
    for (const text of ['这件会起球吗', '可以机洗吗', '有没有大码']) await row(text).waitFor();
    await row('可以机洗吗').getByText('可以，反面轻柔档').waitFor();
    await shot(desk, 'asks-answered');

    // What is given away is read abroad too.
    await desk.getByLabel('口令').fill('好杯到');
    await desk.getByLabel('奖品').fill('保温杯');
    await desk.getByRole('button', { name: '马上开福袋' }).click();
    await abroad.locator('.chip', { hasText: 'Thermos cup' }).click();
    const bag = abroad.locator('.bag-sheet', { hasText: 'Thermos cup' });
    await bag.getByRole('button', { name: 'see original' }).waitFor();
    await shot(abroad, 'asks-bag-translated');
    await bag.getByRole('button', { name: 'see original' }).click();
    await abroad.locator('.bag-sheet', { hasText: '保温杯' }).waitFor();
    await shot(abroad, 'asks-bag-original');

    // After the show the one that nobody came to is listed, and nothing else.
    await asks.getByRole('tab', { name: /没答到/ }).click();
    expect(await row('几天能发货').count()).toBe(0);
    await desk.getByRole('button', { name: '长按下播' }).focus();
    await desk.keyboard.down('Enter');
    await desk.getByText('未开播').waitFor();
    await desk.keyboard.up('Enter');
    await row('几天能发货').waitFor();
    expect(await asks.locator('ul > li').count()).toBe(1);
    await shot(desk, 'asks-after');
    expect([...host.complaints, ...ann.complaints, ...bob.complaints]).toEqual([]);
  }, 400_000);
});
