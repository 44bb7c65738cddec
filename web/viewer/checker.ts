// The worker that checks a draw: the project's own verifier, the one that runs
// in Node, on the viewer's device.
import { bytes, join, sha, unbase64, unhex } from '../../giveaway/drawproof/verifiers/primitives.js';
import { verify, verifyReceipt } from '../../giveaway/drawproof/verifiers/verify.js';
import type { Named, Out } from './outs.ts';

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
  /** Why others were not in the draw, the most frequent reason first. */
  outs: (Out & { n: number })[];
  entrants: number;
  winners: number;
  openAt: number;
  closeAt: number;
  /** The organiser's own part was in the draw, and holds. */
  proved?: boolean;
  /** The head of the organiser's public record that the file shows, as it was signed. */
  note?: string;
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
    ...(said.proved === true && { proved: report.rules.some((r) => r.rule === 'R44' && r.status === 'pass') }),
  };
  self.postMessage(verdict);
};

/** How many took part and won, and when, as the file says; the verifier has judged whether that is true. */
function facts(raw: Uint8Array): Pick<Verdict, 'outs' | 'entrants' | 'winners' | 'openAt' | 'closeAt' | 'note' | 'proved'> {
  try {
    const b = JSON.parse(new TextDecoder().decode(raw)) as Bundle;
    const { openAt = 0, closeAt = 0 } = b.plan ?? {};
    const note = noteOf(b);
    return {
      outs: outsOf(b),
      entrants: b.close?.entrants ?? 0,
      winners: b.result?.winners?.length ?? 0,
      openAt,
      closeAt,
      ...(note && { note }),
      ...(b.plan?.vrf !== undefined && { proved: true }),
    };
  } catch {
    return { outs: [], entrants: 0, winners: 0, openAt: 0, closeAt: 0 };
  }
}

interface Bundle {
  excluded?: string;
  plan?: { reasons?: Named[]; openAt?: number; closeAt?: number; log?: { origin: string; key: string }; vrf?: unknown };
  close?: { entrants?: number };
  result?: { winners?: unknown[] };
  log?: { size: number; root: string; signature: string };
}

/** A row of the exclusions: 1 byte, the tag, the reason (rule 15). */
const ROW = 37;

function outsOf(b: Bundle): Verdict['outs'] {
  const rows = unbase64(b.excluded ?? '');
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
  const by = new Map<number, number>();
  for (let at = 0; at + ROW <= rows.length; at += ROW) {
    const code = view.getUint32(at + ROW - 4);
    by.set(code, (by.get(code) ?? 0) + 1);
  }
  return [...by]
    .sort((a, b) => b[1] - a[1])
    .map(([code, n]) => {
      const named = b.plan?.reasons?.find((r) => r.code === code);
      return { code, n, ...(named && { named }) };
    });
}

/** The checkpoint of a bundle (rule 39) as the signed note that rooms tell (C2SP signed-note). */
function noteOf(b: Bundle): string | undefined {
  const { log } = b;
  const by = b.plan?.log;
  if (!log || !by) return undefined;
  const id = sha(bytes(`${by.origin}\n\x01`), unhex(by.key)).slice(0, 4);
  const coded = (raw: Uint8Array): string => btoa(String.fromCharCode(...raw));
  return `${by.origin}\n${log.size}\n${coded(unhex(log.root))}\n\n— ${by.origin} ${coded(join(id, unhex(log.signature)))}\n`;
}
