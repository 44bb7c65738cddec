import jsQR from 'jsqr';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { desktop, open, phone, serious, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// Staff come in: by a link that is good once, by six digits on another screen;
// an operator makes people and sees the machinery.

house();

async function fine(page: Page, complaints: string[]): Promise<void> {
  expect(await serious(page)).toEqual([]);
  expect(complaints).toEqual([]);
}

/** What a camera reads in a picture: its pixels come from an empty page, its meaning from a reader of its own. */
async function read(png: Buffer): Promise<string> {
  const page = await browser.newPage();
  const { data, width, height } = await page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const c = new OffscreenCanvas(image.width, image.height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    c.drawImage(image, 0, 0);
    const { data, width, height } = c.getImageData(0, 0, image.width, image.height);
    return { data: [...data], width, height };
  }, png.toString('base64'));
  await page.close();
  return jsQR(new Uint8ClampedArray(data), width, height)?.data ?? '';
}

describe('the door', () => {
  it('lets an operator in once, who lets others in', async (t) => {
    if (!server.bin) return t.skip();
    const key = server.link();
    const { page, complaints } = await open(browser, key, desktop);
    await page.getByRole('heading', { name: /你好/ }).waitFor();
    expect(page.url()).not.toContain('#');
    expect(await page.evaluate(() => document.cookie)).toBe('');

    await page.getByRole('button', { name: '添加人员' }).click();
    await page.getByLabel('账号').fill('ann');
    await page.getByLabel('名字').fill('安安');
    await page.getByLabel('场控').check();
    await page.getByLabel('直播间').last().fill('demo');
    await shot(page, 'door-person');
    await page.getByRole('button', { name: '保存' }).click();
    const row = page.getByRole('listitem').filter({ hasText: '安安' });
    await row.getByRole('button', { name: '给他登录链接' }).click();
    const invitation = await page.locator('.link output').innerText();
    await fine(page, complaints);
    await shot(page, 'door-home');

    const ann = await open(browser, invitation, phone);
    await ann.page.getByRole('heading', { name: /安安/ }).waitFor();
    expect(await ann.page.getByRole('heading', { name: '人员' }).count()).toBe(0);
    await fine(ann.page, ann.complaints);
    await shot(ann.page, 'door-home-phone');
    // The card is tapped where its words stand, beside its link.
    const words = await ann.page.locator('.places li > p').first().boundingBox();
    await ann.page.touchscreen.tap((words?.x ?? 0) + 20, (words?.y ?? 0) + 8);
    await ann.page.getByRole('heading', { name: /导播台/ }).waitFor();

    // The same link again lets nobody in, and the page says what to do.
    const late = await open(browser, invitation, phone);
    await late.page.getByRole('alert').getByText('请再要一个新的').waitFor();
    await fine(late.page, late.complaints);
    await shot(late.page, 'door-login-phone');

    // Shut out, she is out.
    await row.getByRole('button', { name: '不再让他进来' }).click();
    await row.getByText('已停用').waitFor();
    await ann.page.getByText('这个链接不能打开导播台').waitFor({ timeout: 20_000 });

    // Signing out ends it here too.
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByLabel('六位数字').waitFor();
    await page.goto(`${server.url}desk/demo`);
    await page.getByRole('link', { name: '登录' }).click();
    await page.getByLabel('六位数字').waitFor();
    for (const p of [page, ann.page, late.page]) await p.context().close();
  }, 120_000);

  it('pairs a tablet by six digits, into one room alone', async (t) => {
    if (!server.bin) return t.skip();
    const host = server.token('host', 'host', '--name', '主播', '--rooms', 'demo');
    const { page, complaints } = await open(browser, `${server.url}desk/demo#t=${host}`, desktop);
    await page.getByRole('button', { name: '配对平板或手机' }).click();
    await page.getByRole('img', { name: '用它的相机扫这个码' }).waitFor();
    const digits = await page.locator('.digits').innerText();
    expect(digits).toMatch(/^\d{3} \d{3}$/);
    await fine(page, complaints);
    await shot(page, 'door-pair');

    const tablet = await open(browser, `${server.url}login`, { viewport: { width: 1024, height: 768 }, hasTouch: true });
    await tablet.page.getByLabel('六位数字').fill('000000');
    await tablet.page.getByRole('button', { name: '进入' }).click();
    await tablet.page.getByRole('alert').waitFor();
    await tablet.page.getByLabel('六位数字').fill(digits);
    await shot(tablet.page, 'door-digits');
    await tablet.page.getByRole('button', { name: '进入' }).click();
    await tablet.page.waitForURL(/desk\/demo\?view=host/);
    await tablet.page.getByRole('heading', { name: /导播台/ }).waitFor();
    const elsewhere = await tablet.page.evaluate(async () => {
      const got = await fetch('/v1/staff/token', { method: 'POST', headers: { 'Fudai-Page': 'x' } });
      const { token } = (await got.json()) as { token: string };
      const ask = (path: string): Promise<number> =>
        fetch(path, { headers: { Authorization: `Bearer ${token}` } }).then((r) => r.status);
      return [
        await ask('/v1/rooms/demo/view'),
        await ask('/v1/rooms/other/view'),
        await ask('/v1/staff/people'),
        await ask('/v1/operator'),
      ];
    });
    expect(elsewhere).toEqual([200, 403, 403, 403]);

    // Taken back, it is out.
    await page.locator('dialog.pair').getByRole('button', { name: '让它退出' }).click({ timeout: 20_000 });
    await tablet.page.getByText('这个链接不能打开导播台').waitFor({ timeout: 20_000 });
    expect(tablet.complaints).toEqual([]);
    await page.context().close();
    await tablet.page.context().close();
  }, 120_000);

  it('lets a tablet in by what its camera sees', async (t) => {
    if (!server.bin) return t.skip();
    const host = server.token('host', 'host', '--rooms', 'demo');
    const { page, complaints } = await open(browser, `${server.url}desk/demo#t=${host}`, desktop);
    await page.getByRole('button', { name: '配对平板或手机' }).click();
    const code = page.getByRole('img', { name: '用它的相机扫这个码' });
    await code.waitFor();
    const seen = await read(await code.screenshot());
    expect(seen).toMatch(new RegExp(`^${server.url}login#k=.{40,}$`));

    const tablet = await open(browser, seen, { viewport: { width: 1024, height: 768 }, hasTouch: true });
    await tablet.page.waitForURL(/desk\/demo\?view=host$/, { timeout: 60_000 });
    await tablet.page.getByRole('heading', { name: /导播台/ }).waitFor();
    // The code has done its work: whoever takes a picture of it stays outside.
    const thief = await open(browser, seen, phone);
    await thief.page.getByRole('alert').getByText('请再要一个新的').waitFor();
    expect([...complaints, ...tablet.complaints]).toEqual([]);
    for (const x of [page, tablet.page, thief.page]) await x.context().close();
  }, 120_000);

  it('shows operators the machinery, and nobody else', async (t) => {
    if (!server.bin) return t.skip();
    for (const [name, options] of [
      ['desktop', { ...desktop, colorScheme: 'dark' }],
      ['phone', { ...phone, locale: 'en-US' }],
    ] as const) {
      const { page, complaints } = await open(browser, server.link(), options);
      await page.getByRole('link', { name: /运行状态|System status/ }).click();
      await page.getByText(/一切正常|All is well/).waitFor({ timeout: 30_000 });
      await page.getByText(/负责 64 个分区|owns 64 partitions/).waitFor();
      await fine(page, complaints);
      const dir = process.env.FUDAI_SHOTS;
      if (dir) await page.screenshot({ path: `${dir}/operator-${name}.png`, fullPage: true }); // its words are the machinery's
      await page.context().close();
    }
    const outside = await open(browser, `${server.url}operator`, phone);
    await outside.page.getByLabel('六位数字').waitFor();
    await outside.page.context().close();
  }, 120_000);
});
