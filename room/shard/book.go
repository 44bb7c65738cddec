package shard

import (
	"bytes"
	"crypto/cipher"
	"encoding/json"
	"strconv"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// book gathers what fudai.history is told of a partition: what was said, what
// became of it and why, what staff did. It is filled where records are folded,
// also by a new owner that folds again what the last one may not have written;
// whoever reads the topic takes a repeat for what it is.
type book struct {
	p    int32
	aead cipher.AEAD
	on   bool
	seal []byte // scratch

	said, fates, why, acts []byte // JSON, elements with a comma before each
	last                   int64  // offset of the newest said
	cuts                   []cut  // where said may be cut into records
	added                  int64  // bytes so far
}

// cut is a place in said, after the comment at offset.
type cut struct {
	at     int
	offset int64
}

func newBook(cfg *Config, p int32) *book {
	return &book{p: p, aead: cfg.Keys.HistoryAEAD(), on: !cfg.NoHistory, last: -1}
}

func (b *book) size() int { return len(b.said) + len(b.fates) + len(b.why) + len(b.acts) }

// full says that the log must take some before more is folded.
func (b *book) full() bool { return b.size() > bookBytes }

func (b *book) say(c *record.Comment, offset int64, show string) {
	if !b.on || c.Kind != record.Say || offset <= b.last {
		return
	}
	b.seal = record.AppendSealed(b.seal[:0], b.aead, b.p, offset, c.User, c.Name, c.Text)
	at := len(b.said)
	b.said = record.AppendSaying(append(b.said, ','), offset, c.Room, show, c.ID, c.User, b.seal)
	b.added += int64(len(b.said) - at)
	b.last = offset
	b.cuts = append(b.cuts, cut{len(b.said), offset})
}

// tell takes outcomes: those of comments, by the offset they stand at. What a
// giveaway answers stands in why, for its outcome names another offset.
func (b *book) tell(outcomes []record.Outcome) {
	if !b.on {
		return
	}
	at := len(b.fates)
	for i := range outcomes {
		o := &outcomes[i]
		switch o.Code {
		case record.Counted, record.Entered, record.Claimed, record.Early, record.Late, record.Already, record.NoEvent, record.BadEntry, record.Malformed:
			continue
		}
		b.fates = strconv.AppendInt(append(b.fates, ',', '['), o.Offset, 10)
		b.fates = append(append(append(b.fates, ',', '"'), o.Code.String()...), '"', ',')
		b.fates = append(strconv.AppendUint(b.fates, uint64(o.Detail), 10), ']')
	}
	b.added += int64(len(b.fates) - at)
}

func (b *book) explain(why []room.Why) {
	if !b.on {
		return
	}
	for i := range why {
		w := &why[i]
		j := record.Because{Offset: w.Offset, Code: w.Code.String(), Rule: w.Rule, Version: w.Version, View: w.View, From: w.Start, To: w.End, By: w.By}
		b.why = b.element(b.why, j)
	}
}

// act takes a command that took effect.
func (b *book) act(c *record.Control, offset int64) {
	if b.on {
		b.acts = b.element(b.acts, record.Act{Offset: offset, Room: c.Room, ID: c.ID, Kind: c.Kind, By: c.By, Role: c.Role, At: c.At, Data: c.Data})
	}
}

func (b *book) element(list []byte, v any) []byte {
	j, err := json.Marshal(v)
	if err != nil {
		return list // a command whose data is no JSON was refused where it was read
	}
	b.added += int64(len(j)) + 1
	return append(append(list, ','), j...)
}

// elementsIn is how much of a list is whole elements within so many bytes.
func elementsIn(list []byte, most int, between string) int {
	if len(list) <= most {
		return len(list)
	}
	return max(0, bytes.LastIndex(list[:max(0, most)], []byte(between)))
}

// take moves a record's worth out of the book: JSON without its closing brace,
// and the bytes of the book that went into it. Fates, reasons and acts are never
// ahead of the texts they speak of.
func (b *book) take(dst []byte) (_ []byte, to int64, taken int) {
	n := len(b.said)
	to = b.last
	for i := range b.cuts {
		if b.cuts[i].at > historyBytes {
			n, to = b.cuts[i].at, b.cuts[i].offset
			break
		}
	}
	whole := n == len(b.said)
	list := func(name string, elements []byte) {
		if len(elements) > 0 {
			dst = append(append(append(dst, ',', '"'), name...), `":[`...)
			dst = append(append(dst, elements[1:]...), ']')
			taken += len(elements)
		}
	}
	dst = strconv.AppendInt(append(dst, `,"to":`...), to, 10)
	list("said", b.said[:n])
	if whole {
		// A flood of entries has no texts and many reasons: they too are cut. No
		// string in them can hold what parts two elements.
		fates := elementsIn(b.fates, historyBytes-taken, `,[`)
		list("fates", b.fates[:fates])
		why := elementsIn(b.why, historyBytes-taken, `,{"`)
		list("why", b.why[:why])
		list("acts", b.acts)
		b.fates, b.why, b.acts = b.fates[:copy(b.fates, b.fates[fates:])], b.why[:copy(b.why, b.why[why:])], b.acts[:0]
	}
	rest := copy(b.said, b.said[n:])
	b.said = b.said[:rest]
	kept := b.cuts[:0]
	for _, c := range b.cuts {
		if c.at > n {
			kept = append(kept, cut{c.at - n, c.offset})
		}
	}
	b.cuts = kept
	return dst, to, taken
}
