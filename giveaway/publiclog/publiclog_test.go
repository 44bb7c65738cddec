package publiclog

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/history/pgtest"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// rewrite makes testdata anew; what it holds is read by the client library's tests too.
var rewrite = flag.Bool("rewrite", false, "write testdata anew")

type killed struct{}

// world is a ledger and a database, over which processes come and go.
type world struct {
	t     testing.TB
	paper *stage.Paper
	db    *database.DB
	keys  *record.Keys
	eyes  []Key
	seq   [4]uint64
	at    time.Time
	left  int      // writes until the process is killed; below 0: it lives
	told  []string // "room size" of what rooms were told
	owner ownerOf
	deaf  bool // the command log takes nothing
}

// laws are the tests that hold on either database.
var laws = []struct {
	name string
	test func(t *testing.T, w *world)
}{
	{"never forks", neverForks},
	{"attest", attest},
	{"gossip", gossips},
	{"gossip of two", gossipOfTwo},
	{"gossip is bounded", gossipBounded},
	{"sealed", seals},
}

func TestSQLite(t *testing.T) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) { l.test(t, newWorld(t, filepath.Join(t.TempDir(), "l.db"))) })
	}
}

func TestPostgres(t *testing.T) {
	url := pgtest.Start(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			name := fmt.Sprintf("t%d", i)
			if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
				t.Fatal(err)
			}
			l.test(t, newWorld(t, url+"&search_path="+name))
		})
	}
}

func newWorld(t testing.TB, url string) *world {
	w := &world{t: t, paper: stage.NewPaper(), keys: record.DeriveKeys([32]byte{1}), at: time.Unix(1_800_000_000, 0), left: -1}
	var err error
	if w.db, err = database.Open(url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	for i := range 2 {
		w.eyes = append(w.eyes, NewWitnessKey(fmt.Sprintf("eye-%d", i), w.eye(i).Public().(ed25519.PublicKey)))
	}
	return w
}

func (w *world) eye(i int) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, 32))
}

// process starts one over what the others left.
func (w *world) process() *Log {
	cfg := DefaultConfig()
	cfg.Log, cfg.DB, cfg.Keys, cfg.Origin, cfg.Heads, cfg.Witnesses = w.paper, w.db, w.keys, "log.example", 0, w.eyes
	cfg.Mirrors, cfg.Ask = w.eyes[1:], w.answer
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.Now = func() time.Time { // each write asks for the time, in its transaction
		if w.left == 0 {
			panic(killed{})
		}
		w.left--
		return w.at
	}
	cfg.Tell = func(_ context.Context, room string, size int64, note string) error {
		if w.deaf {
			return errors.New("the broker is away")
		}
		if c, _, err := OpenCheckpoint([]byte(note), NewLogKey("log.example", w.keys.Log.Public().(ed25519.PublicKey))); err != nil || c.Size != size {
			w.t.Errorf("room %s is told %q: %v", room, note, err)
		}
		w.told = append(w.told, fmt.Sprintf("%s %d", room, size))
		return nil
	}
	l, err := New(context.Background(), cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// decide appends a decision to a ledger partition, behind its owner's claim.
func (w *world) decide(p int32, event, kind string, data any) {
	owner := strings.Repeat("0", 31) + "1"
	raw, err := json.Marshal(data)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.seq[p] == 0 {
		w.seq[p] = 1
		w.put(p, &record.Ledger{V: 1, Epoch: 1, Owner: owner, Seq: 1, Own: &record.Own{Address: "a", Node: "n"}})
	}
	w.seq[p]++
	w.put(p, &record.Ledger{V: 1, Epoch: 1, Owner: owner, Seq: w.seq[p], Decisions: []record.Decision{{Kind: kind, Room: fmt.Sprint("r", p), Event: event, Data: raw}}})
}

func (w *world) put(p int32, l *record.Ledger) {
	if _, err := w.paper.Append(context.Background(), kafkalog.Ledger, p, []kafkalog.Record{{Key: []byte("r"), Value: record.AppendLedger(nil, l)}}); err != nil {
		w.t.Fatal(err)
	}
}

// turn follows and publishes once, and reports whether it was killed at that.
func (w *world) turn(l *Log) (died bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(killed); !ok {
				panic(r)
			}
			died = true
		}
	}()
	f, err := l.follower(context.Background())
	if err == nil {
		err = f.Turn(context.Background())
	}
	if err == nil {
		err = l.Publish(context.Background())
	}
	if err == nil {
		err = l.Gossip(context.Background())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return false
}

func (w *world) checkpoint(l *Log) Checkpoint {
	raw, err := l.Checkpoint(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	c, _, err := OpenCheckpoint(raw, l.Key())
	if err != nil {
		w.t.Fatalf("%v\n%s", err, raw)
	}
	return c
}

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

func (w *world) cosigned(l *Log, k Key, key ed25519.PrivateKey) []byte {
	c, signature, err := l.checkpoint(l.newest().size)
	if err != nil {
		w.t.Fatal(err)
	}
	return []byte(string(c.Body()) + "\n" + SignatureLine(l.key, signature) + SignatureLine(k, Cosign(key, w.at.Unix(), c.Body())))
}

// bundle is a draw without entrants, ten seconds before its round.
func (w *world) bundle(policy *drawproof.PublicLog) ([]byte, *drawproof.Bundle) {
	local, err := drawproof.NewLocalKey(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		w.t.Fatal(err)
	}
	engine := drawproof.Hash(w.keys.Engine.Public().(ed25519.PublicKey))
	now := w.at.UnixMilli()
	p := drawproof.Plan{Event: "evt", Selection: drawproof.SelectLot, Prizes: []drawproof.Prize{{ID: "p", Qty: 1}}, Draws: 1, MaxWeight: 1, OpenAt: now - 10_000,
		CloseAt: now, GraceMs: 5000, SealBudgetMs: 5000, AppendTimes: drawproof.AppendTimesFact, Partitions: []uint32{0}, Beacon: local.Chain(1_700_000_000, 3),
		LadderStep: 20, EngineKey: engine, Disqualify: []string{}, Log: policy}
	p.Round = p.RoundFor(p.CloseAt)
	raw, err := json.Marshal(p)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &drawproof.Bundle{SealedBy: drawproof.SealedByOwner, Sigma: local.Sign(p.Round)}
	if b.Plan, err = drawproof.Canonical(raw); err != nil {
		w.t.Fatal(err)
	}
	for i, kind := range []string{drawproof.MarkerOpen, drawproof.MarkerClose} {
		at := []int64{p.OpenAt, p.CloseAt}[i]
		b.Markers = append(b.Markers, drawproof.Marker{Kind: kind, Offset: uint64(i + 1), Now: at, Time: at,
			Signature: drawproof.SignMarker(w.keys.Engine, p.Event, drawproof.PlanHash(b.Plan), kind, 0, at)})
	}
	if err := b.Assemble(); err != nil {
		w.t.Fatal(err)
	}
	signed, err := b.Sign(w.keys.Engine)
	if err != nil {
		w.t.Fatal(err)
	}
	return signed, b
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
