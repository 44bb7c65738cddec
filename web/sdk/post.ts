import type { Env, Target } from './env.ts';
import { type Ack, type ClientMessage, type Puzzle, parse, type Receipt } from './wire.ts';
import type { Proof } from './work.ts';

// The way in for an entry while there is no link: a request of its own.

export type Submission = Extract<ClientMessage, { op: 'enter' | 'tap' }> & { work?: Proof };

/** What the socket would have said; undefined where it is not for this way to say, and the link tells. */
export async function postEntry(env: Env, at: Target, m: Submission): Promise<Ack | undefined> {
  const { event, ...body } = m;
  const resume = at.resume === undefined ? '' : `?resume=${encodeURIComponent(at.resume)}`;
  if (at.token === undefined) return undefined;
  const answer = await env
    .call?.('POST', `${place(at, event)}/enter${resume}`, at.token, JSON.stringify(body))
    .catch(() => undefined);
  if (!answer) return undefined;
  if (answer.status === 202) return { op: 'ack', id: m.id, code: 'sent' };
  const { code, retry_ms, work } = refusal(answer.body);
  if (code === 'work' && work) return { op: 'ack', id: m.id, code, work };
  // A token is renewed, and another edge is found, by the connection.
  if (code !== 'limited' && code !== 'busy' && code !== 'not-sent' && code !== 'banned') return undefined;
  return { op: 'ack', id: m.id, code, ...(retry_ms !== undefined && { retry_ms }) };
}

/** The receipt of who is in; undefined is no answer: the entry may not have been looked at. */
export async function getReceipt(env: Env, at: Target, event: string): Promise<Receipt | undefined> {
  if (at.token === undefined) return undefined;
  const answer = await env.call?.('GET', `${place(at, event)}/receipt`, at.token).catch(() => undefined);
  const m = answer?.status === 200 ? parse(answer.body) : undefined;
  return m?.op === 'receipt' && m.event === event ? m : undefined;
}

const place = (at: Target, event: string): string =>
  new URL(`v1/rooms/${encodeURIComponent(at.room)}/giveaways/${encodeURIComponent(event)}`, at.base).href;

function refusal(body: string): { code?: string; retry_ms?: number; work?: Puzzle } {
  try {
    const o = JSON.parse(body) as { code?: unknown; retry_ms?: unknown; work?: Partial<Puzzle> };
    return {
      ...(typeof o.code === 'string' && { code: o.code }),
      ...(typeof o.retry_ms === 'number' && { retry_ms: o.retry_ms }),
      ...(typeof o.work?.challenge === 'string' &&
        typeof o.work.bits === 'number' && { work: { challenge: o.work.challenge, bits: o.work.bits } }),
    };
  } catch {
    return {};
  }
}
