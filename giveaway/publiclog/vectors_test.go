package publiclog

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// vectors are testdata/gossip.json: what a log shows, and what a log shows that
// was written anew from its 250th entry on. The client library reads them too
// (web/sdk/gossip.test.ts). They are never edited, only added to.
type vectors struct {
	Key    string `json:"key"`    // of both, as /v1/log/key has it
	Honest shown  `json:"honest"` // sizes 66000 and 70000: only the tiles that tlog asks for
	Forked shown  `json:"forked"`
}

type shown struct {
	Notes map[int64]string  `json:"notes"` // by size
	Tiles map[string]string `json:"tiles"` // by path, base64
}

// frozen is where the forked log parts from the honest one.
const frozen = 250

// vectorLog is a log of n entries whose place from which on they differ is apart.
func vectorLog(t *testing.T, n, apart int) *Log {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	l := &Log{cfg: Config{Origin: "log.example/fudai", Keys: &record.Keys{Log: key}}, key: NewLogKey("log.example/fudai", key.Public().(ed25519.PublicKey))}
	for i := range n {
		e := drawproof.LogEntry{Event: fmt.Sprint("e", i), Kind: drawproof.EntryPlan}
		if i >= apart {
			e.Kind = drawproof.EntryEnd
		}
		if err := l.tree.add(e.Leaf()); err != nil {
			t.Fatal(err)
		}
	}
	l.head.size = int64(n)
	return l
}

// show adds a head and all tiles of its tree.
func (s *shown) show(t *testing.T, l *Log, size int64) {
	note, err := l.note(size)
	if err != nil {
		t.Fatal(err)
	}
	s.Notes[size] = note
	for level := 0; size>>(8*level) > 0; level++ {
		have := size >> (8 * level)
		for n := int64(0); n<<8 < have; n++ {
			s.tile(t, l, tlog.Tile{H: 8, L: level, N: n, W: int(min(256, have-n<<8))})
		}
	}
}

func (s *shown) tile(t *testing.T, l *Log, tile tlog.Tile) []byte {
	raw, err := l.tile(tile)
	if err != nil {
		t.Fatal(err)
	}
	s.Tiles[TilePath(tile)] = base64.StdEncoding.EncodeToString(raw)
	return raw
}

// taped reads tiles and notes which.
type taped struct {
	t *testing.T
	l *Log
	s *shown
}

func (taped) Height() int                     { return tileHeight }
func (taped) SaveTiles([]tlog.Tile, [][]byte) {}
func (r taped) ReadTiles(all []tlog.Tile) (out [][]byte, err error) {
	for _, tile := range all {
		out = append(out, r.s.tile(r.t, r.l, tile))
	}
	return out, nil
}

// read takes tiles from the vectors alone.
type read shown

func (read) Height() int                     { return tileHeight }
func (read) SaveTiles([]tlog.Tile, [][]byte) {}
func (r read) ReadTiles(all []tlog.Tile) (out [][]byte, err error) {
	for _, tile := range all {
		raw, err := base64.StdEncoding.DecodeString(r.Tiles[TilePath(tile)])
		if err != nil || len(raw) == 0 {
			return nil, fmt.Errorf("no tile %s: %v", TilePath(tile), err)
		}
		out = append(out, raw)
	}
	return out, nil
}

// The vectors are what this build makes, and tlog says of every two heads what
// they were made to show.
func TestVectors(t *testing.T) {
	honest, forked := vectorLog(t, 70_000, 1<<30), vectorLog(t, 700, frozen)
	v := vectors{Key: honest.key.String(), Honest: shown{map[int64]string{}, map[string]string{}}, Forked: shown{map[int64]string{}, map[string]string{}}}
	for _, size := range []int64{1, 2, 3, 7, 8, 255, 256, 257, 300, 700} {
		v.Honest.show(t, honest, size)
	}
	for _, size := range []int64{frozen, 257, 300, 700} {
		v.Forked.show(t, forked, size)
	}
	const before, after = 66_000, 70_000
	root, _ := honest.tree.root(after)
	if _, err := tlog.ProveTree(after, before, tlog.TileHashReader(tlog.Tree{N: after, Hash: root}, taped{t, honest, &v.Honest})); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{before, after} {
		v.Honest.Notes[size], _ = honest.note(size)
	}
	raw, err := json.MarshalIndent(&v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/gossip.json"
	if *rewrite {
		if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(append(raw, '\n'), want) {
		t.Fatalf("%s is not what this build makes (run with -rewrite and review the difference): %v", file, err)
	}
	continues := func(had, got shown, m, n int64) bool {
		a, _, err := OpenCheckpoint([]byte(had.Notes[m]), honest.key)
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := OpenCheckpoint([]byte(got.Notes[n]), honest.key)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := tlog.ProveTree(n, m, tlog.TileHashReader(tlog.Tree{N: n, Hash: b.Root}, read(got)))
		if err != nil {
			t.Fatalf("%d to %d: %v", m, n, err)
		}
		return tlog.CheckTree(proof, n, b.Root, m, a.Root) == nil
	}
	sizes := slices.Sorted(maps.Keys(v.Honest.Notes))
	for i, m := range sizes {
		for _, n := range sizes[i+1:] {
			if n == after && m != before || n == before {
				continue
			}
			if !continues(v.Honest, v.Honest, m, n) {
				t.Errorf("%d is not continued by %d", m, n)
			}
		}
		if m < 700 && continues(v.Honest, v.Forked, m, 700) != (m <= frozen) {
			t.Errorf("from %d to 700 of the forked log: want %v", m, m <= frozen)
		}
	}
}
