package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

// meta is the header of a frames record, as broadcast and shard agree on it.
func meta(kind byte, by pair, seq uint64, from, to int64) []byte {
	b := make([]byte, 88)
	b[0], b[1] = 2, kind
	binary.BigEndian.PutUint64(b[8:], by.epoch)
	copy(b[16:32], by.owner)
	binary.BigEndian.PutUint64(b[32:], seq)
	binary.BigEndian.PutUint64(b[40:], uint64(from))
	binary.BigEndian.PutUint64(b[48:], uint64(to))
	return b
}

const room = "demo"

// scene is a small run without a fault: two owners, three frames, two viewers,
// a result. Every fault below is one change of it.
type scene struct {
	l    *logs
	told []witness.Event
	dir  string
}

var first, second = pair{1, strings.Repeat("a", 16)}, pair{2, strings.Repeat("b", 16)}

func frameOf(seq uint64, items ...shown) []byte {
	b, _ := json.Marshal(map[string]any{"op": "frame", "room": room, "seq": seq, "items": items})
	return b
}

func (s *scene) frame(by pair, seq uint64, from, to int64, items ...shown) string {
	p := partitionOf(room)
	v := frameOf(seq, items...)
	s.l.frames[p] = append(s.l.frames[p], entry{p, int64(len(s.l.frames[p])), room, v, map[string][]byte{"meta": meta(kindBatch, by, seq, from, to)}})
	return hash(v)
}

func (s *scene) own(by pair) {
	p := partitionOf(room)
	s.l.frames[p] = append(s.l.frames[p], entry{p, int64(len(s.l.frames[p])), "", nil, map[string][]byte{"meta": meta(kindOwn, by, 0, 0, 0)}})
	s.ledger(map[string]any{"v": 1, "epoch": by.epoch, "owner": by.owner, "own": map[string]any{"address": "x"}})
}

func (s *scene) ledger(v any) {
	p := partitionOf(room)
	b, _ := json.Marshal(v)
	s.l.ledger[p] = append(s.l.ledger[p], entry{partition: p, offset: int64(len(s.l.ledger[p])), value: b})
}

func (s *scene) say(user, id string) int64 {
	p := partitionOf(room)
	b, _ := json.Marshal(map[string]string{"kind": "say", "id": id, "room": room, "user": user, "text": "x"})
	offset := int64(len(s.l.comments[p]))
	s.l.comments[p] = append(s.l.comments[p], entry{partition: p, offset: offset, key: room, value: b})
	s.told = append(s.told, witness.Event{What: witness.Sent, Who: user, Room: room, ID: id, Offset: offset})
	return offset
}

// out tells what became of the comment that user said under id.
func (s *scene) out(user, id, code string) {
	at := int64(-1)
	for _, t := range s.told {
		if t.What == witness.Sent && t.Who == user && t.ID == id {
			at = t.Offset
		}
	}
	s.told = append(s.told, witness.Event{What: witness.Out, Who: user, Room: room, ID: id, Code: code, Offset: at})
}

func (s *scene) saw(user string, seq uint64, hash string) {
	s.told = append(s.told, witness.Event{What: witness.Frame, Who: user, Room: room, Seq: seq, Hash: hash})
}

// step lets the second owner write what became of a grant.
func (s *scene) step(seq int, unit int, grant, state string) {
	s.ledger(map[string]any{"v": 1, "epoch": 2, "owner": second.owner, "seq": seq, "decisions": []any{map[string]any{"kind": "grant", "event": "bag",
		"data": map[string]any{"steps": []any{map[string]any{"unit": unit, "state": state, "grant": grant}}}}}})
}

// award is a record of fudai.awards; booked is what the shop's system was told.
func (s *scene) award(id string) {
	s.l.awards = append(s.l.awards, entry{offset: int64(len(s.l.awards)), key: "bag", headers: map[string][]byte{"idempotency-key": []byte(id)}})
}

func (s *scene) booked(grant, hash string) {
	s.told = append(s.told, witness.Event{What: witness.Told, ID: grant, Event: "bag", Hash: hash})
}

const resultText = `{"op":"result","event":"bag","state":"drawn"}`

func goodScene(t *testing.T) *scene {
	s := &scene{l: &logs{}, dir: t.TempDir()}
	s.own(first)
	a, b := s.say("ann", "1"), s.say("bob", "1")
	h1 := s.frame(first, 1, -1, 1, shown{"c", a, "1"}, shown{"c", b, "1"})
	c := s.say("ann", "2")
	s.own(second)
	h2 := s.frame(second, 2, 1, c, shown{"c", c, "2"})
	s.frame(first, 2, 1, 9, shown{"c", c, "2"}, shown{"c", a, "1"}) // a zombie's: ignored
	d := s.say("bob", "2")
	h3 := s.frame(second, 3, c, d)
	for _, who := range []string{"ann", "bob"} {
		s.saw(who, 1, h1)
		s.saw(who, 2, h2)
		s.saw(who, 3, h3)
	}
	s.out("ann", "1", "shown")
	s.out("bob", "1", "shown")
	s.out("ann", "2", "shown")
	s.out("bob", "2", "sampled")
	s.ledger(map[string]any{"v": 1, "epoch": 2, "owner": second.owner, "seq": 1, "decisions": []any{map[string]any{"event": "bag", "public": json.RawMessage(resultText)}}})
	for _, who := range []string{"ann", "bob"} {
		s.told = append(s.told, witness.Event{What: witness.Result, Who: who, Room: room, Event: "bag", Code: "drawn", Hash: hash([]byte(resultText))})
	}
	s.told = append(s.told, witness.Event{What: witness.Act, Code: "shop"})
	s.step(2, 1, "g1", "open")
	s.step(3, 2, "g2", "settled")
	s.step(4, 1, "g1", "claimed")
	for _, id := range []string{"g1/prize.won", "g2/prize.won", "g2/prize.due", "g1/prize.due"} {
		s.award(id)
	}
	s.booked("g2", "x")
	s.booked("g2", "x") // its answer was lost
	s.booked("g1", "y")
	return s
}

