// What the layer of a red-packet rain says: fetched with it, when one is announced.

export const zh = {
  rainCome: '红包雨开始了，{n} 秒内点“{go}”就能参与',
  rainWave: '第 {i} 波，共 {n} 波 · {p}',
  rainLead: '第 {i} 波 {p}',
  rainHow: '点一下就参与，快慢和次数不影响机会',
  rainIn: '雨停后一起开奖，每人最多一个',
} as const;
export type RainWord = keyof typeof zh;

export const en: Record<RainWord, string> = {
  rainCome: 'It rains red packets: press “{go}” within {n} seconds to take part',
  rainWave: 'Wave {i} of {n} · {p}',
  rainLead: 'Wave {i}: {p}',
  rainHow: 'One tap is enough: speed and more taps change nothing',
  rainIn: 'Drawn together when it stops, at most one each',
};
