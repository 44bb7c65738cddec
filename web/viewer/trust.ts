import type { Give } from '@fudai/sdk';
import type { Word } from '../words/index.ts';
import type { Verdict } from './checker.ts';

// What a check that came out well is worth: it proves that what was published
// agrees with itself. Who could have bent it all the same depends on where the
// random number came from and on the times; a reader is told in sentences, for
// a letter alone says nothing to them.

export const byOrder = (v: Verdict): boolean => v.reasons.includes('order-of-arrival');

/** The sentences for the reader, the weightiest first. */
export function trust(v: Pick<Verdict, 'reasons' | 'proved'>): Word[] {
  const has = (reason: string): boolean => v.reasons.includes(reason);
  const all: Word[] = [];
  if (has('order-of-arrival')) all.push('trustOrder');
  if (has('local-beacon')) all.push('trustLocal');
  if (has('late-marker') && has('later-round')) all.push('trustMoved');
  else if (has('late-marker') || has('later-round')) all.push('trustLate');
  const ordered = has('order-of-arrival');
  if (seen(v) && !ordered) all.push('trustWitness');
  // Not where the operator's own part was needed, too: nobody else finishes that.
  if (seen(v) && !has('no-mirror') && !ordered && !v.proved) all.push('trustMirror');
  // Only where nothing worse is to be said of the number.
  if (!ordered && !has('local-beacon')) {
    all.push(seen(v) ? 'trustPublicSeen' : 'trustPublic');
    if (v.proved) all.push('trustProved');
  }
  return all;
}

/** Whether enough witnesses signed in time that the list was sealed. */
export const seen = (v: Pick<Verdict, 'reasons'>): boolean =>
  !v.reasons.includes('no-witnesses') && !v.reasons.includes('few-witnesses');

/** What a card may promise before the draw: no more than the check will say after it. */
export function promise(g: Pick<Give, 'why_grade' | 'weights'> | undefined): Record<'fair' | 'step' | 'wait' | 'check', Word> {
  const why = g?.why_grade ?? [];
  if (why.includes('order-of-arrival'))
    return { fair: 'bagFirst', step: 'stepCount', wait: 'waitFirst', check: 'checkPlainFirst' };
  const fair = g?.weights?.length ? 'bagWeighted' : 'bagFair';
  if (why.includes('local-beacon')) return { fair, step: 'stepNumber', wait: 'waitLocal', check: 'checkPlain' };
  return { fair, step: 'stepWait', wait: 'waitWhy', check: 'checkPlain' };
}
