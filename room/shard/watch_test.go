package shard

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

func heartbeat(kind record.FrameKind, epoch uint64) kafkalog.Record {
	return frameRecord("", "", &record.Meta{Kind: kind, Pair: record.Pair{Epoch: epoch, Owner: record.ID128{byte(epoch)}}}, nil)
}

// Who may claim a partition, and when: a script of what is heard and asked.
func TestClaimable(t *testing.T) {
	start := time.Now()
	fetched := start
	w := newWatch(func() time.Time { return fetched }, 1200*time.Millisecond, "n1", start)
	const p = 3
	ask := func(what string, after time.Duration, hinted, want bool) {
		t.Helper()
		if got := w.claimable(p, hinted, false, start.Add(after)); got != want {
			t.Errorf("%s: claimable %t, want %t", what, got, want)
		}
	}
	start = start.Add(-5 * time.Second) // the first answers of the log came late
	w.begin(start)
	fetched = start
	ask("at the start, nothing heard", 0, true, false)
	ask("a busy machine: the log has not answered yet", 2*time.Second, true, false)
	start = start.Add(5 * time.Second)
	fetched = start
	ask("the log has answered: silence counts from now", 0, true, false)
	fetched = start.Add(1300 * time.Millisecond)
	ask("silent for longer than the silence, hinted", 1300*time.Millisecond, true, true)
	ask("the same, not hinted", 1300*time.Millisecond, false, false)
	ask("cut off: own fetches failed lately", 2500*time.Millisecond, true, false)
	fetched = start.Add(2600 * time.Millisecond)
	ask("silent for a little longer, anybody", 2600*time.Millisecond, false, true)

	w.deliver(p)([]kafkalog.Record{heartbeat(record.FrameHeartbeat, 5)}, 0)
	w.parts[p].at = start.Add(2600 * time.Millisecond) // when it was heard, by this script's clock
	fetched = start.Add(3 * time.Second)
	ask("the owner lives", 3*time.Second, true, false)
	fetched = start.Add(10 * time.Second)
	w.deliver(p)([]kafkalog.Record{heartbeat(record.FrameHeartbeat, 4)}, 0)
	ask("only a zombie speaks", 10*time.Second, true, true)

	w.deliver(p)([]kafkalog.Record{heartbeat(record.FrameRelease, 5)}, 0)
	w.parts[p].at = fetched
	ask("let go: hinted, at once", 10*time.Second, true, true)
	ask("let go: not hinted, at once", 10*time.Second, false, false)
	ask("let go: not hinted, a little later", 10700*time.Millisecond, false, true)
	w.touch(p, fetched)
	ask("just claimed", 10*time.Second, true, false)
}

// Those who may step in for a silent owner do not all step in at once, none
// waits for more than 2 s, and each is the first one somewhere.
func TestPlaces(t *testing.T) {
	const silence = 1250 * time.Millisecond
	nodes := []*watch{newWatch(nil, silence, "n1", time.Time{}), newWatch(nil, silence, "n2", time.Time{}), newWatch(nil, silence, "n3", time.Time{})}
	first := map[int]int{}
	for p := range kafkalog.Partitions {
		least := 0
		for i, w := range nodes {
			if wait := silence + silence/8 + w.place(p); wait > 2*time.Second {
				t.Errorf("partition %d: %s waits %v", p, w.node, wait)
			}
			if w.place(p) < nodes[least].place(p) {
				least = i
			}
		}
		first[least]++
	}
	for i, w := range nodes {
		if first[i] < int(kafkalog.Partitions)/8 {
			t.Errorf("%s is first for %d partitions only: %v", w.node, first[i], first)
		}
	}
}

// shelf is a log that holds the snapshots of one partition.
type shelf struct {
	Log
	recs []kafkalog.Record
}

func (s *shelf) Offsets(context.Context, string, []int32) (map[int32]kafkalog.Range, error) {
	return map[int32]kafkalog.Range{7: {First: 0, End: int64(len(s.recs))}}, nil
}

