package questions

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// ErrSnapshot is wrapped by every refusal of Restore.
var ErrSnapshot = errors.New("questions: bad snapshot")

// saved is the snapshot of a Book: JSON, for it is small and written rarely. An
// empty book is no bytes at all.
type saved struct {
	Clusters []savedCluster      `json:"clusters,omitempty"`
	Next     uint64              `json:"next,omitempty"`
	Fresh    bool                `json:"fresh,omitempty"`
	Show     string              `json:"show,omitempty"`
	Since    int64               `json:"since,omitempty"`
	Total    Totals              `json:"total"`
	Waits    waits               `json:"waits"`
	Recent   []asked             `json:"recent,omitempty"`
	Items    []savedItem         `json:"items,omitempty"`
	FAQ      []savedFAQ          `json:"faq,omitempty"`
	Scripts  []record.ScriptData `json:"scripts,omitempty"`
	Prompt   *Prompt             `json:"prompt,omitempty"`
}

type savedCluster struct {
	ID       uint64    `json:"id"`
	Key      key       `json:"key"`
	State    State     `json:"state,omitempty"`
	Latin    bool      `json:"latin,omitempty"`
	Count    int64     `json:"count"`
	Users    []string  `json:"users,omitempty"`
	Hashes   []uint64  `json:"hashes,omitempty"`
	More     bool      `json:"more,omitempty"`
	Told     int       `json:"told,omitempty"`
	Buyers   int64     `json:"buyers,omitempty"`
	Heat     int64     `json:"heat,omitempty"`
	Heated   int64     `json:"heated,omitempty"`
	First    int64     `json:"first,omitempty"`
	Last     int64     `json:"last,omitempty"`
	Waits    int64     `json:"waits,omitempty"`
	Fresh    bool      `json:"fresh,omitempty"`
	Offset   int64     `json:"offset"`
	Samples  []int64   `json:"samples,omitempty"`
	Wordings []wording `json:"wordings,omitempty"`
	Shingles []uint32  `json:"shingles,omitempty"`
	Reply    *reply    `json:"reply,omitempty"`
	Rounds   int       `json:"rounds,omitempty"`
	Into     uint64    `json:"into,omitempty"`
	Texts    []uint64  `json:"texts,omitempty"`
	Bought   []int     `json:"bought,omitempty"` // of Users
}

type savedItem struct {
	Item    record.ItemData `json:"item"`
	Changed int64           `json:"changed"`
}

type savedFAQ struct {
	FAQ record.FAQData `json:"faq"`
}

// AppendSnapshot appends the whole book: equal books, equal bytes.
func (b *Book) AppendSnapshot(dst []byte) []byte {
	if b.next == 0 && b.total == (Totals{}) && len(b.shop.items)+len(b.shop.faq)+len(b.shop.scripts) == 0 && b.show == "" && b.prompt == nil {
		return dst
	}
	s := saved{Next: b.next, Fresh: b.fresh, Show: b.show, Since: b.since, Total: b.total, Waits: b.waits, Recent: b.recent, Prompt: b.prompt}
	for _, c := range b.clusters {
		k := savedCluster{c.id, c.key, c.state, c.latin, c.count, nil, nil, c.more, c.told, c.buyers, c.heat, c.heated,
			c.first, c.last, c.waits, c.fresh, c.offset, c.samples, c.wordings, c.shingles, c.reply, c.rounds, c.into, c.texts, nil}
		for i := range c.askers {
			k.Users, k.Hashes = append(k.Users, string(c.user(&c.askers[i]))), append(k.Hashes, c.askers[i].hash)
			if c.askers[i].buyer {
				k.Bought = append(k.Bought, i)
			}
		}
		s.Clusters = append(s.Clusters, k)
	}
	for _, it := range b.shop.items {
		s.Items = append(s.Items, savedItem{it.ItemData, it.changed})
	}
	for _, f := range b.shop.faq {
		s.FAQ = append(s.FAQ, savedFAQ{f.FAQData})
	}
	for _, x := range b.shop.scripts {
		s.Scripts = append(s.Scripts, x.ScriptData)
	}
	raw, err := json.Marshal(&s)
	if err != nil {
		panic("questions: snapshot: " + err.Error()) // integers and strings only
	}
	return append(dst, raw...)
}