func (s *scene) faults() []string {
	c := &court{log: s.l, told: s.told, bundles: s.dir}
	c.judge()
	return c.faults
}

func TestCleanRun(t *testing.T) {
	if f := goodScene(t).faults(); len(f) > 0 {
		t.Errorf("a clean run has faults: %q", f)
	}
}

// Every planted fault is caught, and named.
func TestPlantedFaults(t *testing.T) {
	p := partitionOf(room)
	for _, c := range []struct {
		what, names string
		plant       func(s *scene)
	}{
		{"a lost acknowledgement", "was acknowledged at offset", func(s *scene) { s.l.comments[p][3].value = []byte(`{"kind":"tick"}`) }},
		{"an acknowledgement at a wrong place", "was acknowledged at offset", func(s *scene) { s.told[0].Offset = 2 }},
		{"a comment shown twice", "was shown 2 times", func(s *scene) { s.frame(second, 4, 3, 3, shown{"c", 0, "1"}) }},
		{"a resend shown again", "was shown 2 times", func(s *scene) {
			at := s.say("ann", "1")
			s.frame(second, 4, 3, at, shown{"c", at, "1"})
		}},
		{"a hole in the numbers", "follows", func(s *scene) { s.frame(second, 5, 3, 3) }},
		{"an overlap", "covers from", func(s *scene) { s.frame(second, 4, 2, 3) }},
		{"a frame of something never said", "the log has nothing said", func(s *scene) { s.frame(second, 4, 3, 99, shown{"c", 99, "9"}) }},
		{"a stale owner's frame on a screen", "saw another frame", func(s *scene) { s.saw("bob", 2, hash([]byte("stale"))) }},
		{"a frame nobody wrote", "never accepted", func(s *scene) { s.saw("bob", 7, "x") }},
		{"told shown, and in no frame", "no accepted frame shows it", func(s *scene) { s.out("bob", "2", "shown") }},
		{"told left out, and shown", `"sampled" of 2, which is shown`, func(s *scene) { s.out("ann", "2", "sampled") }},
		{"told two things", `told "sampled" and then "limited"`, func(s *scene) { s.out("bob", "2", "limited") }},
		{"announced on the acknowledgement of a stale owner's append", "no accepted ledger record holds", func(s *scene) {
			other := `{"op":"result","event":"bag","state":"void"}`
			s.ledger(map[string]any{"v": 1, "epoch": 1, "owner": first.owner, "seq": 9, "decisions": []any{map[string]any{"event": "bag", "public": json.RawMessage(other)}}})
			s.told = append(s.told, witness.Event{What: witness.Result, Who: "ann", Event: "bag", Code: "void", Hash: hash([]byte(other))})
		}},
		{"two results", "different results", func(s *scene) {
			other := `{"op":"result","event":"bag","state":"drawn","more":1}`
			s.ledger(map[string]any{"v": 1, "epoch": 2, "owner": second.owner, "seq": 9, "decisions": []any{map[string]any{"event": "bag", "public": json.RawMessage(other)}}})
			s.told = append(s.told, witness.Event{What: witness.Result, Who: "bob", Event: "bag", Code: "drawn", Hash: hash([]byte(other))})
		}},
		{"a grant told in two ways", "in different words", func(s *scene) { s.booked("g1", "z") }},
		{"a grant of nobody", "the ledger gives to nobody", func(s *scene) { s.booked("g3", "x") }},
		{"a second grant of a unit", "holds unit 1 twice", func(s *scene) { s.step(5, 1, "g4", "settled") }},
		{"a grant that the shop never heard of", "never told of grant g4", func(s *scene) { s.step(5, 4, "g4", "settled") }},
		{"an award twice", "holds g2/prize.won twice", func(s *scene) { s.award("g2/prize.won") }},
		{"an award that nobody gave", "the ledger does not", func(s *scene) { s.award("g9/prize.won") }},
		{"an award that is missing", "does not hold g1/prize.due", func(s *scene) { s.l.awards = s.l.awards[:3] }},
		{"a receipt and no list", "receipts and no bundle", func(s *scene) {
			s.told = append(s.told, witness.Event{What: witness.Receipt, Who: "ann", Event: "bag", Tag: "00"})
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := goodScene(t)
			c.plant(s)
			if got := strings.Join(s.faults(), "\n"); !strings.Contains(got, c.names) {
				t.Errorf("not caught; the judge said: %q", got)
			}
		})
	}
}

// A bundle that does not verify, and somebody with a receipt who is in neither
// of its lists.
func TestReceiptWithoutPlace(t *testing.T) {
	s := goodScene(t)
	if err := os.WriteFile(filepath.Join(s.dir, "bag.fudai"), []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.told = append(s.told, witness.Event{What: witness.Receipt, Who: "ann", Event: "bag", Tag: fmt.Sprintf("%064d", 7)})
	got := strings.Join(s.faults(), "\n")
	for _, want := range []string{"its bundle does not verify", "ann holds a receipt and is in no list"} {
		if !strings.Contains(got, want) {
			t.Errorf("not caught: %s; the judge said: %q", want, got)
		}
	}
}
