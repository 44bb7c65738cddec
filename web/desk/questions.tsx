import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { count, line, span } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import type { DeskWord } from '../words/desk.ts';
import type { Question } from './api.ts';
import { Order } from './order.ts';
import { Proposed, ToRead } from './proposal.tsx';
import { AnswerBy } from './scripts.tsx';
import { ago, answer, command, dismiss, join, questions, takeOut, view, w } from './store.ts';

type Tab = 'open' | 'answered' | 'unanswered';
const tabs: readonly Tab[] = ['open', 'answered', 'unanswered'];
const names: Record<Tab, DeskWord> = { open: 'unanswered', answered: 'answered', unanswered: 'missed' };

const order = new Order();
const tab = signal<Tab>('open');
const unfolded = signal(false);
const HOST_ROWS = 3;
// More are a tap away: of sixty at once nobody reads the sixtieth, and on a phone everything else lies below them.
const FIRST_ROWS = 10;

const waits = (q: Question): boolean => q.state === 'open' || q.state === 'onscreen';

/** What the room asks, most wanted first, in rows that stay where they are while somebody reads. */
export function Questions() {
  const all = questions.value;
  if (!all) return null;
  const lists: Record<Tab, readonly Question[]> = {
    open: all.filter(waits),
    answered: all.filter((x) => x.state === 'answered'),
    unanswered: all.filter((x) => x.state === 'unanswered'),
  };
  const most = unfolded.value ? Number.POSITIVE_INFINITY : FIRST_ROWS;
  const whole = lists[tab.value];
  const list = tab.value === 'open' ? order.of(whole, most) : whole.slice(0, most);
  const wait = view.value?.questions?.first_answer;
  return (
    <section class="card questions" aria-labelledby="h-questions">
      <h2 id="h-questions">
        {w('questions')}
        {wait && wait.count > 0 && <small> {w('firstAnswer', { s: Math.round(wait.p50_ms / 1000) })}</small>}
      </h2>
      <div class="tabs" role="tablist">
        {tabs.map((t) => (
          <button key={t} type="button" role="tab" aria-selected={tab.value === t} onClick={() => (tab.value = t)}>
            {w(names[t])} <b>{lists[t].length}</b>
          </button>
        ))}
      </div>
      {list.length === 0 && <p class="none">{w(tab.value === 'open' ? 'questionsNone' : 'answeredNone')}</p>}
      <ul onPointerEnter={() => order.hold(true)} onPointerLeave={() => order.hold(false)}>
        {list.map((x) => (
          <Row key={x.cluster} q={x} />
        ))}
      </ul>
      {whole.length > FIRST_ROWS && (
        <button type="button" class="more" onClick={() => (unfolded.value = !unfolded.value)}>
          {unfolded.value ? w('fewerQuestions') : w('moreQuestions', { n: whole.length - list.length })}
        </button>
      )}
    </section>
  );
}

function Asked({ q }: { q: Question }) {
  const n = count(q.askers, language.value);
  return (
    <p class="asked">
      <b>×{count(q.count, language.value)}</b> {q.askers > 0 && w('askers', { n: q.more ? `${n}+` : n })}
      {q.link ? ` · ${w('ofLink', { n: q.link })}` : ''}
      {q.buyers ? ` · ${w('buyers', { n: q.buyers })}` : ''}
      {q.last ? ` · ${ago(q.last)}` : ''}
    </p>
  );
}

