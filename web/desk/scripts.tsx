import { useState } from 'preact/hooks';
import { line } from '../viewer/clean.ts';
import type { Question } from './api.ts';
import { inOrder } from './library.ts';
import { answer, product, prompt, putBefore, scripts, w } from './store.ts';

/** The shop's texts, each a tap from standing before the host; or a line written now. */
export function Scripts() {
  const list = inOrder(scripts.value, product.value?.item);
  const p = prompt.value;
  const send = (e: SubmitEvent): void => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const text = String(new FormData(form).get('text')).trim();
    if (text !== '') void putBefore({ text }).then((ok) => ok && form.reset());
  };
  return (
    <section class="card scripts" aria-labelledby="h-scripts">
      <h2 id="h-scripts">{w('scripts')}</h2>
      {p && (
        <p class="before">
          <span>{w('before')}</span> <bdi>{line(p.text)}</bdi>{' '}
          <button type="button" onClick={() => void putBefore({})}>
            {w('takeAway')}
          </button>
        </p>
      )}
      <form onSubmit={send}>
        <label class="wide">
          <span>{w('tellHost')}</span>
          <input name="text" maxLength={200} required />
        </label>
        <button type="submit">{w('putUp')}</button>
      </form>
      {list.length === 0 && <p class="none">{w('scriptsNone')}</p>}
      <ul>
        {list.map((s) => (
          <li key={s.id}>
            <button type="button" class="row" aria-pressed={p?.script === s.id} onClick={() => void putBefore({ script: s.id })}>
              {s.title && <b>{line(s.title)}</b>} <bdi>{line(s.text)}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A question answered by a text of the library. */
export function AnswerBy({ q, onDone }: { q: Question; onDone: () => void }) {
  const [chosen, choose] = useState('');
  const list = inOrder(scripts.value, product.value?.item);
  if (list.length === 0) return null;
  const send = (): void => {
    const s = list.find((x) => x.id === chosen);
    if (s) void answer(q, { text: s.text, room: true }).then((ok) => ok && onDone());
  };
  return (
    <div class="by-script">
      <select aria-label={w('answerBy')} value={chosen} onChange={(e) => choose(e.currentTarget.value)}>
        <option value="">{w('answerBy')}</option>
        {list.map((s) => (
          <option key={s.id} value={s.id}>
            {line(s.title ? `${s.title} · ${s.text}` : s.text)}
          </option>
        ))}
      </select>
      <button type="button" disabled={chosen === ''} onClick={send}>
        {w('useThis')}
      </button>
    </div>
  );
}

/** What whoever helps put before the host, large. */
export function BeforeHost() {
  const p = prompt.value;
  if (!p) return null;
  return (
    <section class="card stand-prompt" aria-labelledby="h-prompt">
      <h2 id="h-prompt">{line(p.title ?? '') || w('before')}</h2>
      <p class="read" aria-live="polite">
        <bdi>{line(p.text)}</bdi>
      </p>
    </section>
  );
}
