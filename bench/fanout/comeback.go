//go:build linux

package main

import (
	"bytes"
	"container/heap"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// comeback is how viewers who lost their connections return, each for itself and
// as the SDK does: at a moment of the window that hello told, and after a failure
// at one of a window twice as long, not before Retry-After.
type comeback struct {
	due   dueHeap
	under []due // attempts under way, oldest first: since when
	lost  int
	began int64
	plan  []int // first attempts by second, as the windows have it
	back  int
	took  []int32 // ms from the loss to the handshake's end
	tries []int   // losses by attempts that failed, whatever the reason
	no    []int   // losses by how often an edge refused who came back
}

// openWithin is how long the SDK waits for a hello.
const openWithin = 12 * time.Second

// due is when a viewer tries.
type due struct {
	at int64 // Unix ns
	i  int
}

type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(due)) }
func (h *dueHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// returning is a viewer's part of it.
type returning struct {
	least, most int32 // ms: the window that the last hello told
	lostAt      int64
	triedAt     int64
	failed      uint8
	refused     uint8
}

// comeBack loses all connections at once, or, with cut false, waits until the
// server cuts them, and answers when everybody is back or the time is over.
func (c *crowd) comeBack(cut bool, within time.Duration) (answer, error) {
	c.roam()
	b, want := c.coming, c.open
	if cut {
		for i := range c.viewers {
			if c.viewers[i].state == open {
				unix.SetsockoptLinger(int(c.viewers[i].fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
				c.end(i, "") // with a reset, as a network that is gone: nobody waits in TIME_WAIT
			}
		}
	}
	for began := time.Now(); b.back < want && time.Since(began) < within; {
		c.turn(5)
	}
	return c.home(), nil
}

// roam lets everybody who is lost from now on come back.
func (c *crowd) roam() {
	c.failed = map[string]int{}
	c.coming = &comeback{began: time.Now().UnixNano(), plan: make([]int, 64), tries: make([]int, 8), no: make([]int, 8)}
}

// returns lets those try whose moment has come, and gives up who waits too long.
func (c *crowd) returns() {
	b, now := c.coming, time.Now().UnixNano()
	for len(b.due) > 0 && b.due[0].at <= now {
		d := heap.Pop(&b.due).(due)
		c.viewers[d.i].triedAt = now
		b.under = append(b.under, due{now, d.i})
		c.dial(d.i)
	}
	for len(b.under) > 0 && now-b.under[0].at > openWithin.Nanoseconds() {
		d := b.under[0]
		b.under = b.under[1:]
		if v := &c.viewers[d.i]; v.triedAt == d.at && (v.state == connecting || v.state == asking) {
			c.fail(d.i, "given up after 12 s")
		}
	}
}

// home ends it, and answers how it went.
func (c *crowd) home() answer {
	b := c.coming
	c.coming = nil
	for i := range c.viewers {
		r := &c.viewers[i].returning
		b.note(r)
		r.lostAt, r.triedAt = 0, 0
	}
	b.tries[0], b.no[0] = b.lost-sum(b.tries), b.lost-sum(b.no)
	return answer{Failed: c.failed, Lost: b.lost, Plan: b.plan, Took: b.took, Tries: b.tries, Refused: b.no}
}

// note counts how often a viewer failed before it was back, or until now.
func (b *comeback) note(r *returning) {
	if r.failed > 0 {
		b.tries[min(int(r.failed), len(b.tries)-1)]++
	}
	if r.refused > 0 {
		b.no[min(int(r.refused), len(b.no)-1)]++
	}
	r.failed, r.refused = 0, 0
}

// lose notes that a viewer is without a connection.
func (b *comeback) lose(v *viewer, i int) {
	b.lost++
	v.lostAt = time.Now().UnixNano()
	at := b.wait(v, i, 0)
	b.plan[min(int((at-b.began)/1e9), len(b.plan)-1)]++
}

// again notes a failed attempt; the first line of the answer tells a refusal.
func (b *comeback) again(v *viewer, i int, why string) {
	v.failed++
	retry := 0
	if head, ok := strings.CutPrefix(why, "HTTP/1.1 "); ok {
		v.refused++
		if _, after, ok := strings.Cut(head, "Retry-After: "); ok {
			after, _, _ = strings.Cut(after, "\r\n")
			retry, _ = strconv.Atoi(after)
		}
	}
	b.wait(v, i, time.Duration(retry)*time.Second)
}

func (b *comeback) wait(v *viewer, i int, least time.Duration) (at int64) {
	low, high := int64(v.least), max(int64(v.most), 250)
	high = min(max(60_000, high), high<<min(v.failed, 16))
	wait := time.Duration(low+rand.Int64N(max(1, high-low))) * time.Millisecond
	at = time.Now().Add(max(wait, least)).UnixNano()
	heap.Push(&b.due, due{at, i})
	return at
}

// returned notes that a viewer is in again.
func (b *comeback) returned(v *viewer) {
	b.back++
	b.took = append(b.took, int32((time.Now().UnixNano()-v.lostAt)/1e6))
	v.lostAt = 0
	b.note(&v.returning)
}

var helloHead = []byte(`{"op":"hello"`)

var backMember = []byte(`"back":{"min_ms":`)

// window reads from a hello when the viewer should come back.
func (r *returning) window(hello []byte) {
	_, rest, ok := bytes.Cut(hello, backMember)
	low, rest, ok2 := bytes.Cut(rest, []byte(`,"max_ms":`))
	high, _, ok3 := bytes.Cut(rest, []byte("}"))
	least, err := strconv.Atoi(string(low))
	most, err2 := strconv.Atoi(string(high))
	if ok && ok2 && ok3 && err == nil && err2 == nil {
		r.least, r.most = int32(least), int32(most)
	}
}
