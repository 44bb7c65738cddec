declare module '*/verify.js' {
  interface Finding {
    rule: string;
    status: 'pass' | 'fail' | 'lowers';
    detail: string;
  }
  export function verify(raw: Uint8Array): {
    verdict: string;
    grade: { letter: string; reasons: string[] };
    rules: Finding[];
    values: Record<string, string>;
  };
  export function verifyReceipt(
    raw: Uint8Array,
    receipt: Uint8Array,
    uid?: string,
  ): { finding: Finding; fate: string; reason: number };
}
