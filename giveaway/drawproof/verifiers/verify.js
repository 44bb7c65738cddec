// drawproof/v1 verifier for browsers and Node, written from the numbered
// specification in doc.go, apart from the Go code.
//
//   verify(bundle)                  check a finished giveaway: a report, rule by rule
//   verifyReceipt(bundle, receipt)  what became of one viewer's entry
//
// Both take and give plain values; files and screens are the caller's.
import {
  Broken, Stream, base64, beaconVerify, bytes, climb, compare, domain, ed25519Verify, hex, jcs, join, lp, mac, need, parse,
  sample, scorer, sha, tree, u32, u64, u8, unhex,
} from './primitives.js';
import { ecvrf } from './ecvrf.js';
import * as shapes from './shapes.js';

const QUICKNET = {
  kind: 'quicknet',
  chain: '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
  publicKey: '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451'
    + '0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  genesis: 1692803367,
  period: 3,
};

const equal = (a, b) => compare(jcs(a), jcs(b)) === 0 && jcs(a).length === jcs(b).length;

export function body(o) {
  const { signature, ...rest } = o;
  return jcs(rest);
}

// --- R25 to R30: from the seal and sigma to the result --------------------------

function amounts(split, key, prize, n) {
  if (n === 0) return [];
  const stream = new Stream(key, lp(bytes(prize)));
  const out = [];
  let total = BigInt(split.total);
  if (split.mode === 'equal') {
    const count = BigInt(n);
    for (let i = 0; i < n; i++) out.push(total / count + (BigInt(i) < total % count ? 1n : 0n));
  } else {
    const [min, max] = [BigInt(split.min), BigInt(split.max)];
    for (let left = BigInt(n); left > 1n; left--) {
      let low = min;
      let high = min + (2n * (total - left * min)) / left;
      if (max > 0n) {
        if (high > max) high = max;
        if (total - (left - 1n) * max > low) low = total - (left - 1n) * max;
        if (high < low) high = low;
      }
      out.push(low + stream.below(high - low + 1n));
      total -= out[out.length - 1];
    }
    out.push(total);
  }
  for (let i = n - 1; i > 0; i--) {
    const j = Number(stream.below(BigInt(i + 1)));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

function keysOf(closeHash, sigma, beta, number) {
  const seed = mac(closeHash, lp(sigma), lp(beta));
  const expand = (name) => mac(seed, domain(name), u32(number), u8(1));
  return { seed, draw: expand('draw'), split: expand('split'), audit: mac(seed, domain('audit'), u8(1)) };
}

function scoreOf(plan, keys) {
  if (plan.selection === 'first') return (e) => join(new Uint8Array(20), u32(e.partition), u64(e.offset));
  const score = scorer(keys.draw);
  return (e) => score(e.tag, e.weight);
}

function draw(e, keys) {
  const { plan } = e;
  const score = scoreOf(plan, keys);
  const grant = (rank, x) => (plan.selection === 'first'
    ? sha(domain('grant'), e.planHash, u32(x.partition), u64(x.offset))
    : sha(domain('grant'), e.closeHash, u32(rank)));
  const units = plan.prizes.reduce((n, z) => n + z.qty, 0);
  const lines = e.entrants
    .map((x) => ({ x, s: score(x) }))
    .sort((a, b) => compare(a.s, b.s) || compare(a.x.tag, b.x.tag))
    .slice(0, units + plan.alternates)
    .map(({ x, s }, i) => ({ rank: i + 1, tag: hex(x.tag), score: hex(s), grant: hex(grant(i + 1, x)) }));
  const alternates = lines.slice(units);
  const winners = lines.slice(0, units);
  let returned = 0n;
  let start = 0;
  for (const { id, qty, split } of plan.prizes) {
    const here = winners.slice(start, start + qty);
    start += qty;
    let cut = [];
    if (split) {
      cut = amounts(split, keys.split, id, split.underfill === 'resplit' ? here.length : qty);
      returned += cut.slice(0, here.length).reduce((left, a) => left - a, BigInt(split.total));
    }
    here.forEach((w, i) => Object.assign(w, { prize: id, amount: Number(cut[i] ?? 0n) }));
  }
  return {
    closeHash: hex(e.closeHash), drawNo: e.b.result.drawNo, winners, alternates,
    cutoff: { winner: winners.at(-1)?.score ?? '', alternate: alternates.at(-1)?.score ?? '' },
    returned: Number(returned),
  };
}

// --- the bundle and all that follows from its plan, markers, lists and sigma -------

function roundAt(beacon, ms) {
  const wait = ms - beacon.genesis * 1000;
  return wait <= 0 ? 1 : Math.floor((wait + beacon.period * 1000 - 1) / (beacon.period * 1000)) + 1;
}

// gather computes all of that from a bundle that R2 to R4 accept.
export function gather(b) {
  const { plan } = b;
  const e = { b, plan, engine: unhex(plan.engineKey), amendErrors: [] };
  e.entrants = shapes.unrow(b.entrants, 49, 1).map((row) => {
    const view = new DataView(row.buffer, row.byteOffset, row.length);
    return {
      row, tag: row.subarray(1, 33), weight: view.getUint32(33), partition: view.getUint32(37),
      offset: view.getBigUint64(41),
    };
  });
  e.excluded = shapes.unrow(b.excluded, 37, 2).map((row) => ({
    row, tag: row.subarray(1, 33), reason: new DataView(row.buffer, row.byteOffset).getUint32(33),
  }));
  e.planHash = sha(domain('plan'), jcs(plan));
  Object.assign(e, { hash: e.planHash, closeAt: plan.closeAt, round: plan.round });
  b.amendments.forEach((a) => amend(e, a));
  e.ranges = plan.partitions.map((partition) => {
    const at = (kind) => b.markers.find((m) => m.partition === partition && m.kind === kind)?.offset ?? 0;
    return { partition, open: at('open'), close: at('close') };
  });
  e.root = tree(e.entrants.map((x) => x.row));
  e.excludedRoot = tree(e.excluded.map((x) => x.row));
  e.weight = e.entrants.reduce((n, x) => n + x.weight, 0);
  e.closeHash = sha(
    domain('close'), lp(bytes(plan.event)), e.hash, e.root, u64(e.entrants.length), u64(e.weight),
    e.excludedRoot, u64(e.excluded.length), u64(b.close.capOffset), u64(b.close.round), u32(e.ranges.length),
    ...e.ranges.map((r) => join(u32(r.partition), u64(r.open), u64(r.close))),
  );
  e.late = instant(e, (at, due) => at > due + plan.graceMs);
  judgeLog(e);
  judgeMirrors(e);
  judgeProof(e);
  e.keys = keysOf(e.closeHash, unhex(b.sigma), e.beta, b.result.drawNo);
  e.result = draw(e, e.keys);
  return e;
}

function amend(e, a) {
  const message = join(domain('amendment'), body(a));
  const doubt = (ok, what) => ok || e.amendErrors.push(`amendment: ${what}`);
  doubt(a.event === e.plan.event, 'another event');
  doubt(a.previous === hex(e.hash), 'does not follow the plan');
  doubt(a.closeAt > e.closeAt && a.round > e.round, 'does not move forward');
  doubt(e.plan.partitions.includes(a.partition), 'partition is not in the plan');
  doubt(ed25519Verify(e.engine, message, unhex(a.signature)), 'not signed by the engine key');
  Object.assign(e, { hash: sha(message), closeAt: a.closeAt, round: a.round });
}

// instant is whether some marker's instant is wrong: what the owner signed, and
// the log's time where the broker sets it.
function instant(e, wrong) {
  return e.b.markers.some((m) => {
    const due = m.kind === 'open' ? e.plan.openAt : e.closeAt;
    return wrong(m.now, due) || (e.plan.appendTimes === 'log' && wrong(m.time, due));
  });
}

// judgeLog is R38 to R41: what each finds, and how many witnesses saw the seal in time.
function judgeLog(e) {
  const { log } = e.plan;
  const shown = e.b.log;
  Object.assign(e, { seen: 0, logged: { 38: [], 39: [], 40: [] } });
  if (shown && !log) e.logged[38].push('the bundle shows a log, the plan names none');
  if (!shown || !log) return;
  const doubt = (rule, ok, what) => ok || e.logged[rule].push(what);
  for (const [kind, hash] of [['plan', e.planHash], ['close', e.closeHash]]) {
    const leaf = jcs({ event: e.plan.event, hash: hex(hash), kind });
    doubt(38, leads(leaf, { ...shown[kind], size: shown.size }, shown.root), `the ${kind} entry is not in the log`);
  }
  const note = bytes(`${log.origin}\n${shown.size}\n${base64(unhex(shown.root))}\n`);
  doubt(39, ed25519Verify(unhex(log.key), note, unhex(shown.signature)), 'checkpoint is not signed by the log key');
  const latest = lastWord(e);
  let inTime = 0;
  shown.cosignatures.forEach((c, i) => {
    const w = log.witnesses.find((x) => x.name === c.name);
    const message = join(bytes(`cosignature/v1\ntime ${c.time}\n`), note);
    const genuine = (i === 0 || shown.cosignatures[i - 1].name < c.name) && w
      && ed25519Verify(unhex(w.key), message, unhex(c.signature));
    doubt(40, genuine, `cosignature of ${c.name} is out of order or not its own`);
    if (genuine && BigInt(c.time) * 1000n <= latest) inTime++;
  });
  if (e.logged[38].length + e.logged[39].length === 0) e.seen = inTime;
}

// lastWord is the last Unix ms at which a witness or a mirror is in time.
function lastWord({ b, plan: { beacon: { genesis, period }, log } }) {
  return (BigInt(genesis) + (BigInt(b.close.round) - 1n) * BigInt(period)) * 1000n - BigInt(log.marginMs);
}

// judgeMirrors is R42 and R43: what is wrong with the words of mirrors, and how
// many of them held the list in time.
function judgeMirrors(e) {
  Object.assign(e, { held: 0, forged: [] });
  const words = e.b.mirrored ?? [];
  words.forEach((w, i) => {
    const m = e.plan.log?.mirrors?.find((x) => x.name === w.name);
    const message = join(domain('mirror'), e.closeHash, u64(w.time));
    if ((i > 0 && words[i - 1].name >= w.name) || !m || !ed25519Verify(unhex(m.key), message, unhex(w.signature))) {
      e.forged.push(`the word of mirror ${w.name} is out of order or not its own`);
    } else if (BigInt(w.time) * 1000n <= lastWord(e)) {
      e.held++;
    }
  });
}

// judgeProof is R44: the operator's part of the seed, empty where nothing is proved.
function judgeProof(e) {
  const { vrf } = e.plan;
  const { proof, sigma } = e.b;
  Object.assign(e, { beta: new Uint8Array(), unproved: '' });
  if (vrf && proof) {
    const beta = ecvrf(unhex(vrf.key), join(domain('alpha'), e.closeHash, lp(unhex(sigma))), unhex(proof));
    if (beta) e.beta = beta;
    else e.unproved = "the operator's proof does not hold";
  } else if (vrf || proof) {
    e.unproved = 'the plan asks for a proof, or the bundle has one, and not both';
  }
}

function leads(leaf, place, root) {
  try {
    return hex(climb(leaf, place)) === root;
  } catch (err) {
    if (err instanceof Broken) return false;
    throw err;
  }
}

function gradeOf(e) {
  const grade = { letter: 'A', reasons: [] };
  const lower = (holds, to, reason) => {
    if (!holds) return;
    if (to > grade.letter) grade.letter = to;
    grade.reasons.push(reason);
  };
  const enough = e.seen >= (e.plan.log?.quorum ?? Infinity);
  lower(e.seen === 0, 'B', 'no-witnesses');
  lower(e.seen > 0 && !enough, 'B', 'few-witnesses');
  lower(enough && e.held === 0, 'B', 'no-mirror');
  lower(e.plan.beacon.kind === 'local', 'D', 'local-beacon');
  lower(e.plan.selection === 'first', 'D', 'order-of-arrival');
  lower(e.late, 'C', 'late-marker');
  lower(e.b.close.round !== e.round, e.late ? 'D' : 'C', 'later-round');
  lower(e.b.sealedBy === 'owner', 'A', 'sealed-by-one-host');
  if (grade.letter === 'A' && e.beta.length > 0) grade.letter = 'A+V';
  return grade;
}

// --- the rules --------------------------------------------------------------------

const ascending = (list) => list.every((x, i) => i === 0 || compare(list[i - 1].tag, x.tag) < 0);

function agree(e, kind, ...names) {
  e.b.result[kind].slice(0, e.result[kind].length).forEach((got, i) => {
    const want = e.result[kind][i];
    for (const n of names) need(got[n] === want[n], `${n} of rank ${want.rank} is ${got[n]}, computed ${want[n]}`);
  });
}

function ranking(e, kind) {
  need(e.b.result[kind].length === e.result[kind].length, `number of ${kind} differs`);
  agree(e, kind, 'rank', 'tag', 'score');
}

const rules = {
  5({ plan: { beacon: c } }) {
    if (c.kind === 'quicknet') {
      need(equal(c, QUICKNET), 'chain differs from the pinned quicknet');
    } else {
      const want = sha(domain('chain'), lp(unhex(c.publicKey)), u64(c.genesis), u64(c.period));
      need(c.chain === hex(want), 'chain hash does not fit the chain');
    }
  },
  6({ plan, b }) {
    for (const x of [plan, ...b.amendments]) {
      const want = roundAt(plan.beacon, x.closeAt + plan.graceMs + plan.sealBudgetMs);
      need(x.round === want, `round is ${x.round}, the first possible is ${want}`);
    }
  },
  7(e) {
    need(e.amendErrors.length === 0, e.amendErrors.join('; '));
    need(e.b.close.event === e.plan.event, 'close record is for another event');
    need(e.b.close.planHash === hex(e.hash), 'close record is for another plan');
    need(e.b.amendments.length <= 2, 'too many amendments');
    for (const a of e.b.amendments) {
      const range = e.ranges.find((r) => r.partition === a.partition);
      need(!range || a.after < range.close, 'amendment after the close marker');
    }
  },
  9: (e) => need(ascending(e.entrants), 'entrants out of order, or one there twice'),
  10: (e) => need(e.entrants.every((x) => x.weight >= 1 && x.weight <= e.plan.maxWeight), 'a weight is out of range'),
  11(e) {
    const { partitions } = e.plan;
    need(e.b.markers.length === 2 * partitions.length, 'not one open and one close marker a partition');
    for (const p of partitions) {
      for (const kind of ['open', 'close']) {
        const count = e.b.markers.filter((m) => m.partition === p && m.kind === kind).length;
        need(count === 1, `${count} ${kind} markers in partition ${p}`);
      }
    }
    need(e.ranges.every((r) => r.open < r.close), 'a close marker is not behind its open marker');
  },
  12(e) {
    for (const m of e.b.markers) {
      const [kind, hash] = m.kind === 'open' ? [1, e.planHash] : [2, e.hash];
      const message = join(domain('marker'), lp(bytes(e.plan.event)), hash, u8(kind), u32(m.partition), u64(m.now));
      need(ed25519Verify(e.engine, message, unhex(m.signature)), 'a marker is not signed by the engine key');
    }
  },
  13(e) {
    const windows = new Map(e.ranges.map((r) => [r.partition, r]));
    e.entrants.forEach((x, i) => {
      const w = windows.get(x.partition);
      need(w && x.offset > w.open && x.offset < w.close, `entrant ${i} is outside the window`);
    });
  },
  14(e) {
    const places = new Set(e.entrants.map((x) => `${x.partition}/${x.offset}`));
    need(places.size === e.entrants.length, 'two entrants rest on one record');
  },
  15(e) {
    need(ascending(e.excluded), 'exclusions out of order, or one there twice');
    need(e.excluded.every((x) => x.reason > 0), 'an exclusion has no reason');
  },
  16(e) {
    const out = new Set(e.excluded.map((x) => hex(x.tag)));
    need(out.size === 0 || !e.entrants.some((x) => out.has(hex(x.tag))), 'somebody is both entrant and excluded');
  },
  17: (e) => need(e.b.close.root === hex(e.root), 'entrant root does not fit the list'),
  18: (e) => need(e.b.close.excludedRoot === hex(e.excludedRoot), 'excluded root does not fit the list'),
  19({ b: { close: c }, entrants, excluded, weight }) {
    need(c.entrants === entrants.length && c.totalWeight === weight && c.excluded === excluded.length,
      'counts do not fit the lists');
  },
  20: (e) => need(equal(e.b.close.ranges, e.ranges), "sealed windows are not the markers'"),
  21({ b, plan, round }) {
    const steps = b.close.round - round;
    need(steps >= 0 && steps % plan.ladderStep === 0 && steps / plan.ladderStep <= 10, 'round is not a step of the ladder');
  },
  22: (e) => need(e.b.closeHash === hex(e.closeHash), 'close hash does not fit the close record'),
  23(e, beacon) {
    const ok = beacon(unhex(e.plan.beacon.publicKey), e.b.close.round, unhex(e.b.sigma));
    need(ok, `sigma is not the beacon's signature of round ${e.b.close.round}`);
  },
  24: (e) => need(e.b.result.drawNo < e.plan.draws, 'the plan does not list this draw'),
  25: (e) => ranking(e, 'winners'),
  26: (e) => agree(e, 'winners', 'prize'),
  27(e) {
    agree(e, 'winners', 'amount');
    need(e.b.result.returned === e.result.returned, 'amount returned differs');
  },
  28: (e) => ranking(e, 'alternates'),
  29: (e) => need(equal(e.b.result.cutoff, e.result.cutoff), 'cutoffs differ'),
  30(e) {
    agree(e, 'winners', 'grant');
    agree(e, 'alternates', 'grant');
  },
  31({ b, closeHash }) {
    need(b.result.closeHash === hex(closeHash), 'result is for another seal');
    need(b.resultHash === hex(sha(domain('result'), jcs(b.result))), 'result hash does not fit');
  },
  32: checkClaims,
  33: (e) => need(!instant(e, (at, due) => at < due - e.plan.graceMs), 'a marker comes too early'),
  34: (e) => need(!e.late, 'a marker comes late'),
  35: (e) => need(equal(e.b.grade, gradeOf(e)), `the evidence gives ${JSON.stringify(gradeOf(e))}`),
  36(e) {
    const message = join(domain('bundle'), sha(body(e.b)));
    need(ed25519Verify(e.engine, message, unhex(e.b.signature)), 'bundle is not signed by the engine key');
  },
  38: (e) => need(e.logged[38].length === 0, e.logged[38].join('; ')),
  39: (e) => need(e.logged[39].length === 0, e.logged[39].join('; ')),
  40: (e) => need(e.logged[40].length === 0, e.logged[40].join('; ')),
  41: (e) => need(e.seen >= (e.plan.log?.quorum ?? Infinity), `${e.seen} witnesses saw the seal in time`),
  42: (e) => need(e.forged.length === 0, e.forged.join('; ')),
  43: (e) => need(e.held > 0, 'no mirror held the list in time'),
  44: (e) => need(!e.unproved, e.unproved),
  45: checkReviews,
};

function checkClaims({ b, plan, result }) {
  const spare = [...result.alternates];
  const holders = new Map(result.winners.map((w) => [w.rank, w]));
  for (const c of b.claims) {
    const h = holders.get(c.unit);
    need(h && h.rank === c.rank, `rank ${c.rank} cannot hold unit ${c.unit}`);
    need(c.grant === h.grant, 'grant of a claim differs');
    need(c.amount === result.winners[c.unit - 1].amount, 'amount of a claim differs');
    if (c.state === 'disqualified') {
      need(plan.disqualify.includes(c.code), `disqualified by ${c.code}, which the plan does not list`);
    } else if (c.state === 'skipped') {
      need(c.code === 'cap' && plan.caps?.length, 'skipped for no reason that the plan knows');
    } else {
      need(c.state !== 'expired' || plan.claimTtlMs > 0, 'expired, yet the plan sets no time limit');
      need(c.code === '' || (c.state === 'expired' && c.code === 'unconfirmed'), 'state takes no code');
    }
    holders.delete(c.unit);
    const lost = ['expired', 'disqualified', 'skipped'].includes(c.state);
    if (lost && spare.length > 0) holders.set(c.unit, spare.shift());
  }
  need(holders.size === 0, 'a unit has a holder that no claim names');
}

// checkReviews is R45: who keeps a prize that asks for it was confirmed in time, who
// was not has lost it, and nobody's time was cut short.
function checkReviews({ b, plan, ranges, result }) {
  const free = new Map();
  for (const c of b.claims) {
    const tier = plan.prizes.find((z) => z.id === result.winners[c.unit - 1]?.prize);
    if (!tier) continue; // R32 says so
    const { review } = c;
    if (!tier.stepUp) {
      need(!review && c.code !== 'unconfirmed', 'a holder is reviewed, and the plan asks for none');
      continue;
    }
    if (!review) {
      need(!['claimed', 'settled', 'expired'].includes(c.state), 'the plan asks for a review, and there is none');
      continue;
    }
    need(c.state !== 'skipped', 'a holder is reviewed and skipped');
    const until = review.at + plan.claimTtlMs;
    let last = review.at;
    review.words.forEach((w, i) => {
      need(ranges.some((r) => r.partition === w.partition && w.after >= r.close), 'a word stands before the close');
      need(w.now >= last && w.now < until, 'a word is out of time or out of order');
      need(w.outcome !== 'confirmed' || i === review.words.length - 1, 'words follow a confirmation');
      last = w.now;
    });
    const confirmed = review.words.at(-1)?.outcome === 'confirmed';
    need(confirmed || !['claimed', 'settled'].includes(c.state), `rank ${c.rank} keeps a unit without being confirmed`);
    need(c.state !== 'expired' || confirmed === (c.code === ''), `rank ${c.rank} lost a unit with code "${c.code}"`);
    need(review.at >= (free.get(c.unit) ?? 0), `rank ${c.rank} has a unit before the time of the one before is over`);
    if (c.state === 'expired') free.set(c.unit, until);
  }
}

export function parseBundle(raw) {
  const b = parse(raw);
  need(typeof b === 'object' && !Array.isArray(b), 'bundle is not an object');
  return b;
}

// verify checks a bundle, a Uint8Array, by every rule that follows from it
// alone. beacon may be given to share its answers between many bundles.
export function verify(raw, beacon = beaconVerify) {
  const report = { verdict: 'failed', event: '', grade: { letter: '', reasons: [] }, rules: [], values: {} };
  const rule = (number, check) => {
    const f = { rule: `R${number}`, status: 'pass', detail: '' };
    try {
      check();
    } catch (err) {
      if (!(err instanceof Broken)) throw err;
      Object.assign(f, { status: [34, 41, 43].includes(number) ? 'lowers' : 'fail', detail: err.message });
    }
    report.rules.push(f);
    return f.status === 'pass';
  };
  let b;
  const readable = rule(2, () => { b = parseBundle(raw); })
    && rule(3, () => shapes.bundle('bundle', b))
    && rule(4, () => shapes.checkPlan(b.plan));
  if (!readable) return report;
  const e = gather(b);
  for (const [number, check] of Object.entries(rules)) rule(Number(number), () => check(e, beacon));
  if (!report.rules.some((f) => f.status === 'fail')) report.verdict = 'ok';
  return Object.assign(report, { event: e.plan.event, grade: gradeOf(e), values: values(e) });
}

function values(e) {
  let code = '';
  const bits = e.closeHash.slice(0, 5).reduce((n, x) => n * 256n + BigInt(x), 0n);
  for (let s = 35n; s >= 0n; s -= 5n) code += '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number((bits >> s) & 31n)];
  return {
    planHash: hex(e.hash), root: hex(e.root), excludedRoot: hex(e.excludedRoot), closeHash: hex(e.closeHash),
    sealCode: `${code.slice(0, 4)}-${code.slice(4)}`, seed: hex(e.keys.seed),
    resultHash: hex(sha(domain('result'), jcs(e.result))),
    bundle: hex(sha(domain('bundle'), sha(body(e.b)))),
    sampleHash: hex(sha(domain('sample'), ...sampleOf(e).map(u32))),
  };
}

// sampleOf is which entrants the operator must open to an auditor (R46).
export const sampleOf = (e) => sample(e.keys.audit, e.entrants.length);

// verifyReceipt is R37: whether a receipt is genuine and its promise was kept.
// uid is the viewer's account; empty takes the tag as it is.
export function verifyReceipt(raw, receipt, uid = '') {
  const out = { finding: { rule: 'R37', status: 'pass', detail: '' }, fate: '', rank: 0, reason: 0, score: '', cutoff: '' };
  try {
    const b = parseBundle(raw);
    shapes.bundle('bundle', b);
    shapes.checkPlan(b.plan);
    const r = parse(receipt, false);
    shapes.receipt('receipt', r);
    follow(out, gather(b), r, uid);
  } catch (err) {
    if (!(err instanceof Broken)) throw err;
    Object.assign(out.finding, { status: 'fail', detail: err.message });
  }
  return out;
}

function follow(out, e, r, uid) {
  const event = bytes(r.event);
  const tag = unhex(r.tag);
  need(r.event === e.plan.event && r.planHash === hex(e.planHash), 'receipt is for another event or plan');
  need(!uid || hex(sha(domain('tag'), lp(event), lp(bytes(uid)), unhex(r.salt))) === r.tag, "the tag is not that user's");
  const leaf = join(u8(3), tag, u32(r.weight), u32(r.partition), u64(r.offset));
  const message = join(domain('receipt'), lp(event), e.planHash, u64(r.proof.size), climb(leaf, r.proof));
  need(ed25519Verify(unhex(e.plan.receiptKey), message, unhex(r.signature)), 'receipt is not signed by the receipt key');
  const inside = e.ranges.some((w) => w.partition === r.partition && w.open < r.offset && r.offset < w.close);
  out.fate = inside ? 'omitted' : 'outside';
  const out_ = e.excluded.find((x) => compare(x.tag, tag) === 0);
  if (out_) return Object.assign(out, { fate: 'excluded', reason: out_.reason });
  const entry = e.entrants.find((x) => compare(x.tag, tag) === 0);
  if (!entry) return need(!inside, 'the entry was promised and is in neither list');
  if (e.plan.selection === 'first' && entry.offset > r.offset && inside) {
    out.fate = 'moved';
    throw new Broken("the list counts a later record than the receipt's");
  }
  Object.assign(out, { fate: 'lost', score: hex(scoreOf(e.plan, e.keys)(entry)), cutoff: e.result.cutoff.winner });
  for (const [kind, fate] of [['winners', 'won'], ['alternates', 'alternate']]) {
    const line = e.result[kind].find((w) => w.tag === r.tag);
    if (line) Object.assign(out, { fate, rank: line.rank });
  }
  return out;
}
