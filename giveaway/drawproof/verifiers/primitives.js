// The bytes of drawproof/v1: hashes, canonical JSON, trees, signatures, streams.
// Rule numbers are those of doc.go. Nothing here knows what a bundle is.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';

export class Broken extends Error {}

export function need(condition, message) {
  if (!condition) throw new Broken(message);
}

const utf8 = new TextEncoder();
export const bytes = (text) => utf8.encode(text);

export function join(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export const sha = (...parts) => sha256(join(...parts));
export const mac = (key, ...parts) => hmac(sha256, key, join(...parts));
export const u8 = (x) => Uint8Array.of(x);

export function u32(x) {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, x);
  return out;
}

export function u64(x) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(x));
  return out;
}

export const lp = (x) => join(u32(x.length), x);
export const domain = (name) => bytes(`drawproof/v1/${name}\0`);

export const hex = (raw) => Array.from(raw, (b) => b.toString(16).padStart(2, '0')).join('');

export function unhex(text) {
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function compare(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

// unbase64 accepts the one canonical form: padding, no white space, zero spare bits.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digit = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) digit[alphabet.charCodeAt(i)] = i;

export function unbase64(text) {
  need(text.length % 4 === 0, 'base64 is not canonical');
  const pad = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - pad);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length - pad; i++) {
    const d = digit[text.charCodeAt(i)] ?? -1;
    need(d >= 0, 'not base64');
    word = (word << 6) | d;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = word >> bits;
      word &= (1 << bits) - 1;
    }
  }
  need(word === 0, 'base64 is not canonical');
  return out;
}

export function base64(raw) {
  let out = '';
  for (let i = 0; i < raw.length; i += 3) {
    const [a, b = 0, c = 0] = raw.subarray(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const four = [18, 12, 6, 0].map((at) => alphabet[(word >> at) & 63]).join('');
    out += four.slice(0, Math.min(raw.length - i, 3) + 1).padEnd(4, '=');
  }
  return out;
}

// --- R2: canonical JSON ----------------------------------------------------

// encode relies on three habits of the language that RFC 8785 took over: how
// strings are escaped, how integers are printed, sorting by UTF-16 code units.
export function encode(v) {
  if (Array.isArray(v)) return `[${v.map(encode).join(',')}]`;
  if (typeof v === 'object') {
    return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${encode(v[k])}`).join(',')}}`;
  }
  return JSON.stringify(v);
}

export const jcs = (v) => bytes(encode(v));

function checkValues(v, depth = 0) {
  if (v !== null && typeof v === 'object') {
    need(depth < 32, 'nested deeper than 32');
    for (const [name, x] of Object.entries(v)) {
      need(name.isWellFormed(), 'half of a surrogate pair in a member name');
      checkValues(x, depth + 1);
    }
  } else if (typeof v === 'number') {
    need(Number.isSafeInteger(v), 'not an integer of magnitude below 2^53');
  } else {
    need(typeof v === 'string', 'only objects, arrays, strings and integers are allowed');
    need(v.isWellFormed(), 'half of a surrogate pair');
  }
}

export function parse(raw, canonical = true) {
  let text;
  let v;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
    v = JSON.parse(text);
  } catch (err) {
    throw new Broken(`not JSON: ${err.message}`);
  }
  checkValues(v);
  // A doubled member, too, is not what encoding the parsed document gives.
  need(!canonical || encode(v) === text, 'not in canonical form');
  return v;
}

// --- R12: Ed25519 (RFC 8032; no cofactor, R compared as bytes, S below L) ----

const order = ed25519.Point.Fn.ORDER;
const little = (raw) => BigInt(`0x${hex(raw.slice().reverse())}`);

const answers = new Map(); // a file of many bundles repeats signatures

export function ed25519Verify(key, message, signature) {
  const question = hex(join(key, signature, message));
  if (answers.size > 4096) answers.clear();
  if (!answers.has(question)) answers.set(question, ed25519Check(key, message, signature));
  return answers.get(question);
}

function ed25519Check(key, message, signature) {
  let a;
  try {
    a = ed25519.Point.fromBytes(key, true);
  } catch {
    return false;
  }
  const r = signature.slice(0, 32);
  const s = little(signature.slice(32));
  if (s >= order) return false;
  const k = little(sha512(join(r, key, message))) % order;
  const point = times(ed25519.Point.BASE, s).subtract(times(a, k));
  return compare(point.toBytes(), r) === 0;
}

const times = (point, n) => (n === 0n ? ed25519.Point.ZERO : point.multiplyUnsafe(n));

// --- R17: trees --------------------------------------------------------------

export const leafHash = (leaf) => sha(u8(0), leaf);
const nodeHash = (left, right) => sha(u8(1), left, right);

export function tree(leaves) {
  let level = leaves.map(leafHash);
  if (level.length === 0) return sha();
  while (level.length > 1) {
    const up = [];
    for (let i = 0; i + 1 < level.length; i += 2) up.push(nodeHash(level[i], level[i + 1]));
    if (level.length % 2) up.push(level[level.length - 1]);
    level = up;
  }
  return level[0];
}

// climb is the root to which an inclusion path leads.
export function climb(leaf, { index, size, path }) {
  need(index < size, 'index is outside the tree');
  let node = BigInt(index);
  let last = BigInt(size) - 1n;
  let head = leafHash(leaf);
  for (const step of path) {
    need(last > 0n, 'path is too long');
    if (node & 1n || node === last) {
      head = nodeHash(unhex(step), head);
      while (!(node & 1n) && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      head = nodeHash(head, unhex(step));
    }
    node >>= 1n;
    last >>= 1n;
  }
  need(last === 0n, 'path is too short');
  return head;
}

// --- R23: the beacon -----------------------------------------------------------

export function beaconVerify(publicKey, round, sigma) {
  const scheme = bls12_381.shortSignatures;
  try {
    const message = scheme.hash(sha(u64(round)), 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_');
    return scheme.verify(sigma, message, publicKey);
  } catch {
    return false;
  }
}

// --- R25, R27: scores and streams ------------------------------------------------

export function scorer(key) {
  const keyed = hmac.create(sha256, key);
  return (tag, weight) => {
    let least = null;
    for (let j = 0; j < Math.min(Math.max(weight, 1), 64); j++) {
      const score = keyed.clone().update(join(tag, u32(j))).digest();
      if (least === null || compare(score, least) < 0) least = score;
    }
    return least;
  };
}

export class Stream {
  constructor(key, label) {
    Object.assign(this, { key, label, block: 0, words: [] });
  }

  word() {
    if (this.words.length === 0) {
      const view = new DataView(mac(this.key, this.label, u64(this.block++)).buffer);
      this.words = [0, 8, 16, 24].map((at) => view.getBigUint64(at));
    }
    return this.words.shift();
  }

  below(n) {
    let m = this.word() * n;
    const threshold = (2n ** 64n - n) % n;
    while (BigInt.asUintN(64, m) < threshold) m = this.word() * n;
    return m >> 64n;
  }
}

// --- R46: the sample of a spot audit -------------------------------------------

export function sample(auditKey, n) {
  const stream = new Stream(auditKey, lp(bytes('sample')));
  const moved = new Map();
  const drawn = [];
  for (let i = 0; i < Math.min(n, 200); i++) {
    const j = i + Number(stream.below(BigInt(n - i)));
    drawn.push(moved.get(j) ?? j);
    moved.set(j, moved.get(i) ?? i);
  }
  return drawn.sort((a, b) => a - b);
}
