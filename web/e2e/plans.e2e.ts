import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { desktop, type Opened, open, shot } from './browser.ts';
import { browser, house, server } from './house.ts';

// What a marketer makes of one giveaway: a series, a template, copies in other
// rooms, a later close. Who approves lets the template out and keeps the archive.

house();
const patience = { timeout: 60_000 };

async function enter(user: string, role: string): Promise<Opened> {
  const opened = await open(browser, `${server.url}studio#t=${server.token(user, role)}`, desktop);
  opened.page.setDefaultTimeout(patience.timeout);
  await opened.page.getByRole('heading', { name: '营销台' }).waitFor();
  await part(opened.page, '活动');
  return opened;
}

const part = (page: Page, name: string): Promise<void> => page.getByRole('menuitem', { name, exact: true }).click();

/** The giveaway's own page, over the list. */
const detail = (page: Page): Locator => page.locator('.ant-drawer-open', { has: page.locator('.ant-drawer-footer') });

/** What asks or is filled in over that page, by the words of its title. */
const box = (page: Page, title: string): Locator => page.getByRole('dialog', { name: title });

async function close(page: Page): Promise<void> {
  await page.locator('.ant-drawer-close').first().click();
  await page.locator('.ant-drawer-open').waitFor({ state: 'detached' });
}

/** How many giveaways of this name are in the list, as a person counts its rows. */
const named = (page: Page, title: string): Promise<number> => page.getByRole('button', { name: title, exact: true }).count();

/** The names of the files in a zip: they stand in it as they are. */
function inZip(file: Buffer): string[] {
  const names: string[] = [];
  for (let i = file.indexOf('PK\x01\x02'); i >= 0; i = file.indexOf('PK\x01\x02', i + 46))
    names.push(file.toString('utf8', i + 46, i + 46 + file.readUInt16LE(i + 28)));
  return names;
}