func (s *shelf) Read(_ context.Context, _ string, _ int32, from, to int64, fn func(kafkalog.Record) error) error {
	for _, r := range s.recs[from:to] {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Append(_ context.Context, _ string, _ int32, recs []kafkalog.Record) (int64, error) {
	s.recs = append(s.recs, recs...)
	return int64(len(s.recs) - len(recs)), nil
}

func (s *shelf) put(t *testing.T, id string, slot int, state []byte) {
	t.Helper()
	m := manifest{ID: id, Slot: slot, Comments: 10, State: strings.Repeat("ab", 32), Owner: strings.Repeat("0f", 16), Epoch: 2, Seq: 9}
	recs, err := m.records(7, state)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recs {
		if len(r.Value) > record.MaxLedger {
			t.Errorf("a record of %d bytes", len(r.Value))
		}
	}
	if err := writeSnapshot(t.Context(), s, 7, recs); err != nil {
		t.Fatal(err)
	}
}

func (s *shelf) newest(t *testing.T) *snapshot {
	t.Helper()
	snap, err := readSnapshot(t.Context(), s, 7)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// A snapshot comes back as it was, whatever its size; one that is not whole is
// passed over for the one before.
func TestSnapshot(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3*chunkBytes + 17} {
		state := make([]byte, size)
		for i := range state {
			state[i] = byte(r.Uint32())
		}
		s := &shelf{}
		s.put(t, "first", 0, []byte("before"))
		s.put(t, "second", 1, state)
		if got := s.newest(t); got == nil || got.ID != "second" || !bytes.Equal(got.state, state) || got.pair.Epoch != 2 || got.Seq != 9 {
			t.Fatalf("size %d: read %+v", size, got)
		}
		// The last chunk is missing: the writer died before the manifest, or the
		// topic lost it.
		broken := *s
		broken.recs = append(append([]kafkalog.Record{}, s.recs[:len(s.recs)-2]...), s.recs[len(s.recs)-1])
		if got := broken.newest(t); size > 0 && (got == nil || got.ID != "first") {
			t.Errorf("size %d: with a chunk missing, read %+v", size, got)
		}
		// A bit flipped.
		if size > 0 {
			bad := append([]kafkalog.Record{}, s.recs...)
			at := len(bad) - 2
			bad[at].Value = append([]byte{bad[at].Value[0] ^ 1}, bad[at].Value[1:]...)
			if got := (&shelf{recs: bad}).newest(t); got == nil || got.ID != "first" {
				t.Errorf("size %d: with a bit flipped, read %+v", size, got)
			}
		}
		// A chunk that was resent stands twice.
		if size > chunkBytes {
			twice := append(append([]kafkalog.Record{}, s.recs[:3]...), s.recs[2:]...)
			if got := (&shelf{recs: twice}).newest(t); got == nil || got.ID != "second" || !bytes.Equal(got.state, state) {
				t.Errorf("size %d: with a chunk resent, read %v", size, got != nil)
			}
		}
	}
	if got := (&shelf{}).newest(t); got != nil {
		t.Errorf("an empty topic holds %+v", got)
	}
}

// A ledger record whose bytes changed between batch and fold is not folded.
func TestLedgerChecksum(t *testing.T) {
	l := record.Ledger{V: 1, Epoch: 3, Owner: strings.Repeat("0a", 16), Seq: 2, After: 41, Release: true}
	rec := ledgerRecord(&l)
	got, err := parseLedger(&rec)
	if err != nil || got.After != 41 || !got.Release {
		t.Fatalf("%+v, %v", got, err)
	}
	rec.Value = bytes.Replace(rec.Value, []byte(`"after":41`), []byte(`"after":42`), 1)
	if _, err := parseLedger(&rec); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a changed record: %v", err)
	}
}

// A batch never grows beyond what a topic takes.
func TestBatchOf(t *testing.T) {
	rec := kafkalog.Record{Value: make([]byte, 300_000)}
	if n := batchOf([]kafkalog.Record{rec, rec, rec, rec}); n != 2 {
		t.Errorf("%d records of 300 kB in a batch, want 2", n)
	}
	if n := batchOf([]kafkalog.Record{{Value: make([]byte, 2_000_000)}}); n != 1 {
		t.Errorf("a record that is too large is left to the log to refuse: %d", n)
	}
}

// Three processes own a third each and one of them leaves, or dies. The other
// two agree, without asking anybody, on who claims what: each partition has one
// heir, at once or after the silence, what lives stays, and shares stay fair.
func TestHeirs(t *testing.T) {
	const silence = 1200 * time.Millisecond
	start := time.Now()
	fetched := start
	nodes := []string{"n1", "n2", "n3"}
	watches := make([]*watch, 2) // of the two that stay
	for i := range watches {
		watches[i] = newWatch(func() time.Time { return fetched }, silence, nodes[i], start)
	}
	hear := func(kind record.FrameKind, p int32, node, value string, at time.Time) {
		rec := lifeRecord(kind, record.Pair{Epoch: 1, Owner: record.ID128{node[1]}}, 0, value, node)
		for _, w := range watches {
			w.deliver(p)([]kafkalog.Record{rec}, 0)
			w.parts[p].at = at
		}
	}
	check := func(what string, now time.Time, wantOrphans int) {
		t.Helper()
		fetched = now
		heirs := []map[int32]string{watches[0].heirs(now), watches[1].heirs(now)}
		orphans, share := 0, map[string]int{}
		for p := range kafkalog.Partitions {
			var claims []string
			for i, w := range watches {
				if w.claimable(p, false, heirs[i][p] == w.node, now) {
					claims = append(claims, w.node)
				}
			}
			owner := nodes[p%3]
			if owner == "n3" && len(claims) > 0 {
				owner = claims[0]
				orphans++
			} else if len(claims) > 0 {
				t.Errorf("%s: %v would claim partition %d of %s, who lives", what, claims, p, owner)
			}
			if len(claims) > 1 {
				t.Errorf("%s: %v would both claim partition %d", what, claims, p)
			}
			share[owner]++
		}
		if orphans != wantOrphans {
			t.Errorf("%s: %d partitions would be claimed, want %d", what, orphans, wantOrphans)
		}
		if wantOrphans == 21 && (share["n1"] < 31 || share["n2"] < 31) {
			t.Errorf("%s: shares are %v", what, share)
		}
	}
	for p := range kafkalog.Partitions {
		hear(record.FrameOwn, p, nodes[p%3], "", start)
	}
	check("all live", start.Add(100*time.Millisecond), 0)

	now := start.Add(1400 * time.Millisecond)
	for p := range kafkalog.Partitions {
		if p%3 < 2 {
			hear(record.FrameHeartbeat, p, nodes[p%3], "", now)
		}
	}
	check("n3 is silent", now, 21)

	for p := range kafkalog.Partitions {
		if p%3 == 2 {
			hear(record.FrameHeartbeat, p, "n3", "", now)
		}
	}
	check("n3 speaks again", now, 0)
	hear(record.FrameRelease, 2, "n3", record.Leaving, now)
	check("n3 leaves and has let go of one", now, 1)
	for p := int32(5); p < kafkalog.Partitions; p += 3 {
		hear(record.FrameRelease, p, "n3", record.Leaving, now)
	}
	check("n3 has left", now, 21)
	hear(record.FrameOwn, 2, "n3", "", now)
	if watches[0].leaving["n3"] {
		t.Error("n3 has come back and still counts as leaving")
	}
}
