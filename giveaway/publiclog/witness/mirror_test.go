package witness

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/publiclog"
)

// shelf is a log with the lists that its close records seal.
type shelf struct {
	*book
	t      testing.TB
	leaves []string
	lists  map[drawproof.Hash][]byte
	words  []publiclog.Word
	deaf   bool // it takes no words
	asked  int
}

var (
	engine    = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32))
	mirrorKey = ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32)))
)

func newShelf(t testing.TB) *shelf {
	return &shelf{book: newBook(), t: t, lists: map[drawproof.Hash][]byte{}}
}

func (s *shelf) enter(e drawproof.LogEntry) {
	s.leaves = append(s.leaves, string(e.Leaf()))
	s.write(string(e.Leaf()))
}

// seal seals an event of so many entrants, which edit may change before it is
// signed, and enters it.
func (s *shelf) seal(event string, entrants int, edit func(x *drawproof.Sealing, p *drawproof.Plan)) drawproof.Hash {
	local, err := drawproof.NewLocalKey(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		s.t.Fatal(err)
	}
	now := start.UnixMilli()
	p := drawproof.Plan{Event: event, Selection: drawproof.SelectLot, Prizes: []drawproof.Prize{{ID: "p", Qty: 1}}, Draws: 1, MaxWeight: 1, OpenAt: now - 10_000,
		CloseAt: now, GraceMs: 5000, SealBudgetMs: 5000, AppendTimes: drawproof.AppendTimesFact, Partitions: []uint32{0}, Beacon: local.Chain(1_700_000_000, 3),
		LadderStep: 20, EngineKey: drawproof.Hash(engine.Public().(ed25519.PublicKey)), Disqualify: []string{},
		Log: &drawproof.PublicLog{Origin: "log.example", Key: s.log().Hash(), Quorum: 2, MarginMs: 2000, Witnesses: []drawproof.Witness{},
			Mirrors: []drawproof.Witness{{Name: "eye", Key: drawproof.Hash(mirrorKey.Public().(ed25519.PublicKey))}}}}
	p.Round = p.RoundFor(p.CloseAt)
	x := &drawproof.Sealing{Excluded: drawproof.ExcludedList{}, Entrants: drawproof.EntrantList{}}
	for i := range entrants {
		x.Entrants = append(x.Entrants, drawproof.Leaf{Tag: drawproof.Hash{byte(i >> 8), byte(i), 1}, Weight: 1, Offset: uint64(i + 2)})
	}
	if edit != nil {
		edit(x, &p)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		s.t.Fatal(err)
	}
	if x.Plan, err = drawproof.Canonical(raw); err != nil {
		s.t.Fatal(err)
	}
	for i, kind := range []string{drawproof.MarkerOpen, drawproof.MarkerClose} {
		at := []int64{p.OpenAt, p.CloseAt}[i]
		x.Markers = append(x.Markers, drawproof.Marker{Kind: kind, Offset: uint64(1 + i*(entrants+1)), Now: at, Time: at,
			Signature: drawproof.SignMarker(engine, p.Event, drawproof.PlanHash(x.Plan), kind, 0, at)})
	}
	window := []drawproof.Range{{Open: x.Markers[0].Offset, Close: x.Markers[1].Offset}}
	x.Close = drawproof.NewClose(event, drawproof.Terms{Hash: drawproof.PlanHash(x.Plan), CloseAt: p.CloseAt, Round: p.Round}, window, x.Entrants, x.Excluded, 0, p.Round)
	x.CloseHash = x.Close.Hash()
	if s.lists[x.CloseHash], err = x.Sign(engine); err != nil {
		s.t.Fatal(err)
	}
	s.enter(drawproof.LogEntry{Event: event, Hash: drawproof.PlanHash(x.Plan), Kind: drawproof.EntryPlan})
	s.enter(drawproof.LogEntry{Event: event, Hash: x.CloseHash, Kind: drawproof.EntryClose})
	return x.CloseHash
}

