import type { Fork } from '@fudai/sdk';
import { useState } from 'preact/hooks';
import { Close } from './icons.tsx';
import { w } from './prefs.ts';
import { fork } from './record.ts';

/** What somebody else needs to see it too: both notes as they were signed, and the key that they bear. */
export function evidence(f: Fork): string {
  return [
    `${f.kind}: ${f.origin} contradicts itself, found ${new Date(f.at).toISOString()} at ${location.origin}`,
    `-- key\n${f.key}${f.gotKey ? `\n-- key now\n${f.gotKey}` : ''}`,
    `-- signed before\n${f.had}`,
    `-- signed and shown now\n${f.got}`,
  ].join('\n\n');
}

function save(f: Fork): void {
  const url = URL.createObjectURL(new Blob([evidence(f)], { type: 'text/plain' }));
  const a = document.createElement('a');
  a.href = url;
  a.download = 'evidence.txt';
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** One sentence and what to do about it; nothing where the record is sound. */
export function Contradiction() {
  const f = fork.value;
  if (!f) return null;
  return (
    <section class="fork" role="alert">
      <p class="fork-line">{w('forkLine')}</p>
      <p class="calm">{w('forkWhat')}</p>
      <button type="button" class="fork-save" onClick={() => save(f)}>
        {w('forkSave')}
      </button>
    </section>
  );
}

/** The same in the room; put away it still stands on the sheet that checks a draw. */
export function ForkNotice() {
  const [away, put] = useState(false);
  if (away || !fork.value) return null;
  return (
    <div class="fork-notice">
      <Contradiction />
      <button type="button" class="round plain close" aria-label={w('close')} onClick={() => put(true)}>
        <Close />
      </button>
    </div>
  );
}
