// ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381 (suite 0x03), the checking half: what
// the operator's proof of R44 proves. Section numbers are the RFC's.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { compare, join, u8 } from './primitives.js';

const { Point } = ed25519;
const order = Point.Fn.ORDER;
const little = (raw) => raw.reduceRight((n, b) => n * 256n + BigInt(b), 0n);
const hash = (front, ...parts) => sha512(join(u8(3), u8(front), ...parts, u8(0)));
const times = (point, n) => (n === 0n ? Point.ZERO : point.multiplyUnsafe(n));

// point is string_to_point: RFC 8032, 5.1.3, one encoding of each point; null for others.
function point(raw) {
  try {
    const p = Point.fromBytes(raw, false);
    return compare(p.toBytes(), raw) === 0 ? p : null;
  } catch {
    return null;
  }
}

// encode is try and increment (5.4.1.1).
function encode(key, alpha) {
  for (let ctr = 0; ctr < 256; ctr++) {
    const h = point(hash(1, key, alpha, u8(ctr)).slice(0, 32))?.clearCofactor();
    if (h && !h.is0()) return h;
  }
  throw new Error('256 hashes in a row are no points');
}

// ecvrf gives the 64 bytes that pi proves for alpha under key, null where it
// proves nothing (5.3).
export function ecvrf(key, alpha, pi) {
  const y = point(key);
  const gamma = point(pi.slice(0, 32));
  const c = pi.slice(32, 48);
  const s = little(pi.slice(48));
  if (!y || y.clearCofactor().is0() || !gamma || s >= order) return null;
  const h = encode(key, alpha);
  const u = times(Point.BASE, s).subtract(times(y, little(c)));
  const v = times(h, s).subtract(times(gamma, little(c)));
  const again = hash(2, key, ...[h, gamma, u, v].map((p) => p.toBytes())).slice(0, 16);
  return compare(again, c) === 0 ? hash(3, gamma.clearCofactor().toBytes()) : null;
}