describe('plans', () => {
  it('makes a series, copies, a template, a later close and an archive of one giveaway', async (t) => {
    if (!server.bin) return t.skip();
    const boss = server.token('boss', 'service');
    const made = await fetch(`${server.url}v1/studio/rooms`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${boss}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ id: 'second', shop: 'demo', title: '二号直播间' }),
    });
    expect(made.status).toBe(201);

    const mia = await enter('mia', 'marketer');
    const { page } = mia;
    await page.getByRole('button', { name: '新建活动' }).click();
    await page.getByLabel('名称', { exact: true }).fill('周五福袋');
    await page.getByLabel('奖品', { exact: true }).click();
    await page.locator('.ant-select-item-option', { hasText: '云朵马克杯' }).last().click();
    await page.getByLabel('口令').fill('周五见');
    await page.getByLabel('开几分钟').fill('30');
    await page.getByText('可以排期').waitFor();
    await page.getByRole('button', { name: '保存草稿' }).click();

    // Again and again: the times are there before any draft is.
    await detail(page).getByRole('button', { name: '重复举办' }).click();
    const series = box(page, '重复举办');
    await series.getByLabel('一共几次').fill('3');
    await series.getByRole('heading', { name: '3 次' }).waitFor();
    expect(await series.locator('.slots li').count()).toBe(3);
    expect(await series.locator('.slots .is-wrong').count()).toBe(0);
    const times = await series.locator('.slots b').allTextContents();
    await shot(page, 'plans-series');
    await series.getByRole('button', { name: '建 3 个草稿' }).click();
    await series.waitFor({ state: 'detached' });

    await detail(page).getByRole('button', { name: '存为模板' }).click();
    const keep = box(page, '存为模板');
    await keep.getByLabel('模板', { exact: true }).fill('随手开的福袋');
    await keep.getByLabel('最多几次').fill('4');
    await shot(page, 'plans-template');
    await keep.getByRole('button', { name: /保\s*存/ }).click();
    await keep.waitFor({ state: 'detached' });

    await detail(page).getByRole('button', { name: '复制到其他直播间' }).click();
    const copy = box(page, '复制到其他直播间');
    await copy.getByLabel('直播间').click();
    await page.locator('.ant-select-item-option', { hasText: '二号直播间' }).click();
    await copy.getByRole('button', { name: /确\s*定/ }).click();
    await copy.waitFor({ state: 'detached' });

    // One, three of the series, and the one in the other room.
    await close(page);
    await expect.poll(() => named(page, '周五福袋'), patience).toBe(5);
    await page.getByRole('row', { name: /周五福袋.*二号直播间/ }).waitFor();
    // Each of the series stands at its own time, in the list as in the calendar.
    for (const at of times) {
      const [month, day, clock] = /-(\d\d)-(\d\d) (\d\d:\d\d)/.exec(at)?.slice(1) ?? [];
      await page.getByRole('row', { name: new RegExp(`周五福袋.*草稿.*${Number(month)}/${Number(day)}.*${clock}`) }).waitFor();
    }
    await shot(page, 'plans-list');

    // It opens, and closes later than was said; whoever reads the plan sees by whom and why.
    await page
      .getByRole('row', { name: /周五福袋.*马上/ })
      .filter({ hasNotText: '二号直播间' })
      .getByRole('button')
      .click();
    await detail(page)
      .getByRole('button', { name: /排\s*期/ })
      .click();
    await page.getByText('会全额预留 1 份奖品，共 ¥39。').waitFor();
    await page.getByRole('button', { name: /确\s*定/ }).click();
    await detail(page).locator('.ant-steps-item-process', { hasText: '进行中' }).waitFor();
    const closes = detail(page).locator('.ant-descriptions-item', { hasText: '截止' }).locator('.ant-descriptions-item-content');
    const before = await closes.textContent();
    await detail(page).getByRole('button', { name: '延长或暂停' }).click();
    const later = box(page, '延长或暂停');
    await later.getByLabel('推后几分钟').fill('15');
    await later.getByLabel('原因').fill('网络不稳，多留一会儿');
    await shot(page, 'plans-later');
    await later.getByRole('button', { name: '推后截止' }).click();
    await later.waitFor({ state: 'detached' });
    await detail(page)
      .getByText(/延长到 .*mia.*网络不稳，多留一会儿/)
      .waitFor();
    await expect.poll(() => closes.textContent(), patience).not.toBe(before);
    await shot(page, 'plans-extended');
    expect(mia.complaints).toEqual([]);

    // Somebody else lets the template out and ends the giveaway; what is kept of it has the plan as it was announced.
    const other = await enter('boss', 'service');
    await part(other.page, '奖品和预算');
    await other.page.getByRole('tab', { name: '模板' }).click();
    const card = other.page.getByRole('listitem').filter({ hasText: '随手开的福袋' });
    await card.getByText(/4 次/).waitFor();
    await card.getByRole('button', { name: /通\s*过/ }).click();
    await card.getByText('已审批').waitFor();
    await shot(other.page, 'plans-template-approved');

    await part(other.page, '活动');
    await other.page
      .getByRole('row', { name: /周五福袋.*进行中/ })
      .getByRole('button')
      .click();
    await detail(other.page)
      .getByRole('button', { name: /作\s*废/ })
      .click();
    const why = box(other.page, '作废');
    await why.getByText('给观众看的信息写错了').click();
    await why.getByLabel('补充说明').fill('奖品发错了');
    await shot(other.page, 'plans-void');
    await why.getByRole('button', { name: /确\s*定/ }).click();
    await detail(other.page).getByText('给观众看的信息写错了：奖品发错了').waitFor();
    const [download] = await Promise.all([
      other.page.waitForEvent('download'),
      detail(other.page).getByRole('button', { name: '下载存档' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.zip$/);
    const names = inZip(readFileSync(await download.path()));
    expect(names).toEqual(expect.arrayContaining(['活动规则 rules.html', 'giveaway.json', '账目 books.csv', '记录 audit.csv']));
    await shot(other.page, 'plans-archive');
    expect(other.complaints).toEqual([]);
  }, 600_000);
});
