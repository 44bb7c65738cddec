package room

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// maxStateTr bounds, in bytes, what translations may add to a join snapshot: the
// texts themselves come first there.
const maxStateTr = 4 << 10

// translate folds what a giveaway's card says in other languages; the last word
// counts. Who has the card is told it anew.
func (r *room) translate(n *record.WordsData) error {
	if err := n.Check(); err != nil {
		return err
	}
	if !r.knows(n.Event) {
		return fmt.Errorf("no giveaway %q in this room", n.Event)
	}
	for event := range r.words {
		if !r.knows(event) { // it is over and forgotten, and so are its words
			delete(r.words, event)
		}
	}
	if r.words == nil {
		r.words = map[string]*record.WordsData{}
	}
	r.words[n.Event] = n
	if slices.Contains(r.display.cards, n.Event) {
		r.display.items = wire.AppendItem(r.display.items, "give", r.appendCard(nil, n.Event, maxStateTr))
	}
	return nil
}

func (r *room) knows(event string) bool { return len(r.give.AppendCard(nil, event)) > 0 }

// appendCard appends the members of a giveaway's card, with its translations if
// they have at most so many bytes.
func (r *room) appendCard(dst []byte, event string, most int) []byte {
	dst = r.give.AppendCard(dst, event)
	n := r.words[event]
	if n == nil || len(dst) == 0 {
		return dst
	}
	tr, err := json.Marshal(struct {
		Title  record.Translations            `json:"title,omitempty"`
		Prizes map[string]record.Translations `json:"prizes,omitempty"`
	}{n.Title, n.Prizes})
	if err != nil {
		panic("room: words of " + event + ": " + err.Error()) // strings only
	}
	if len(tr) > most {
		return dst
	}
	return append(append(dst, `,"tr":`...), tr...)
}

// fit drops translations that do not fit into left, and answers what is left.
func fit(tr *wire.Translations, left int) int {
	n := record.Translations(*tr).Size()
	if n > left {
		*tr = nil
		return left
	}
	return left - n
}

func (w *writer) translations(t record.Translations) {
	w.uint(uint64(len(t)))
	for _, lang := range t.Languages() {
		w.string(lang)
		w.string(t[lang])
	}
}

func (r *reader) translations() (t record.Translations) {
	for range r.count(r.left()) {
		if t == nil {
			t = record.Translations{}
		}
		lang := r.string()
		t[lang] = r.string()
	}
	return t
}

// saveTranslations writes those of pins and cards: a part of its own at the end of
// a snapshot, which older ones do not have.
func (p *Partition) saveTranslations(w *writer) {
	for _, r := range p.order {
		for i := range r.pins {
			w.translations(r.pins[i].Tr)
		}
		w.uint(uint64(len(r.words)))
		for _, event := range sortedKeys(r.words) {
			n := r.words[event]
			w.string(event)
			w.translations(n.Title)
			w.uint(uint64(len(n.Prizes)))
			for _, id := range slices.Sorted(maps.Keys(n.Prizes)) {
				w.string(id)
				w.translations(n.Prizes[id])
			}
		}
	}
}

func (p *Partition) loadTranslations(rd *reader) {
	for _, r := range p.order {
		for i := range r.pins {
			r.pins[i].Tr = rd.translations()
		}
		for range rd.count(rd.left()) {
			n := &record.WordsData{Event: rd.string(), Title: rd.translations()}
			for range rd.count(rd.left()) {
				if n.Prizes == nil {
					n.Prizes = map[string]record.Translations{}
				}
				id := rd.string()
				n.Prizes[id] = rd.translations()
			}
			if rd.err != nil {
				return
			}
			if r.words == nil {
				r.words = map[string]*record.WordsData{}
			}
			r.words[n.Event] = n
		}
	}
}
