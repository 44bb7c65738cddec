// What the members of plan, bundle and receipt look like (R3, R4, R37, R47).
import { Broken, bytes, need, unbase64 } from './primitives.js';

const MAX_UNITS = 1_000_000;

function text(path, v) {
  need(typeof v === 'string', `${path} is not a string`);
}

function name(path, v) {
  need(typeof v === 'string' && /^[!#-[\]-~]{1,64}$/.test(v), `${path} is not an id`);
}

const oneOf = (...allowed) => (path, v) => need(allowed.includes(v), `${path} is none of ${allowed}`);

const integer = (least, most) => (path, v) => {
  need(typeof v === 'number', `${path} is not an integer`);
  need(v >= least && v <= most, `${path} is ${v}, outside ${least}..${most}`);
};

const hexOf = (...sizes) => (path, v) => {
  const ok = typeof v === 'string' && /^[0-9a-f]*$/.test(v) && sizes.includes(v.length / 2);
  need(ok, `${path} is not lower-case hex of ${sizes} bytes`);
};

// unrow cuts base64 into rows of one size and kind.
export function unrow(v, size, kind) {
  const raw = unbase64(v);
  need(raw.length % size === 0, `${raw.length} bytes are not rows of ${size}`);
  const rows = [];
  for (let at = 0; at < raw.length; at += size) {
    need(raw[at] === kind, 'a row is of another kind');
    rows.push(raw.subarray(at, at + size));
  }
  return rows;
}

const rows = (size, kind) => (path, v) => {
  text(path, v);
  unrow(v, size, kind);
};

const array = (least, most, item) => (path, v) => {
  need(Array.isArray(v), `${path} is not a list`);
  need(v.length >= least && v.length <= most, `${path} has ${v.length} items, outside ${least}..${most}`);
  v.forEach((x, i) => item(`${path}[${i}]`, x));
};

const members = (shapes, others = false) => (path, v) => {
  if (typeof v !== 'object' || Array.isArray(v)) throw new Broken(`${path} is not an object`);
  let known = 0;
  for (const [label, shape] of Object.entries(shapes)) {
    const member = label.replace(/\?$/, '');
    if (Object.hasOwn(v, member)) {
      known++;
      shape(`${path}.${member}`, v[member]);
    } else {
      need(label.endsWith('?'), `${path} has no member ${member}`);
    }
  }
  need(others || known === Object.keys(v).length, `${path} has members that do not belong there`);
};

const WORD = integer(0, 2 ** 32 - 1);
const U53 = integer(0, Number.MAX_SAFE_INTEGER);
const ROUND = integer(1, Number.MAX_SAFE_INTEGER);
const MILLIS = integer(0, 2 ** 43);
const H32 = hexOf(32);
const SIG = hexOf(64);

export const plan = members({
  event: name,
  selection: oneOf('lot', 'first'),
  prizes: array(1, 100, members({
    id: name,
    qty: integer(1, MAX_UNITS),
    'split?': members({
      mode: oneOf('double-mean', 'equal'), underfill: oneOf('return', 'resplit'), total: U53, min: U53, max: U53,
    }),
    'stepUp?': oneOf('platform'),
  }, true)),
  alternates: integer(0, MAX_UNITS), draws: integer(1, 1000), maxWeight: integer(1, 64),
  openAt: MILLIS, closeAt: MILLIS, graceMs: integer(0, 60_000), sealBudgetMs: integer(0, 3_600_000),
  appendTimes: oneOf('log', 'fact'), partitions: array(1, 1024, WORD),
  beacon: members({
    kind: oneOf('quicknet', 'local'), chain: H32, publicKey: hexOf(96), genesis: integer(0, 2 ** 33),
    period: integer(1, 86400),
  }),
  round: ROUND, ladderStep: integer(1, 1000),
  tagKeyCommit: H32, engineKey: H32, receiptKey: H32,
  claimTtlMs: integer(0, 2 ** 43), disqualify: array(0, 100, name), 'caps?': array(0, 100, members({}, true)),
  'log?': members({
    origin: name, key: H32, witnesses: array(0, 16, members({ name, key: H32 })), quorum: integer(2, 16),
    marginMs: integer(2000, 3_600_000), 'mirrors?': array(1, 16, members({ name, key: H32 })),
  }),
  'vrf?': members({ key: H32 }),
}, true);

const logPlace = members({ index: U53, path: array(0, 64, H32) });

export const bundle = members({
  format: oneOf('drawproof/v1/bundle'),
  plan: members({}, true),
  amendments: array(0, 100, members({
    after: U53, closeAt: MILLIS, event: name, partition: WORD, previous: H32, round: ROUND, signature: SIG,
  })),
  markers: array(0, 4096, members({
    kind: oneOf('open', 'close'), partition: WORD, offset: U53, now: MILLIS, time: MILLIS, signature: SIG,
  })),
  entrants: rows(49, 1),
  excluded: rows(37, 2),
  close: members({
    event: name, planHash: H32, root: H32, excludedRoot: H32, entrants: U53, totalWeight: U53, excluded: U53,
    capOffset: U53, round: ROUND,
    ranges: array(0, 1024, members({ partition: WORD, open: U53, close: U53 })),
  }),
  closeHash: H32,
  sealedBy: oneOf('owner', 'standby'),
  sigma: hexOf(48),
  'proof?': hexOf(80),
  result: members({
    closeHash: H32,
    drawNo: WORD,
    winners: array(0, MAX_UNITS, members({ rank: WORD, tag: H32, score: H32, prize: name, amount: U53, grant: H32 })),
    alternates: array(0, MAX_UNITS, members({ rank: WORD, tag: H32, score: H32, grant: H32 })),
    cutoff: members({ winner: hexOf(0, 32), alternate: hexOf(0, 32) }),
    returned: U53,
  }),
  resultHash: H32,
  claims: array(0, 4 * MAX_UNITS, members({
    unit: WORD, rank: WORD, grant: H32, amount: U53, code: text,
    state: oneOf('open', 'claimed', 'settled', 'expired', 'disqualified', 'skipped'),
    'review?': members({
      at: MILLIS,
      words: array(0, 9, members({
        partition: WORD, after: U53, now: MILLIS, outcome: oneOf('confirmed', 'refused'), ref: H32,
      })),
    }),
  })),
  grade: members({ letter: oneOf('A+V', 'A', 'B', 'C', 'D'), reasons: array(0, 20, name) }),
  'log?': members({
    size: U53, root: H32, signature: SIG, plan: logPlace, close: logPlace,
    cosignatures: array(0, 16, members({ name, time: integer(0, 2 ** 33), signature: SIG })),
  }),
  'mirrored?': array(1, 16, members({ name, time: integer(0, 2 ** 33), signature: SIG })),
  signature: SIG,
});

// bounded is text of so many bytes in UTF-8.
const bounded = (least, most) => (path, v) => {
  text(path, v);
  const size = bytes(v).length;
  need(size >= least && size <= most, `${path} has ${size} bytes, outside ${least}..${most}`);
};

export const receipt = members({
  event: name, planHash: H32, tag: H32, salt: hexOf(16), weight: WORD, partition: WORD, offset: U53, signature: SIG,
  proof: members({ index: U53, size: U53, path: array(0, 64, H32) }),
});

export const openings = members({
  format: oneOf('drawproof/v1/openings'), event: name, closeHash: H32, eventKey: H32, signature: SIG,
  openings: array(0, 200, members({
    index: U53, user: bounded(1, 255), path: array(0, 64, H32), receipt,
    'account?': members({
      at: MILLIS, 'createdAt?': MILLIS, 'followedAt?': MILLIS, 'verified?': integer(0, 1), 'phone?': bounded(1, 64),
    }),
  })),
});

// checkPlan is R4: the shape of the plan, and that its members agree.
export function checkPlan(p) {
  plan('plan', p);
  need(p.openAt < p.closeAt, 'plan opens after it closes');
  need(p.partitions.every((x, i) => i === 0 || p.partitions[i - 1] < x), 'partitions are not ascending');
  need(p.selection === 'lot' || p.partitions.length === 1, 'partitions have no common order');
  need(new Set(p.prizes.map((z) => z.id)).size === p.prizes.length, 'a prize stands twice');
  need(p.prizes.reduce((n, z) => n + z.qty, 0) <= MAX_UNITS, 'too many prize units');
  need(p.claimTtlMs > 0 || !p.prizes.some((z) => z.stepUp), 'a prize asks for a confirmation, and there is no time for it');
  let sums = 0n;
  for (const { qty, split } of p.prizes) {
    if (split) {
      checkSplit(split, BigInt(qty));
      sums += BigInt(split.total);
    }
  }
  need(sums <= BigInt(Number.MAX_SAFE_INTEGER), 'the sums of the prizes are too large together');
  if (p.log) checkLog(p.log, p.engineKey);
  const named = [...(p.log?.witnesses ?? []), ...(p.log?.mirrors ?? [])];
  const others = [p.engineKey, p.receiptKey, p.log?.key, ...named.map((w) => w.key)];
  need(!p.vrf || !others.includes(p.vrf.key), "the key of the operator's proof is another's");
}

function checkLog({ origin, key, witnesses, mirrors = [] }, engineKey) {
  for (const list of [witnesses, mirrors]) {
    const keys = [engineKey, key];
    list.forEach((w, i) => {
      need(i === 0 || list[i - 1].name < w.name, 'witnesses or mirrors are not ascending by name');
      need(!keys.includes(w.key), 'the key of a witness or mirror stands there twice');
      keys.push(w.key);
    });
  }
  for (const m of mirrors) {
    need(witnesses.every((w) => (w.name === m.name) === (w.key === m.key)), 'a mirror is half a witness');
  }
  need(![origin, ...[...witnesses, ...mirrors].map((w) => w.name)].some((x) => x.includes('+')), 'a name has a plus sign');
}

function checkSplit(s, n) {
  need(s.min >= 1 && BigInt(s.min) * n <= BigInt(s.total), 'the least packets need more than the total');
  if (s.max > 0) {
    need(s.underfill === 'return', 'a maximum cannot be kept when fewer share the total');
    need(s.max >= s.min && BigInt(s.max) * n >= BigInt(s.total), 'the largest packets cannot hold the total');
  }
}
