import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { count, line } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import type { DeskWord } from '../words/desk.ts';
import type { Question } from './api.ts';
import { Order } from './order.ts';
import { ago, answer, questions, w } from './store.ts';

const order = new Order();
const tab = signal<'open' | 'answered'>('open');
const HOST_ROWS = 3;

/** What the room asks, most asked first, in rows that stay where they are while somebody reads. */
export function Questions() {
  const q = questions.value;
  if (!q) return null;
  const open = order.of(q.filter((x) => x.state !== 'answered' && x.state !== 'dismissed'));
  const answered = q.filter((x) => x.state === 'answered');
  const list = tab.value === 'open' ? open : answered;
  return (
    <section class="card questions" aria-labelledby="h-questions">
      <h2 id="h-questions">{w('questions')}</h2>
      <div class="tabs" role="tablist">
        {(['open', 'answered'] as const).map((t) => (
          <button key={t} type="button" role="tab" aria-selected={tab.value === t} onClick={() => (tab.value = t)}>
            {w(t === 'open' ? 'unanswered' : 'answered')} <b>{t === 'open' ? open.length : answered.length}</b>
          </button>
        ))}
      </div>
      {list.length === 0 && <p class="none">{w(tab.value === 'open' ? 'questionsNone' : 'answeredNone')}</p>}
      <ul onPointerEnter={() => order.hold(true)} onPointerLeave={() => order.hold(false)}>
        {list.map((x) => (
          <Row key={x.id} q={x} />
        ))}
      </ul>
    </section>
  );
}

function Asked({ q }: { q: Question }) {
  return (
    <span class="asked">
      <b>×{count(q.count, language.value)}</b> {w('askers', { n: count(q.askers, language.value) })} · {ago(q.last)}
    </span>
  );
}

function Row({ q }: { q: Question }) {
  const [writing, write] = useState(false);
  const done = q.state === 'answered';
  return (
    <li class={done ? 'done' : ''}>
      <p class="q">
        <bdi>{line(q.text)}</bdi>
      </p>
      <Asked q={q} />
      {q.suggestion && !done && (
        <blockquote>
          <p>
            <bdi>{line(q.suggestion.text)}</bdi>
          </p>
          <footer>
            <small>
              {w(`source_${q.suggestion.source}` as DeskWord)}
              {q.suggestion.asOf ? ` · ${w('asOf', { t: ago(q.suggestion.asOf) })}` : ''}
            </small>
            <button type="button" onClick={() => void answer(q, { text: q.suggestion?.text ?? '', room: true })}>
              {w('useThis')}
            </button>
          </footer>
        </blockquote>
      )}
      {done && q.answer && <p class="was">{q.answer.spoken ? w('spoken') : <bdi>{line(q.answer.text)}</bdi>}</p>}
      {!done && !writing && (
        <div class="acts">
          <button type="button" class="main" onClick={() => void answer(q, { spoken: true })}>
            {w('spoken')}
          </button>
          <button type="button" onClick={() => write(true)}>
            {w('writeAnswer')}
          </button>
        </div>
      )}
      {writing && <Write q={q} onDone={() => write(false)} />}
    </li>
  );
}

function Write({ q, onDone }: { q: Question; onDone: () => void }) {
  const send = (e: SubmitEvent): void => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    const text = String(f.get('text')).trim();
    if (text === '') return;
    void answer(q, { text, room: f.get('room') !== null }).then((ok) => ok && onDone());
  };
  return (
    <form onSubmit={send}>
      <label class="wide">
        <span>{w('answerText')}</span>
        <textarea name="text" rows={2} maxLength={300} defaultValue={q.suggestion?.text ?? ''} required autofocus />
      </label>
      <label class="check wide">
        <input type="checkbox" name="room" defaultChecked />
        <span>{w('toRoom')}</span>
      </label>
      <button type="submit" class="main inline">
        {w('sendAnswer')}
      </button>
      <button type="button" onClick={onDone}>
        {w('callOff')}
      </button>
    </form>
  );
}

const stand = new Order();

/** The host's own: the three most asked, large, one tap each. */
export function HostQuestions() {
  const q = questions.value;
  if (!q) return null;
  const list = stand.of(
    q.filter((x) => x.state !== 'answered' && x.state !== 'dismissed'),
    HOST_ROWS,
  );
  return (
    <section class="stand-questions" aria-labelledby="h-asks">
      <h2 id="h-asks">{w('questions')}</h2>
      {list.length === 0 && <p class="none">{w('questionsNone')}</p>}
      <ul>
        {list.map((x) => (
          <li key={x.id} class="card">
            <p class="q">
              <bdi>{line(x.text)}</bdi>
            </p>
            <Asked q={x} />
            {x.suggestion && (
              <p class="hint-read">
                <bdi>{line(x.suggestion.text)}</bdi>
              </p>
            )}
            <button type="button" class="main" onClick={() => void answer(x, { spoken: true })}>
              {w('spoken')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
