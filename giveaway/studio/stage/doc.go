// Package stage is what tests of the studio and of the fulfilment desk play on:
// a log of paper, and rooms whose owner is the real state machine of giveaways
// in a time of its own. It is for tests alone.
package stage
