package questions

import "slices"

// Book is what one room asked: clusters, the shop's catalogue and how long
// askers waited. The zero value is an empty book.
type Book struct {
	clusters []*cluster          // in the order they began
	next     uint64              // id of the next cluster, less one
	members  map[uint64]struct{} // askers by member
	ids      int                 // askers whose ids are kept, over all clusters
	fresh    bool
	show     string // that is on
	since    int64  // room time at which it began
	total    Totals
	waits    waits
	shop     Shop
	recent   []asked // the newest questions, to find their cluster by a comment

	prompt  *Prompt // stands before the host
	joined  int     // clusters that point at another
	scratch []uint32
}

// asked is a question and its cluster.
type asked struct {
	Offset  int64  `json:"o"`
	Cluster uint64 `json:"c"`
	User    uint64 `json:"u,omitempty"`
	Text    uint64 `json:"h,omitempty"` // hash
}

// maxRecent bounds the questions that can be answered by their comment.
const maxRecent = 1024

// Totals count what happened since the show began.
type Totals struct {
	Asked     int64 `json:"asked"`               // questions recognised
	Clusters  int64 `json:"clusters"`            // clusters begun
	Answered  int64 `json:"answered"`            // times a cluster was answered
	Spoken    int64 `json:"spoken"`              // of those, by speaking
	Repeated  int64 `json:"repeated"`            // questions that got the answer given before
	Dismissed int64 `json:"dismissed"`           // times a cluster was dismissed
	Lost      int64 `json:"lost"`                // clusters given up because of a bound
	Joined    int64 `json:"joined,omitempty"`    // by hand, to another
	TakenOut  int64 `json:"taken_out,omitempty"` // by hand, of another
}

// Asking is one question of one viewer.
type Asking struct {
	Reading
	Canon  []rune // the canon view, for the slot and the shingles
	Text   []byte // as others see it: masked
	Hash   uint64 // of the normalised text
	User   uint64 // keyed hash of the id
	ID     []byte // the user's id, to tell them
	Offset int64
	Buyer  bool   // bought in this room
	OnAir  string // item on air, "" for none
	Now    int64  // room time; may be that of long ago until the next Tick
}

// Ask folds a question. If the host answered it a moment ago it answers that
// answer, for this asker alone.
func (b *Book) Ask(a *Asking) (told *Told) {
	b.total.Asked++
	k := b.keyOf(a)
	var shingles []uint32
	if k.Intent == Other {
		b.scratch = appendShingles(b.scratch[:0], a.Canon)
		shingles = b.scratch
	}
	c := b.find(&k, a, shingles)
	if c == nil {
		c = b.begin(&k, a, shingles)
	}
	return b.fold(c, a)
}

// keyOf is the key of a question.
func (b *Book) keyOf(a *Asking) key {
	k := key{Intent: a.Intent, Item: a.OnAir}
	if a.Link > 0 {
		if item := b.shop.byLink(a.Link, b.show); item != "" {
			k.Item = item
		} else {
			k.Item, k.Link = "", a.Link
		}
	}
	switch a.Intent {
	case Delivery, Fee, Place, Return, Warranty, Giveaway, Coupon, Genuine: // the shop's, whatever is on air
		if a.Link == 0 {
			k.Item = ""
		}
	}
	return k
}

// find looks for the cluster of a question. Few are alive at a time, so a walk
// is cheaper than keeping an index right.
func (b *Book) find(k *key, a *Asking, shingles []uint32) *cluster {
	var value []rune
	if k.Intent.slotted() {
		value = a.Canon[a.ValueAt:a.ValueEnd]
	}
	var found *cluster
	for _, c := range b.clusters {
		switch {
		case c.key.Intent != k.Intent || c.key.Link != k.Link || c.key.Item != k.Item || b.head(c).state == Unanswered:
		case len(c.texts) > 0: // taken out of another, which began before it
			if slices.Contains(c.texts, a.Hash) && same(c.key.Value, value) {
				return c
			}
		case found != nil:
		case k.Intent == Other && alike(c.shingles, shingles), k.Intent != Other && same(c.key.Value, value):
			if found = c; b.total.TakenOut == 0 {
				return found
			}
		}
	}
	return found
}

func same(s string, runes []rune) bool {
	i := 0
	for _, r := range s {
		if i >= len(runes) || runes[i] != r {
			return false
		}
		i++
	}
	return i == len(runes)
}

// begin makes a cluster, and room for it.
func (b *Book) begin(k *key, a *Asking, shingles []uint32) *cluster {
	if k.Intent.slotted() {
		k.Value = string(a.Canon[a.ValueAt:a.ValueEnd])
	}
	if len(b.clusters) >= MaxClusters {
		b.giveUp(a.Now)
	}
	b.next++
	b.total.Clusters++
	c := &cluster{id: b.next, key: *k, latin: a.Latin, offset: a.Offset, heated: a.Now, shingles: slices.Clone(shingles)}
	b.clusters = append(b.clusters, c)
	return c
}

