// One word for one thing, in every text of every page. `code` is how the sources
// name it; `never` are the words that would also do and are not used, so that a
// viewer, a host and a marketer speak of the same thing.

export interface Term {
  code: string;
  zh: string;
  en: string;
  /** Who meets the word. What only operators meet stands on no other page. */
  for: 'everybody' | 'staff' | 'operators';
  never?: { zh?: readonly string[]; en?: readonly string[] };
}

const everybody = (code: string, zh: string, en: string, never?: Term['never']): Term => ({
  code,
  zh,
  en,
  for: 'everybody',
  ...(never && { never }),
});
const staff = (code: string, zh: string, en: string, never?: Term['never']): Term => ({
  ...everybody(code, zh, en, never),
  for: 'staff',
});
const operators = (code: string, zh: string, en: string): Term => ({ ...everybody(code, zh, en), for: 'operators' });

export const glossary: readonly Term[] = [
  everybody('bag', '福袋', 'lucky bag', { zh: ['幸运袋', '福包'], en: ['fortune bag', 'fudai bag'] }),
  everybody('lottery', '抽奖', 'draw', { zh: ['摇奖', '彩票', '博彩'], en: ['raffle', 'sweepstake', 'gambl'] }),
  everybody('grab', '限量抢', 'flash grab', { zh: ['秒杀'], en: ['seckill', 'flash kill'] }),
  everybody('packet', '红包', 'red packet', { en: ['red envelope', 'hongbao'] }),
  everybody('rain', '红包雨', 'red packet rain'),
  everybody('phrase', '口令', 'phrase', { zh: ['暗号', '密令'], en: ['passphrase', 'password'] }),
  everybody('entry', '参与', 'entry', { zh: ['参赛', '报名表'] }),
  everybody('entered', '已参与', 'in', { zh: ['已报名', '已参加'] }),
  everybody('late', '未赶上', 'too late', { zh: ['错过了'] }),
  everybody('ineligible', '不符合条件', 'not eligible', { zh: ['没有资格', '无资格'] }),
  everybody('receipt', '回执', 'receipt', { zh: ['凭证', '收据'] }),
  everybody('seal', '封存', 'seal', { zh: ['封盘', '锁定名单'] }),
  everybody('drawn', '开奖', 'drawn', { zh: ['摇奖'] }),
  everybody('winners', '中奖名单', 'winners', { zh: ['获奖名单'] }),
  everybody('claim', '领奖', 'claim', { zh: ['兑奖'], en: ['redeem'] }),
  everybody('prizes', '奖品', 'prize', { zh: ['礼品'], en: ['reward', 'award'] }),
  everybody('verify', '核对', 'check', { zh: ['验证开奖', '校验'], en: ['audit the draw'] }),
  everybody('beacon', '公开随机数', 'public random number'),
  everybody('comments', '评论', 'comment', { zh: ['留言'] }),
  everybody('danmaku', '弹幕', 'flying comment', { en: ['bullet'] }),
  everybody('pin', '置顶', 'pin', { zh: ['顶置'] }),
  everybody('mute', '禁言', 'mute', { zh: ['封口', '闭麦'] }),
  everybody('slow', '慢速模式', 'slow mode', { zh: ['慢聊'] }),
  everybody('host', '主播', 'host', { zh: ['播主'], en: ['streamer', 'anchor'] }),
  everybody('likes', '点赞', 'like'),
  everybody('product', '商品', 'product', { zh: ['货品'] }),
  staff('question', '提问', 'question'),
  staff('cluster', '同类提问', 'same question'),
  staff('spoken', '口播已答', 'answered on air', { zh: ['已口播', '嘴播'] }),
  staff('desk', '导播台', 'desk', { zh: ['中控台', '后台管理'] }),
  staff('studio', '营销台', 'studio'),
  staff('held', '待确认', 'to confirm', { zh: ['待审'] }),
  staff('retract', '撤回', 'take back', { zh: ['召回'] }),
  staff('shed', '没展示', 'not shown', { zh: ['丢弃'], en: ['dropped', 'discarded'] }),
  staff('plan', '活动方案', 'plan'),
  staff('approve', '审批', 'approve'),
  staff('void', '作废', 'void'),
  staff('cancel', '取消', 'cancel'),
  operators('partition', '分片', 'partition'),
  operators('offset', '偏移', 'offset'),
  operators('ledger', '账本', 'ledger'),
  operators('shard', '分片所有者', 'shard'),
  operators('epoch', '纪元', 'epoch'),
];

/** What the machinery is called: no page but the operators' says it. */
export const machinery =
  /分片|账本|信标|偏移|哈希|分区|纪元|shard|ledger|beacon|offset|partition|kafka|epoch|\bhash|merkle|\b[0-9a-f]{16,}\b/i;
