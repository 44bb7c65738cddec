import type { Both } from './studio.ts';

/**
 * Why a room refused what the desk or the studio had accepted: the rules of
 * giveaway/refusal.go, in the words of staff.
 */
export const roomRefusals = {
  'room-said': { zh: '直播间没有接受', en: 'the room did not accept it' },
  'room-phrase': { zh: '口令和正在进行的另一个活动相同', en: 'another giveaway of the room has this phrase' },
  'room-full': {
    zh: '直播间里同时进行的活动太多，等一个结束再开',
    en: 'too many giveaways run in the room: wait until one is over',
  },
  'room-other': {
    zh: '这个编号已经有另一个方案，公布后不能改',
    en: 'this id has another plan already, and what is announced cannot change',
  },
  'room-over': { zh: '这个编号的活动已经结束，不能再用', en: 'the giveaway of this id is over: it names no second one' },
  'room-late': { zh: '送到直播间时已经过了截止时间', en: 'it reached the room after it would have closed' },
  'room-beacon': { zh: '直播间不用这个公开随机数', en: 'the room does not use this public random number' },
  'room-keys': { zh: '方案里的密钥不是本系统的', en: 'its keys are not those of this installation' },
  'room-wins': {
    zh: '直播间记下的本店其他直播间中奖已满，新的记不下，名额上限会少算',
    en: 'the room keeps no more wins of the shop’s other rooms: limits count less than there is',
  },
  'room-none': { zh: '直播间里没有这个活动', en: 'the room knows no such giveaway' },
  'room-silent': {
    zh: '直播间一直没有回应，到截止时间仍未开始；奖品和预算已退回',
    en: 'the room did not answer before it would have closed; what it held is free again',
  },
  'extend-often': { zh: '已经推迟过两次，不能再推迟', en: 'it was made to close later twice already' },
  'extend-closed': { zh: '已经截止，不能再推迟', en: 'it is closed: it cannot close later' },
  'extend-long': { zh: '推迟后开得太久', en: 'it would be open for too long' },
  'extend-earlier': { zh: '只能往后推，不能提前', en: 'it can only close later' },
  'extend-short': {
    zh: '推迟得太短，至少要多一轮公开随机数',
    en: 'make it later by more: at least one more public random number',
  },
  'end-begun': { zh: '已经开始，不能取消，只能作废', en: 'it has begun: it can be void, not cancelled' },
  'end-early': { zh: '还没开始，要用取消', en: 'it has not begun: cancel it' },
  'end-sealed': {
    zh: '名单已封存，要等开奖；公开随机数三天不来才能作废',
    en: 'its list is sealed: only if the public random number is missing for three days can it be void',
  },
  'end-reason': {
    zh: '这个原因现在不能用：截止以后只能因技术故障，或按平台、主管部门的要求作废',
    en: 'not a reason that is good now: once closed, only a technical fault or a demand of the platform or an authority',
  },
  'end-drawn': { zh: '已经开奖，结果不能推翻', en: 'it is drawn: a result stands' },
  'confirm-role': {
    zh: '只有平台的程序可以确认中奖者',
    en: 'only a program of the platform confirms winners',
  },
  'confirm-none': {
    zh: '这位观众没有需要平台确认的奖品',
    en: 'this viewer holds no prize that asks for a confirmation',
  },
  'confirm-early': { zh: '奖品还没有轮到这位观众', en: 'no prize is theirs yet' },
  'confirm-late': { zh: '确认期限已过', en: 'the time to confirm them is over' },
  'confirm-done': { zh: '已经确认过，确认不能撤回', en: 'they are confirmed already, which stands' },
  'confirm-often': {
    zh: '未通过的次数已记满，只有通过会再改变结果',
    en: 'enough refusals are kept: only a confirmation changes anything',
  },
} as const satisfies Record<string, Both>;

/** A rule of the room in words; one that is not known is said in general. */
export const roomRefusal = (language: 'zh' | 'en', rule: string): string =>
  (Object.hasOwn(roomRefusals, rule) ? roomRefusals[rule as keyof typeof roomRefusals] : roomRefusals['room-said'])[language];