// fold counts a question in its cluster.
func (b *Book) fold(c *cluster, a *Asking) *Told {
	head := b.head(c)
	if head.state == Answered && !b.holds(head, a.Now) {
		b.newRound(head)
	}
	c.count++
	c.word(a)
	c.sample(a.Offset)
	c.fresh, b.fresh = true, true
	if len(b.recent) >= maxRecent { // half at a time: no shift for each question
		b.recent = append(b.recent[:0], b.recent[maxRecent/2:]...)
	}
	b.recent = append(b.recent, asked{a.Offset, c.id, a.User, a.Hash})
	known := b.asks(head, c, a.User)
	if b.newAsker(c, a) && !known {
		c.warm(a)
		if head.state == Answered && head.reply.At != 0 { // else the next Tick tells
			c.told = len(c.askers)
			if head.reply.hear(a.User) {
				b.total.Repeated++
				return head.tell(a.ID)
			}
		}
	}
	return nil
}

// newAsker notes who asked, and reports whether they had not before. Beyond the
// bounds it cannot know, and says yes.
func (b *Book) newAsker(c *cluster, a *Asking) bool {
	id := member(a.User, c.id)
	if _, known := b.members[id]; known {
		return false
	}
	if len(c.askers) >= MaxAskers || b.ids >= MaxAsked || len(a.ID) > 255 {
		c.more = true
		return true
	}
	if b.members == nil {
		b.members = map[uint64]struct{}{}
	}
	b.members[id] = struct{}{}
	b.ids++
	c.askers = append(c.askers, asker{a.User, uint32(len(c.ids)), uint8(len(a.ID)), a.Buyer})
	c.ids = append(c.ids, a.ID...)
	if a.Buyer {
		c.buyers++
	}
	return true
}

// member is the key of a user among the askers of a cluster.
func member(user, cluster uint64) uint64 {
	x := user ^ cluster*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Fresh reports whether something waits for the next Tick to say when it was.
func (b *Book) Fresh() bool { return b.fresh }

// Tick says the room time of what was asked, answered and begun since the Tick
// before: until then room time may be that of long ago, and a wait counted by it
// would be none. It answers whom to tell of which answer.
func (b *Book) Tick(now int64) (told []*Told) {
	if !b.fresh {
		return nil
	}
	b.fresh = false
	if b.since == 0 && b.show != "" {
		b.since = now
	}
	for _, c := range b.clusters {
		if c.fresh {
			c.fresh, c.last = false, now
			if c.first == 0 {
				c.first = now
			}
			if c.waits == 0 {
				c.waits = now
			}
		}
		if c.reply != nil && c.reply.At == 0 {
			told = append(told, b.stamp(c, now))
		}
	}
	return told
}

// drop removes a cluster and forgets who asked.
func (b *Book) drop(i int) {
	gone := b.clusters[i]
	b.forgetAskers(gone)
	if gone.into != 0 {
		b.joined--
	}
	for _, c := range b.clusters {
		if c.into == gone.id {
			b.detach(c, gone.into)
		}
	}
	b.clusters = slices.Delete(b.clusters, i, i+1)
}

func (b *Book) forgetAskers(c *cluster) {
	for n := range c.askers {
		delete(b.members, member(c.askers[n].hash, c.id))
	}
	b.ids -= len(c.askers)
	c.askers, c.ids, c.more, c.told, c.buyers = nil, nil, false, 0, 0
}

// giveUp drops what is least wanted: dismissed, then unanswered of an earlier
// show, then answered, then what waits with the lowest rank; the oldest first.
func (b *Book) giveUp(now int64) {
	worst, at := int64(1)<<62, 0
	for i, c := range b.clusters {
		rank := b.rank(c, "", now)
		switch b.head(c).state {
		case Dismissed:
			rank -= 3 << 50
		case Unanswered:
			rank -= 2 << 50
		case Answered:
			rank -= 1 << 50
		}
		if rank < worst {
			worst, at = rank, i
		}
	}
	b.total.Lost++
	b.drop(at)
}

// Forget drops the texts of comments that were taken back; user 0 names nobody.
func (b *Book) Forget(offsets []int64, user uint64) {
	for _, c := range b.clusters {
		c.forget(func(offset int64, by uint64) bool {
			return user != 0 && by == user || slices.Contains(offsets, offset)
		})
	}
}

// StartShow begins a new show: what was asked before is gone.
func (b *Book) StartShow(show string) {
	*b = Book{next: b.next, show: show, fresh: true, shop: b.shop, scratch: b.scratch}
}

// EndShow leaves what nobody answered as unanswered, for afterwards.
func (b *Book) EndShow() {
	for _, c := range b.clusters {
		if c.state.waits() {
			c.state = Unanswered
		}
	}
}
