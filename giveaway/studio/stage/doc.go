// Package stage is what tests of the studio and of the fulfilment desk play on:
// a log of paper, rooms whose owner is the real state machine of giveaways in a
// time of its own, the API held against its document, and laws that hold on
// either database. It is for tests alone.
package stage
