// Package work is proof of work by risk: before an entry to a giveaway, and
// nothing else, a viewer who comes out of a crowded network shows that a device
// has hashed for a moment.
//
// # What it is worth
//
// A fair window takes the prize from speed; what is left to a farm is numbers.
// Thousands of accounts behind a few addresses come at once and for nothing;
// here each of them costs up to half a million hashes in each room. That is
// 1.3 s of a slow phone, which nobody notices who has one account, and 2.6 hours of it for
// the first 10,000 accounts of a farm. A server core
// is 30 times as fast as such a phone and a graphics card far more, and behind a
// thousand addresses nobody is asked: it raises a price, it stops nobody. Nobody
// is excluded by it, nothing of it reaches a draw, and nothing of it is a fact
// about a person.
//
// # The challenge
//
//	challenge = base64url(1 ‖ bits ‖ expires ‖ mac), 31 characters without padding
//	mac       = HMAC-SHA-256(key, "fudai/v1/work" 00 ‖ room 00 ‖ user 00 ‖ 1 ‖ bits ‖ expires)[:16]
//	seed      = SHA-256("fudai/v1/work" 00 ‖ challenge)
//
// with bits one byte and expires five, Unix seconds, big endian: Life after it
// was made. A solution is Parts different numbers n below 2^32, ascending, each of which makes
// the first bits bits of SHA-256(seed ‖ n) zero, n in four bytes, big endian. It
// is written as 64 hex digits. Eight parts and not one: the time is bounded much better, one in a
// hundred takes twice the mean and not five times (see TestSpread). A hash is of one block, so
// that plain JavaScript does it as fast as any.
//
// # Bound, and used once
//
// A challenge is one user's in one room: nobody else can use its solution, and for
// the user it opens what it is for, entering there. All edges have the key,
// so that who loses the connection while hashing brings the solution to the next edge. Nothing is
// remembered: on a connection that owes nothing a solution is refused, and
// shown again on another within Life it opens to the same user what was open.
// Checking costs two MACs' time and at most Parts hashes.
//
// # Who is asked
//
// Crowd estimates how many users came out of a network, a /24 of IPv4 or a
// /48 of IPv6, within the last five to ten minutes, and Bits says what that asks:
// nothing below a threshold, then 12 bits (33,000 hashes), one more for each
// doubling, 16 (524,000) at most. The threshold is 256 by default, at one edge
// process. Behind the 256 addresses of a carrier's translator
// are some 16,000 phones, if each has a thousand ports; of a show that one phone
// in 2,000 watches these are 8, and of one that a whole city watches, ten times
// the share, 80. An office of 300 that watches the same show is asked for 12 bits: 0.1 s of a slow phone
// in the background while they look at the stream.
//
// # What it costs
//
// One core of an AMD EPYC does 4.1 million hashes a second in JavaScript
// (web/sdk/hashcash.ts), 2.3 million of them got through in a worker of Chromium on a busy
// machine, and 11 to 13 million here: 12 bits take the browser 8 ms there, 16
// bits 0.13 s (bench/results/2026-11-22-work.md). A slow phone is taken to be ten times
// slower; none was measured.
package work
