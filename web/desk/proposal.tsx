import { line } from '../viewer/clean.ts';
import type { DeskWord } from '../words/desk.ts';
import type { Draft, Question } from './api.ts';
import { ago, answer, view, w } from './store.ts';

// What could be said to a question, and what that goes by: known word for word, or
// drafted by a model. Neither reaches a viewer before somebody sends it.

/** Where a proposal is from, in the reader's words. */
interface Source {
  name: string;
  /** What it says there; of what is word for word the proposal itself. */
  says?: string;
}

interface Proposal {
  text: string;
  drafted: boolean;
  from: Source[];
}

const source = (from: string): string => w(`source_${from}` as DeskWord);

const draftOf = (q: Question): Draft | undefined => (q.suggest ? undefined : view.value?.drafts?.[q.cluster]);

function proposalOf(q: Question): Proposal | undefined {
  if (q.suggest) {
    const { text, from, as_of } = q.suggest;
    return { text, drafted: false, from: [{ name: source(from) + (as_of ? ` · ${ago(as_of)}` : '') }] };
  }
  const d = draftOf(q);
  if (d?.state !== 'ready' || !d.text) return undefined;
  return { text: d.text, drafted: true, from: (d.facts ?? []).map((f) => ({ name: source(f.from), says: f.text })) };
}

function From({ p }: { p: Proposal }) {
  return (
    <small>
      {p.drafted && <>{w('draftReady')} </>}
      {p.from.map((s) => (
        <span key={s.says ?? s.name}>
          {s.name}
          {s.says && (
            <>
              {w('says')}
              <bdi>{line(s.says)}</bdi>{' '}
            </>
          )}
        </span>
      ))}
    </small>
  );
}

const send = (q: Question, p: Proposal): void => void answer(q, { text: p.text, room: true });

const draftWords: Record<Exclude<Draft['state'], 'ready'>, DeskWord> = {
  making: 'draftMaking',
  none: 'draftNone',
  failed: 'draftFailed',
  spent: 'draftSpent',
};

/** In the assistant's list: the proposal, or why there is none. */
export function Proposed({ q }: { q: Question }) {
  const p = proposalOf(q);
  if (p)
    return (
      <blockquote>
        <p>
          <bdi>{line(p.text)}</bdi>
        </p>
        <footer>
          <From p={p} />
          <button type="button" onClick={() => send(q, p)}>
            {w('useThis')}
          </button>
        </footer>
      </blockquote>
    );
  const d = draftOf(q);
  if (!d || d.state === 'ready') return null;
  return (
    <p class="was">
      <small>{w(draftWords[d.state])}</small>
    </p>
  );
}

/**
 * Before the host: large enough to be read out, and sent with one tap by who would
 * rather not. That there is no draft is nothing to read in the middle of a show.
 */
export function ToRead({ q }: { q: Question }) {
  const p = proposalOf(q);
  return (
    <>
      {p && (
        <div class={`to-read ${p.drafted ? 'is-draft' : ''}`}>
          <p>
            <bdi>{line(p.text)}</bdi>
          </p>
          <From p={p} />
        </div>
      )}
      <div class="stand-acts">
        <button type="button" class="main" onClick={() => void answer(q, { spoken: true })}>
          {w('spoken')}
        </button>
        {p && (
          <button type="button" onClick={() => send(q, p)}>
            {w('useThis')}
          </button>
        )}
      </div>
    </>
  );
}
