import type { Give } from '@fudai/sdk';
import { useRef, useState } from 'preact/hooks';
import { line } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import { END_TEXT, type End, ends, endsIn } from '../words/ends.ts';
import { command, w } from './store.ts';

/** Ends a giveaway without a draw, for a reason that everybody who was in reads. */
export function EndIt({ g }: { g: Give }) {
  const box = useRef<HTMLDialogElement>(null);
  const [open, set] = useState(false);
  const begun = g.state === 'open';
  const title = w(begun ? 'bagVoid' : 'bagCancel');
  const ask = (): void => {
    set(true);
    box.current?.showModal();
  };
  return (
    <>
      <button type="button" class="bad" aria-haspopup="dialog" onClick={ask}>
        {title}
      </button>
      <dialog ref={box} class="pair end" aria-label={title} onClose={() => set(false)}>
        {open && <Why g={g} title={title} kind={begun ? 'void' : 'cancel'} onDone={() => box.current?.close()} />}
      </dialog>
    </>
  );
}

function Why({ g, title, kind, onDone }: { g: Give; title: string; kind: 'void' | 'cancel'; onDone: () => void }) {
  const [code, choose] = useState<End | undefined>(undefined);
  const [text, write] = useState('');
  const lacks = code === undefined || (code === 'other' && text.trim() === '');
  const send = (e: SubmitEvent): void => {
    e.preventDefault();
    if (lacks) return;
    void command(kind, { event: g.event, code, reason: text.trim() }).then((ok) => ok && onDone());
  };
  return (
    <form onSubmit={send}>
      <h2>{title}</h2>
      <p>
        <bdi>{line(g.title)}</bdi>
      </p>
      <fieldset>
        <legend>{w('endWhy')}</legend>
        {endsIn(g.state).map((c) => (
          <label key={c}>
            <input type="radio" name="code" value={c} checked={code === c} onChange={() => choose(c)} />
            <span>{ends[c][language.value]}</span>
          </label>
        ))}
      </fieldset>
      <label class="text">
        <span>{w(code === 'other' ? 'endTextNeeded' : 'endText')}</span>
        <textarea
          rows={2}
          maxLength={END_TEXT}
          required={code === 'other'}
          value={text}
          onInput={(e) => write(e.currentTarget.value)}
        />
      </label>
      <p class="soft">{w(kind === 'void' ? 'endToldVoid' : 'endToldCancel')}</p>
      <div class="acts">
        <button type="button" onClick={onDone}>
          {w('endNot')}
        </button>
        <button type="submit" class="bad" disabled={lacks}>
          {title}
        </button>
      </div>
    </form>
  );
}
