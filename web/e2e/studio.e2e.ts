import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { desktop, open, phone, serious, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// The studio against the real program: from a prize to a bag that a viewer sees
// open, with the stock set aside and every step in the trail.

house();

/** Chooses in a list that opens over the page. */
async function choose(page: Page, label: string, option: string | RegExp, nth = 0): Promise<void> {
  await page.getByLabel(label, { exact: true }).nth(nth).click();
  await page.locator('.ant-select-item-option', { hasText: option }).last().click();
}

describe('the studio', () => {
  it('refuses who has no link, and says what to do', async () => {
    const { page, complaints } = await open(browser, `${server.url}studio`, desktop);
    await page.getByText('这个链接不能打开营销台').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('plans a bag, and a viewer sees it open', async (t) => {
    if (!server.bin) return t.skip();
    const { page, complaints } = await open(browser, `${server.url}studio#t=${server.token('boss', 'service')}`, desktop);
    await page.getByRole('heading', { name: '营销台' }).waitFor();
    expect(page.url()).not.toContain('t=ey');

    await page.getByRole('menuitem', { name: '奖品和预算' }).click();
    await page.getByRole('button', { name: '新奖品' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('奖品').fill('青瓷茶杯');
    await dialog.getByLabel('每份价值').fill('39');
    await dialog.getByLabel('现有库存').fill('8');
    await dialog.getByRole('button', { name: /保\s*存/ }).click();
    await page.getByRole('row', { name: /青瓷茶杯/ }).waitFor();
    await shot(page, 'studio-library');

    // The check says what is missing while it is typed, and then that nothing is.
    await page.getByRole('menuitem', { name: '活动', exact: true }).click();
    await page.getByRole('button', { name: '新建活动' }).click();
    // Nothing is red before anything was tried: how much is open stands beside the form.
    await page.locator('.editor aside .ant-alert').waitFor();
    expect(await page.locator('.editor .ant-form-item-has-error').count()).toBe(0);
    await shot(page, 'studio-editor-new');
    await page.getByLabel('名称', { exact: true }).focus();
    await page.getByLabel('口令').focus();
    await page.getByText('请填名称').waitFor();
    expect(await page.getByText('请选至少一种奖品').count()).toBe(0);
    await page.getByLabel('份数').focus();
    await page.getByLabel('口令').focus();
    await page.getByText('请选至少一种奖品').waitFor();
    await page.getByLabel('名称', { exact: true }).fill('开场福袋');
    await choose(page, '奖品', /青瓷茶杯/);
    await page.getByLabel('份数').fill('9');
    await page.getByText(/库存不够/).waitFor();
    await shot(page, 'studio-editor-problems');
    await page.getByLabel('份数').fill('3');
    await page.getByLabel('口令').fill('好茶到');
    await page.getByLabel('开几分钟').fill('1');
    await page.getByText('可以排期').waitFor({ timeout: 15_000 });
    expect(await serious(page)).toEqual([]);
    await shot(page, 'studio-editor');
    await page.getByRole('button', { name: '保存草稿' }).click();

    // She is there before it opens, by name: what a slow machine takes for that is none of the bag's time.
    const viewer = await open(browser, `${server.url}r/demo`, phone);
    await viewer.page.click('#say');
    await viewer.page.fill('[name=nickname]', '幸运的小美');
    await viewer.page.click('.nickname .go');
    await viewer.page.waitForSelector('.nickname', { state: 'detached' });

    // Her words stand in the field before it opens, and who plans looks on at the same time: a slow machine loses none of the
    // bag's time to this test, and a look that comes after it has closed still finds that it was open.
    await viewer.page.fill('#say', '好茶到');
    const entered = viewer.page
      .locator('.chip.open', { hasText: '青瓷茶杯' }) // the demo show has giveaways of its own
      .waitFor({ timeout: 180_000 })
      .then(() => viewer.page.press('#say', 'Enter', { timeout: 60_000 }));
    await page.getByRole('button', { name: /排\s*期/ }).click();
    await page.getByText('会全额预留 3 份奖品，共 ¥117。').waitFor();
    await page.getByRole('button', { name: /确\s*定/ }).click();
    const step = page.locator('.ant-steps-item-process, .ant-steps-item-finish', { hasText: '进行中' });
    await Promise.all([entered, step.waitFor({ timeout: 180_000 })]);
    await shot(page, 'studio-detail');

    // Three of eight are set aside.
    await page.getByRole('button', { name: 'Close' }).or(page.locator('.ant-drawer-close')).first().click();
    await page.getByRole('menuitem', { name: '奖品和预算' }).click();
    await page.getByRole('row', { name: /青瓷茶杯.*5.*3/ }).waitFor();

    // Drawn: she wins, says where to send it, and the shop sends it.
    await viewer.page.locator('.result.won', { hasText: '青瓷茶杯' }).waitFor({ timeout: 180_000 });
    await shot(viewer.page, 'viewer-won');
    await viewer.page.getByRole('button', { name: '去领奖' }).click();
    await viewer.page.getByLabel('收件人').waitFor({ timeout: 60_000 });
    await viewer.page.getByLabel('收件人').fill('王小美');
    await viewer.page.getByLabel('手机号').fill('13800000000');
    await viewer.page.getByLabel('地址', { exact: true }).fill('杭州市西湖区某路 1 号');
    await shot(viewer.page, 'viewer-claim');
    expect(await serious(viewer.page)).toEqual([]);
    await viewer.page.getByRole('button', { name: '确认领奖' }).click();
    await viewer.page.locator('.award', { hasText: '待发货' }).waitFor();

    await page.getByRole('menuitem', { name: '发奖' }).click();
    await page.getByRole('button', { name: '青瓷茶杯' }).click({ timeout: 60_000 });
    await page.getByRole('button', { name: /查看地址/ }).click();
    await page.getByText('杭州市西湖区某路 1 号').waitFor();
    await page.getByLabel('快递单号').fill('SF0012345678901');
    await shot(page, 'studio-ship');
    await page.getByRole('button', { name: '已寄出' }).click();
    await page.getByRole('button', { name: '青瓷茶杯' }).waitFor({ state: 'detached' });
    await viewer.page.locator('.award', { hasText: '已发货' }).getByText('SF0012345678901').waitFor({ timeout: 60_000 });
    await shot(viewer.page, 'viewer-shipped');
    expect(viewer.complaints).toEqual([]);
    await viewer.page.context().close();

    for (const [part, name] of [
      ['发奖', 'fulfil'],
      ['直播间总览', 'wall'],
      ['审批', 'approvals'],
      ['结果', 'results'],
      ['操作记录', 'audit'],
      ['设置', 'settings'],
    ] as const) {
      await page.getByRole('menuitem', { name: part }).click();
      await page.waitForTimeout(1_200);
      expect(await serious(page), name).toEqual([]);
      await shot(page, `studio-${name}`);
    }
    await page.getByRole('menuitem', { name: '操作记录' }).click();
    await page.getByRole('button', { name: '核对记录' }).click();
    await page.getByText(/条记录完整/).waitFor();
    // On a phone the table stands as it is: nothing of it is beside the screen.
    await page.setViewportSize(phone.viewport ?? { width: 390, height: 844 });
    await page.locator('.which').first().waitFor();
    expect(await page.locator('.ant-table-content').evaluate((e) => e.scrollWidth - e.clientWidth)).toBeLessThanOrEqual(0);
    await shot(page, 'studio-audit-phone');
    await page.setViewportSize(desktop.viewport ?? { width: 1440, height: 900 });
    expect(complaints).toEqual([]);
  }, 600_000);

  it('shows a marketer no button that the server would refuse', async (t) => {
    if (!server.bin) return t.skip();
    const { page, complaints } = await open(browser, `${server.url}studio#t=${server.token('mia', 'marketer')}`, {
      ...desktop,
      colorScheme: 'dark',
    });
    await page.getByRole('button', { name: '新建活动' }).waitFor();
    expect(await page.getByRole('menuitem', { name: '操作记录' }).count()).toBe(0);
    await page.getByText('日历', { exact: true }).click();
    await page.locator('.ant-picker-calendar').waitFor();
    await shot(page, 'studio-dark');
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'New giveaway' }).waitFor();
    await page.setViewportSize({ width: 820, height: 1180 });
    await shot(page, 'studio-tablet-en');
    expect(complaints).toEqual([]);
  }, 180_000);
});
