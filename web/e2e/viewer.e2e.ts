import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serious as axe, desktop, launch, open, phone, shot, small, still } from './browser.ts';
import { type Fake, serve } from './fake/server.ts';

// The viewer page against a fake edge, for what a real show does not do on
// demand: every state of a lucky bag, lost lines, hostile text.

let browser: Browser;
let edge: Fake;
const dist = new URL('../dist/', import.meta.url).pathname;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  edge = await serve({ dist });
});
afterEach(async () => {
  for (const c of browser.contexts()) await c.close();
  await edge.stop();
});

const winners = (mine?: number) =>
  Array.from({ length: 50 }, (_, i) => ({
    n: ['王***朵', '小*', '周***粥'][i % 3] ?? '',
    h: i === mine ? 'h-小明' : `q${i}`,
    prize: 'p2',
  }));

async function joined(options: Parameters<typeof open>[2] = {}) {
  const x = await open(browser, edge.url, { ...phone, name: '小明', ...options });
  await x.page.waitForFunction(() => document.querySelector('.host h1')?.textContent !== '福袋');
  return x;
}

// Pictures under translucent plates make contrast a question for eyes, which the screenshots answer.
const serious = (page: Page): Promise<string[]> => axe(page, 'color-contrast');

describe('the public record', () => {
  const { key, honest, forked } = JSON.parse(
    readFileSync(new URL('../../giveaway/publiclog/testdata/gossip.json', import.meta.url), 'utf8'),
  ) as {
    key: string;
    honest: { notes: Record<string, string>; tiles: Record<string, string> };
    forked: { notes: Record<string, string> };
  };
  const tells = async (page: Page, event: string, checkpoint = ''): Promise<void> => {
    edge.room.result({ event, state: 'drawn', entered: 3, winners: [], checkpoint });
    await page.waitForSelector('.result .link');
    await page.click('.result .link'); // opening the sheet checks
    await page.waitForSelector('.sheet.check');
  };
  const kept = (page: Page) => page.evaluate(() => localStorage.getItem('fudai.log.log.example/fudai') ?? '');

  it('that goes on is no news; one that contradicts itself is told calmly, and the proof can be saved', async () => {
    edge.log.set('key', `${key}\n`);
    for (const [path, tile] of Object.entries(honest.tiles)) edge.log.set(`tile/${path}`, Buffer.from(tile, 'base64'));
    const { page, complaints } = await joined();
    await tells(page, 'e1', honest.notes[257]);
    await expect.poll(() => kept(page)).toContain('\\n257\\n');
    await page.keyboard.press('Escape');
    await tells(page, 'e2', honest.notes[700]);
    await expect.poll(() => kept(page)).toContain('\\n700\\n');
    expect(await page.locator('.fork').count()).toBe(0);
    await page.keyboard.press('Escape');
    await tells(page, 'e3', forked.notes[300]);
    await page.waitForSelector('.sheet .fork');
    expect(await page.textContent('.sheet .fork-line')).toBe('主办方的公开记录前后不一致，请保存证据。');
    await shot(page, 'phone-record-sheet');
    expect(await serious(page)).toEqual([]);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('.sheet .fork-save')]);
    const saved = readFileSync(await file.path(), 'utf8');
    for (const part of [honest.notes[700], forked.notes[300], key]) expect(saved).toContain(part);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.fork-notice');
    await shot(page, 'phone-record-notice');
    await page.click('.fork-notice .close');
    await page.waitForSelector('.fork-notice', { state: 'detached' });
    await page.reload();
    await page.waitForFunction(() => document.querySelector('.host h1')?.textContent !== '福袋');
    edge.room.result({ event: 'e4', state: 'drawn', entered: 3, winners: [], checkpoint: honest.notes[7] ?? '' });
    await page.waitForSelector('.fork-notice'); // kept, and said again
    expect(complaints).toEqual([]);
  });

  it('that cannot be reached is no alarm', async () => {
    const { page, complaints } = await joined();
    await tells(page, 'e1', honest.notes[257]);
    await page.keyboard.press('Escape');
    await tells(page, 'e2', forked.notes[257]);
    await still(page);
    expect(await page.locator('.fork').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe('a lucky bag', () => {
  it('whose chances are not equal says who has how many, from what source, and one’s own', async () => {
    const { page } = await joined();
    edge.room.openBag('e1', 120, {
      conditions: [
        { rule: 'watch', args: ['60'], from: 'engine' },
        { rule: 'tree', tree: { not: { rule: 'region', in: ['CN-31', 'CN-ZJ'], from: 'platform' } } },
      ],
      weights: [{ when: { rule: 'fan_level', args: ['3'], from: 'platform' }, add: 20 }],
      max_weight: 8,
    });
    await page.click('.chip');
    const told = async (): Promise<string> => (await page.textContent('.bag-sheet')) ?? '';
    await expect.poll(told).toContain('加入粉丝团（3 级以上）：再加 20 次平台提供');
    for (const line of ['看满 1 分钟直播间看到', '所在地区不在：上海、浙江平台提供', '每人 1 次机会', '一个人最多 8 次'])
      expect(await told()).toContain(line);
    expect(await told()).not.toContain('机会相等');
    expect(await page.textContent('.bag-count')).not.toContain('每');
    expect(await serious(page)).toEqual([]);
    await shot(page, 'phone-bag-chances');
    await page.click('.bag-sheet .go');
    await page.waitForSelector('.entry.in');
    expect(await page.textContent('.entry.in')).toContain('你有 3 次机会');
    await shot(page, 'phone-bag-chances-in');
  });

  it('that ends void says why and what everybody who was in gets', async () => {
    const { page } = await joined();
    edge.room.openBag('e1', 120);
    await page.waitForSelector('.chip.open');
    edge.room.result({
      event: 'e1',
      state: 'void',
      entered: 0,
      why: '奖品在运输中损坏，无法发出',
      compensation: '每人一张 5 元无门槛券',
    });
    await page.waitForSelector('.result');
    expect(await page.textContent('.result')).toContain('原因：奖品在运输中损坏，无法发出');
    expect(await page.textContent('.result .compensation')).toBe('主办方承诺的补偿：每人一张 5 元无门槛券');
    expect(await serious(page)).toEqual([]);
    await shot(page, 'phone-void');
  });

  it('that staff ended for a reason of the list says it in the reader’s words, and what was written', async () => {
    const { page } = await joined();
    edge.room.openBag('e1', 120);
    await page.waitForSelector('.chip.open');
    edge.room.result({
      event: 'e1',
      state: 'void',
      entered: 0,
      why: '运输中损坏',
      code: 'goods',
      compensation: '每人一张 5 元无门槛券',
    });
    await page.waitForSelector('.result');
    expect(await page.textContent('.result')).toContain('原因：奖品没法提供了');
    expect(await page.textContent('.result')).toContain('主办方说明：运输中损坏');
    expect(await page.textContent('.result .compensation')).toBe('主办方承诺的补偿：每人一张 5 元无门槛券');
    expect(await serious(page)).toEqual([]);
    await shot(page, 'phone-void-reason');
    await page.setViewportSize(desktop.viewport ?? { width: 1440, height: 900 });
    await shot(page, 'desktop-void-reason');
  });

  it('is entered in one tap, sealed, drawn, and lost with a plain sentence', async () => {
    const { page, complaints } = await joined();
    edge.room.openBag('e1', 120);
    await page.waitForSelector('.chip.open');
    expect(await page.textContent('.chip-time')).toMatch(/^[12]:\d\d$/);
    await page.click('.chip');
    await shot(page, 'phone-bag');
    expect(await serious(page)).toEqual([]);
    await page.click('.bag-sheet .go');
    await page.waitForSelector('.entry.in');
    expect(await page.textContent('.entry.in')).toContain('已参与');
    expect(edge.room.entered.get('e1')?.has('u-小明')).toBe(true);
    await shot(page, 'phone-bag-in');
    edge.room.turn('e1', 'closing');
    await page.waitForSelector('.steps');
    edge.room.result({ event: 'e1', state: 'sealed', seal: 'K7QX-2MZD', entered: 12_384 });
    await page.waitForFunction(() => document.querySelector('.steps .now')?.textContent === '等待公开随机数');
    expect(await page.textContent('.steps .done')).toBe('名单已封存');
    await shot(page, 'phone-sealed');
    expect(await page.locator('.result').count()).toBe(0);
    await page.keyboard.press('Escape');
    edge.room.draw('e1', 12_384, winners());
    await page.waitForSelector('.result');
    expect(await page.textContent('.result-line')).toBe('12,384 人参与，抽 50 名，这次没抽中');
    await shot(page, 'phone-lost');
    await still(page);
    // The card never covers the way to buy.
    const [card, buy] = [await page.locator('.result').boundingBox(), await page.locator('.buy').boundingBox()];
    expect((card?.y ?? 0) + (card?.height ?? 0)).toBeLessThanOrEqual(buy?.y ?? 0);
    expect(await page.textContent('.result')).not.toMatch(/[0-9a-f]{16}/);
    expect(complaints).toEqual([]);
  });

  it('is won, even on a small phone', async () => {
    const { page } = await joined(small);
    edge.room.openBag('e1', 60);
    await page.click('.chip');
    await page.click('.bag-sheet .go');
    await page.waitForSelector('.entry.in');
    await page.keyboard.press('Escape');
    edge.room.draw('e1', 12_384, winners(3));
    await page.waitForSelector('.result.won .go');
    expect(await page.textContent('.won-prize')).toContain('手作品茗杯');
    await still(page);
    expect(await page.locator('.result .go').isVisible()).toBe(true);
    const [go, buy] = [await page.locator('.result .go').boundingBox(), await page.locator('.buy').boundingBox()];
    expect((go?.y ?? 0) + (go?.height ?? 0)).toBeLessThanOrEqual(buy?.y ?? 0);
    await shot(page, 'small-won');
    // Another draw, that others won, does not take the prize off the screen.
    edge.room.result({ event: 'e9', state: 'drawn', entered: 7, winners: [{ n: '别*', h: 'other', prize: 'p' }] });
    await page.waitForTimeout(1_500);
    expect(await page.textContent('.result.won')).toContain('手作品茗杯');
    // The prize is found again, after the show and a reload too.
    edge.room.state.show = { show: 's1', title: '散场了', on: false };
    await page.reload();
    await page.waitForFunction(() => document.querySelector('.host p')?.textContent?.includes('未开播'));
    await page.click('.top-right button:last-child');
    await page.click('.row-button');
    expect(await page.textContent('.my-prizes li')).toContain('手作品茗杯');
    await shot(page, 'small-prizes');
  });

  it.each([
    ['late', '.entry.late', '未赶上'],
    ['ineligible', '.entry.ineligible', '看满 1 分钟'],
    ['bad-entry', '.entry.failed', '失败，点此重试'],
  ])('says %s', async (code, selector, text) => {
    const { page } = await joined();
    edge.room.intercept = (v, m) => {
      if (m.op !== 'enter') return false;
      v.send({ op: 'ack', id: m.id, code: 'sent', o: 1 });
      v.send({ op: 'out', id: m.id, code, o: 1 });
      return true;
    };
    edge.room.openBag('e1', 60);
    await page.click('.chip');
    await page.click('.bag-sheet .go');
    await page.waitForSelector(selector);
    expect(await page.textContent(selector)).toContain(text);
    expect(await page.textContent('.bag-sheet')).not.toContain(code);
  });

  it('asks a guest for a name once, then enters by itself', async () => {
    const { page } = await open(browser, edge.url, phone);
    edge.room.openBag('e1', 60);
    await page.click('.chip');
    await page.click('.bag-sheet .go');
    await page.fill('[name=nickname]', '新来的');
    await shot(page, 'phone-name');
    await page.click('.nickname .go');
    await page.waitForFunction(() => document.querySelector('.chip.is-in'));
    expect(edge.room.entered.get('e1')?.has('u-新来的')).toBe(true);
  });

  it('counts down by the server’s clock on a device that is hours off', async () => {
    const { page } = await open(browser, 'about:blank', phone);
    await page.clock.install({ time: Date.now() - 5 * 3_600_000 });
    await page.goto(edge.url);
    edge.room.openBag('e1', 590);
    await page.waitForSelector('.chip.open');
    await page.clock.runFor(1_000);
    expect(await page.textContent('.chip-time')).toMatch(/^[789]:\d\d$/);
  });
});

describe('a prize', () => {
  it('asks what the shop wants to know of its winner, and sends the answers', async () => {
    const { page, complaints } = await joined(small);
    const award = {
      grant: 'g1',
      event: 'e1',
      eventName: '龙井茶礼福袋',
      room: 'demo',
      title: '手作品茗杯',
      kind: 'goods',
      state: 'to-claim',
      wonAt: Date.now(),
      deadline: Date.now() + 3 * 86_400_000,
      hasForm: false,
      fields: [
        { id: 'colour', title: '颜色', options: ['月白', '天青'] },
        { id: 'card', title: '刻字 <b>', optional: true },
      ],
    };
    let asked: unknown;
    await page.route('**/v1/me/prizes', (r) => r.fulfill({ json: { items: [award] } }));
    await page.route('**/v1/me/prizes/g1/claim', (r) => {
      asked = r.request().postDataJSON();
      return r.fulfill({ status: 202, json: { ...award, hasForm: true } });
    });
    await page.click('.top-right button:last-child');
    await page.click('.row-button');
    await page.click('.award .go');
    await page.fill('[name=name]', '王小云');
    await page.fill('[name=phone]', '13800000000');
    await page.fill('[name=address]', '杭州市西湖区某路 1 号');
    // A question that must be answered keeps the form here.
    await page.click('.address .go');
    expect(await page.evaluate(() => document.querySelector('.address')?.matches(':invalid'))).toBe(true);
    await page.getByRole('radio', { name: '天青' }).check();
    await page.getByLabel('刻字 <b>').fill('平安喜乐');
    await shot(page, 'small-claim');
    expect(await serious(page)).toEqual([]);
    await page.click('.address .go');
    await page.waitForSelector('.address', { state: 'detached' });
    expect(asked).toEqual({
      name: '王小云',
      phone: '13800000000',
      address: '杭州市西湖区某路 1 号',
      answers: { colour: '天青', card: '平安喜乐' },
    });
    expect(complaints).toEqual([]);
  });
});

describe('a large prize', () => {
  const award = (n: number, state: string, more: object = {}) => ({
    grant: `g${n}`,
    event: `e${n}`,
    eventName: '开场福袋',
    room: 'demo',
    title: ['手机', '平板', '相机', '电视', '耳机'][n],
    kind: 'points',
    state,
    wonAt: Date.now() - n * 3_600_000,
    deadline: Date.now() + 30 * 3_600_000,
    hasForm: false,
    stepUp: 'platform',
    ...more,
  });

  it('says beforehand that its winner is confirmed, and afterwards what is left to do and why it is lost', async () => {
    const { page, complaints } = await joined();
    edge.room.openBag('e1', 590, {
      prizes: [
        { id: 'p1', title: '手机', qty: 1, value: 599_900, step_up: 'platform' },
        { id: 'p2', title: '茶点', qty: 5, value: 1_900 },
      ],
    });
    await page.click('.chip.open');
    const says = await page.textContent('.prizes .calm');
    expect(says).toContain('中了手机');
    expect(says).toContain('现在参加不需要');
    await shot(page, 'bag-large-prize');
    await page.keyboard.press('Escape');
    await page.route('**/v1/me/prizes', (r) =>
      r.fulfill({
        json: {
          items: [
            award(0, 'to-claim'),
            award(1, 'to-confirm'),
            award(2, 'to-confirm', { refusals: 2 }),
            award(3, 'to-claim', { confirmedAt: Date.now() }),
            award(4, 'expired', { why: 'unconfirmed' }),
          ],
        },
      }),
    );
    await page.route('**/v1/me/prizes/g0/claim', (r) => r.fulfill({ status: 202, json: award(0, 'to-confirm') }));
    await page.click('.top-right button:last-child');
    await page.click('.row-button');
    await page.waitForSelector('.award');
    const rows = await page.locator('.award').allTextContents();
    for (const [i, text] of [
      '领取后，平台还会请你确认是本人',
      '待验证',
      '上一次没有通过',
      '已确认是本人',
      '奖品已顺延给候补',
    ].entries())
      expect(rows[i]).toContain(text);
    await shot(page, 'my-large-prizes');
    expect(await serious(page)).toEqual([]);
    await page.click('.award .go'); // claimed, it waits for the platform
    await page.waitForFunction(() => document.querySelector('.award')?.classList.contains('is-to-confirm'));
    expect(complaints).toEqual([]);
  });
});

describe('a late picture', () => {
  it('holds cards back as long as the room says, and nothing that is said', async () => {
    edge.room.state.set = { stream: `${edge.url}live.mp4`, video_delay_ms: 3_000 };
    const { page } = await joined();
    // What comes first is noted in the page itself: both are timers of its own, which no load turns round.
    await page.evaluate(() => {
      const seen = new Map<string, number>();
      const look = (): void => {
        for (const [name, of] of [
          ['said', [...document.querySelectorAll('.row')].some((r) => r.textContent?.includes('看到福袋了吗'))],
          ['bag', document.querySelector('.chip.open') !== null],
        ] as const)
          if (of && !seen.has(name)) seen.set(name, performance.now());
        Object.assign(window, { seen: [...seen] });
      };
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    });
    edge.room.openBag('e1', 120);
    edge.room.say('甲', '看到福袋了吗');
    await page.waitForSelector('.chip.open', { timeout: 60_000 });
    const seen = await page.evaluate(() => (window as never as { seen: [string, number][] }).seen);
    expect(seen.map(([name]) => name)).toEqual(['said', 'bag']);
  });
});

describe('an answer', () => {
  it('is read by who comes late where it is pinned, and in the list by who was there', async () => {
    edge.room.state.pins = [{ pin: 'q1', x: '有没有加香 — 不加香精' }];
    const { page } = await joined();
    await page.locator('.pinned', { hasText: '不加香精' }).waitFor();
    edge.room.push({ t: 'answer', cluster: 'q2', q: '几号发货', x: '明天一早' });
    await page.locator('.pinned', { hasText: '明天一早' }).waitFor();
    await page.locator('.row.k-answer', { hasText: '问：几号发货' }).waitFor();
    // It stays pinned for who joins now; what was only said is over for them.
    const late = await open(browser, edge.url, phone);
    await late.page.locator('.pinned', { hasText: '不加香精' }).waitFor();
  });
});

describe('the overlay', () => {
  it('is transparent, shows what is said, the bag and the winners', async () => {
    const { page, complaints } = await open(browser, `${edge.url}overlay/demo`, { ...desktop, name: '小明' });
    edge.room.say('甲', '大家好');
    await page.getByText('大家好').waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
    edge.room.openBag('e1', 60);
    await page.getByText('评论区发“福气到”参加').waitFor();
    await shot(page, 'overlay');
    edge.room.draw('e1', 12_384, winners());
    await page.getByText('12,384 人参与，抽 50 名').waitFor();
    expect([...edge.room.viewers].map((v) => v.user)).toEqual(['']);
    expect(complaints).toEqual([]);
  });
});

describe('the line', () => {
  it('comes back by itself, loses nothing, and says so calmly', async () => {
    const { page, complaints } = await joined();
    edge.room.say('甲', '断线之前');
    await page.waitForSelector('.row');
    edge.cut();
    edge.room.say('乙', '断线之中');
    await page.locator('.row', { hasText: '断线之中' }).waitFor();
    expect(await page.locator('.row', { hasText: '断线之前' }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('tells a gap, once, in words', async () => {
    const { page } = await joined();
    edge.room.say('甲', '第一句');
    await page.waitForSelector('.row');
    edge.cut();
    for (let i = 0; i < 300; i++) edge.room.say('乙', `第${i}句`);
    await page.waitForSelector('.row.note');
    expect(await page.textContent('.row.note')).toContain('抽奖和你的参与不受影响');
    expect(await page.locator('.row.note').count()).toBe(1);
  });

  it('keeps what was said while it was away', async () => {
    const { page } = await joined();
    edge.room.intercept = (_, m) => m.op === 'say';
    await page.fill('#say', '我说的');
    await page.press('#say', 'Enter');
    await page.waitForSelector('.row.own .state.wait');
    edge.room.intercept = undefined;
    edge.cut();
    await page.waitForSelector('.row.own .state.ok');
    expect(await page.locator('.row', { hasText: '我说的' }).count()).toBe(1);
  });

  it('works without WebSocket', async () => {
    await edge.stop();
    edge = await serve({ dist, noSocket: true });
    const { page } = await joined();
    edge.room.say('甲', '从另一条路来');
    await page.waitForSelector('.row');
    await page.fill('#say', '我也在');
    await page.press('#say', 'Enter');
    await page.waitForSelector('.row.own .state.ok');
  });

  it('ends with words where it may not come back', async () => {
    const { page } = await joined();
    for (const v of edge.room.viewers) v.send({ op: 'bye', code: 4005, why: 'banned' });
    edge.cut();
    await page.waitForSelector('.ended');
    expect(await page.textContent('.ended')).toContain('你已被移出直播间');
  });
});

describe('the picture', () => {
  it('loads its player only when there is a stream, says calmly that one is not there, and comments go on', async () => {
    const { page, complaints } = await open(browser, edge.url, phone);
    await page.waitForFunction(() => document.querySelector('.host h1')?.textContent !== '福袋'); // it is connected
    await page.waitForSelector('.scene');
    // Nothing of a player before there is a stream.
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map((r) => r.name));
    expect(loaded.filter((u) => u.includes('hls'))).toEqual([]);
    edge.room.push({ t: 'set', stream: `${edge.url}none.m3u8` });
    await page.getByText('画面暂时放不出来，评论和福袋照常。').waitFor({ timeout: 60_000 });
    edge.room.say('阿青', '没画面也能聊');
    await page.locator('.row', { hasText: '没画面也能聊' }).waitFor();
    edge.room.push({ t: 'set' });
    await page.waitForSelector('.scene');
    expect(complaints).toEqual([]);
  });
});

describe('other people', () => {
  const nasty = [
    '<img src=x onerror="window.pwned=1">',
    '<script>window.pwned=1</script>',
    'javascript:window.pwned=1',
    '"><svg onload=window.pwned=1>',
    '{{constructor.constructor("window.pwned=1")()}}',
    '\u202E\u2067反过来\u2069',
    `z${'\u0301'.repeat(400)}algo`,
    '长'.repeat(5_000),
    'a'.repeat(5_000),
    '\u200b\u200b\u200b',
    '👨‍👩‍👧‍👦🏳️‍🌈',
  ];

  it('cannot run, break or hide anything with their text', async () => {
    const { page, complaints } = await joined();
    for (const x of nasty) {
      edge.room.say(x, x, 'host');
      edge.room.push({ t: 'agg', key: x, x, count: 9, users: 9, names: [x] }, { t: 'buy', n: x, title: x }, { t: 'join', n: x });
      edge.room.push({ t: 'answer', x, q: x }, { t: 'pin', pin: x, n: x, x }, { t: 'card', card: x, title: x });
      edge.room.push({ t: 'product', item: 'i', title: x, url: 'javascript:window.pwned=1', image: x, facts: [x], price: 100 });
    }
    edge.room.openBag('e1', 120, {
      title: nasty[0] ?? '',
      phrase: nasty[3] ?? '',
      prizes: [{ id: 'p', title: nasty[1] ?? '', qty: 1 }],
    });
    await page.waitForFunction(() => document.querySelectorAll('.row').length >= 20);
    await page.click('.chip');
    await page.click('.bag-sheet .go');
    edge.room.result({ event: 'e1', state: 'drawn', entered: 3, winners: [{ n: nasty[0] ?? '', h: 'x', prize: 'p' }] });
    await page.keyboard.press('Escape');
    await page.waitForSelector('.result');
    expect(await page.evaluate(() => (window as never as { pwned?: number }).pwned)).toBeUndefined();
    expect(await page.locator('.room img[src="x"], .room script').count()).toBe(0);
    // Nothing grew past the page, nothing pushed the input away.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.locator('#say').isVisible()).toBe(true);
    expect(
      complaints.filter(
        (c) => !/Refused to load the image|violates the following Content Security Policy directive: "img-src/.test(c),
      ),
    ).toEqual([]);
  });

  it('cannot make the page forget a comment that was taken back', async () => {
    const { page } = await joined();
    edge.room.say('坏人', '广告');
    await page.locator('.row', { hasText: '广告' }).waitFor();
    edge.room.push({ t: 'retract', o: [edge.room.offset], why: 'ad' });
    await page.locator('.row', { hasText: '广告' }).waitFor({ state: 'detached' });
  });
});

describe('everybody', () => {
  it.each([
    ['phone', phone, 'zh', 'light'],
    ['small', small, 'en', 'dark'],
    ['desktop', desktop, 'zh', 'dark'],
    ['desktop', desktop, 'en', 'light'],
  ] as const)('can use it: %s %s', async (name, options, lang, colorScheme) => {
    const x = await open(browser, `${edge.url}?lang=${lang}`, { ...options, name: '小明', colorScheme });
    edge.room.play(8);
    await x.page.waitForFunction(() => document.querySelectorAll('.row').length > 6);
    edge.room.openBag('e1', 200);
    await x.page.waitForSelector('.chip');
    await still(x.page);
    await shot(x.page, `${name}-${lang}-${colorScheme}`);
    expect(await serious(x.page)).toEqual([]);
    const unseen = await x.page.evaluate(() =>
      ['#say', '.send', '.like', '.buy', '.chip', '.top-right button:last-child'].filter((s) => {
        const r = document.querySelector(s)?.getBoundingClientRect();
        return !r || r.left < 0 || r.right > innerWidth || r.bottom > innerHeight || r.width < 32 || r.height < 32;
      }),
    );
    expect(unseen).toEqual([]);
    expect(x.complaints).toEqual([]);
  });

  it('can do it all by keyboard', async () => {
    const { page } = await joined(desktop);
    edge.room.openBag('e1', 60);
    await page.waitForSelector('.chip');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    await page.keyboard.press('Enter');
    await page.focus('.chip');
    await page.keyboard.press('Enter');
    await page.focus('.bag-sheet .go');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.entry.in');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.classList.contains('chip'));
  });

  it('gets a still page who asked for less motion', async () => {
    const { page } = await joined({ reducedMotion: 'reduce' });
    edge.room.play(20);
    await page.waitForFunction(() => document.querySelectorAll('.row').length > 6);
    expect(await page.evaluate(() => (window as never as { fudaiFlying: { flyingNow: number } }).fudaiFlying.flyingNow)).toBe(0);
    const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length);
    expect(moving).toBe(0);
  });

  it('sets language, appearance and flying comments, and finds them kept', async () => {
    const { page } = await joined();
    await page.click('.top-right button:last-child');
    await page.getByText('English').click();
    await page.getByText('Dark', { exact: true }).click();
    await page.getByText('Off', { exact: true }).click();
    await shot(page, 'phone-settings');
    expect(await serious(page)).toEqual([]);
    await page.reload();
    await page.waitForFunction(() => document.documentElement.lang === 'en' && document.documentElement.dataset.theme === 'dark');
    edge.room.say('甲', 'hello');
    await page.waitForSelector('.row');
    expect(await page.evaluate(() => (window as never as { fudaiFlying: { flyingNow: number } }).fudaiFlying.flyingNow)).toBe(0);
  });
});
