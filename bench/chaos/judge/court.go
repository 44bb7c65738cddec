package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/fudai-live/fudai/bench/chaos/witness"
	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// court holds what was told against what stands in the log.
type court struct {
	log     *logs
	told    []witness.Event
	bundles string

	faults  []string
	once    map[string]bool   // what the ledger may hold once
	granted map[string]string // event by grant/type, of what the ledger says of grants
	counts  map[string]int
	frames  map[frameKey]frame // accepted
	at      map[place]said     // comments by where they stand
	showed  map[string][]place // room/user-less id → where it was shown
}

type frameKey struct {
	room string
	seq  uint64
}

type frame struct {
	meta  frameMeta
	hash  string
	items []shown
}

type place struct {
	partition int
	offset    int64
}

func (c *court) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *court) judge() {
	c.counts, c.granted = map[string]int{}, map[string]string{}
	c.readComments()
	c.acceptFrames()
	c.acknowledged()
	c.outcomes()
	c.viewers()
	c.results()
	c.shops()
}

// readComments indexes what was said, by where it stands.
func (c *court) readComments() {
	c.at = map[place]said{}
	for p := range partitions {
		for _, e := range c.log.comments[p] {
			if s, ok := readSaid(e.value); ok && s.Kind != "tick" {
				c.at[place{p, e.offset}] = s
				c.counts["records"]++
			}
		}
	}
}

// acceptFrames applies the fence of architecture rule 1 by itself: a record of a
// greater epoch makes its pair current, any other counts if its pair is the
// current one. Accepted frames of a room are numbered without a hole, what they
// cover is joined without a hole and without an overlap, and no comment stands
// in two of them.
func (c *court) acceptFrames() {
	c.frames, c.showed = map[frameKey]frame{}, map[string][]place{}
	for p := range partitions {
		var current pair
		last := map[string]frame{}
		for _, e := range c.log.frames[p] {
			m, err := readMeta(e.headers["meta"])
			if err != nil {
				c.fault("frames[%d] offset %d: %v", p, e.offset, err)
				continue
			}
			if m.by.epoch > current.epoch {
				current = m.by
			}
			if m.by != current {
				c.counts["stale frames"]++
				continue
			}
			if m.kind != kindBatch || m.audience != 0 {
				continue
			}
			c.acceptFrame(p, &e, m, last)
		}
	}
}

func (c *court) acceptFrame(p int, e *entry, m frameMeta, last map[string]frame) {
	key := frameKey{e.key, m.seq}
	f := frame{meta: m, hash: hash(e.value)}
	if old, again := c.frames[key]; again {
		if old.hash != f.hash {
			c.fault("room %s: frame %d was accepted twice with other bytes", e.key, m.seq)
		}
		return // an uncertain write, repeated
	}
	var doc struct{ Items []shown }
	if err := json.Unmarshal(e.value, &doc); err != nil {
		c.fault("room %s: frame %d is no JSON: %v", e.key, m.seq, err)
	}
	f.items = doc.Items
	if before, ok := last[e.key]; ok {
		if m.seq != before.meta.seq+1 {
			c.fault("room %s: frame %d follows %d", e.key, m.seq, before.meta.seq)
		}
		if m.from != before.meta.to {
			c.fault("room %s: frame %d covers from %d, the one before to %d", e.key, m.seq, m.from, before.meta.to)
		}
	}
	last[e.key] = f
	c.frames[key] = f
	c.counts["frames"]++
	for _, it := range f.items {
		if it.T != "c" || it.O < 0 {
			continue
		}
		s, known := c.at[place{p, it.O}]
		switch {
		case !known:
			c.fault("room %s: frame %d shows offset %d, where the log has nothing said", e.key, m.seq, it.O)
			continue
		case s.Room != e.key || s.ID != it.ID:
			c.fault("room %s: frame %d shows %s at offset %d, the log has %s of room %s there", e.key, m.seq, it.ID, it.O, s.ID, s.Room)
		case it.O > m.to: // below from is well: it waited
			c.fault("room %s: frame %d shows offset %d, and covers to %d", e.key, m.seq, it.O, m.to)
		}
		c.counts["shown"]++
		who := s.Room + "\x00" + s.User + "\x00" + s.ID
		c.showed[who] = append(c.showed[who], place{p, it.O})
		if n := len(c.showed[who]); n > 1 {
			c.fault("room %s: comment %s of %s was shown %d times, at offsets %v", s.Room, s.ID, s.User, n, c.showed[who])
		}
	}
}

// acknowledged: what a client was told is sent stands in the log where it was
// told, as that client said it.
func (c *court) acknowledged() {
	for _, t := range c.told {
		if t.What != witness.Sent && t.What != witness.Produced {
			continue
		}
		c.counts["acknowledged"]++
		s, ok := c.at[place{partitionOf(t.Room), t.Offset}]
		if !ok || s.ID != t.ID || s.User != t.Who || s.Room != t.Room {
			c.fault("room %s: %s of %s was acknowledged at offset %d, the log has %+v there", t.Room, t.ID, t.Who, t.Offset, s)
		}
	}
}

