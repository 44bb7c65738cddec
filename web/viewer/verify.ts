import type { Entry, Give } from '@fudai/sdk';
import { bundlePath } from './bundle.ts';
import type { Job, Verdict } from './checker.ts';
import { checking } from './workers.ts';

const TRIES = 4;

/** A room that is busy, or changes its owner, answers 503: asked again by itself, ever more slowly. */
async function patient(url: string): Promise<Response> {
  for (let i = 1; ; i++) {
    const answer = await fetch(url);
    if (answer.status !== 503 || i === TRIES) return answer;
    await new Promise((done) => setTimeout(done, 500 * 2 ** i));
  }
}

/** Fetches the proof of a draw and checks it in a worker. Undefined: not published yet. */
export async function check(
  room: string,
  event: string,
  entry: Entry | undefined,
  give: Give | undefined,
): Promise<Verdict | undefined> {
  const answer = await patient(bundlePath(room, event));
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`bundle: status ${answer.status}`);
  const bundle = await answer.arrayBuffer();
  const receipt = receiptOf(entry, give);
  const job: Job = { bundle, ...(receipt !== undefined && { receipt }) };
  const worker = checking();
  try {
    return await new Promise<Verdict>((done, fail) => {
      worker.onmessage = (e: MessageEvent<Verdict>) => done(e.data);
      worker.onerror = (e) => fail(new Error(e.message));
      worker.postMessage(job, [bundle]);
    });
  } finally {
    worker.terminate();
  }
}

/** The receipt as the verifier reads it. */
function receiptOf(e: Entry | undefined, g: Give | undefined): string | undefined {
  const r = e?.receipt;
  if (!e || !r?.sig || !g?.plan) return undefined;
  return JSON.stringify({
    event: e.event,
    planHash: g.plan,
    tag: r.tag,
    salt: r.salt,
    weight: r.weight,
    partition: r.partition,
    offset: r.offset,
    proof: { index: r.index, size: r.size, path: r.path },
    signature: r.sig,
  });
}