func (s *shelf) ReadTiles(all []tlog.Tile) (out [][]byte, err error) {
	for _, t := range all {
		if t.L >= 0 {
			raw, err := s.book.ReadTiles([]tlog.Tile{t})
			if err != nil {
				return nil, err
			}
			out = append(out, raw...)
			continue
		}
		var b []byte
		for _, leaf := range s.leaves[t.N<<8:][:t.W] {
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(leaf))), leaf...)
		}
		out = append(out, b)
	}
	return out, nil
}

func (s *shelf) Sealed(_ context.Context, close drawproof.Hash) ([]byte, error) {
	s.asked++
	if s.lists[close] == nil {
		return nil, errors.New("404")
	}
	return s.lists[close], nil
}

func (s *shelf) SendWord(_ context.Context, raw []byte) error {
	if s.deaf {
		return errors.New("503")
	}
	var w publiclog.Word
	if err := json.Unmarshal(raw, &w); err != nil || !ed25519.Verify(mirrorKey.Public().(ed25519.PublicKey), drawproof.MirrorMessage(w.Close, w.Time), w.Signature) {
		s.t.Errorf("a word that is none: %s", raw)
	}
	s.words = append(s.words, w)
	return nil
}

// mirrorOf is a mirror process over what the one before left on the disk.
type mirrorOf struct {
	*Mirror
	at time.Time
	s  *shelf
	w  *Watch
}

func mirrorIn(dir string, s *shelf) *mirrorOf {
	holds, err := OpenHolds(filepath.Join(dir, "sealed"), 1<<20, 24*time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	m := &mirrorOf{at: start, s: s, w: watch(dir, s.book)}
	m.Mirror = &Mirror{Log: s.log(), Source: s, State: m.w.State, Holds: holds, Name: "eye", Key: mirrorKey, Now: func() time.Time { return m.at }, Logger: slog.New(slog.DiscardHandler)}
	return m
}

func (m *mirrorOf) turn() error {
	if err := m.w.Turn(context.Background(), m.at); err != nil {
		m.s.t.Fatal(err)
	}
	return m.Turn(context.Background())
}

// Every list is on the disk, whole, before the word for it is given, and each
// word is given once, over many processes and however late it is taken.
func TestMirrorHolds(t *testing.T) {
	dir, s := t.TempDir(), newShelf(t)
	var sealed []drawproof.Hash
	for i := range 300 {
		if i%3 == 0 {
			sealed = append(sealed, s.seal(fmt.Sprint("evt-", i), i%7, nil))
		}
		s.deaf = i%5 > 0
		m := mirrorIn(dir, s)
		m.at = start.Add(time.Duration(i) * time.Second)
		if err := m.turn(); err != nil {
			t.Fatal(i, err)
		}
	}
	s.deaf = false
	m := mirrorIn(dir, s)
	m.at = start.Add(300 * time.Second)
	if err := m.turn(); err != nil {
		t.Fatal(err)
	}
	first := map[drawproof.Hash]int64{}
	for _, w := range s.words {
		if at, again := first[w.Close]; again && at != w.Time {
			t.Errorf("%s is held since %d, and since %d", w.Close, at, w.Time)
		}
		first[w.Close] = w.Time
	}
	for i, close := range sealed {
		raw, err := os.ReadFile(m.Holds.Path(close))
		if err != nil || !bytes.Equal(raw, s.lists[close]) || first[close] != start.Unix()+int64(3*i) {
			t.Errorf("list %d: %v, %d bytes, held since %d", i, err, len(raw), first[close])
		}
	}
	if s.asked != len(sealed) {
		t.Errorf("%d lists were asked for %d times", len(sealed), s.asked)
	}
}

// What an operator gives out is held only if it is what the log's entry says, and
// keeps every rule; of one giveaway only one list is.
func TestMirrorRefuses(t *testing.T) {
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{4}, 32))
	for name, c := range map[string]func(s *shelf) drawproof.Hash{
		"an entrant out of the window": func(s *shelf) drawproof.Hash {
			return s.seal("e", 3, func(x *drawproof.Sealing, _ *drawproof.Plan) { x.Entrants[2].Offset = 99 })
		},
		"one record for two": func(s *shelf) drawproof.Hash {
			return s.seal("e", 3, func(x *drawproof.Sealing, _ *drawproof.Plan) { x.Entrants[2].Offset = x.Entrants[1].Offset })
		},
		"another engine's markers": func(s *shelf) drawproof.Hash {
			return s.seal("e", 3, func(_ *drawproof.Sealing, p *drawproof.Plan) {
				p.EngineKey = drawproof.Hash(other.Public().(ed25519.PublicKey))
			})
		},
		"a plan of another log": func(s *shelf) drawproof.Hash {
			return s.seal("e", 3, func(_ *drawproof.Sealing, p *drawproof.Plan) { p.Log.Origin = "other.example" })
		},
		"a plan without a log": func(s *shelf) drawproof.Hash {
			return s.seal("e", 3, func(_ *drawproof.Sealing, p *drawproof.Plan) { p.Log = nil })
		},
		"another list than the log has": func(s *shelf) drawproof.Hash {
			elsewhere := newShelf(s.t)
			real, false := s.seal("e", 3, nil), elsewhere.seal("e", 4, nil)
			s.lists[real] = elsewhere.lists[false]
			return real
		},
		"one bit of the list": func(s *shelf) drawproof.Hash {
			close := s.seal("e", 3, nil)
			at := bytes.Index(s.lists[close], []byte(`"entrants":"`)) + 30
			s.lists[close][at] ^= 1
			return close
		},
		"nothing": func(s *shelf) drawproof.Hash {
			close := s.seal("e", 3, nil)
			delete(s.lists, close)
			return close
		},
		"another event's list": func(s *shelf) drawproof.Hash {
			close := s.seal("f", 3, nil)
			s.leaves[1] = string(drawproof.LogEntry{Event: "e", Hash: close, Kind: drawproof.EntryClose}.Leaf())
			*s.book = *newBook(s.leaves...)
			return close
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			close := c(s)
			m := mirrorIn(t.TempDir(), s)
			for _, wait := range []time.Duration{0, time.Second, giveUp} {
				m.at = start.Add(wait)
				if err := m.turn(); err != nil {
					t.Fatal(err)
				}
			}
			if _, held := m.Holds.Find(close); held || len(s.words) > 0 {
				t.Error("it is held")
			}
			if _, err := os.Stat(m.Holds.Path(close)); err == nil {
				t.Error("it is on the disk")
			}
			good := s.seal("good", 2, nil) // and what comes after is held all the same
			if err := m.turn(); err != nil || len(s.words) != 1 || s.words[0].Close != good {
				t.Errorf("%v, %d words", err, len(s.words))
			}
		})
	}
}

