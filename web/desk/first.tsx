import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { Api, type Me, type Page, type Room } from '../studio/api.ts';
import { done, facts, keepPassed, ownRoom, passed, type Step, steps } from '../studio/progress.ts';
import { ready } from './ready.tsx';
import { byLink, command, currentToken, gives, room, settings, show, tell, w } from './store.ts';

// The way from an empty room to one's own show: the very steps of the studio,
// done and skipped there as here. What can be done at the desk is a tap away;
// the rest is done in the studio, by whoever may.

const EVERY_MS = 10_000;

/** On a phone the list would be all that is seen of the desk: there it is a line that unfolds. */
const narrow = innerWidth <= 700;

/** Where a step is done at this desk. */
const field: Partial<Record<Step, string>> = {
  stream: '.room input[name=stream]',
  goods: '.goods input[type=file]',
  bag: '.bags .ready button',
};

interface Known {
  shop: string;
  ready: Set<Step>;
  /** Whether this is the room that the studio's list is about. */
  own: boolean;
}

const known = signal<Known | undefined>(undefined);

async function look(): Promise<void> {
  const api = new Api(currentToken);
  for (const { id } of (await api.get<Page<{ id: string }>>('shops')).items) {
    const rooms = (await api.get<Page<Room>>('rooms', { shop: id })).items;
    const mine = rooms.find((r) => r.id === room.value);
    if (!mine) continue;
    const own = ownRoom(rooms)?.id === mine.id;
    const me = own ? await api.get<Me>('me', { shop: id }) : undefined;
    known.value = { shop: id, own, ready: done(mine, me && (await facts(api, id, mine.id, me))) };
    return;
  }
}

/** The list of first steps, while the room is off the air; gone once every step is done or skipped. */
export function First() {
  const [, again] = useState(0);
  useEffect(() => {
    const ask = (): void => void (show.value.on || look().catch(() => undefined)); // who may not see the shop needs no list
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const k = known.value;
  if (!k?.own || show.value.on) return null;
  const over = passed(k.shop);
  const skip = (...all: Step[]): void => {
    keepPassed(k.shop, new Set([...over, ...all]));
    again((n) => n + 1);
  };
  const isDone = (s: Step): boolean =>
    k.ready.has(s) || (s === 'bag' && gives.value.length > 0) || (s === 'stream' && Boolean(settings.value.stream));
  const open = steps.filter((s) => !isDone(s) && !over.has(s));
  if (open.length === 0) return null;
  const current = open[0];
  return (
    <section class="card first" aria-labelledby="h-first">
      <details open={!narrow}>
        <summary>
          <h2 id="h-first">
            {w('first')} <small>{w('firstDone', { n: steps.length - open.length, of: steps.length })}</small>
          </h2>
          {current && <span class="next">{w('firstNext', { step: w(`step_${current}`) })}</span>}
        </summary>
        <button type="button" class="quiet" onClick={() => skip(...steps)}>
          {w('firstHide')}
        </button>
        <ol>
          {steps.map((s) => (
            <li key={s} class={isDone(s) ? 'done' : over.has(s) ? 'skipped' : s === current ? 'now' : ''}>
              <b>{w(`step_${s}`)}</b>
              {s === current && (
                <>
                  <p>{w(`stepHow_${s}`)}</p>
                  <div class="acts">
                    <Way of={s} onDone={() => skip(s)} />
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

/** How a step is done from here. */
function Way({ of: s, onDone }: { of: Step; onDone: () => void }) {
  if (s === 'link') return <CopyLink onDone={onDone} />;
  if (field[s] && (s !== 'bag' || ready.value.length > 0))
    return (
      <button type="button" class="main" onClick={() => lead(s)}>
        {w('firstGo')}
      </button>
    );
  if (byLink()) return <p>{w('firstOther')}</p>;
  return (
    <a class="main" href="/studio?part=start">
      {w('firstStudio')}
    </a>
  );
}

/** To where the step is done, unfolded. */
function lead(s: Step): void {
  const el = document.querySelector<HTMLElement>(field[s] ?? '');
  el?.closest('details')?.setAttribute('open', '');
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
