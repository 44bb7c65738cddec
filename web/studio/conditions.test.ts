import { describe, expect, it } from 'vitest';
import type { Vocabulary } from './api.ts';
import { conditionText } from './conditions.ts';

const all: Vocabulary[] = [
  { rule: 'fan_level', args: 'n', zh: '粉丝团 %s 级', en: 'fan level %s', from: '' },
  { rule: 'region', args: 'in', zh: '在 %s', en: 'in %s', from: '' },
];

describe('a condition', () => {
  it('is read in words, with its figures, however it is built', () => {
    expect(conditionText({ rule: 'fan_level', n: 2 }, all, 'zh')).toBe('粉丝团 2 级');
    expect(
      conditionText(
        {
          any: [
            { rule: 'fan_level', n: 2 },
            { rule: 'region', in: ['CN-33', 'CN-31'] },
          ],
        },
        all,
        'en',
      ),
    ).toBe('fan level 2 or in CN-33, CN-31');
    expect(conditionText({ not: { rule: 'region', in: ['CN-33'] } }, all, 'zh')).toBe('不能是：在 CN-33');
  });

  it('that nobody knows is named by its rule', () => {
    expect(conditionText({ rule: 'moon' }, all, 'zh')).toBe('moon');
  });
});
