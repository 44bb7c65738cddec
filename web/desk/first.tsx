import { useState } from 'preact/hooks';
import type { DeskWord } from '../words/desk.ts';
import { command, gives, product, room, settings, show, tell, w } from './store.ts';

// The way from an empty room to one's own show, a step at a time. What is done is
// seen from the room itself, so that it can be left and taken up again, on any
// device; what somebody skips is kept on theirs.

const steps = ['title', 'stream', 'product', 'bag', 'link', 'live'] as const;
type Step = (typeof steps)[number];

const KEY = (): string => `fudai.first.${room.value}`;

function skippedBefore(): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY()) ?? '[]') as string[]);
  } catch {
    return new Set();
  }
}

function isDone(s: Step): boolean {
  switch (s) {
    case 'title':
      return Boolean(show.value.title);
    case 'stream':
      return Boolean(settings.value.stream);
    case 'product':
      return product.value !== undefined;
    case 'bag':
      return gives.value.length > 0;
    case 'live':
      return show.value.on === true;
    case 'link':
      return false;
  }
}

/** The list of first steps; gone once every step is done or skipped. */
export function First() {
  const [skipped, set] = useState(skippedBefore);
  const skip = (s: string): void => {
    const next = new Set(skipped).add(s);
    set(next);
    try {
      localStorage.setItem(KEY(), JSON.stringify([...next]));
    } catch {
      // It comes back with the next visit, then.
    }
  };
  const open = steps.filter((s) => !isDone(s) && !skipped.has(s));
  const done = steps.length - open.length;
  if (open.length === 0) return null;
  const current = open[0];
  return (
    <section class="card first" aria-labelledby="h-first">
      <details open={!show.value.on}>
        <summary>
          <h2 id="h-first">
            {w('first')} <small>{w('firstDone', { n: done, of: steps.length })}</small>
          </h2>
        </summary>
        <button type="button" class="quiet" onClick={() => steps.forEach(skip)}>
          {w('firstHide')}
        </button>
        <ol>
          {steps.map((s) => (
            <li key={s} class={isDone(s) ? 'done' : skipped.has(s) ? 'skipped' : s === current ? 'now' : ''}>
              <b>{w(`first_${s}` as DeskWord)}</b>
              {s === current && (
                <>
                  <p>{w(`firstHow_${s}` as DeskWord)}</p>
                  {s === 'stream' && <StreamForm />}
                  <div class="acts">
                    {s === 'link' && <CopyLink onDone={() => skip('link')} />}
                    {s !== 'link' && s !== 'stream' && (
                      <button type="button" class="main" onClick={() => lead(s)}>
                        {w('firstGo')}
                      </button>
                    )}
                    <button type="button" onClick={() => skip(s)}>
                      {w('firstSkip')}
                    </button>
                  </div>
                </>
              )}
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}

const field: Partial<Record<Step, string>> = {
  title: '.room input',
  product: '.air input[name=title]',
  bag: '.bags input[name=phrase]',
  live: '.room form button',
};

/** To where the step is done. */
function lead(s: Step): void {
  const el = document.querySelector<HTMLElement>(field[s] ?? '');
  el?.scrollIntoView({ block: 'center' });
  el?.focus();
}

function CopyLink({ onDone }: { onDone: () => void }) {
  const url = `${location.origin}/r/${room.value}`;
  return (
    <>
      <output class="link-text">{url}</output>
      <button
        type="button"
        class="main"
        onClick={() =>
          void navigator.clipboard.writeText(url).then(
            () => {
              tell(w('copied'));
              onDone();
            },
            () => tell(w('copyByHand')),
          )
        }
      >
        {w('copy')}
      </button>
    </>
  );
}

/** Where the picture comes from, and how late the audience sees it. */
export function StreamForm() {
  const s = settings.value;
  const save = (e: SubmitEvent): void => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    const ms = Math.round(Number(f.get('delay')) * 1000);
    void command('room', { stream: String(f.get('stream')).trim(), video_delay_ms: Math.min(60_000, Math.max(0, ms)) });
  };
  return (
    <form class="stream" onSubmit={save}>
      <label class="wide">
        <span>{w('stream')}</span>
        <input name="stream" type="url" maxLength={1024} placeholder="https://…/live.m3u8" defaultValue={s.stream ?? ''} />
      </label>
      <label>
        <span>{w('delay')}</span>
        <input name="delay" type="number" min="0" max="60" step="0.5" defaultValue={String((s.video_delay_ms ?? 0) / 1000)} />
      </label>
      <button type="submit" class="main inline">
        {w('save')}
      </button>
    </form>
  );
}