// Restore replaces the book by a snapshot's. After an error it is empty.
func (b *Book) Restore(raw []byte) error {
	*b = Book{}
	if len(raw) == 0 {
		return nil
	}
	var s saved
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	next := Book{next: s.Next, fresh: s.Fresh, show: s.Show, since: s.Since, total: s.Total, waits: s.Waits, recent: s.Recent, prompt: s.Prompt}
	if len(s.Clusters) > MaxClusters || len(s.Waits.Last) > maxWaits || s.Waits.Next < 0 || s.Waits.Next >= maxWaits || len(s.Recent) > maxRecent {
		return fmt.Errorf("%w: %d clusters, %d waits: beyond the bounds", ErrSnapshot, len(s.Clusters), len(s.Waits.Last))
	}
	for i := range s.Clusters {
		if err := next.restore(&s.Clusters[i]); err != nil {
			return fmt.Errorf("%w: cluster %d: %w", ErrSnapshot, i, err)
		}
	}
	if err := next.checkJoined(); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	for i := range s.Items {
		if err := next.shop.put(&s.Items[i].Item, s.Items[i].Changed); err != nil {
			return fmt.Errorf("%w: item %d: %w", ErrSnapshot, i, err)
		}
	}
	for i := range s.FAQ {
		if err := next.shop.putFAQ(&s.FAQ[i].FAQ, 0); err != nil {
			return fmt.Errorf("%w: faq %d: %w", ErrSnapshot, i, err)
		}
	}
	for i := range s.Scripts {
		if err := next.shop.putScript(&s.Scripts[i]); err != nil {
			return fmt.Errorf("%w: script %d: %w", ErrSnapshot, i, err)
		}
	}
	if next.prompt != nil && (next.prompt.Text == "" || len(next.prompt.Text) > maxScript) {
		return fmt.Errorf("%w: a prompt of %d bytes", ErrSnapshot, len(next.prompt.Text))
	}
	*b = next
	return nil
}

func (b *Book) restore(s *savedCluster) error {
	switch {
	case s.ID == 0 || s.ID > b.next || len(b.clusters) > 0 && s.ID <= b.clusters[len(b.clusters)-1].id:
		return fmt.Errorf("id %d of %d is out of order", s.ID, b.next)
	case s.Key.Intent == None || s.Key.Intent >= intents || s.State >= states:
		return fmt.Errorf("intent %d, state %d", s.Key.Intent, s.State)
	case s.State == Answered && s.Reply == nil:
		return errors.New("answered without an answer")
	case s.Reply != nil && (len(s.Reply.Heard) > MaxAskers || !slices.IsSorted(s.Reply.Heard)):
		return fmt.Errorf("%d told of the answer, or out of order", len(s.Reply.Heard))
	case len(s.Users) != len(s.Hashes) || len(s.Users) > MaxAskers || s.Told < 0 || s.Told > len(s.Users):
		return fmt.Errorf("%d askers, %d hashes, %d told", len(s.Users), len(s.Hashes), s.Told)
	case len(s.Texts) > 1 || len(s.Bought) > len(s.Users):
		return fmt.Errorf("%d texts, %d buyers of %d", len(s.Texts), len(s.Bought), len(s.Users))
	case len(s.Wordings) > maxWordings || len(s.Samples) > maxSamples || len(s.Shingles) > maxShingles || !slices.IsSorted(s.Shingles):
		return errors.New("more than the bounds allow")
	}
	c := &cluster{id: s.ID, key: s.Key, state: s.State, latin: s.Latin, count: s.Count, more: s.More, told: s.Told, buyers: s.Buyers,
		heat: max(s.Heat, 0), heated: s.Heated, first: s.First, last: s.Last, waits: s.Waits, fresh: s.Fresh, offset: s.Offset,
		samples: s.Samples, wordings: s.Wordings, shingles: s.Shingles, reply: s.Reply, rounds: s.Rounds, into: s.Into, texts: s.Texts}
	if b.members == nil {
		b.members = map[uint64]struct{}{}
	}
	for i, user := range s.Users {
		id := member(s.Hashes[i], c.id)
		if _, twice := b.members[id]; twice || len(user) > 255 || b.ids >= MaxAsked {
			return fmt.Errorf("asker %d stands twice or is too long", i)
		}
		b.members[id] = struct{}{}
		b.ids++
		c.askers = append(c.askers, asker{s.Hashes[i], uint32(len(c.ids)), uint8(len(user)), false})
		c.ids = append(c.ids, user...)
	}
	for n, i := range s.Bought {
		if i < 0 || i >= len(c.askers) || n > 0 && i <= s.Bought[n-1] {
			return fmt.Errorf("buyer %d of %d askers", i, len(c.askers))
		}
		c.askers[i].buyer = true
	}
	b.clusters = append(b.clusters, c)
	return nil
}

// checkJoined refuses clusters that point at none, or in a circle.
func (b *Book) checkJoined() error {
	for _, c := range b.clusters {
		if c.into != 0 {
			b.joined++
		}
		steps := 0
		for x := c; x.into != 0; steps++ {
			if x = b.byID(x.into); x == nil || steps > MaxClusters {
				return fmt.Errorf("cluster %d is joined to nothing, or to itself", c.id)
			}
		}
	}
	return nil
}
