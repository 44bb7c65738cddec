import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { said, type Word } from '../words/index.ts';
import { line } from './clean.ts';
import { type Out, told as toldWhy } from './outs.ts';
import { language, w } from './prefs.ts';
import { client, gives, roomName, tell } from './store.ts';

// Who was kept out may say once why that was wrong; the answer stands beside
// the prizes.

interface Appeal {
  room: string;
  event: string;
  title: string;
  text: string;
  state: 'open' | 'accepted' | 'refused';
  answer?: string;
}

const TEXT_MOST = 300;

/** What this viewer appealed against, newest first; undefined: not asked yet. */
const appeals = signal<Appeal[] | undefined>(undefined);

/** Giveaways whose check found this viewer ruled out, with the public reason. */
export const keptOut = signal<ReadonlyMap<string, Out>>(new Map());

export function noteKeptOut(event: string, out: Out): void {
  keptOut.value = new Map(keptOut.value).set(event, out);
}

const told: Record<Appeal['state'], Word> = { open: 'appeal_open', accepted: 'appeal_accepted', refused: 'appeal_refused' };

async function call(body?: unknown): Promise<Response | undefined> {
  if (!client.token) return undefined;
  try {
    return await fetch('/v1/me/appeals', {
      method: body === undefined ? 'GET' : 'POST',
      cache: 'no-store',
      headers: { Authorization: `Bearer ${client.token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    return undefined;
  }
}

async function load(): Promise<void> {
  const answer = await call();
  const doc = answer?.ok ? ((await answer.json().catch(() => ({}))) as { items?: Appeal[] }) : {};
  if (Array.isArray(doc.items)) appeals.value = doc.items;
}

const about = (event: string): Appeal | undefined => appeals.value?.find((a) => a.event === event && a.room === roomName.value);

/** Appeals; answers '' or the code that says why it was not taken. */
async function appeal(event: string, code: string, text: string): Promise<string> {
  const answer = await call({ room: roomName.value, event, code, text });
  if (answer?.ok) return '';
  const doc = (await answer?.json().catch(() => ({}))) as { code?: string } | undefined;
  const why = (doc?.code ?? '').replace(/^(exists|not-found)$/, 'appeal-$1');
  return why.startsWith('appeal-') ? why : 'not-sent';
}

/** A link that opens into a form; who has appealed reads what came of it instead. */
export function AppealForm({ event, code }: { event: string; code: string }) {
  const [open, show] = useState(false);
  const [state, turn] = useState('');
  useEffect(() => void load(), []);
  const made = about(event);
  if (made)
    return (
      <p class="appealed">
        {w('appeal')} · {w(told[made.state])}
        {made.answer && (
          <>
            {' · '}
            <bdi>{line(made.answer)}</bdi>
          </>
        )}
      </p>
    );
  if (!open)
    return (
      <button type="button" class="link" onClick={() => show(true)}>
        {w('appeal')}
      </button>
    );
  const send = async (e: SubmitEvent): Promise<void> => {
    e.preventDefault();
    const text = String(new FormData(e.currentTarget as HTMLFormElement).get('text') ?? '').trim();
    if (!text) return;
    turn('busy');
    const why = await appeal(event, code, text);
    turn(why);
    if (why === '') tell(w('appealSent'));
    if (why === '' || why === 'appeal-exists') await load();
  };
  const words = state && state !== 'busy' ? said(language.value, state) : undefined;
  return (
    <form class="address" onSubmit={(e) => void send(e)}>
      <label>
        <span>{w('appealWhy')}</span>
        <textarea name="text" rows={3} required maxLength={TEXT_MOST} />
      </label>
      {words && (
        <p class="award-why" role="alert">
          {[words.what, words.why, words.next].filter(Boolean).join(' · ')}
        </p>
      )}
      <button type="submit" class="go" disabled={state === 'busy'}>
        {w('appealGo')}
      </button>
    </form>
  );
}

/** Why somebody was ruled out, in words, and the way to say that it is wrong. */
export function KeptOut({ event, out }: { event: string; out: Out }) {
  return (
    <div class="kept-out">
      <p>
        <bdi>{toldWhy(out)}</bdi>
      </p>
      <AppealForm event={event} code="excluded" />
    </div>
  );
}

/** What became of this viewer's appeals, and what they may still appeal against; nothing while there is none. */
export function MyAppeals() {
  useEffect(() => void load(), []);
  const open = [...keptOut.value].filter(([event]) => !about(event));
  if (open.length === 0 && !appeals.value?.length) return null;
  return (
    <ul class="appeals">
      {open.map(([event, out]) => (
        <li key={event}>
          <div>
            <b>
              <bdi>{line(gives.value.get(event)?.title) || w('resultTitle')}</bdi>
            </b>
            <KeptOut event={event} out={out} />
          </div>
        </li>
      ))}
      {appeals.value?.map((a) => (
        <li key={`${a.room} ${a.event}`}>
          <div>
            <b>
              {w('appeal')} · <bdi>{line(a.title)}</bdi>
            </b>
            <small>
              <bdi>{line(a.answer || a.text)}</bdi>
            </small>
          </div>
          <span class="award-state">{w(told[a.state])}</span>
        </li>
      ))}
    </ul>
  );
}