// outcomes: who was told that a comment is shown finds it in an accepted frame,
// who was told that it is not finds it in none, and nobody is told both of one
// record. (What was refused for a reason that passes may be said again under the
// same id: that is another record.)
func (c *court) outcomes() {
	told := map[string]string{}
	any := map[string]bool{}
	for _, t := range c.told {
		if t.What != witness.Out {
			continue
		}
		who := t.Room + "\x00" + t.Who + "\x00" + t.ID
		any[who] = true
		shownHere := slices.Contains(c.showed[who], place{partitionOf(t.Room), t.Offset})
		switch t.Code {
		case "shown", "masked":
			if !shownHere {
				c.fault("room %s: %s was told that %s is shown, and no accepted frame shows it", t.Room, t.Who, t.ID)
			}
		case "duplicate", "held", "retracted", "already": // say nothing of where it was shown
			continue
		default:
			if shownHere {
				c.fault("room %s: %s was told %q of %s, which is shown", t.Room, t.Who, t.Code, t.ID)
			}
		}
		record := fmt.Sprintf("%s\x00%d", who, t.Offset)
		if old := told[record]; old != "" && old != t.Code {
			c.fault("room %s: %s was told %q and then %q of %s", t.Room, t.Who, old, t.Code, t.ID)
		}
		told[record] = t.Code
	}
	c.counts["outcomes"] = len(told)
	for _, t := range c.told {
		if t.What == witness.Sent && t.Event == "" && !any[t.Room+"\x00"+t.Who+"\x00"+t.ID] {
			c.counts["without outcome"]++ // the socket that waited may be gone
		}
	}
}

// viewers: what a viewer saw as a frame is the accepted frame of that number,
// byte by byte. A frame of an owner that had lost the room is none.
func (c *court) viewers() {
	for _, t := range c.told {
		if t.What != witness.Frame {
			continue
		}
		c.counts["frames seen"]++
		f, ok := c.frames[frameKey{t.Room, t.Seq}]
		if !ok {
			c.fault("room %s: %s saw frame %d, which was never accepted", t.Room, t.Who, t.Seq)
		} else if f.hash != t.Hash {
			c.fault("room %s: %s saw another frame %d than the accepted one", t.Room, t.Who, t.Seq)
		}
	}
}

// results: every viewer was told the same outcome of a giveaway, an accepted
// ledger record holds it, its bundle verifies, and whoever holds a receipt is
// in one of its lists.
func (c *court) results() {
	decided := c.decisions()
	receipts, results := map[string][]witness.Event{}, map[string]string{}
	for _, t := range c.told {
		switch t.What {
		case witness.Receipt:
			receipts[t.Event] = append(receipts[t.Event], t)
		case witness.Result:
			c.counts["results seen"]++
			if old := results[t.Event+t.Code]; old != "" && old != t.Hash {
				c.fault("event %s: two viewers were told different results (%s)", t.Event, t.Code)
			}
			results[t.Event+t.Code] = t.Hash
			if !decided[t.Event+t.Hash] {
				c.fault("event %s: %s was told a result that no accepted ledger record holds", t.Event, t.Who)
			}
		}
	}
	for event, list := range receipts {
		c.counts["receipts"] += len(list)
		if c.once[event+"/void"] {
			c.counts["receipts of void events"] += len(list)
			continue
		}
		raw, err := os.ReadFile(filepath.Join(c.bundles, event+".fudai"))
		if err != nil {
			c.fault("event %s: %d receipts and no bundle: %v", event, len(list), err)
			continue
		}
		c.bundle(event, raw, list)
	}
}

func (c *court) bundle(event string, raw []byte, receipts []witness.Event) {
	if report := drawproof.Verify(raw); !report.OK() {
		c.fault("event %s: its bundle does not verify:\n%s", event, report.Text())
	}
	var b drawproof.Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		c.fault("event %s: %v", event, err)
		return
	}
	in := map[string]bool{}
	for _, l := range b.Entrants {
		in[hex.EncodeToString(l.Tag[:])] = true
	}
	for _, l := range b.Excluded {
		in[hex.EncodeToString(l.Tag[:])] = true
	}
	for _, t := range receipts {
		if !in[t.Tag] {
			c.fault("event %s: %s holds a receipt and is in no list", event, t.Who)
		}
	}
	c.counts["entrants"] += len(b.Entrants)
	for _, l := range b.Claims {
		if id := l.Grant.String() + "/prize.due"; (l.State == drawproof.ClaimClaimed || l.State == drawproof.ClaimSettled) && c.granted[id] != event {
			c.fault("event %s: its bundle gives grant %s, the ledger does not", event, l.Grant)
		}
	}
	c.proofs(event, raw)
}

// decisions are the public parts of accepted ledger records, by event and hash.
func (c *court) decisions() map[string]bool {
	all := map[string]bool{}
	for p := range partitions {
		var current pair
		var seq uint64
		for _, e := range c.log.ledger[p] {
			var l struct {
				Epoch     uint64
				Owner     string
				Seq       uint64
				Own       json.RawMessage
				Decisions []decision
			}
			if err := json.Unmarshal(e.value, &l); err != nil {
				c.fault("ledger[%d] offset %d: %v", p, e.offset, err)
				continue
			}
			by := pair{l.Epoch, l.Owner}
			if l.Own != nil {
				if l.Epoch > current.epoch {
					current, seq = by, 0
				}
				continue
			}
			if by != current || l.Seq <= seq {
				c.counts["stale decisions"]++
				continue
			}
			seq = l.Seq
			for _, d := range l.Decisions {
				if d.Public != nil {
					all[d.Event+hash(d.Public)] = true
				}
				c.decided(&d)
			}
		}
	}
	return all
}

func (c *court) summary() (s string) {
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		s += fmt.Sprintf("%s %d  ", name, c.counts[name])
	}
	return s
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// partitionOf is murmur2 of the room, as the Java client places it.
func partitionOf(room string) int {
	const m, r = 0x5bd1e995, 24
	data := []byte(room)
	h := uint32(0x9747b28c) ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
		k *= m
		k ^= k >> r
		k *= m
		h = h*m ^ k
	}
	switch len(data) {
	case 3:
		h ^= uint32(data[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(data[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(data[0])) * m
	}
	h ^= h >> 13
	h *= m
	h ^= h >> 15
	return int(h&0x7fffffff) % partitions
}
