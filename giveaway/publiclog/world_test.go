package publiclog

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
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
var laws = []stage.Law[*world]{
	{Name: "never forks", Test: neverForks},
	{Name: "attest", Test: attest},
	{Name: "gossip", Test: gossips},
	{Name: "gossip of two", Test: gossipOfTwo},
	{Name: "gossip is bounded", Test: gossipBounded},
	{Name: "sealed", Test: seals},
}

func TestSQLite(t *testing.T)   { stage.OnSQLite(t, laws, lawful) }
func TestPostgres(t *testing.T) { stage.OnPostgres(t, laws, lawful) }

func lawful(t *testing.T, url string) *world { return newWorld(t, url) } // fuzzing opens one, too

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
