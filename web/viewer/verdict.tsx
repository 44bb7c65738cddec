import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { said } from '../words/index.ts';
import type { Verdict } from './checker.ts';
import { language, w } from './prefs.ts';

// What the sheet in the room and the page for those who were not there share:
// the steps of a check, and what it found beside the sentence.

export type Step = { is: 'idle' | 'running' | 'missing' | 'failed' } | { is: 'done'; verdict: Verdict };

/** The step a check is at, and what runs it; undefined from check: not published yet. */
export function useCheck(first: 'idle' | 'running', check: () => Promise<Verdict | undefined>): [Step, () => Promise<void>] {
  const [step, set] = useState<Step>({ is: first });
  const run = async (): Promise<void> => {
    set({ is: 'running' });
    try {
      const verdict = await check();
      set(verdict ? { is: 'done', verdict } : { is: 'missing' });
    } catch {
      set({ is: 'failed' });
    }
  };
  return [step, run];
}

/** The grade and its reasons; what does not check out has none that is worth saying. */
function Grade({ v }: { v: Verdict }) {
  return (
    <>
      <p>
        {w('checkGrade')} <b>{v.grade}</b>
      </p>
      <p class="calm">{w('checkGradeWhy')}</p>
      <ul class="calm">
        {v.reasons.map((r) => (
          <li key={r}>{said(language.value, `grade-${r}`).what}</li>
        ))}
      </ul>
    </>
  );
}

/** Rules, grade and its reasons, folded away; children stand between rules and grade. */
export function Findings({ v, children, below }: { v: Verdict; children?: ComponentChildren; below?: ComponentChildren }) {
  return (
    <details>
      <summary>{w('checkMore')}</summary>
      <p class="calm">{w('checkCount', { n: v.rules })}</p>
      {v.failed.length > 0 && <p class="calm">{v.failed.join(' ')}</p>}
      {children}
      {v.ok && <Grade v={v} />}
      <p class="calm">{w('checkLimits')}</p>
      {below}
    </details>
  );
}
