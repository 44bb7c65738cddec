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
declare module '*/primitives.js' {
  export function bytes(text: string): Uint8Array;
  export function unhex(text: string): Uint8Array;
  export function unbase64(text: string): Uint8Array;
  export function join(...parts: Uint8Array[]): Uint8Array;
  export function sha(...parts: Uint8Array[]): Uint8Array;
}
