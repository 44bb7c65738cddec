// Package roomtest drives a room.Partition the way an owner does, with real
// records from bytes, signed Ticks and Applied barriers, but without a log:
// a World keeps the records it appends, so that they can be folded again.
//
// Scripts (script.go) say what happens and what must come of it, in
// room/testdata; Simulate (simulate.go) draws a log from a seed for the laws
// that must hold for every log.
package roomtest
