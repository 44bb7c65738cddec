package shard

import (
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// watch listens to frames[p] of every partition and knows how long each has
// been silent. Silence counts only while this process's own fetches succeed:
// who hears nothing because it is cut off must not claim.
type watch struct {
	lastFetch func() time.Time // Static after construction.
	silence   time.Duration
	node      string // of this process: sets its place among those who may step in

	mu      sync.Mutex // guards what follows
	added   time.Time  // when listening was begun
	began   time.Time  // when everything had first been heard of: before that, nobody was silent
	parts   [kafkalog.Partitions]heard
	leaving map[string]bool // processes that let everything go, until they claim again
	// freed is told, without waiting, when a partition was let go.
	freed chan struct{}
	// read is told, without waiting, when something of a partition was read.
	read [kafkalog.Partitions]chan struct{}
}

// heard is what was last heard of one partition.
type heard struct {
	fence    record.Fence
	claimed  record.Pair // the last owner that the ledger was seen to name
	node     string      // process of the owner, as it says itself
	at       time.Time   // of the last record that counts
	next     int64       // offset after the last record read
	holed    bool        // something was passed over: next says nothing of what came before
	released bool        // the owner let go, or nobody ever was
}

func newWatch(lastFetch func() time.Time, silence time.Duration, node string, now time.Time) *watch {
	w := &watch{lastFetch: lastFetch, silence: silence, node: node, leaving: map[string]bool{}, freed: make(chan struct{}, 1)}
	for p := range w.parts {
		w.parts[p].at, w.read[p] = now, make(chan struct{}, 1)
	}
	return w
}

// deliver is the kafkalog.Deliver of frames[p]; it takes everything at once.
func (w *watch) deliver(p int32) kafkalog.Deliver {
	return func(recs []kafkalog.Record, _ int64) int {
		w.mu.Lock()
		defer w.mu.Unlock()
		h := &w.parts[p]
		for i := range recs {
			h.next = recs[i].Offset + 1
			m, err := record.ParseMeta(recs[i].Header("meta"))
			if err != nil || !h.fence.Frame(&m) {
				continue
			}
			h.at = time.Now()
			w.life(h, &m, &recs[i])
		}
		select {
		case w.read[p] <- struct{}{}:
		default:
		}
		return len(recs)
	}
}

// life takes what an owner says of itself.
func (w *watch) life(h *heard, m *record.Meta, rec *kafkalog.Record) {
	h.released = m.Kind == record.FrameRelease
	switch m.Kind {
	case record.FrameOwn, record.FrameHeartbeat:
		h.node = string(rec.Header("node"))
		if m.Kind == record.FrameOwn {
			delete(w.leaving, h.node)
		}
	case record.FrameRelease:
		if string(rec.Value) == record.Leaving && h.node != "" {
			w.leaving[h.node] = true
		}
		select {
		case w.freed <- struct{}{}:
		default:
		}
	}
}

// heirs answers which process shall claim each partition whose owner has died or
// is leaving: the one that the group would suggest if it knew. Who lives is heard
// in frames[p] within a second, the group takes six; and a partition that goes
// to its heir at once need not move again when the group has thought. nil if all
// owners live. Two processes may disagree; the ledger knows one first.
func (w *watch) heirs(now time.Time) map[int32]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	newest := map[string]time.Time{}
	for p := range w.parts {
		if h := &w.parts[p]; h.at.After(newest[h.node]) {
			newest[h.node] = h.at
		}
	}
	held, orphans := map[string][]int32{w.node: nil}, false
	for p := range w.parts {
		h := &w.parts[p]
		if h.released || h.node == "" || w.leaving[h.node] || now.Sub(newest[h.node]) > w.silence*2/3 {
			orphans = true
			continue
		}
		held[h.node] = append(held[h.node], int32(p))
	}
	if !orphans {
		return nil
	}
	return kafkalog.Spread(held)
}

// owner answers the owner that was last heard of, or that a claim found.
func (w *watch) owner(p int32) record.Pair {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := &w.parts[p]
	if h.claimed.Epoch > h.fence.Pair.Epoch {
		return h.claimed
	}
	return h.fence.Pair
}

// claimed notes whom the ledger names, who may not have spoken yet.
func (w *watch) claimed(p int32, pair record.Pair) {
	w.mu.Lock()
	w.parts[p].claimed = pair
	w.mu.Unlock()
}

// reached reports whether frames[p] was read back through offset, and whether
// what pair wrote there counts. If somebody else has claimed since, it answers
// that it does not, for whoever claimed tells what becomes of it again.
func (w *watch) reached(p int32, offset int64, pair record.Pair) (read, counts bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := &w.parts[p]
	return h.next > offset, h.fence.Current(pair)
}

// position answers the offset up to which frames[p] was read while pair was the
// current one there: nobody else has shown anything before it that pair's owner
// did not fold. 0 if that cannot be said.
func (w *watch) position(p int32, pair record.Pair) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := &w.parts[p]
	if h.holed || !h.fence.Current(pair) {
		return 0
	}
	return h.next
}

// hole notes that records of frames[p] were passed over.
func (w *watch) hole(p int32, now time.Time) {
	w.mu.Lock()
	w.parts[p].holed, w.parts[p].at = true, now
	w.mu.Unlock()
}

// free marks a partition that nobody owns, as its ledger says.
func (w *watch) free(p int32) {
	w.mu.Lock()
	w.parts[p].released = true
	w.mu.Unlock()
}

// touch marks a partition as heard of now: it was just claimed, or a claim of
// it just failed.
func (w *watch) touch(p int32, now time.Time) {
	w.mu.Lock()
	w.parts[p].at, w.parts[p].released = now, false
	w.mu.Unlock()
}

// claimable reports whether p may be claimed: at once if it was let go and is
// hinted here, or inherited from a process that leaves; after the silence by its
// heir or whom the group hints. Anybody else steps in soon after that, for who
// should may have died too. Two that step in at once do no harm, the ledger
// knows one first.
func (w *watch) claimable(p int32, hinted, heir bool, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := &w.parts[p]
	if h.released && (hinted || heir && w.leaving[h.node] || now.Sub(h.at) > w.silence/8+w.place(p)/4) {
		return true
	}
	heardUntil := w.lastFetch()
	if now.Sub(heardUntil) > w.silence/2 || !w.listens(heardUntil) {
		return false
	}
	wait := w.silence
	if !hinted && !heir {
		wait += w.silence/8 + w.place(p)
	}
	return heardUntil.Sub(later(h.at, w.began)) > wait
}

// listens reports whether every partition has been heard of once. A process that
// begins takes seconds to get there on a busy machine, and took the owners, who
// spoke all the while, for silent.
func (w *watch) listens(heardUntil time.Time) bool {
	if w.began.IsZero() && heardUntil.After(w.added) {
		w.began = heardUntil
	}
	return !w.began.IsZero()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// begin notes that all partitions are listened to from now on.
func (w *watch) begin(now time.Time) {
	w.mu.Lock()
	w.added = now
	w.mu.Unlock()
}

// place spreads those who may step in for p over half the silence, so that as a
// rule the second one hears the first, and each comes first somewhere.
func (w *watch) place(p int32) time.Duration {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%d", w.node, p)
	return w.silence / 2 * time.Duration(h.Sum32()%16) / 16
}
