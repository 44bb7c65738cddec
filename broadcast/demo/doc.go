// Package demo is the built-in show: an evening in a shop that does not exist,
// written for this project (show.yaml, CC BY 4.0), so that a page has something
// to show without any outside data.
//
// The show is five acts of two minutes, one product each, with questions and
// answers, orders, gifts and a lucky bag, in every other act a red-packet rain, and begins again after ten minutes
// with other viewers saying other lines at other moments. A director draws an
// act from a seed as a list of cues with their times; a player turns each cue
// into a record of fudai.comments or fudai.control when its time has come. What
// the player produces is what any service could produce: nothing in a room
// knows that its viewers are made up.
//
// It is no load generator (see bench) and no replayer (see room/replay).
package demo
