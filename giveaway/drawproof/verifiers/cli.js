#!/usr/bin/env node
// Command line around verify.js.
//
//   cli.js BUNDLE                   check a finished giveaway
//   cli.js BUNDLE RECEIPT [USER]    check a viewer's receipt against it
//   cli.js BUNDLE --sample          which entrants a spot audit opens
//   cli.js BUNDLE --openings FILE   check the bundle, and the openings that the operator gave an auditor
//   cli.js --lines < BUNDLES        one bundle a line in, one JSON report a line out; where openings follow
//                                   behind a tab, the report is theirs
//
// The exit code is the number of the first rule that failed, 0 where none did.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { beaconVerify } from './primitives.js';
import { bound, leavesOf, verifyOpenings } from './openings.js';
import { verify, verifyReceipt } from './verify.js';

function printRules(report) {
  for (const f of report.rules) console.log(`${f.status.padEnd(6)} ${f.rule.padEnd(4)} ${f.detail}`.trimEnd());
}

const failed = (report) => Number(report.rules.find((f) => f.status === 'fail')?.rule.slice(1) ?? 0);

function audit(bundle, openings) {
  const report = verify(bundle);
  const out = verifyOpenings(bundle, openings);
  print(report);
  printRules(out);
  if (out.sample > 0) console.log(bound(out));
  console.log(out.verdict);
  process.exitCode = failed(report) || failed(out);
}

function print(report) {
  printRules(report);
  for (const [k, v] of Object.entries(report.values)) console.log(k.padEnd(13), v);
  console.log('grade', report.grade.letter, report.grade.reasons.join(', '));
  console.log(report.verdict);
}

async function lines() {
  const known = new Map(); // pairings are slow, and many bundles share a round
  const beacon = (...args) => {
    const key = args.map(String).join('/');
    if (!known.has(key)) known.set(key, beaconVerify(...args));
    return known.get(key);
  };
  // Latin-1 keeps every byte, so bundles that are not UTF-8 arrive as they are.
  for await (const line of createInterface({ input: process.stdin.setEncoding('latin1'), crlfDelay: Infinity })) {
    const [bundle, openings] = line.split('\t').map((part) => Uint8Array.from(Buffer.from(part, 'latin1')));
    console.log(JSON.stringify(openings ? verifyOpenings(bundle, openings) : verify(bundle, beacon)));
  }
}

const [bundle, receipt, user] = process.argv.slice(2);
if (bundle === '--lines') {
  await lines();
} else if (!bundle) {
  console.error('usage: cli.js BUNDLE [RECEIPT [USER] | --sample | --openings FILE] | --lines');
  process.exitCode = 2;
} else if (receipt === '--sample') {
  for (const x of leavesOf(readFileSync(bundle))) console.log(x.index, x.tag, x.partition, x.offset);
} else if (receipt === '--openings') {
  audit(readFileSync(bundle), readFileSync(user));
} else if (receipt) {
  const out = verifyReceipt(readFileSync(bundle), readFileSync(receipt), user);
  console.log(JSON.stringify(out, null, 1));
  process.exitCode = out.finding.status === 'pass' ? 0 : 37;
} else {
  const report = verify(readFileSync(bundle));
  print(report);
  process.exitCode = failed(report);
}
