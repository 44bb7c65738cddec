// Package archive is the file of a giveaway that a shop keeps for years: a zip
// with the plan, the public rules, the proof (list, beacon, result), what was
// handed out, the bookings and the trail of who did what, and a manifest with
// the SHA-256 of each, signed by the engine's key, which the plan names too.
//
// It puts files together and takes them apart; what is in them is the word of
// giveaway/studio and giveaway/fulfil. `fudai verify` reads one, also with an auditor's openings
// beside it; those never stand in an archive, which is passed around.
package archive
