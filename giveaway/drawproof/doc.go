// Package drawproof is drawproof/v1: how a giveaway is sealed, drawn and checked
// so that nobody, the operator included, chooses anything after the seal. It
// holds hashes, trees, scores, splits, receipts and the offline verifier.
//
// It does no I/O, starts no goroutine, reads no clock and draws no random
// number: the same values in give the same values out, anywhere. It does not
// decide who may enter, keep budgets or fetch beacons; giveaway does.
//
// What follows is the specification. It is meant to be enough to write another
// verifier, as verifiers/verify.py and verifiers/verify.js were written. A
// verifier reports each rule by its number. R1, R8, R46 are definitions.
//
// # Idea
//
// A plan is published and names a round of a public beacon that lies after the
// close. Entries are records in a log, between an open and a close marker. The
// entrants, under salted tags, are sorted and hashed into a tree; the close
// record seals tree, plan, window and round before the round exists. Its hash
// and the beacon's signature give a seed, the seed a score for each entrant, and
// the least scores win. From the seal on there is nothing left to choose.
//
// # Bytes
//
// R1. H is SHA-256, HMAC is HMAC-SHA-256, || joins bytes. u32, u64 are big-endian
// unsigned. lp(x) = u32(length of x in bytes) || x. D(name) is the ASCII text
// "drawproof/v1/name" and one zero byte. Text is UTF-8 in NFC; whoever takes it in
// normalises it, nothing here changes or checks that. In JSON, binary is lower-case
// hex, lists are standard base64 with padding, times are Unix milliseconds, money
// is fen (1/100 of the unit, whatever the currency). Signatures of R7, R12, R36, R37, R39, R40, R42, R49 are Ed25519 after RFC
// 8032, checked without cofactor: S below the group order, and the encoding of
// S·B − k·A equal to R byte for byte.
//
// R2. Canonical JSON is RFC 8785 restricted to objects, arrays, strings and
// integers of magnitude at most 2^53−1; at most 32 arrays and objects nest. There is
// no true, false, null, fraction, exponent, doubled member, bad UTF-8 or half of
// a surrogate pair. JCS(x) is the canonical form of x: no white space, members
// sorted by UTF-16 code units, only \b \t \n \f \r \" \\ and \u00xx (lower case, for
// other controls) escaped. A bundle must be its own canonical form to the byte.
//
// R3. A bundle is one object with exactly the members of [Bundle], each of the
// type, size and bounds that bundleShape states. "entrants" is the entrant leaves
// (R9) one after another, "excluded" the exclusions (R15).
//
// R4. A plan has at least the members of [Plan], within the bounds of planShape, and
// may have any others. Its partitions ascend strictly (exactly one where selection
// is "first"); it opens before it closes; prize ids differ; prize units number at
// most 1,000,000; the totals of all splits sum to at most 2^53−1 fen; and each
// split of n packets has 1 ≤ min, n·min ≤ total and, where max is not 0,
// underfill "return", min ≤ max and total ≤ n·max. If it names a log (R38), its
// witnesses ascend strictly by name, the key of each is neither another's nor the log's nor
// the engine's, and neither origin nor a name has a plus sign. The same holds of its mirrors
// (R42) among themselves; a mirror that shares name or key with a witness shares both.
// If it asks for a proof of the operator (R44), the key for that is none of engine, receipts,
// log, witnesses and mirrors. If a prize asks for a confirmation (R45), claimTtlMs is above 0.
//
// A verifier stops where R2, R3 or R4 fails, for nothing can be computed then.
// Every later rule is judged on its own, on values computed from plan, markers,
// lists and sigma; published values are only compared with those.
//
// # Plan and round
//
// R5. The beacon is drand quicknet as pinned by [Quicknet], all five fields; or a
// "local" chain, with chain = H(D(chain) || lp(publicKey) || u64(genesis) || u64(period)).
//
// R6. Round r is due at T(r) = genesis + (r−1)·period seconds. The round of the plan is
// the least r ≥ 1 with 1000·T(r) ≥ closeAt + graceMs + sealBudgetMs, and the round of
// an amendment is the same for its closeAt.
//
// R7. planHash = H(D(plan) || JCS(plan)). An amendment is signed by the engine key over
// m = D(amendment) || JCS(amendment without "signature"), and its hash is H(m). It
// names the event; "previous" is the plan hash, or the hash of the amendment before;
// closeAt and round both grow; its partition is in the plan and "after", the offset
// there behind which it applies, is below that partition's close marker. There are at
// most two. The terms of the event are those of the last amendment, or the plan's, and
// the close record names the event and the hash of the terms.
//
// # Entrants
//
// R8. salt = the first 16 bytes of HMAC(eventKey, lp(uid));
// tag = H(D(tag) || lp(event) || lp(uid) || salt). tagKeyCommit in the plan is
// H(eventKey). Only holders of a salt can check a tag: the viewer, and an auditor
// who is given the event key.
//
// R9. An entrant leaf is 49 bytes: 0x01 || tag || u32 weight || u32 partition || u64 offset, the
// place being that of the user's first record that counts. Leaves ascend strictly
// by tag, so nobody is there twice.
//
// R10. 1 ≤ weight ≤ maxWeight of the plan, which is at most 64.
//
// R11. Each partition of the plan has exactly one open and one close marker in the
// bundle, open before close by offset, and no other partition has any. (In the log the
// first valid marker of a kind counts, later ones are ignored.)
//
// R12. The engine key signs each marker: D(marker) || lp(event) || hash || kind ||
// u32 partition || u64 now, where kind is 0x01 for open and 0x02 for close, and hash is
// the plan hash for open, the hash of the terms for close.
//
// R13. Every entrant lies in a partition of the plan with open < offset < close. Time
// plays no part.
//
// R14. No two entrants share a place.
//
// R15. An exclusion is 37 bytes: 0x02 || tag || u32 reason, reason ≥ 1. Exclusions ascend
// strictly by tag.
//
// R16. No tag is in both lists.
//
// # Seal
//
// R17. A tree is that of RFC 6962: a leaf hashes to H(0x00 || leaf), two nodes to
// H(0x01 || left || right), the left half being the largest power of two below the
// size; no leaves hash to H(""). close.root is the root over the entrants.
//
// R18. close.excludedRoot is the root over the exclusions.
//
// R19. close.entrants, close.totalWeight and close.excluded are the lists' counts and
// the sum of the weights.
//
// R20. close.ranges are the markers' windows, in the plan's order of partitions.
//
// R21. close.round is the round of the terms, or that plus s·ladderStep with s ≤ 10, for a
// seal that came late. Waiting for a later round gives nobody knowledge of it.
//
// R22. The close record is lp(event) || hash of the terms || root || u64 entrants ||
// u64 totalWeight || excludedRoot || u64 excluded || u64 capOffset || u64 round || u32 ranges ||
// for each (u32 partition || u64 open || u64 close), and closeHash = H(D(close) || record).
// capOffset is a fact: awards at lower offsets of the award log counted for caps. For a cap
// whose scope is all rooms of a shop those of other rooms counted too, as far as the room's
// log told of them before the close marker (reason 1002). What they were is no part of a bundle,
// which would tie the tags of one person in several events together: the control record that told
// of each names the grant (R30), which the proof of the other event has.
// The seal code is the first 40 bits of closeHash in Crockford's base 32, XXXX-XXXX.
//
// # Draw
//
// R23. sigma is the beacon's signature of close.round: a BLS signature on G1 of
// H(u64 round) under the chain's key on G2, hashed to the curve after RFC 9380 with the domain
// "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"; 48 bytes, canonical, in the subgroup, not
// the identity. The Go verifier takes it only if two libraries do. A verifier without pairings
// reports the rule as "skip" and its verdict as "ok except beacon signature".
//
// R24. seed = HMAC(closeHash, lp(sigma) || lp(beta)), beta being what R44 says (this
// is HKDF-Extract). Keys are HKDF-Expand to 32 bytes: drawKey = HMAC(seed, D(draw) ||
// u32 drawNo || 0x01), splitKey the same with D(split), auditKey = HMAC(seed, D(audit) || 0x01).
// drawNo is below the plan's draws; nothing can raise it after the fact.
//
// R25. With selection "lot" the score of an entrant is the least of HMAC(drawKey, tag || u32 j) for
// j from 0 to weight−1 (a verifier clamps weights to 1..64 here, for a list that R10
// refuses). With "first" it is 20 zero bytes || u32 partition || u64 offset. Entrants are
// ranked by score, then tag, from rank 1. With k prize units and n entrants the first
// min(k, n) win; the result names their rank, tag and score.
//
// R26. Prizes take the ranks in the order of the plan, qty each.
//
// R27. A prize without split has amount 0. A split of a total into m packets, m being qty, or
// with underfill "resplit" the number of its winners, uses the stream of words keyed by
// splitKey with label lp(prize id): block j = HMAC(key, label || u64 j), four u64 words each.
// below(n): take word x; p = x·n; while p mod 2^64 < (2^64 − n) mod n take another
// x; the result is the high 64 bits of p. "equal": packet i gets ⌊total/m⌋, and one more
// if i < total mod m. "double-mean": with rem left for l packets, while l > 1: low = min; high
// = min + ⌊2·(rem − l·min)/l⌋; if max is not 0, high = the lesser of high and max, low =
// the greater of low and rem − (l−1)·max, high = the greater of high and low; the packet is
// low + below(high − low + 1), also where high = low. The last takes the rest. Then, from
// the same stream, for i from m−1 down to 1 packet i changes places with packet
// below(i+1). The i-th winner of the prize gets packet i; "returned" is the sum, over all
// splits, of what no winner got.
//
// R28. The next ranks, as many as the plan's alternates, are named with tag and score.
//
// R29. cutoff.winner is the score of the last winner, cutoff.alternate that of the last
// alternate, each empty where there is none. Whoever scores above cutoff.winner lost.
//
// R30. The grant of a rank is H(D(grant) || closeHash || u32 rank); with selection "first" it
// is H(D(grant) || planHash || u32 partition || u64 offset), for it stands before the close.
//
// R31. result.closeHash is the close hash and resultHash = H(D(result) || JCS(result)).
//
// R32. Claims tell, in order, who held each unit and how that ended. Unit u is first held by
// rank u. A holder whose state is "expired", "disqualified" or "skipped" loses it to the
// next alternate that has not been used, if there is one; every holder has one claim, with the grant
// of its rank and the amount of the unit. "expired" needs claimTtlMs above 0 (its code is empty
// or "unconfirmed", see R45); "disqualified"
// a code that the plan lists; "skipped" the code "cap" and a plan whose "caps" are not empty;
// other states have an empty code. Whether a claim came in time and what a skipped user
// had won before, nobody can see in one bundle: that is the engine's word, signed (R36).
//
// # Honesty about time and trust
//
// R33. No open marker is earlier than openAt − graceMs, and no close marker earlier than
// closeAt of the terms − graceMs. This goes by "now", which the engine signed, and where the plan
// says appendTimes "log" also by "time", which the broker set.
//
// R34. None is later than the same instants + graceMs. A late marker does not fail (honest
// engines are late at times): the rule reports "lowers", and the grade falls.
//
// R35. The grade begins at A. Reasons, in this order, with the grade they press it down
// to: "no-witnesses" B, where nobody saw the seal in time (R41); "few-witnesses" B, where fewer
// did than the quorum; "no-mirror" B, where enough did, and no mirror held the list in time
// (R43: it could not be exchanged, but held back); "local-beacon" D;
// "order-of-arrival" D, selection "first"; "late-marker" C; "later-round" C, R21 with s > 0, or D
// together with a late marker; "sealed-by-one-host" A, sealedBy "owner". Where that leaves A and
// the plan asks for the operator's proof (R44), which holds, the letter is "A+V".
//
// R36. The engine key signs D(bundle) || H(JCS(bundle without "signature")).
//
// R37. A receipt promises that an entry will be in one of the two lists. Its leaf is an
// entrant leaf with 0x03 in place of 0x01; the leaves of one batch of one event form a tree;
// the receipt key signs D(receipt) || lp(event) || planHash || u64 size || root, where planHash
// is the plan's own; each receipt carries index, size and path. A genuine receipt for a place
// inside the window whose tag is in neither list is proof of fraud, and the rule fails; it
// fails too where selection is "first" and the list counts a later place than the receipt.
//
// # The transparency log
//
// R38. A plan may name a log: origin, key, witnesses (name and key each), quorum ≥ 2,
// marginMs ≥ 2000. Its entries are JCS({"event", "hash", "kind"}); for a plan the kind is
// "plan" and the hash planHash, for a close record "close" and closeHash (further kinds:
// "amendment" with the hash of the terms, "result" with resultHash, "end" with
// H(D(end) || lp(event) || lp(state) || lp(why)), behind which lp(code) stands where people ended
// it: goods, mistake, fault, show, ordered or other). They are the leaves of a tree as in R17. A
// bundle may show a checkpoint of it, member "log": the rule fails where the plan names no
// log, and where the paths of plan or close entry, at their indices in a tree of that size,
// do not lead to that root.
//
// R39. The log key signs the checkpoint: origin, size in decimal and root in base64, each
// followed by a line feed (C2SP tlog-checkpoint).
//
// R40. Cosignatures ascend strictly by name, and each is by the key of the witness of that
// name in the plan, over "cosignature/v1", "time " and the time in decimal, each followed by
// a line feed, and the text of R39 (C2SP tlog-cosignature). A witness signs no checkpoint
// that does not continue all it ever signed.
//
// R41. Where R38 and R39 hold, the witnesses that saw the seal in time are those whose
// cosignatures R40 does not refuse and have 1000·time ≤ 1000·T(close.round) − marginMs. If
// they are fewer than the quorum, or there is no log, the rule reports "lowers". That
// witnesses are independent of the operator nobody can see in a bundle: know their keys.
//
// # The mirror of the list
//
// R42. The log of a plan may name mirrors (name and key each, one at least). A bundle may
// show their words, member "mirrored": they ascend strictly by name, and each is by the key
// of the mirror of that name in the plan, over D(mirror) || closeHash || u64 time, the time
// being Unix seconds. It says: I hold the plan, the amendments, the markers and both whole
// lists that this close record seals, they pass R2 to R22, and I give them to anybody who
// asks. With them and sigma anybody finishes the draw (R23 to R31) without the operator,
// unless the plan asks for the operator's proof (R44). A witness may be a mirror too, with one
// key: no text of R40 is one of this rule.
//
// What a mirror holds is a sealing: one object with exactly the members of [Sealing], which
// are those of a bundle, and format "drawproof/v1/sealing". R2 to R22, R33 and R34 are judged
// of it as of a bundle, and the engine key signs D(sealing) || H(JCS(sealing without "signature")).
//
// R43. Mirrors held the list in time whose words R42 does not refuse and have 1000·time ≤
// 1000·T(close.round) − marginMs. If there is none, the rule reports "lowers".
//
// # The operator's proof
//
// R44. A plan may ask for a second party to the draw, member "vrf" with a "key"; then, and only
// then, the bundle has a member "proof". It is the proof of ECVRF-EDWARDS25519-SHA512-TAI
// (RFC 9381, suite 0x03) under that key for alpha = D(alpha) || closeHash || lp(sigma): Gamma,
// c and s, 80 bytes, decoded after 5.4.4; the key is validated after 5.4.5; points have their
// one encoding of RFC 8032, 5.1.3; s·B − c·Y and s·H − c·Gamma are computed with the number c,
// not with its opposite modulo the group order, for Y and Gamma may have a part of small order.
// beta of R24 is the 64 bytes of 5.2 that the proof gives, and empty where the plan does not
// ask or this rule fails. Whoever would foresee a draw then needs the beacon's operators and
// this key. Who holds the key can withhold the proof and never choose it: an event whose proof
// is missing an hour after the round is void (no bundle shows that; the public log does, in an
// entry "end" of R38, whose state is "void").
//
// # The platform's confirmation
//
// R45. A prize of the plan may have "stepUp": "platform": whoever is to keep it must be
// confirmed by the platform within claimTtlMs of having it. Claims of its units in the states
// "claimed", "settled" and "expired" have a "review", those in "open" and "disqualified" may,
// skipped ones and those of other prizes have none. It names "at", the time from which the
// unit was theirs, and in the order of the log the platform's words ("refused" at most eight
// times, "confirmed" at most once and then last), each with the room time "now" and a place: a partition
// and the offset there behind which it stands, not below that partition's close marker. No
// word is earlier than "at" or the word before, and all are earlier than at + claimTtlMs.
// A unit that is "claimed" or "settled" ends in "confirmed". The code of one that is "expired" is
// "unconfirmed" without that word, and empty with it (confirmed, and not claimed).
// After a holder who let it expire, "at" of the next of that unit is at + claimTtlMs of theirs
// or later. "ref" is HMAC(eventKey, D(ref) || lp(reference)) of the platform's own reference. Whether the
// platform's words are true, and whether it looked at everybody alike, no bundle shows; that it
// said nothing of somebody, or no, is there for all to see.
//
// # The spot audit
//
// The list is sealed before the seed exists, so an operator who invents entrants cannot aim
// them; but each dilutes the odds of all others. Nothing in a bundle tells an invented entrant
// from a real one. What the seed can do is to name entrants whom the operator must show, and whom it
// could not know when it sealed the list.
//
// R46. The sample of a list of n entrants is m = min(200, n) of its indices, from 0. It is drawn
// without putting back from the stream of words of R27 keyed by auditKey (R24) with label
// lp("sample"): with a = 0, 1, …, n−1, for i from 0 to m−1 a[i] changes places with a[i + below(n−i)];
// the sample is a[0] to a[m−1], then sorted to ascend. Its hash is H(D(sample) || u32 for each index).
// A bundle does not carry it, for anybody computes it.
//
// R47. What the operator gives an auditor is one object, canonical as in R2, with exactly the members of
// [Openings], each of the type, size and bounds that openingsShape states. A verifier stops where that, or
// R2 to R4 of the bundle, does not hold.
//
// R48. It names the event and the close hash of the bundle (as computed).
//
// R49. The engine key signs D(openings) || H(JCS(openings without "signature")).
//
// R50. H(eventKey) is tagKeyCommit of the plan. The auditor is given the event key, because no tag can be held
// against a user without it (R8). Whoever has it can test any guess of a user against every tag of
// both lists: openings are confidential, all of them, and no public file carries one.
//
// R51. The indices of the openings ascend strictly, and each is in the sample.
//
// R52. Salt and tag of the receipt of an opening are those that R8 gives for its user.
//
// R53. The leaf of R9 with tag, weight, partition and offset of that receipt stands at the index
// in the tree over the entrants (R17): the path leads to its root.
//
// R54. The receipt is for the event and the plan, and signed as R37 says. The operator may have signed it for
// the auditor: it adds that the operator stands by what it shows.
//
// R55. "account" is what the platform stated of the user, as far as the installation was told: when the account was
// made, since when it follows the shop (0: it does not), whether the platform has verified who it is, a segment of the
// telephone number as the platform hashed it; "at" is when that was gathered. An account that was made after
// the instant of the close marker of the leaf's partition cannot have entered.
//
// R56. An entrant is opened where R48 to R50 hold, none of R51 to R55 refuses its opening, and the account has
// at least one fact beside "at". If fewer than the sample are, the rule reports "lowers".
//
// What that shows: of n entrants, m of them in the sample and x of those not opened, at most k are
// invented with 95 % confidence, k being the largest number for which 20·Σ C(k, i)·C(n−k, m−i) over
// i from 0 to x is more than C(n, m). It is computed in whole numbers. 200 of 200 in a
// crowd leave fewer than 1.5 %. It holds only if the auditor has held the opened accounts against the platform's own: a file
// can be right by every rule above and name accounts that do not exist.
//
// # What a bundle does not show
//
// That the entrants are people: entrants whom the operator invents before the close, and
// accounts of a farm that no rule ties, win in proportion to their number, neither more nor
// less (a spot audit bounds how many the former are). That everybody got in who wanted to: an entry that was refused leaves no trace; only
// a receipt does (R37). That nobody knew the round: with a local beacon the operator does, and may
// seal in that of many ways by which a favourite wins (grade D). That nobody was faster: by order of
// arrival a program wins what it taps for (grade D). And of several draws that a plan lists somebody
// chooses which to show; giveaway lists one. TestGame and TestGameGains play these strategies and those
// that are seen, giveaway's TestGameEngine those that its readers refuse; the tables of a day, with
// what each wins beside what it should, are in bench/results/2026-11-22-cheats.md.
package drawproof
