// Proof of work: broadcast/wire/PROTOCOL.md, 8. Every hash is of one block, so a
// few lines of SHA-256 do it, ten times as fast as asking WebCrypto for each.

const PARTS = 8;
/** More is refused: no server may keep a viewer's device busy. */
const MOST_BITS = 20;

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
  0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
  0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
  0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
  0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const H = new Int32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);

/** SHA-256 of the one block in w[0..15], whose other words are its own; the hash goes to `out`. */
function compress(w: Int32Array, out: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let a = H[0] as number;
  let b = H[1] as number;
  let c = H[2] as number;
  let d = H[3] as number;
  let e = H[4] as number;
  let f = H[5] as number;
  let g = H[6] as number;
  let h = H[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t = (h + s1 + (g ^ (e & (f ^ g))) + (K[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const u = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = (t + u) | 0;
  }
  out[0] = a + (H[0] as number);
  out[1] = b + (H[1] as number);
  out[2] = c + (H[2] as number);
  out[3] = d + (H[3] as number);
  out[4] = e + (H[4] as number);
  out[5] = f + (H[5] as number);
  out[6] = g + (H[6] as number);
  out[7] = h + (H[7] as number);
}

/** The search for the smallest solution, in steps as large as its caller likes. */
export class Search {
  private readonly w = new Int32Array(64);
  private readonly out = new Int32Array(8);
  private n = 0;
  private found = '';

  constructor(
    challenge: string,
    private readonly bits: number,
  ) {
    const text = new TextEncoder().encode(`fudai/v1/work\0${challenge}`);
    if (bits < 0 || bits > MOST_BITS || text.length > 55) throw new Error(`more work than may be asked: ${bits} bits`);
    const block = new Uint8Array(64);
    block.set(text);
    block[text.length] = 0x80;
    block[62] = text.length >> 5;
    block[63] = text.length << 3;
    const view = new DataView(block.buffer);
    for (let i = 0; i < 16; i++) this.w[i] = view.getInt32(4 * i);
    compress(this.w, this.out);
    this.w.set(this.out); // the seed, then a number, the end mark and the length
    this.w.fill(0, 8, 16);
    this.w[9] = 1 << 31;
    this.w[15] = 8 * 36;
  }

  /** Tries so many more numbers; the solution once it is there. */
  go(tries: number): string | undefined {
    const { w, out, bits } = this;
    for (const end = this.n + tries; this.n < end; this.n++) {
      w[8] = this.n;
      compress(w, out);
      if (bits > 0 && (out[0] as number) >>> (32 - bits) !== 0) continue;
      this.found += this.n.toString(16).padStart(8, '0');
      if (this.found.length === 8 * PARTS) return this.found;
    }
    return undefined;
  }
}

/** All at once: for a worker. */
export function solve(challenge: string, bits: number): string {
  const search = new Search(challenge, bits);
  for (;;) {
    const found = search.go(1 << 20);
    if (found !== undefined) return found;
  }
}

/** By and by, some milliseconds at a time: for a place without workers. */
export async function solveSlowly(challenge: string, bits: number): Promise<string> {
  const search = new Search(challenge, bits);
  for (;;) {
    const found = search.go(1 << 12);
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 0));
  }
}