// Of one plan only one list is held, whichever came first, also by a later process.
func TestMirrorOneList(t *testing.T) {
	dir, s := t.TempDir(), newShelf(t)
	first := s.seal("e", 3, nil)
	if err := mirrorIn(dir, s).turn(); err != nil {
		t.Fatal(err)
	}
	s.seal("e", 4, nil)
	other := s.seal("e", 4, func(_ *drawproof.Sealing, p *drawproof.Plan) { p.OpenAt-- }) // of another room, say
	if err := mirrorIn(dir, s).turn(); err != nil {
		t.Fatal(err)
	}
	given := map[drawproof.Hash]bool{}
	for _, w := range s.words {
		given[w.Close] = true
	}
	if len(given) != 2 || !given[first] || !given[other] {
		t.Errorf("words were given for %v; want one list of each plan", given)
	}
}

// A list whose plan does not name the mirror is held, and no word is given for it.
func TestMirrorUnnamed(t *testing.T) {
	s := newShelf(t)
	close := s.seal("e", 3, func(_ *drawproof.Sealing, p *drawproof.Plan) { p.Log.Mirrors = nil })
	m := mirrorIn(t.TempDir(), s)
	if err := m.turn(); err != nil {
		t.Fatal(err)
	}
	if h, held := m.Holds.Find(close); !held || h.Named || len(s.words) > 0 {
		t.Errorf("%+v, %d words", h, len(s.words))
	}
}

