import { describe, expect, it } from 'vitest';
import { desktop, open, phone, serious, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// The host's desk against the real program: what is said arrives, is pinned, taken
// back and held; a product goes on air and a bag opens, and viewers see it.

house();

const room = `desk${Date.now()}`;
let made = '';
const token = (): string => {
  made ||= server.token('host', 'host', '--name', '主播');
  return made;
};
const url = (): string => `${server.url}desk/${room}#t=${token()}`;

describe('the desk', () => {
  it('refuses who has no link, and says what to do', async () => {
    const { page, complaints } = await open(browser, `${server.url}desk/${room}`, desktop);
    await page.getByText('这个链接不能打开导播台').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('keeps the screen awake while it is seen', async (t) => {
    if (!server.bin) return t.skip();
    const { page, complaints } = await open(browser, 'about:blank', { viewport: { width: 1024, height: 768 } });
    await page.addInitScript(() => {
      const locks: WakeLockSentinel[] = [];
      Object.assign(window, { locks });
      const ask = WakeLock.prototype.request;
      WakeLock.prototype.request = async function (type) {
        const lock = await ask.call(this, type);
        locks.push(lock);
        return lock;
      };
    });
    await page.goto(`${server.url}desk/${room}?view=host#t=${token()}`);
    const held = (n: number): Promise<unknown> =>
      page.waitForFunction(
        (want) => {
          const { locks } = window as never as { locks: WakeLockSentinel[] };
          return locks.length === want && locks.at(-1)?.released === false;
        },
        n,
        { timeout: 60_000 },
      );
    await held(1);
    // A device takes the lock back with the page's last look at it; the next one has it again.
    await page.evaluate(async () => {
      await (window as never as { locks: WakeLockSentinel[] }).locks[0]?.release();
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await held(2);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('runs a show', async (t) => {
    if (!server.bin) return t.skip();
    const host = await open(browser, url(), desktop);
    const desk = host.page;
    await desk.getByRole('heading', { name: /导播台/ }).waitFor();
    expect(desk.url()).not.toContain(token());
    await desk.getByLabel('今晚的标题').fill('周六晚场');
    await desk.getByRole('button', { name: '开播', exact: true }).click();
    await desk.getByText('直播中').waitFor();

    // Somebody says two things, one of which the rules hold.
    const asks = JSON.stringify({ op: 'say', id: 'q1', text: '有没有大码' }); // a question
    const ads = JSON.stringify({ op: 'say', id: 'a1', text: '我这里招代理' });
    const guest = server.token('ann', 'viewer', '--name', '安安');
    const seen = await desk.evaluate(
      async ([r, tok, first, second]) => {
        const ws = new WebSocket(`ws://${location.host}/v1/rooms/${r}/ws`, ['fudai.v1', `fudai.token.${tok}`]);
        const got: string[] = [];
        await new Promise<void>((done, fail) => {
          ws.onopen = () => {
            ws.send(first ?? '');
            ws.send(second ?? '');
          };
          ws.onerror = () => fail(new Error('socket'));
          ws.onmessage = (e) => {
            const m = JSON.parse(String(e.data)) as { op: string; id?: string; code?: string };
            if (m.op === 'out') got.push(`${m.id} ${m.code}`);
            if (got.length === 2) done();
          };
        });
        ws.close();
        return got;
      },
      [room, guest, asks, ads],
    );
    expect(seen).toContain('a1 held');

    const held = desk.getByRole('region', { name: /待确认/ });
    await held.getByText('我这里招代理').waitFor();
    await shot(desk, 'desk-held');
    // Another moderator takes it: the desk says who, and offers nothing to press until it is given back.
    const mo = server.token('mo', 'moderator');
    const lease = (release: boolean): Promise<void> =>
      desk.evaluate(
        async ([r, tok, give]) => {
          const headers = { Authorization: `Bearer ${tok}`, 'Content-Type': 'application/json' };
          const v = await (await fetch(`/v1/rooms/${r}/view`, { headers })).json();
          const data = { offsets: [v.held[0].o], release: give === 'true' };
          await fetch(`/v1/rooms/${r}/commands`, { method: 'POST', headers, body: JSON.stringify({ kind: 'lease', data }) });
        },
        [room, mo, String(release)],
      );
    await lease(false);
    await held.getByText('mo 正在处理').waitFor();
    await lease(true);
    await held.getByRole('button', { name: '拦下' }).click();
    await held.getByText('没有等待确认的评论').waitFor();

    // What she asked is a question: answered aloud in one tap, undone in another, answered in writing.
    const viewer = await open(browser, `${server.url}r/${room}`, phone);
    await viewer.page.getByText('有没有大码').first().waitFor();
    const asks1 = desk.getByRole('region', { name: /大家在问/ });
    await asks1.getByText('有没有大码').waitFor();
    await shot(desk, 'desk-question');
    await asks1.getByRole('button', { name: '口播已答' }).click();
    await asks1.getByText('现在没有未回答的问题').waitFor();
    await desk.getByRole('button', { name: /撤销/ }).click();
    await asks1.getByRole('button', { name: '打字回答' }).click();
    await asks1.getByLabel('回答', { exact: true }).fill('有的，到 4XL');
    await asks1.getByRole('button', { name: '发送回答' }).click();
    await asks1.getByRole('tab', { name: /已回答/ }).click();
    await asks1.getByText('有的，到 4XL').waitFor();
    await viewer.page.locator('.pinned', { hasText: '有的，到 4XL' }).waitFor();

    await desk.getByRole('button', { name: /^安安 有没有大码/ }).click();
    await desk.getByRole('button', { name: '置顶', exact: true }).click();
    await desk.getByRole('button', { name: '取消置顶' }).waitFor();

    // A table of goods: one that is wrong changes nothing and says where; a right one is there, a tap from being on show.
    await desk.getByText('商品表', { exact: false }).first().click();
    const table = (price: string): { name: string; mimeType: string; buffer: Buffer } => ({
      name: 'goods.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`商品编号,商品名称,链接号,价格\nsku9,棉麻长裤,9,${price}\n`),
    });
    await desk.getByLabel('导入表格').setInputFiles(table('免费'));
    await desk.getByText(/有 1 处要改/).waitFor();
    await shot(desk, 'desk-goods-wrong');
    await desk.getByLabel('导入表格').setInputFiles(table('89'));
    await desk.getByText(/1 件商品、0 条常见问答、0 条话术/).waitFor();
    await desk.getByRole('button', { name: '导入', exact: true }).click();
    await desk.getByRole('button', { name: /棉麻长裤/ }).click({ timeout: 60_000 });
    await desk.getByText('¥89').nth(1).waitFor();

    await desk.getByLabel('商品名').fill('真丝连衣裙');
    await desk.getByLabel('几号链接').fill('3');
    await desk.getByLabel('价格（¥）', { exact: true }).fill('199');
    await desk.getByLabel('卖点，用分号隔开').fill('真丝；可机洗');
    await desk.getByRole('button', { name: '开始讲解' }).click();
    await desk.getByText('¥199').waitFor();

    await desk.getByLabel('口令').fill('福气到');
    await desk.getByLabel('奖品').fill('保温杯');
    await desk.getByRole('button', { name: '马上开福袋' }).click();
    await desk.getByText('进行中').waitFor({ timeout: 60_000 });

    await viewer.page.getByText('真丝连衣裙').first().waitFor();

    await desk.getByRole('button', { name: '禁言 10 分钟' }).click();
    await desk.getByRole('button', { name: /撤销/ }).click();
    await desk.getByText('已送出').waitFor();
    // What cannot be undone is held, by the keyboard too.
    await desk.getByRole('button', { name: '长按撤回' }).focus();
    await desk.keyboard.down('Enter');
    await desk.getByRole('button', { name: /^安安 有没有大码/ }).waitFor({ state: 'detached' });
    await desk.keyboard.up('Enter');

    // The figures of the room: what was said and what share was seen.
    const health = desk.getByRole('region', { name: '房间状况' });
    await health.getByText(/^\d+ 毫秒$/).waitFor();
    await health.getByText('展示比例').waitFor();

    // How late the audience sees the picture: said once, it stands among the figures.
    await desk.getByText('直播画面', { exact: true }).click();
    await desk.getByLabel('观众晚几秒看到').fill('6.5');
    await desk.getByRole('button', { name: '保存', exact: true }).click();
    await health.getByText('6.5 秒').waitFor();

    // The host's own view, on a tablet of its own: the bag's words to read, and
    // the product's price large enough for two metres.
    const own = await open(browser, `${server.url}desk/${room}?view=host#t=${token()}`, {
      viewport: { width: 1180, height: 820 },
    });
    await own.page.getByText(/现在发‘福气到’就能参加/).waitFor();
    const price = own.page.locator('.stand-price b');
    expect(await price.textContent()).toBe('¥199');
    expect(await price.evaluate((e) => Number.parseFloat(getComputedStyle(e).fontSize))).toBeGreaterThanOrEqual(28);
    await shot(own.page, 'desk-host');
    expect(await serious(own.page)).toEqual([]);
    // A lost connection says how old the picture is.
    await own.page.context().setOffline(true);
    await own.page.getByText(/数据停在 \d+ 秒前/).waitFor({ timeout: 60_000 });
    await shot(own.page, 'desk-host-away');
    await own.page.context().setOffline(false);
    await own.page.getByText(/数据停在/).waitFor({ state: 'detached', timeout: 60_000 });
    expect(own.complaints).toEqual([]);
    await own.page.context().close();

    await shot(desk, 'desk-desktop');
    expect(await serious(desk)).toEqual([]);
    expect(host.complaints).toEqual([]);

    await desk.setViewportSize({ width: 820, height: 1180 });
    await shot(desk, 'desk-tablet');
    await desk.setViewportSize({ width: 390, height: 844 });
    await shot(desk, 'desk-phone');
    expect(await desk.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  }, 400_000);
});
