package publiclog

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Processes are killed at every write there is, two take turns, the ledger goes
// on meanwhile and says things twice: every checkpoint ever shown is continued by
// every later one, and each entry is there once.
func neverForks(t *testing.T, w *world) {
	var shown []Checkpoint
	want := map[string]bool{}
	for i := range 12 {
		p, event := int32(i%4), fmt.Sprintf("evt-%d", i)
		plan := drawproof.Hash{byte(i), 1}
		w.decide(p, event, record.DecidePlan, giveaway.PlanDecision{Hash: plan, Plan: json.RawMessage(`{}`)})
		for range 2 { // an owner says it again
			w.decide(p, event, record.DecideSeal, giveaway.SealDecision{Close: drawproof.Close{PlanHash: plan}, CloseHash: drawproof.Hash{byte(i), 2}})
		}
		w.decide(p, event, record.DecideDraw, giveaway.DrawDecision{ResultHash: drawproof.Hash{byte(i), 3}})
		for kind, n := range map[string]byte{drawproof.EntryPlan: 1, drawproof.EntryClose: 2, drawproof.EntryResult: 3} {
			want[string(drawproof.LogEntry{Event: event, Hash: drawproof.Hash{byte(i), n}, Kind: kind}.Leaf())] = true
		}
		for kill := 0; ; kill++ { // at the first write, the second, and so on, until one lives
			w.left = kill
			died := w.turn(w.process())
			w.left = -1
			other := w.process()
			shown = append(shown, w.checkpoint(other))
			if !died {
				break
			}
		}
	}
	last := w.process()
	end := w.checkpoint(last)
	if int(end.Size) != len(want) {
		t.Fatalf("%d entries, want %d", end.Size, len(want))
	}
	for _, leaf := range last.tree.leaves {
		if !want[string(leaf)] {
			t.Errorf("%s is there twice, or was never decided", leaf)
		}
		delete(want, string(leaf))
	}
	for i, c := range shown {
		if c.Size == 0 {
			continue
		}
		proof, err := tlog.ProveTree(end.Size, c.Size, tlog.HashReaderFunc(last.tree.read))
		if err == nil {
			err = tlog.CheckTree(proof, end.Size, end.Root, c.Size, c.Root)
		}
		if err != nil {
			t.Fatalf("checkpoint %d of size %d is not continued: %v", i, c.Size, err)
		}
	}
	t.Logf("%d checkpoints over %d processes", len(shown), 2*len(shown))
}

// What the tiles say is what the tree says, whole and partial, and nothing is
// served beyond the newest head.
func TestTiles(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "l.db"))
	l := w.process()
	for i := range 700 {
		if err := l.tree.add(drawproof.LogEntry{Event: fmt.Sprint("e", i), Kind: drawproof.EntryPlan}.Leaf()); err != nil {
			t.Fatal(err)
		}
	}
	l.head.size = 600
	root, _ := l.tree.root(600)
	read := tlog.TileHashReader(tlog.Tree{N: 600, Hash: root}, tiles{t, l})
	for n := range int64(600) {
		got, err := read.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil || got[0] != tlog.RecordHash(l.tree.leaves[n]) {
			t.Fatalf("entry %d: %v", n, err)
		}
	}
	for _, path := range []string{"0/002.p/89", "0/003", "1/000", "entries/002.p/200", "0/x999/999", "0/000.p/0", "9/000", "x", "", "entries/-1"} {
		if tile, err := parseTile(path); err == nil && l.covers(tile) == nil {
			t.Errorf("%q is served", path)
		}
	}
	if raw, err := l.tile(tlog.Tile{H: 8, L: -1, N: 2, W: 88}); err != nil || !bytes.HasSuffix(raw, l.tree.leaves[599]) {
		t.Error("the last bundle of entries does not end with the last entry", err)
	}
}

// tiles reads them as a stranger does, by their paths.
type tiles struct {
	t *testing.T
	l *Log
}

