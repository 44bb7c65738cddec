/** Why staff end a giveaway (room/record: EndCodes), as they choose it; viewers read it in words of their own. */
export const ends = {
  goods: { zh: '奖品没法提供了', en: 'The prize is not available' },
  mistake: { zh: '给观众看的信息写错了', en: 'What viewers were shown was wrong' },
  fault: { zh: '技术故障', en: 'A technical fault' },
  show: { zh: '直播提前结束，或不可抗力', en: 'The show ends early, or is out of our hands' },
  ordered: { zh: '平台或主管部门要求', en: 'The platform or an authority demands it' },
  other: { zh: '其他原因（请写明）', en: 'Another reason (say which)' },
} as const;

export type End = keyof typeof ends;

/** The reasons that are good in a state: once it is closed, only those that leave no choice. */
export const endsIn = (state: string | undefined): End[] =>
  state === 'closing' ? ['fault', 'ordered'] : (Object.keys(ends) as End[]);

/** How many characters of a text fit into the 500 bytes that a room takes, whatever the script. */
export const END_TEXT = 160;
