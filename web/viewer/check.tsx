import { useEffect } from 'preact/hooks';
import type { Word } from '../words/index.ts';
import { KeptOut, noteKeptOut } from './appeal.tsx';
import { bundlePath } from './bundle.ts';
import type { Verdict } from './checker.ts';
import { Contradiction } from './fork.tsx';
import { Check as Tick } from './icons.tsx';
import type { Out } from './outs.ts';
import { w } from './prefs.ts';
import { Sheet } from './sheet.tsx';
import { client, entries, gives, roomName, sheetEvent } from './store.ts';
import { promise, trust } from './trust.ts';
import { Findings, useCheck } from './verdict.tsx';

/** Checking a draw oneself: a plain sentence first, then one button, then what came of it. */
export function CheckSheet({ onClose }: { onClose: () => void }) {
  const event = sheetEvent.value;
  const [step, run] = useCheck('idle', async () => {
    const { check } = await import('./verify.ts');
    const found = await check(roomName.value, event, entries.value.get(event), gives.value.get(event));
    if (found?.fate === 'excluded') noteKeptOut(event, outOf(found));
    void client.checkLog(found?.note);
    return found;
  });
  useEffect(() => void client.checkLog(), []);
  return (
    <Sheet title={w('checkTitle')} onClose={onClose} klass="check">
      <Contradiction />
      <p>{w(promise(gives.value.get(event)).check)}</p>
      <div aria-live="polite">
        {step.is === 'running' && (
          <p class="checking">
            <span class="spin" aria-hidden="true" /> {w('checkRunning')}
          </p>
        )}
        {step.is === 'missing' && <p class="calm">{w('checkMissing')}</p>}
        {step.is === 'failed' && <p class="calm">{w('checkFailed')}</p>}
        {step.is === 'done' && <Outcome v={step.verdict} event={event} />}
      </div>
      {(step.is === 'idle' || step.is === 'missing' || step.is === 'failed') && (
        <button type="button" class="go big" onClick={() => void run()}>
          {step.is === 'idle' ? w('checkRun') : w('retry')}
        </button>
      )}
    </Sheet>
  );
}

function Outcome({ v, event }: { v: Verdict; event: string }) {
  return (
    <>
      <p class={`verdict ${v.ok ? 'ok' : 'bad'}`}>
        {v.ok && <Tick />}
        {v.ok ? w('checkOk') : w('checkBad')}
      </p>
      {v.fate && fates.has(v.fate) && <p>{w(`fate_${v.fate}` as Word)}</p>}
      {v.fate === 'excluded' && <KeptOut event={event} out={outOf(v)} />}
      {v.ok && trust(v).map((key) => <p key={key}>{w(key)}</p>)}
      <a
        class="link"
        href={`/verify/${encodeURIComponent(roomName.value)}/${encodeURIComponent(event)}`}
        target="_blank"
        rel="noreferrer"
      >
        {w('verifyShare')}
      </a>
      <Findings
        v={v}
        below={
          <a class="link" href={bundlePath(roomName.value, event)} download>
            {w('checkSave')}
          </a>
        }
      >
        <p>
          {w('checkSeal')} <b>{v.seal}</b>
        </p>
      </Findings>
    </>
  );
}

const fates = new Set(['won', 'alternate', 'lost', 'excluded', 'outside', 'omitted']);

const outOf = (v: Verdict): Out => v.outs.find((o) => o.code === v.reason) ?? { code: v.reason };
