//go:build linux

package main

import (
	"bytes"
	"math/rand/v2"
	"strconv"
)

// kept is what a viewer takes from one connection to the next, and which
// results it has had on any of them.
type kept struct {
	had     uint64    // seq of the last frame that came whole
	resume  string    // ticket of the last hello or bye
	shift   int32     // attempts so far: each goes to the next address
	results [3]uint64 // of each of states, giveaways by number
	again   uint16    // results it had already
}

// noted is what viewers had of the results.
type noted struct {
	Viewers int
	Had     [3][mostGiveaways]int // viewers who have it, by state and giveaway
	Again   int                   // results that came once more
}

// stateOf counts what a result says: that the list is sealed, who won, or that
// there is no draw; -1 for another message.
func stateOf(result []byte) int {
	switch string(member(result, stateMember)) {
	case "sealed":
		return 0
	case "drawn":
		return 1
	case "cancelled", "void":
		return 2
	}
	return -1
}

// mostGiveaways fit kept.
const mostGiveaways = 64

// giveaway names the n-th of a run; numberOf reads it.
func giveaway(n int) string { return "roll-" + strconv.Itoa(n) }

func numberOf(event []byte) int {
	n, err := strconv.Atoi(string(bytes.TrimPrefix(event, []byte("roll-"))))
	if err != nil || n < 0 || n >= mostGiveaways {
		return -1
	}
	return n
}

var (
	resultHead   = []byte(`{"op":"result"`)
	byeHead      = []byte(`{"op":"bye"`)
	stateHead    = []byte(`{"op":"state"`)
	eventMember  = []byte(`"event":`)
	stateMember  = []byte(`"state":`)
	resumeMember = []byte(`"resume":`)
	toMember     = []byte(`"to":`)
	leastMember  = []byte(`"min_ms":`)
	mostMember   = []byte(`"max_ms":`)
)

// noteworthy reports whether a message must be looked at whole.
func noteworthy(body []byte) bool {
	for _, head := range [][]byte{resultHead, byeHead, helloHead, gapHead} {
		if bytes.HasPrefix(body, head[:min(len(head), len(body))]) {
			return true
		}
	}
	return false
}

// member reads a member that is a string without escapes.
func member(body, name []byte) []byte {
	_, rest, ok := bytes.Cut(body, append(bytes.Clone(name), '"'))
	value, _, ok2 := bytes.Cut(rest, []byte{'"'})
	if !ok || !ok2 {
		return nil
	}
	return value
}

// number reads a member that is a whole number, 0 if there is none.
func number(body, name []byte) (n uint64) {
	_, rest, _ := bytes.Cut(body, name)
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}

// keep notes from a message what a viewer comes back with.
func (c *crowd) keep(v *viewer, body []byte) {
	switch {
	case bytes.HasPrefix(body, helloHead):
		v.resume = string(member(body, resumeMember))
	case bytes.HasPrefix(body, byeHead):
		if ticket := member(body, resumeMember); len(ticket) > 0 {
			v.resume = string(ticket)
		}
		if most := number(body, mostMember); most > 0 {
			v.least, v.most = int32(number(body, leastMember)), int32(most)
		}
	case bytes.HasPrefix(body, gapHead):
		v.last = max(v.last, number(body, toMember)) // it was told
	case bytes.HasPrefix(body, stateHead):
		v.last = max(v.last, number(body[:min(len(body), needHead)], seqMember))
	case bytes.HasPrefix(body, resultHead):
		v.result(body)
	}
}

func (v *viewer) result(body []byte) {
	n, state := numberOf(member(body, eventMember)), stateOf(body)
	if n < 0 || state < 0 {
		return
	}
	if v.results[state]&(1<<n) != 0 {
		v.again++
	}
	v.results[state] |= 1 << n
}

// notes adds up what the viewers have.
func (c *crowd) notes() noted {
	all := noted{Viewers: len(c.viewers)}
	for i := range c.viewers {
		v := &c.viewers[i]
		all.Again += int(v.again)
		for state, had := range v.results {
			for n := range mostGiveaways {
				all.Had[state][n] += int(had >> n & 1)
			}
		}
	}
	return all
}

// elsewhere makes a viewer's next attempt go to any address: a balancer that
// does not know yet which edge goes away.
func (v *viewer) elsewhere() { v.shift = rand.Int32N(1 << 20) }
