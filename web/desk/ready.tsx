import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { line } from '../viewer/clean.ts';
import { money } from '../words/money.ts';
import { Refused } from './api.ts';
import { currentToken, room, sorry, tell, view, w } from './store.ts';

// What the marketers left ready for the host: giveaways that wait for a tap, and
// templates with an envelope. Two taps start one; the studio holds the books.

interface Ready {
  id: string;
  kind: 'giveaway' | 'template';
  title: string;
  /** Minor units of the currency. */
  fen: number;
  currency?: string | undefined;
  /** How many more of a template. */
  left?: number;
}

interface Draft {
  title: string;
}

const EVERY_MS = 8_000;
const SURE_MS = 5_000;

export const ready = signal<Ready[]>([]);

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/v1/studio/${path}`, {
    method,
    cache: 'no-store',
    headers: { Authorization: `Bearer ${await currentToken()}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const doc: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return doc as T;
  throw new Refused(answer.status, (doc as { code?: string }).code ?? '', '');
}

interface List<T> {
  items: T[];
}

/** Of the room's shop, where whoever is here may know it. */
export const currency = signal<string | undefined>(undefined);

interface Shop {
  id: string;
  currency?: string;
  approval: { mode: string; aboveFen?: number };
}

/** The shop that the room is of; a room may be of none. */
async function shopOf(): Promise<Shop | undefined> {
  for (const s of (await ask<List<Shop>>('GET', 'shops')).items) {
    if (view.value?.shop === s.id) return s;
    if (view.value?.shop !== undefined) continue;
    const rooms = await ask<List<{ id: string }>>('GET', `rooms?shop=${encodeURIComponent(s.id)}`);
    if (rooms.items.some((r) => r.id === room.value)) return s;
  }
  return undefined;
}

/** Whether somebody else must approve what is worth so much: as the studio decides it. */
const needs = ({ approval: a }: Shop, fen: number): boolean =>
  a.mode === 'always' || (a.mode === 'above' && fen > (a.aboveFen ?? 0));

async function look(): Promise<void> {
  const shop = await shopOf();
  if (!shop) return;
  currency.value = shop.currency;
  const of = encodeURIComponent(shop.id);
  const [waiting, templates] = await Promise.all([
    ask<List<{ id: string; draft: Draft; openAt?: number; worthFen: number }>>(
      'GET',
      `giveaways?shop=${of}&room=${room.value}&state=scheduled&most=50`,
    ),
    ask<
      List<{
        id: string;
        title: string;
        state: string;
        worthFen: number;
        used: number;
        usedFen: number;
        envelope: { fen: number; uses: number; until?: number };
      }>
    >('GET', `templates?shop=${of}`),
  ]);
  ready.value = [
    ...waiting.items
      .filter((g) => !g.openAt)
      .map((g): Ready => ({ id: g.id, kind: 'giveaway', title: g.draft.title, fen: g.worthFen, currency: currency.value })),
    ...templates.items
      .filter(
        (t) => (t.state === 'approved' || !needs(shop, t.envelope.fen)) && !(t.envelope.until && t.envelope.until < Date.now()),
      )
      .map(
        (t): Ready => ({
          id: t.id,
          kind: 'template',
          title: t.title,
          fen: t.worthFen,
          currency: currency.value,
          left: Math.max(
            0,
            Math.min(
              t.envelope.uses - t.used,
              t.worthFen > 0 ? Math.floor((t.envelope.fen - t.usedFen) / t.worthFen) : Number.MAX_SAFE_INTEGER,
            ),
          ),
        }),
      ),
  ];
}

async function start(r: Ready): Promise<void> {
  try {
    if (r.kind === 'giveaway') await ask('POST', `giveaways/${r.id}/tap`);
    else await ask('POST', `templates/${r.id}/start`, { room: room.value });
    tell(w('readyStarted'));
    await look();
  } catch (e) {
    tell(sorry(e));
  }
}

/** The row of what is ready: one tap asks, a second one within five seconds starts it. */
export function ReadyBags({ most = 20 }: { most?: number }) {
  const [sure, ask] = useState<string | undefined>(undefined);
  useEffect(() => {
    const again = (): void => void look().catch(() => undefined); // who may not see the shop's plans has none ready
    again();
    const timer = setInterval(again, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (sure === undefined) return;
    const timer = setTimeout(() => ask(undefined), SURE_MS);
    return () => clearTimeout(timer);
  }, [sure]);
  const list = ready.value.slice(0, most);
  if (list.length === 0) return null;
  return (
    <div class="ready">
      <h3>{w('ready')}</h3>
      <ul>
        {list.map((r) => (
          <li key={r.id}>
            <button
              type="button"
              class={sure === r.id ? 'main' : ''}
              disabled={r.left === 0}
              onClick={() => {
                if (sure === r.id) void start(r);
                ask(sure === r.id ? undefined : r.id);
              }}
            >
              {sure === r.id ? (
                w('readySure')
              ) : (
                <>
                  <bdi>{line(r.title)}</bdi>
                  <small>
                    {[
                      r.fen > 0 && money(r.fen, r.currency),
                      r.left !== undefined && r.left < 1e6 && w('readyLeft', { n: r.left }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </small>
                </>
              )}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
