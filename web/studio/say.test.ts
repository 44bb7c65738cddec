import { describe, expect, it } from 'vitest';
import { problem } from './say.ts';

describe('what a check found', () => {
  it('is said in Chinese with what it is about, and without the words of the check', () => {
    const message = 'passphrase "晚场好" is that of "【彩排】晚场福袋" (rehearsal.g-k7vtv), which is open at the same time';
    const p = { field: 'draft.phrases[0]', rule: 'phrase', message };
    expect(problem('zh', p)).toBe('口令和别的活动撞了：“晚场好”、“晚场福袋”');
    expect(problem('en', p)).toBe(message);
    const short = { field: 'draft.prizes[0].qty', rule: 'stock', message: '9 of "青瓷茶杯" are asked for, 8 are in stock' };
    expect(problem('zh', short)).toBe('库存不够：“青瓷茶杯”（9 / 8）');
    const back = { field: '', rule: 'unclaimed', message: '2 prizes went back because nobody claimed them in time' };
    expect(problem('zh', back)).toBe('有奖品没人领，退回了（2）');
  });

  it('never names the machinery', () => {
    const p = { field: 'draft.noBeacon', rule: 'beacon', message: 'no relay of the public beacon can be reached' };
    expect(problem('en', p)).not.toMatch(/beacon/);
  });
});
