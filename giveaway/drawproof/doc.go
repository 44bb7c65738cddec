// Package drawproof is drawproof/v1: how a giveaway is sealed, drawn and
// checked so that nobody, the operator included, chooses anything after the
// seal. It holds hashing, trees, scores, splits and the offline verifier.
//
// It does no I/O, starts no goroutines, reads no clock and draws no random
// number: the same values in give the same values out, anywhere.
package drawproof
