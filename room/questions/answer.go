package questions

import (
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// reply is the last answer to a cluster.
type reply struct {
	Text   string `json:"x,omitempty"`
	Spoken bool   `json:"s,omitempty"`
	At     int64  `json:"at"`             // room time; 0 until the Tick after
	ShowMS int64  `json:"show,omitempty"` // since the show began
	By     string `json:"by,omitempty"`
	Wait   int64  `json:"wait"` // ms from the first question of the round to the answer
	Told   int    `json:"told"` // askers who were told at once
	Quiet  bool   `json:"q,omitempty"`
	Again  bool   `json:"a,omitempty"` // it corrects the answer before

	Heard []uint64            `json:"heard,omitempty"` // hashes of who was told it, sorted
	Tr    record.Translations `json:"tr,omitempty"`
}

// Reply is an answer to a cluster: spoken, a text, or both.
type Reply struct {
	Text   string
	Spoken bool
	By     string
	// Quiet: the whole room sees it, so nobody is told apart.
	Quiet bool
	Tr    record.Translations // of Text
}

// Told is what askers hear, each on all their devices.
type Told struct {
	Cluster string
	Title   string
	Text    string // "" if the host only spoke
	Spoken  bool
	At      int64
	ShowMS  int64
	WaitMS  int64 // from the first question of the round to it
	First   bool  // the first answer to the cluster
	Tr      record.Translations
	Users   [][]byte // aliases the book's memory: use it before the next call
}

// answerHolds is how long, ms, an answer is passed on to who asks the same anew.
const answerHolds = 180_000

// holds reports whether a cluster's answer may still be passed on: it is fresh,
// and no newer fact of its item contradicts it.
func (b *Book) holds(c *cluster, now int64) bool {
	return c.reply.At == 0 || now-c.reply.At <= answerHolds && !b.stale(c)
}

// reopen asks the host again: a new round, with askers and counts of its own.
// The answer given before becomes a suggestion.
func (b *Book) reopen(head *cluster) {
	b.parts(head, func(c *cluster) {
		b.forgetAskers(c)
		c.state, c.first, c.waits = Open, 0, 0
	})
	switch {
	case head.reply == nil:
	case head.reply.At == 0:
		head.reply = nil // taken back before anybody was told
	default:
		head.reply.Heard = nil // nobody is told it any more
	}
}

// hear notes that a user is told the answer, and reports whether they have not
// been: clusters are joined, parted and taken out by hand, so that one asker may
// come to the same answer by several ways. Of more than MaxAskers it does not know.
func (r *reply) hear(user uint64) bool {
	at, known := slices.BinarySearch(r.Heard, user)
	if known || len(r.Heard) >= MaxAskers {
		return !known
	}
	r.Heard = slices.Insert(r.Heard, at, user)
	return true
}

// newRound reopens a question that is asked anew.
func (b *Book) newRound(head *cluster) {
	b.reopen(head)
	b.parts(head, func(c *cluster) { c.count = 0 })
}

// cluster finds a cluster by its name.
func (b *Book) cluster(name string) (*cluster, error) {
	for _, c := range b.clusters {
		if c.name() == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no question %.20q in this show", name)
}

// Of names the cluster that most of the comments at offsets asked, "" for none
// that is remembered.
func (b *Book) Of(offsets []int64) string {
	best, most := uint64(0), 0
	counts := map[uint64]int{}
	for _, a := range b.recent {
		if slices.Contains(offsets, a.Offset) {
			if counts[a.Cluster]++; counts[a.Cluster] > most {
				best, most = a.Cluster, counts[a.Cluster]
			}
		}
	}
	for _, c := range b.clusters {
		if c.id == best {
			return c.name()
		}
	}
	return ""
}

// Answer marks a cluster answered; the next Tick says when, and whom to tell:
// those who asked and have no answer yet. An answer to an answered one corrects
// it, and everybody who asked is told. It answers the cluster's title.
func (b *Book) Answer(name string, r Reply) (title string, err error) {
	c, err := b.cluster(name)
	if err != nil {
		return "", err
	}
	c = b.head(c)
	next := &reply{Text: r.Text, Spoken: r.Spoken, By: r.By, Quiet: r.Quiet, Tr: r.Tr}
	if c.state == Answered {
		b.parts(c, func(x *cluster) { x.told = 0 })
		next.Wait, next.Again = c.reply.Wait, c.reply.At != 0
	} else {
		b.total.Answered++
		if r.Spoken {
			b.total.Spoken++
		}
		c.rounds++
	}
	c.state, c.reply, b.fresh = Answered, next, true
	return c.title(), nil
}

// stamp gives the answer its time and says whom to tell.
func (b *Book) stamp(c *cluster, now int64) *Told {
	r := c.reply
	r.At = max(now, 1)
	if b.since > 0 {
		r.ShowMS = max(now-b.since, 0)
	}
	if !r.Again {
		r.Wait = max(now-b.waiting(c), 0)
		if c.rounds == 1 {
			b.waits.add(r.Wait)
		}
	}
	told := c.tell(nil)
	told.WaitMS, told.First = r.Wait, c.rounds == 1 && !r.Again
	if !r.Quiet {
		b.untold(c, told)
		r.Told = len(told.Users)
	}
	b.parts(c, func(x *cluster) { x.told = len(x.askers) })
	return told
}

// tell is the answer to a cluster, for one user or for nobody yet.
func (c *cluster) tell(user []byte) *Told {
	t := &Told{Cluster: c.name(), Title: c.title(), Text: c.reply.Text, Spoken: c.reply.Spoken, At: c.reply.At, ShowMS: c.reply.ShowMS, Tr: c.reply.Tr}
	if user != nil {
		t.Users = [][]byte{user}
	}
	return t
}

// Move puts a cluster on the screen, dismisses it, or opens it again.
func (b *Book) Move(name string, to State) error {
	c, err := b.cluster(name)
	if err != nil {
		return err
	}
	c = b.head(c)
	switch to {
	case Open:
		if c.state == Answered {
			b.reopen(c)
			c.fresh, b.fresh = true, true
		}
	case OnScreen:
	case Dismissed:
		if c.state != Dismissed {
			b.total.Dismissed++
		}
	default:
		return fmt.Errorf("state %s: a question is opened, put on screen or dismissed; an answer is a command of its own", to)
	}
	c.state = to
	return nil
}

// ParseMove reads the state of a command.
func ParseMove(name string) (State, bool) {
	for _, s := range []State{Open, OnScreen, Dismissed} {
		if s.String() == name {
			return s, true
		}
	}
	return Open, false
}

// Title is the wording of a cluster that was used most.
func (b *Book) Title(name string) (string, error) {
	c, err := b.cluster(name)
	if err != nil {
		return "", err
	}
	return b.head(c).title(), nil
}
