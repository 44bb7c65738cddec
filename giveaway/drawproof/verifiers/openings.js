// Spot audits of drawproof/v1, R46 to R56: what an auditor does with the openings.
//
//   leavesOf(bundle)                    the entrants that the draw names, with their leaves
//   verifyOpenings(bundle, openings)    a report, rule by rule, and what it is worth
//
// Neither checks the rest of the bundle; verify does.
import {
  Broken, bytes, climb, domain, ed25519Verify, hex, join, lp, mac, need, parse, sha, u32, u64, u8, unhex,
} from './primitives.js';
import { body, gather, parseBundle, sampleOf } from './verify.js';
import * as shapes from './shapes.js';

function read(raw) {
  const b = parseBundle(raw);
  shapes.bundle('bundle', b);
  shapes.checkPlan(b.plan);
  return gather(b);
}

export function leavesOf(raw) {
  const e = read(raw);
  return sampleOf(e).map((index) => {
    const { tag, weight, partition, offset } = e.entrants[index];
    return { index, tag: hex(tag), weight, partition, offset: Number(offset) };
  });
}

// --- the bound: whole numbers throughout -----------------------------------------

function binomial(n, k) {
  let out = 1n;
  for (let i = 1n; i <= k; i++) out = (out * (n - k + i)) / i;
  return out;
}

// hits counts the samples of m of n that hit at most x of k.
function hits(n, k, m, x) {
  let sum = 0n;
  for (let i = 0n; i <= x && i <= k; i++) {
    if (m - i >= 0n && m - i <= n - k) sum += binomial(k, i) * binomial(n - k, m - i);
  }
  return sum;
}

// atMost is the largest number of invented entrants among n for which a sample of m
// would have hit no more than missed with a probability above 1/20.
export function atMost(...numbers) {
  const [n, m, missed] = numbers.map(BigInt);
  const all = binomial(n, m);
  let low = missed;
  let high = n - (m - missed);
  while (low < high) {
    const k = (low + high + 1n) / 2n;
    if (20n * hits(n, k, m, missed) > all) low = k;
    else high = k - 1n;
  }
  return Number(low);
}

// --- the rules of one opening -------------------------------------------------------

const checks = {
  51(e, o, x, i) {
    need(i === 0 || o.openings[i - 1].index < x.index, 'it is out of order, or there twice');
    need(e.sample.includes(x.index), 'it is not in the sample');
  },
  52(e, o, { user, receipt }) {
    const salt = mac(unhex(o.eventKey), lp(bytes(user))).subarray(0, 16);
    const tag = sha(domain('tag'), lp(bytes(e.plan.event)), lp(bytes(user)), salt);
    need(hex(salt) === receipt.salt && hex(tag) === receipt.tag, "salt and tag are not the user's under the event key");
  },
  53(e, o, { index, path, receipt: r }) {
    const leaf = join(u8(1), unhex(r.tag), u32(r.weight), u32(r.partition), u64(r.offset));
    const root = climb(leaf, { index, size: e.entrants.length, path });
    need(hex(root) === hex(e.root), 'the path does not lead to the root of the sealed list');
  },
  54(e, o, { receipt: r }) {
    need(r.event === e.plan.event && r.planHash === hex(e.planHash), 'its receipt is for another event or plan');
    const leaf = join(u8(3), unhex(r.tag), u32(r.weight), u32(r.partition), u64(r.offset));
    const message = join(domain('receipt'), lp(bytes(r.event)), e.planHash, u64(r.proof.size), climb(leaf, r.proof));
    need(ed25519Verify(unhex(e.plan.receiptKey), message, unhex(r.signature)), 'its receipt is not signed by the receipt key');
  },
  55(e, o, { receipt, account }) {
    for (const m of e.b.markers) {
      const closes = m.kind === 'close' && m.partition === receipt.partition;
      need(!closes || !(account?.createdAt > m.now), 'the account was made after the entries closed');
    }
  },
};

const says = (a) => ['createdAt', 'followedAt', 'verified', 'phone'].some((fact) => Object.hasOwn(a ?? {}, fact));

export function verifyOpenings(raw, file) {
  const out = { verdict: 'failed', event: '', rules: [], entrants: 0, sample: 0, opened: 0, atMost: 0 };
  const rule = (number, check) => {
    const f = { rule: `R${number}`, status: 'pass', detail: '' };
    try {
      check();
    } catch (err) {
      if (!(err instanceof Broken)) throw err;
      Object.assign(f, { status: number === 56 ? 'lowers' : 'fail', detail: err.message });
    }
    out.rules.push(f);
    return f.status === 'pass';
  };
  let e;
  let o;
  const readable = rule(47, () => {
    e = read(raw);
    o = parse(file);
    shapes.openings('openings', o);
  });
  if (!readable) return out;
  e.sample = sampleOf(e);
  const whole = [
    rule(48, () => need(o.event === e.plan.event && o.closeHash === hex(e.closeHash), 'openings are of another draw')),
    rule(49, () => need(ed25519Verify(e.engine, join(domain('openings'), sha(body(o))), unhex(o.signature)),
      'openings are not signed by the engine key')),
    rule(50, () => need(hex(sha(unhex(o.eventKey))) === e.plan.tagKeyCommit, 'the plan commits to another event key')),
  ].every(Boolean);
  const wrong = new Set();
  for (const [number, check] of Object.entries(checks)) {
    rule(Number(number), () => {
      const doubts = [];
      o.openings.forEach((x, i) => {
        try {
          check(e, o, x, i);
        } catch (err) {
          if (!(err instanceof Broken)) throw err;
          wrong.add(i);
          doubts.push(`opening of entrant ${x.index}: ${err.message}`);
        }
      });
      need(doubts.length === 0, `${doubts[0]}${doubts.length > 1 ? `; ${doubts.length} openings fail like it` : ''}`);
    });
  }
  const opened = whole ? o.openings.filter((x, i) => !wrong.has(i) && says(x.account)).length : 0;
  const missed = e.sample.length - opened;
  rule(56, () => need(missed === 0, `${missed} of ${e.sample.length} are not opened with facts about the account`));
  if (!out.rules.some((f) => f.status === 'fail')) out.verdict = 'ok';
  const n = e.entrants.length;
  return Object.assign(out, { event: e.plan.event, entrants: n, sample: e.sample.length, opened, atMost: atMost(n, e.sample.length, missed) });
}

// bound says what the openings are worth, and on what condition.
export function bound(a) {
  const share = Number((10_000n * BigInt(a.atMost) + BigInt(a.entrants) - 1n) / BigInt(Math.max(1, a.entrants)));
  const percent = `${Math.floor(share / 100)}.${String(share % 100).padStart(2, '0')} %`;
  return `${a.opened} of ${a.sample} opened: with 95 % confidence at most ${a.atMost} of ${a.entrants} entrants (${percent}) are invented.
That holds only if you held each opened account against the platform's own accounts; what the file says of them is the operator's word.
The file holds the event key: whoever has it can test guesses of users against every tag of the list. Keep it secret.`;
}
