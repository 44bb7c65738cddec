import { describe, expect, it } from 'vitest';
import { clean, count, name, span } from './clean.ts';

describe('other people’s text', () => {
  it.each([
    ['right-to-left override', 'a\u202Egnp.exe\u202C', 'agnp.exe'],
    ['isolates', '\u2067abc\u2069', 'abc'],
    ['zero width', 'ad\u200Bmin\uFEFF\u2060', 'admin'],
    ['soft hyphen and joiner', 'a\u00ADd\u200Dm', 'adm'],
    ['hangul filler', '\u3164\u3164', ''],
    ['tags', 'x\u{E0041}\u{E0042}', 'x'],
    ['controls and lines', 'a\u0000b\r\nc\u2028d', 'abcd'],
    ['markup stays text', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['spaces', '  a   b  ', 'a b'],
  ])('%s', (_, from, to) => expect(clean(from, 60)).toBe(to));

  it('takes towers of marks down', () => {
    expect([...clean(`e${'\u0301'.repeat(50)}x`, 9)].length).toBeLessThanOrEqual(4);
  });

  it('keeps families, flags and skin', () => {
    for (const e of ['👨‍👩‍👧', '👍🏽', '🇨🇳', '❤️‍🔥', '🏳️‍🌈'])
      expect(clean(e, 3).replaceAll('\ufe0f', '')).toBe(e.replaceAll('\ufe0f', ''));
  });

  it('cuts by what a reader counts as one', () => {
    expect(name('一二三四五六七八九十一二三四五六七八')).toBe('一二三四五六七八九十一二三四五六…');
    expect(clean('👨‍👩‍👧'.repeat(4), 2)).toBe(`${'👨‍👩‍👧'.repeat(2)}…`);
  });

  it('is quick on enormous names', () => {
    expect(clean('福'.repeat(1_000_000), 10)).toBe(`${'福'.repeat(10)}…`);
    expect(clean('\u0301'.repeat(1_000_000), 10).length).toBeLessThan(20);
  });

  it('is done after once', () => {
    for (const s of ['a\u200D\u202Eb', ' x  ', '👍🏽\u200D', 'e\u0301\u0302\u0303\u0304']) {
      const t = clean(s, 50);
      expect(clean(t, 50)).toBe(t);
    }
  });
});

describe('numbers', () => {
  it('reads as people write', () => {
    expect([
      count(12_384, 'zh'),
      count(1_234_567, 'zh'),
      count(1_234_567, 'en'),
      count(undefined, 'zh'),
      count(-5, 'zh'),
    ]).toEqual(['12,384', '123.5万', '1.2M', '0', '0']);
    expect([span(9_000), span(125_000), span(3_723_000), span(-5), span(1)]).toEqual(['0:09', '2:05', '1:02:03', '0:00', '0:01']);
  });
});
