import { describe, expect, it } from 'vitest';
import { promise, trust } from './trust.ts';

describe('what a check is worth', () => {
  it.each([
    [['no-witnesses', 'sealed-by-one-host'], ['trustPublic']],
    [
      ['no-mirror', 'sealed-by-one-host'],
      ['trustWitness', 'trustPublicSeen'],
    ],
    [[], ['trustWitness', 'trustMirror', 'trustPublicSeen']],
    [['sealed-by-one-host'], ['trustWitness', 'trustMirror', 'trustPublicSeen']],
    [['local-beacon'], ['trustLocal', 'trustWitness', 'trustMirror']],
    [['order-of-arrival'], ['trustOrder']],
    [['few-witnesses', 'sealed-by-one-host'], ['trustPublic']],
    [
      ['no-witnesses', 'late-marker'],
      ['trustLate', 'trustPublic'],
    ],
    [
      ['no-witnesses', 'later-round'],
      ['trustLate', 'trustPublic'],
    ],
    [
      ['no-witnesses', 'late-marker', 'later-round'],
      ['trustMoved', 'trustPublic'],
    ],
    [['no-witnesses', 'local-beacon'], ['trustLocal']],
    [
      ['no-witnesses', 'local-beacon', 'late-marker'],
      ['trustLocal', 'trustLate'],
    ],
    [['no-witnesses', 'order-of-arrival'], ['trustOrder']],
    [
      ['no-witnesses', 'local-beacon', 'order-of-arrival'],
      ['trustOrder', 'trustLocal'],
    ],
  ])('%s', (reasons, words) => {
    expect(trust({ reasons })).toEqual(words);
  });
});

it("tells of the organiser's own part only where it adds something", () => {
  expect(trust({ reasons: ['sealed-by-one-host'], proved: true })).toEqual(['trustWitness', 'trustPublicSeen', 'trustProved']);
  expect(trust({ reasons: ['local-beacon', 'no-witnesses'], proved: true })).toEqual(['trustLocal']);
});

describe('what a card promises', () => {
  it.each([
    [['no-witnesses', 'sealed-by-one-host'], 'bagFair', 'waitWhy'],
    [['no-witnesses', 'local-beacon'], 'bagFair', 'waitLocal'],
    [['no-witnesses', 'local-beacon', 'order-of-arrival'], 'bagFirst', 'waitFirst'],
    [undefined, 'bagFair', 'waitWhy'],
  ])('%s', (why_grade, fair, wait) => {
    expect(promise(why_grade ? { why_grade } : {})).toMatchObject({ fair, wait });
  });

  it('does not call chances equal that are not', () => {
    const weights = [{ when: { rule: 'verified' }, add: 2 }];
    expect(promise({ weights }).fair).toBe('bagWeighted');
    expect(promise({ weights, why_grade: ['local-beacon'] }).fair).toBe('bagWeighted');
    expect(promise({ weights: [] }).fair).toBe('bagFair');
  });
});