// An entry that is not under the head that was cosigned is not read, and a log
// that lied is not mirrored.
func TestMirrorUnderHead(t *testing.T) {
	dir, s := t.TempDir(), newShelf(t)
	s.seal("e", 3, nil)
	s.leaves[1] = strings.Replace(s.leaves[1], `"e"`, `"x"`, 1)
	if err := mirrorIn(dir, s).turn(); err == nil || s.asked > 0 {
		t.Errorf("%v, %d lists were asked for", err, s.asked)
	}
	liar := newShelf(t)
	liar.seal("e", 5, nil)
	m := mirrorIn(dir, liar)
	if err := m.w.Turn(context.Background(), start); err == nil {
		t.Fatal("the fork is not seen")
	}
	if err := m.Turn(context.Background()); err != nil || liar.asked > 0 {
		t.Errorf("%v, a log that lied is mirrored", err)
	}
}

// What is held is bounded: nothing new when it is full, and nothing before its
// time is let go.
func TestHoldsBounded(t *testing.T) {
	dir, s := t.TempDir(), newShelf(t)
	var sealed []drawproof.Hash
	for i := range 4 {
		sealed = append(sealed, s.seal(fmt.Sprint("e", i), 2000, nil))
	}
	m := mirrorIn(dir, s)
	m.Holds.Space = int64(3*len(s.lists[sealed[0]]) + 100)
	if err := m.turn(); err != nil || len(s.words) != 3 {
		t.Fatalf("%v, %d words", err, len(s.words))
	}
	if err := m.Holds.Sweep(start.Add(24*time.Hour - time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, all, _ := m.Holds.Newest(0); all != 3 {
		t.Errorf("%d are held, something was let go before its time", all)
	}
	if err := m.Holds.Sweep(start.Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(m.Holds.Dir)
	if _, all, bytes := m.Holds.Newest(0); all != 0 || bytes != 0 || err != nil || len(files) > 0 {
		t.Errorf("%d are held, %d bytes, %d files: %v", all, bytes, len(files), err)
	}
	if err := m.turn(); err != nil || len(s.words) != 4 { // the fourth has waited
		t.Errorf("%v, %d words", err, len(s.words))
	}
}

// What a killed process left is swept; a note that is damaged is not passed over.
func TestHoldsSwept(t *testing.T) {
	dir, s := t.TempDir(), newShelf(t)
	close := s.seal("e", 3, nil)
	if err := mirrorIn(dir, s).turn(); err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(dir, "sealed")
	for _, name := range []string{drawproof.Hash{7}.String() + listEnd, close.String() + listEnd + ".123", close.String() + noteEnd + ".9"} {
		if err := os.WriteFile(filepath.Join(sealed, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := mirrorIn(dir, s)
	files, _ := os.ReadDir(sealed)
	if _, held := m.Holds.Find(close); !held || len(files) != 2 {
		t.Errorf("held: %v, %d files", held, len(files))
	}
	if err := os.WriteFile(filepath.Join(sealed, close.String()+noteEnd), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenHolds(sealed, 1, time.Hour); err == nil {
		t.Error("a note about something else is taken")
	}
}

// Anybody gets what is held, from any page, and nothing else.
func TestHoldsServed(t *testing.T) {
	s := newShelf(t)
	close := s.seal("e", 3, nil)
	m := mirrorIn(t.TempDir(), s)
	if err := m.turn(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(m.Holds.Handler())
	defer server.Close()
	get := func(path string, want int) string {
		t.Helper()
		r, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != want || r.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d, %v", path, r.StatusCode, r.Header)
		}
		return string(body)
	}
	if got := get("/sealed/"+close.String(), 200); got != string(s.lists[close]) {
		t.Errorf("%d bytes", len(got))
	}
	var index struct {
		Held []Held
		All  int
	}
	if err := json.Unmarshal([]byte(get("/sealed", 200)), &index); err != nil || index.All != 1 || index.Held[0].Close != close || index.Held[0].Event != "e" {
		t.Errorf("%v %+v", err, index)
	}
	get("/sealed/"+drawproof.Hash{1}.String(), 404)
	get("/sealed/..%2fcheckpoint", 404)
	get("/", 404)
}
