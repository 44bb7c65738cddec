import type { Env } from './env.ts';

const text = new TextEncoder();

/**
 * The entry nonce: the first 16 bytes, in hex, of HMAC-SHA-256 over event,
 * a zero byte and the open card's epoch, under the key of the viewer's hello.
 * It proves that the entrant saw the opening, without anything sent per viewer.
 */
export async function nonce(hmac: Env['hmac'], entryKey: string, event: string, epoch: string): Promise<string> {
  const mac = await hmac(bytes(entryKey), text.encode(`${event}\0${epoch}`));
  return hex(mac.subarray(0, 16));
}

export function bytes(hexText: string): Uint8Array {
  if (hexText.length % 2 !== 0 || /[^0-9a-f]/i.test(hexText)) throw new Error(`not hex: ${hexText.length} characters`);
  const out = new Uint8Array(hexText.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hexText.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function hex(b: Uint8Array): string {
  let s = '';
  for (const x of b) s += x.toString(16).padStart(2, '0');
  return s;
}
