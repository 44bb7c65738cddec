// Package moderation decides what becomes of a comment's text: a RuleSet is
// an immutable value made from one YAML text, and Judge maps a text and its
// sender to a Verdict. It does no I/O, starts no goroutines, reads no clock
// and keeps nothing between calls but the buffers of a Scratch.
//
// It is not the place for rate limits, duplicates or display selection (the
// room's), nor for model endpoints and review queues (moderation/review's).
//
// # The loop a caller writes
//
//	rules := moderation.Default()          // or Parse(text), replaced as a value
//	var scratch moderation.Scratch         // one per goroutine, reused
//	v := rules.Judge(text, sender, &scratch)
//	if v.Masked {
//		shown = rules.AppendMasked(shown[:0], text, &scratch)
//	}
//
// # Views
//
// Nobody evades a list by spelling the word as listed, so a text is looked at
// in several views, each cheap and each run only when the text asks for it:
//
//   - canon: one table look-up a character. Case, width, circles, marks,
//     invisible characters and traditional shapes are gone; everything that is
//     not a letter or digit is one separator; a letter repeats at most twice.
//   - tight: canon without separators, look-alike letters folded to ASCII.
//     A word of Latin letters must still begin and end at word boundaries, and
//     only tokens of at most two letters may be joined.
//   - leet: digits and symbols inside a word read as letters (sh1t).
//   - squeeze: stretched letters reduced to one (fuuuck).
//   - sound: each Han character is its toneless syllable. It over-fires by
//     nature (measured: two thirds more false alarms), so it never does more
//     than hold, and only for words marked for it.
//
// One automaton serves canon, tight, leet and squeeze; another serves sound.
//
// # Invariants
//
//   - Judge is a function of (rule set, text, sender): same values, same verdict,
//     on every machine. Scores are integer sums for that reason.
//   - A verdict above Allow names its rule, view, span and rule set version.
//   - The allow path of Judge does not allocate once a Scratch has grown.
//   - Block and Mute do not depend on who speaks, but for links while a shield is up.
package moderation
