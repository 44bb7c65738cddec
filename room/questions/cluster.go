package questions

import (
	"slices"
	"strconv"
	"strings"
)

// Bounds of a Book.
const (
	MaxClusters = 200
	MaxAskers   = 2000   // of a cluster whose ids are kept, so that they can be told
	MaxAsked    = 20_000 // ids of all clusters together
	maxWordings = 4      // of a cluster
	maxTitle    = 120    // bytes of a wording
	maxShingles = 24     // of a cluster without an intent
	maxSamples  = 3      // newest comments of a cluster
)

// State is where a cluster stands.
type State uint8

// The states of a cluster. The order is frozen: snapshots hold numbers.
const (
	Open       State = iota // waits for the host
	OnScreen                // the host, or who helps them, put it up
	Answered                // spoken or written
	Dismissed               // staff said it needs no answer
	Unanswered              // the show ended first
	states
)

var stateNames = [states]string{"open", "onscreen", "answered", "dismissed", "unanswered"}

func (s State) String() string {
	if s < states {
		return stateNames[s]
	}
	return "unknown"
}

// waits reports whether the host still owes an answer.
func (s State) waits() bool { return s == Open || s == OnScreen }

// key is what makes two questions one.
type key struct {
	Intent Intent `json:"i"`
	Item   string `json:"m,omitempty"` // of the catalogue, on air or named by its link
	Link   int    `json:"l,omitempty"` // named, where no item is known by it
	Value  string `json:"v,omitempty"` // size or colour
}

// cluster is one question of a room, whoever asked it.
type cluster struct {
	id       uint64
	key      key
	state    State
	latin    bool
	count    int64
	askers   []asker
	ids      []byte // of askers
	more     bool   // there are askers beyond those kept
	told     int    // of askers, who have the answer; those before it
	buyers   int64
	heat     int64 // distinct askers of late, decayed; thousandths
	heated   int64 // when
	first    int64 // room time; 0 until the Tick after
	last     int64
	waits    int64 // room time from which the host owes an answer; 0 with first
	fresh    bool  // asked since the last Tick
	offset   int64 // of the first comment
	samples  []int64
	wordings []wording
	shingles []uint32
	reply    *reply
	rounds   int      // times it was answered
	into     uint64   // the cluster it was joined to by hand, 0 for none
	texts    []uint64 // taken out by hand: only what says one of these is asked here
}

// asker is somebody who asked; the id stands in ids.
type asker struct {
	hash   uint64
	at     uint32
	length uint8
	buyer  bool
}

// wording is one way in which a question was asked.
type wording struct {
	Text   string `json:"x"`
	Hash   uint64 `json:"h"` // of the normalised text
	Count  int64  `json:"n"`
	Offset int64  `json:"o"`
	User   uint64 `json:"u"` // who used it first
}

func (c *cluster) name() string { return "q" + strconv.FormatUint(c.id, 10) }

// user is the id of an asker.
func (c *cluster) user(a *asker) []byte { return c.ids[a.at : int(a.at)+int(a.length)] }

// title is the wording used most, the shortest of those used equally often.
func (c *cluster) title() string {
	best := -1
	for i := range c.wordings {
		w := &c.wordings[i]
		if best < 0 || w.Count > c.wordings[best].Count ||
			w.Count == c.wordings[best].Count && len(w.Text) < len(c.wordings[best].Text) {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	return c.wordings[best].Text
}

// word counts a wording. When all places are taken the one used least gives way
// and leaves its count, so that a wording that many use gets in.
func (c *cluster) word(a *Asking) {
	least := 0
	for i := range c.wordings {
		w := &c.wordings[i]
		if w.Hash == a.Hash {
			w.Count++
			return
		}
		if w.Count < c.wordings[least].Count {
			least = i
		}
	}
	if len(c.wordings) < maxWordings {
		c.wordings = append(c.wordings, wording{cut(a.Text), a.Hash, 1, a.Offset, a.User})
		return
	}
	if c.count%64 == 0 { // not each time, or every text would be copied
		w := &c.wordings[least]
		*w = wording{cut(a.Text), a.Hash, w.Count + 1, a.Offset, a.User}
	}
}

// cut copies a text up to maxTitle bytes, at a character. It must be UTF-8, for
// snapshots are.
func cut(text []byte) string {
	if len(text) <= maxTitle {
		return strings.ToValidUTF8(string(text), "\ufffd")
	}
	n := maxTitle
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return strings.ToValidUTF8(string(text[:n]), "\ufffd") + "…"
}

// sample remembers one of the newest comments.
func (c *cluster) sample(offset int64) {
	if len(c.samples) == maxSamples {
		copy(c.samples, c.samples[1:])
		c.samples = c.samples[:maxSamples-1]
	}
	c.samples = append(c.samples, offset)
}

// forget drops what a comment left that was taken back, and what a user wrote.
// The count stays: it was asked.
func (c *cluster) forget(gone func(offset int64, user uint64) bool) {
	c.wordings = slices.DeleteFunc(c.wordings, func(w wording) bool { return gone(w.Offset, w.User) })
	c.samples = slices.DeleteFunc(c.samples, func(o int64) bool { return gone(o, 0) })
}
