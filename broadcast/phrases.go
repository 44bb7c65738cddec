package broadcast

import (
	"bytes"
	"slices"
	"strconv"
	"sync"

	"github.com/valyala/fastjson"

	"github.com/fudai-live/fudai/moderation"
)

// phrase is a passphrase of a giveaway, as the edge holds it: by the digest of
// its normal form, from shortly before the opening until the close.
type phrase struct {
	digest      uint64
	event       string
	open        bool
	from, until int64 // Unix ms
}

const (
	phraseEarly = 2000   // ms before the opening: clocks differ, and cards take a moment
	phraseLate  = 10_000 // ms after the close on the card: the marker is the fact, and comes with grace
	mostPhrases = 256    // of a room
)

// cardsOf finds the giveaways' cards in a frame or a State. Most frames have
// none, which a search for the member tells; in a text it would be escaped.
func cardsOf(payload []byte) []*fastjson.Value {
	if !bytes.Contains(payload, []byte(`"close_at":`)) {
		return nil
	}
	v, err := fastjson.ParseBytes(payload)
	if err != nil {
		return nil
	}
	cards := v.GetArray("gives")
	for _, item := range v.GetArray("items") {
		if string(item.GetStringBytes("t")) == "give" {
			cards = append(cards, item)
		}
	}
	return cards
}

func phrasesOf(cards []*fastjson.Value) (list []phrase, events []string) {
	for _, c := range cards {
		var err error
		event, state := string(c.GetStringBytes("event")), string(c.GetStringBytes("state"))
		events = append(events, event)
		if state != "open" && state != "announced" {
			continue
		}
		p := phrase{event: event, open: state == "open", from: c.GetInt64("open_at") - phraseEarly, until: c.GetInt64("close_at") + phraseLate}
		for _, d := range c.GetArray("phrases") {
			if p.digest, err = strconv.ParseUint(string(d.GetStringBytes()), 16, 64); err == nil {
				list = append(list, p)
			}
		}
	}
	return list, events
}

// learnPhrases replaces what the room holds of the giveaways of these cards.
// Its lock is held.
func (r *room) learnPhrases(cards []*fastjson.Value, now int64) {
	list, events := phrasesOf(cards)
	if len(events) == 0 {
		return
	}
	var kept []phrase
	if old := r.phrases.Load(); old != nil {
		kept = slices.DeleteFunc(slices.Clone(*old), func(p phrase) bool { return now > p.until || slices.Contains(events, p.event) })
	}
	kept = append(kept, list...)
	kept = kept[max(0, len(kept)-mostPhrases):]
	if len(kept) == 0 {
		r.phrases.Store(nil)
		return
	}
	r.phrases.Store(&kept)
}

// passphrase names the giveaway that the message enters by what it says, "" if
// none. Such a message is an entry: no limit of the edge stands before it, once
// a user and giveaway.
func (l *loop) passphrase(c *conn) string {
	r := c.local.room
	list := r.phrases.Load()
	if list == nil {
		return ""
	}
	digest := moderation.Digest(string(l.msg.Text), &l.scratch)
	for i := range *list {
		p := &(*list)[i]
		if p.digest == digest && l.nowMS <= p.until && (p.open || l.nowMS >= p.from) {
			return p.event
		}
	}
	return ""
}

// entered are the giveaways that a user has said the passphrase of, newest last.
type entered struct {
	mu     sync.Mutex
	events []string
}

const mostEntered = 16

// first reports whether it is the first time, and remembers it.
func (e *entered) first(event string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if slices.Contains(e.events, event) {
		return false
	}
	if len(e.events) == mostEntered {
		e.events = slices.Delete(e.events, 0, 1)
	}
	e.events = append(e.events, event)
	return true
}

// forget lets every passphrase be the first again: one was not written.
func (e *entered) forget() {
	e.mu.Lock()
	e.events = nil
	e.mu.Unlock()
}