function Row({ q }: { q: Question }) {
  const [writing, write] = useState(false);
  const open = waits(q);
  return (
    <li class={open ? '' : 'done'}>
      <p class="q">
        <bdi>{line(q.title)}</bdi>
      </p>
      <Asked q={q} />
      {open && !writing && <Proposed q={q} />}
      {q.answer && !open && <Was q={q} />}
      {open && !writing && (
        <div class="acts">
          <button type="button" class="main" onClick={() => void answer(q, { spoken: true })}>
            {w('spoken')}
          </button>
          <button type="button" onClick={() => write(true)}>
            {w('writeAnswer')}
          </button>
          <button type="button" onClick={() => void dismiss(q)}>
            {w('dismiss')}
          </button>
        </div>
      )}
      {open && !writing && <ByHand q={q} />}
      {q.state === 'unanswered' && !writing && (
        <div class="acts">
          <button type="button" onClick={() => write(true)}>
            {w('writeAnswer')}
          </button>
        </div>
      )}
      {writing && <AnswerBy q={q} onDone={() => write(false)} />}
      {writing && <Write q={q} onDone={() => write(false)} />}
    </li>
  );
}

/**
 * What the words did not show: that two rows ask the same, or that one of the wordings asks something else. Made when it
 * is unfolded: a list of all the others in every row was 20,000 elements at 60 questions, drawn anew each second.
 */
function ByHand({ q }: { q: Question }) {
  const [open, unfold] = useState(false);
  return (
    <details class="by-hand" onToggle={(e) => unfold(e.currentTarget.open)}>
      <summary>{w('sameOrNot')}</summary>
      {open && <ByHandActs q={q} />}
    </details>
  );
}

function ByHandActs({ q }: { q: Question }) {
  const others = (questions.value ?? []).filter((x) => x.cluster !== q.cluster && (waits(x) || x.state === 'answered'));
  return (
    <>
      {others.length === 0 && !q.wordings && !q.joined && <p class="none">{w('sameOrNotNone')}</p>}
      {q.wordings?.map((x) => (
        <p key={x.offset}>
          <bdi>{line(x.text)}</bdi> <small>×{count(x.count, language.value)}</small>{' '}
          <button type="button" onClick={() => void takeOut(q, x.offset)}>
            {w('takeOut')}
          </button>
        </p>
      ))}
      {q.joined?.map((x) => (
        <p key={x.cluster}>
          <bdi>{line(x.title)}</bdi> <small>×{count(x.count, language.value)}</small>{' '}
          <button type="button" onClick={() => void command('question', { cluster: x.cluster, part: true })}>
            {w('part')}
          </button>
        </p>
      ))}
      {others.length > 0 && (
        <select
          aria-label={w('joinTo')}
          value=""
          onChange={(e) => {
            const into = others.find((x) => x.cluster === e.currentTarget.value);
            if (into) void join(q, into);
          }}
        >
          <option value="">{w('joinTo')}</option>
          {others.map((x) => (
            <option key={x.cluster} value={x.cluster}>
              {line(x.title)} ×{count(x.count, language.value)}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

/** How it was answered, when in the show, and how many were told. */
function Was({ q }: { q: Question }) {
  const a = q.answer;
  if (!a) return null;
  return (
    <p class="was">
      {a.text ? <bdi>{line(a.text)}</bdi> : w('spoken')}
      <small>
        {a.show_ms ? ` · ${w('inShow', { time: span(a.show_ms) })}` : ''}
        {a.told ? ` · ${w('told', { n: a.told })}` : ''}
      </small>
    </p>
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
        <textarea name="text" rows={2} maxLength={200} defaultValue={q.suggest?.text ?? ''} required autofocus />
      </label>
      <label class="check wide">
        <input type="checkbox" name="room" defaultChecked={waits(q)} />
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

/** The host's own: the three most wanted, large, one tap each. */
export function HostQuestions() {
  const all = questions.value;
  if (!all) return null;
  const list = stand.of(all.filter(waits), HOST_ROWS);
  return (
    <section class="stand-questions" aria-labelledby="h-asks">
      <h2 id="h-asks">{w('questions')}</h2>
      {list.length === 0 && <p class="none">{w('questionsNone')}</p>}
      <ul>
        {list.map((x) => (
          <li key={x.cluster} class="card">
            <p class="q">
              <bdi>{line(x.title)}</bdi>
            </p>
            <Asked q={x} />
            <ToRead q={x} />
          </li>
        ))}
      </ul>
    </section>
  );
}
