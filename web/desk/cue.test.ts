import type { Give, Result } from '@fudai/sdk';
import { describe, expect, it } from 'vitest';
import { cue } from './cue.ts';

const at = 1_000_000;
const bag = (state: string, more: Partial<Give> = {}): Give => ({
  event: 'b1',
  state,
  phrase: '福气到',
  open_at: at,
  close_at: at + 180_000,
  draw_at: at + 190_000,
  entered: 40,
  prizes: [{ title: '保温杯', qty: 3 }],
  ...more,
});
const won: Result = { op: 'result', event: 'b0', state: 'drawn', entered: 9, winners: [{ n: '阿*' }, { n: '小*' }], more: 3 };

describe('the next cue', () => {
  it.each<[string, Parameters<typeof cue>, string]>([
    ['nothing runs', [[], [], undefined, at], 'quiet'],
    ['a product is on air', [[], [], { title: '茶' }, at], 'product'],
    ['a bag opens soon', [[bag('announced')], [], { title: '茶' }, at - 60_000], 'soon'],
    ['a bag is an hour away', [[bag('announced')], [], undefined, at - 3_600_000], 'quiet'],
    ['it is open', [[bag('open')], [], undefined, at + 1_000], 'open'],
    ['its last half minute', [[bag('open')], [{ result: won, heard: at + 150_000 }], undefined, at + 151_000], 'last'],
    ['it is sealed', [[bag('sealed')], [], undefined, at + 181_000], 'sealed'],
    ['somebody won, while the next is open', [[bag('open')], [{ result: won, heard: at }], undefined, at + 1_000], 'won'],
    ['that was long ago', [[], [{ result: won, heard: at }], undefined, at + 91_000], 'quiet'],
    ['nobody entered', [[], [{ result: { op: 'result', event: 'x', state: 'drawn' }, heard: at }], undefined, at], 'none'],
    ['it was called off', [[], [{ result: { op: 'result', event: 'x', state: 'void' }, heard: at }], undefined, at], 'ended'],
  ])('%s', (_, [gives, drawn, product, now], kind) => {
    expect(cue(gives, drawn, product, now).kind).toBe(kind);
  });

  it('has what the host reads', () => {
    expect(cue([bag('open')], [], undefined, at).values).toEqual({ phrase: '福气到', n: 40, prizes: '保温杯 ×3' });
    expect(cue([], [{ result: won, heard: at }], undefined, at).values).toEqual({ n: 5, names: '阿*、小*', entered: 9 });
  });

  it('takes the bag that closes first', () => {
    const later = bag('open', { event: 'b2', close_at: at + 500_000 });
    expect(cue([later, bag('open')], [], undefined, at).event).toBe('b1');
  });
});
