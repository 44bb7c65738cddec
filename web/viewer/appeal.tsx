import { useEffect, useState } from 'preact/hooks';
import type { Word } from '../words/index.ts';
import { line } from './clean.ts';
import { w } from './prefs.ts';
import { client, tell } from './store.ts';

// Who was kept out may say once why that was wrong; the answer stands beside
// the prizes.

interface Appeal {
  event: string;
  title: string;
  text: string;
  state: 'open' | 'accepted' | 'refused';
  answer?: string;
}

const TEXT_MOST = 300;

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

/** A link that opens into a form. */
export function AppealForm({ event, code }: { event: string; code: string }) {
  const [open, show] = useState(false);
  const [sent, mark] = useState(false);
  if (sent) return null;
  if (!open)
    return (
      <button type="button" class="link" onClick={() => show(true)}>
        {w('appeal')}
      </button>
    );
  const send = async (e: SubmitEvent): Promise<void> => {
    e.preventDefault();
    const text = String(new FormData(e.currentTarget as HTMLFormElement).get('text') ?? '').trim();
    const answer = await call({ event, code, text });
    if (answer?.ok || answer?.status === 409) mark(true);
    tell(w(answer?.ok ? 'appealSent' : answer?.status === 409 ? 'appealOnce' : 'appealFailed'));
  };
  return (
    <form class="address" onSubmit={(e) => void send(e)}>
      <label>
        <span>{w('appealWhy')}</span>
        <input name="text" required maxLength={TEXT_MOST} />
      </label>
      <button type="submit" class="go">
        {w('appealGo')}
      </button>
    </form>
  );
}

/** What became of this viewer's appeals; nothing while there are none. */
export function MyAppeals() {
  const [all, set] = useState<Appeal[]>([]);
  useEffect(() => {
    void call().then(async (answer) => {
      const doc = answer?.ok ? ((await answer.json().catch(() => ({}))) as { items?: Appeal[] }) : {};
      if (Array.isArray(doc.items)) set(doc.items);
    });
  }, []);
  if (all.length === 0) return null;
  return (
    <ul>
      {all.map((a) => (
        <li key={a.event}>
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
