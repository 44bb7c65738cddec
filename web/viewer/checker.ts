// The worker that checks a draw: the project's own verifier, the one that runs
// in Node, on the viewer's device.
import { verify, verifyReceipt } from '../../giveaway/drawproof/verifiers/verify.js';

export interface Job {
  bundle: ArrayBuffer;
  receipt?: string;
}

export interface Verdict {
  ok: boolean;
  rules: number;
  failed: string[];
  seal: string;
  grade: string;
  reasons: string[];
  fate: string;
  /** Of who is ruled out: the public code. */
  reason: number;
  entrants: number;
  winners: number;
  openAt: number;
  closeAt: number;
}

self.onmessage = (e: MessageEvent<Job>) => {
  const raw = new Uint8Array(e.data.bundle);
  const report = verify(raw);
  const own = e.data.receipt ? verifyReceipt(raw, new TextEncoder().encode(e.data.receipt)) : undefined;
  const said = facts(raw);
  const verdict: Verdict = {
    ok: report.verdict === 'ok',
    rules: report.rules.length,
    failed: report.rules.filter((r) => r.status === 'fail').map((r) => r.rule),
    seal: String(report.values.sealCode ?? ''),
    grade: report.grade.letter,
    reasons: report.grade.reasons,
    fate: own?.fate ?? '',
    reason: own?.reason ?? 0,
    ...said,
  };
  self.postMessage(verdict);
};

/** How many took part and won, and when, as the file says; the verifier has judged whether that is true. */
function facts(raw: Uint8Array): Pick<Verdict, 'entrants' | 'winners' | 'openAt' | 'closeAt'> {
  try {
    const b = JSON.parse(new TextDecoder().decode(raw)) as {
      plan?: { openAt?: number; closeAt?: number };
      close?: { entrants?: number };
      result?: { winners?: unknown[] };
    };
    const { openAt = 0, closeAt = 0 } = b.plan ?? {};
    return { entrants: b.close?.entrants ?? 0, winners: b.result?.winners?.length ?? 0, openAt, closeAt };
  } catch {
    return { entrants: 0, winners: 0, openAt: 0, closeAt: 0 };
  }
}
