// Names and comments are other people's bytes. They only ever become text
// nodes or pixels; here they also lose what would let them disturb the line they
// stand in: direction overrides, invisible characters, towers of marks.

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: these are what is taken out
// biome-ignore-start lint/suspicious/noMisleadingCharacterClass: single code points, all of them unwanted
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: until here
// biome-ignore-end lint/suspicious/noMisleadingCharacterClass: until here
const joinerAlone = /(?<!\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]*)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
const towers = /(\p{M}{2})\p{M}+/gu;

const segments = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** At most `most` characters as a reader counts them, without tricks; an ellipsis says that more was there. */
export function clean(s: string | undefined, most: number): string {
  if (!s) return '';
  // No grapheme of honest text is longer than this; the rest is never looked at.
  const t = s
    .slice(0, most * 16)
    .replace(invisible, '')
    .replace(joinerAlone, '')
    .replace(towers, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  let n = 0;
  for (const g of segments.segment(t)) {
    if (++n > most) return `${t.slice(0, g.index)}…`;
  }
  return t;
}

export const name = (s: string | undefined): string => clean(s, 16);
export const line = (s: string | undefined): string => clean(s, 200);

/** 12384 → 12,384; past a hundred thousand 12.3万 in Chinese, 123K in English. */
export function count(n: number | undefined, language: string): string {
  const v = Math.max(0, Math.floor(n ?? 0));
  if (v < 100_000) return v.toLocaleString('en-US');
  return v.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-US', { notation: 'compact', maximumFractionDigits: 1 });
}

/** A span as a viewer reads a countdown: 1:02:03, 2:05, 0:09. */
export function span(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
