import { readFileSync } from 'node:fs';
import type { Condition } from '@fudai/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import * as en from '../words/en.ts';
import { learn, region } from '../words/index.ts';
import * as zh from '../words/zh.ts';
import { caps, chances, condition, source } from './conditions.ts';

beforeAll(() => learn('en'));

const fan: Condition = { rule: 'fan_level', args: ['3'], from: 'platform' };
const far: Condition = {
  rule: 'tree',
  tree: { not: { rule: 'region', in: ['CN-31', 'CN-GD'], from: 'platform' } },
};
const mixed: Condition = {
  rule: 'tree',
  tree: {
    any: [
      { all: [{ rule: 'adult', from: 'platform' }, { not: { rule: 'watch', n: 120, from: 'engine' } }] },
      {
        not: {
          any: [
            { rule: 'verified', from: 'platform' },
            { rule: 'first', n: 5, from: 'engine' },
          ],
        },
      },
    ],
  },
};

describe('a condition', () => {
  it.each([
    [fan, '加入粉丝团（3 级以上）', 'Join the fan club (level 3 or above)'],
    [{ rule: 'region', args: ['CN-44', 'US-NY'] }, '所在地区：广东、US-NY', 'Be in Guangdong, US-NY'],
    [{ rule: 'region', args: ['CN'] }, '所在地区：中国', 'Be in China'],
    [
      { rule: 'tree', tree: { any: [{ rule: 'phrase' }, { rule: 'fan_level', n: 5 }] } },
      '发送口令，或者加入粉丝团（5 级以上）',
      'Say the phrase, or Join the fan club (level 5 or above)',
    ],
    [far, '所在地区不在：上海、广东', 'Be outside of Shanghai, Guangdong'],
    [{ rule: 'tree', tree: { not: { not: { rule: 'adult' } } } }, '年满 18 岁', 'Be 18 or older'],
    [
      mixed,
      '（年满 18 岁，并且不满足“看满 2 分钟”），或者不满足“完成实名认证，或者前 5 名参与者”',
      '(Be 18 or older, and Not this: “Watch for 2 minutes”), or Not this: “Verify your identity, or Be among the first 5”',
    ],
    [{ rule: 'bought', args: ['1050'] }, '本场在本店买满 £10.50', 'Have spent £10.50 here in this show'],
    [{ rule: 'moon' }, '满足活动要求', 'Meet the campaign’s terms'],
  ] as [Condition, string, string][])('%j', (c, inChinese, inEnglish) => {
    expect(condition(c, { language: 'zh', currency: 'GBP' })).toBe(inChinese);
    expect(condition(c, { language: 'en', currency: 'GBP' })).toBe(inEnglish);
  });

  it('says who knows whether it holds', () => {
    expect(source(fan, 'zh')).toBe('平台提供');
    expect(source(mixed, 'zh')).toBe('平台提供、直播间看到');
    expect(source({ rule: 'adult' }, 'zh')).toBe('');
  });
});

describe('chances', () => {
  it('are told one by one', () => {
    const weights = [
      { when: fan, add: 2 },
      { when: mixed, add: 9 },
    ];
    expect(chances({ weights, max_weight: 8 }, 'zh').map((x) => x.text)).toEqual([
      '每人 1 次机会',
      '加入粉丝团（3 级以上）：再加 2 次',
      expect.stringMatching(/：再加 9 次$/),
      '一个人最多 8 次',
    ]);
    expect(chances({ weights, max_weight: 12 }, 'zh')).toHaveLength(3);
    expect(chances({}, 'zh')).toEqual([]);
  });
});

describe('caps', () => {
  it('say where and for how long a win counts', () => {
    const caps7 = { caps: [{ scope: 'shop' as const, period_ms: 7 * 86_400_000, n: 1 }] };
    expect(caps(caps7, 'zh')).toEqual(['7天内在本店各直播间中奖满 1 次的人可以参与，但这次不再抽中。']);
    expect(caps({ caps: [{ scope: 'room', period_ms: 90_000, n: 2 }] }, 'en')).toEqual([
      'Who won 2 times in this room within 2 minutes may enter and does not win this time.',
    ]);
    expect(caps({}, 'zh')).toEqual([]);
  });
});

describe('regions', () => {
  it('are those of the rules that the studio writes', () => {
    const go = readFileSync(new URL('../../giveaway/studio/regions.go', import.meta.url), 'utf8');
    const all = [...go.matchAll(/"(CN(?:-[A-Z]{2})?)":\s+\{"([^"]+)", "([^"]+)"\}/g)];
    expect(all).toHaveLength(35);
    for (const [, code = '', inChinese, inEnglish] of all) {
      expect(region('zh', code)).toBe(inChinese);
      expect(region('en', code)).toBe(inEnglish);
    }
    const older = [...go.matchAll(/"(\d\d)": "([A-Z]{2})"/g)];
    expect(older).toHaveLength(34);
    for (const [, number, letters] of older) expect(region('en', `CN-${number}`)).toBe(region('en', `CN-${letters}`));
    expect(Object.keys(zh.regions)).toEqual(Object.keys(en.regions));
  });
});