func (tiles) Height() int                     { return tileHeight }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tiles) ReadTiles(all []tlog.Tile) (out [][]byte, err error) {
	for _, t := range all {
		back, err := parseTile(TilePath(t))
		if err != nil || back != t {
			r.t.Fatalf("%s is read as %+v: %v", TilePath(t), back, err)
		}
		if err := r.l.covers(t); err != nil {
			return nil, err
		}
		raw, err := r.l.tile(t)
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// The way of a proof: drawn, shown by the log, cosigned, and graded for it.
func attest(t *testing.T, w *world) {
	l := w.process()
	policy := &drawproof.PublicLog{Origin: "log.example", Key: l.Key().Hash(), Quorum: 2, MarginMs: MarginMs}
	for _, k := range w.eyes {
		policy.Witnesses = append(policy.Witnesses, drawproof.Witness{Name: k.Name(), Key: k.Hash()})
	}
	policy.Mirrors = policy.Witnesses[1:]
	bundle, b := w.bundle(policy)
	w.decide(0, "evt", record.DecidePlan, giveaway.PlanDecision{Hash: drawproof.PlanHash(b.Plan), Plan: b.Plan})
	w.decide(0, "evt", record.DecideSeal, giveaway.SealDecision{Close: b.Close, CloseHash: b.CloseHash})
	w.turn(l)
	graded := func(reason string) []byte {
		t.Helper()
		got, err := l.Attest(context.Background(), bundle)
		if err != nil {
			t.Fatal(err)
		}
		if r := drawproof.Verify(got); !r.OK() || r.Grade.Reasons[0] != reason {
			t.Fatalf("want %s\n%s", reason, r.Text())
		}
		return got
	}
	if string(graded("no-witnesses")) == string(bundle) {
		t.Error("the log is not shown")
	}
	for i, want := range []string{"few-witnesses", "no-mirror"} { // a mirror that is configured has yet to speak
		if err := l.Take(context.Background(), w.cosigned(l, w.eyes[i], w.eye(i))); err != nil {
			t.Fatal(err)
		}
		graded(want)
	}
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	if l.Take(context.Background(), w.cosigned(l, w.eyes[0], stranger)) == nil || l.Take(context.Background(), []byte("x")) == nil ||
		l.Take(context.Background(), w.cosigned(l, NewWitnessKey("else", stranger.Public().(ed25519.PublicKey)), stranger)) == nil {
		t.Error("a stranger's cosignature was taken")
	}
	w.at = w.at.Add(-time.Hour)
	graded("no-mirror") // what was taken stays
	w.at = w.at.Add(time.Hour)
	w.mirror(l, b)
	graded("local-beacon")
}

func FuzzCheckpoint(f *testing.F) {
	f.Add("a\n1\n" + tlog.Hash{1}.String() + "\n")
	f.Fuzz(func(t *testing.T, body string) {
		if c, err := ParseCheckpoint(body); err == nil && !strings.HasPrefix(body, string(c.Body())) {
			t.Errorf("%q is read as %q", body, c.Body())
		}
	})
}

func FuzzKey(f *testing.F) {
	f.Add(NewWitnessKey("w", make([]byte, 32)).String())
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := ParseKey(text); err == nil && k.String() != text {
			if back, err := ParseKey(k.String()); err != nil || back.String() != k.String() {
				t.Errorf("%q is read as %q", text, k)
			}
		}
	})
}

func FuzzTile(f *testing.F) {
	f.Add("0/x001/234.p/5")
	f.Fuzz(func(t *testing.T, path string) {
		if tile, err := parseTile(path); err == nil && tile.L <= 7 && TilePath(tile) != path {
			t.Errorf("%q is read as %q", path, TilePath(tile))
		}
	})
}

func FuzzCosignature(f *testing.F) {
	f.Add(make([]byte, 72), "a\n1\n"+tlog.Hash{1}.String()+"\n")
	f.Fuzz(func(t *testing.T, sig []byte, body string) {
		key := ed25519.NewKeyFromSeed(make([]byte, 32))
		k := NewWitnessKey("w", key.Public().(ed25519.PublicKey))
		at, _, err := SplitCosignature(sig)
		if k.Verify([]byte(body), sig) && err != nil {
			t.Error("what cannot be read was verified")
		}
		if err == nil && !k.Verify([]byte(body), Cosign(key, at, []byte(body))) {
			t.Error("an own cosignature was refused")
		}
	})
}
