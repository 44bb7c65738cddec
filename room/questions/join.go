package questions

import (
	"cmp"
	"fmt"
	"slices"
)

// Clusters are joined by hand where words do not show that they ask the same.
// Nothing is poured together: a joined cluster keeps its askers, counts and
// state and points at another, so that a mistake is undone without a trace. The
// one that points at nobody is the head: its state and answer are those of all.

// head is the cluster that speaks for c, c itself if it was not joined.
func (b *Book) head(c *cluster) *cluster {
	for c.into != 0 {
		c = b.byID(c.into)
	}
	return c
}

// byID finds a cluster; they stand in the order of their ids.
func (b *Book) byID(id uint64) *cluster {
	if at, ok := slices.BinarySearchFunc(b.clusters, id, func(c *cluster, id uint64) int { return cmp.Compare(c.id, id) }); ok {
		return b.clusters[at]
	}
	return nil
}

// parts calls f for the head and for every cluster joined to it, oldest first.
func (b *Book) parts(head *cluster, f func(*cluster)) {
	if b.joined == 0 {
		f(head)
		return
	}
	for _, c := range b.clusters {
		if c == head || c.into != 0 && b.head(c) == head {
			f(c)
		}
	}
}

// asks reports whether a user is known to ask in any part of head but c.
func (b *Book) asks(head, c *cluster, user uint64) (known bool) {
	if b.joined == 0 {
		return false
	}
	b.parts(head, func(x *cluster) {
		if x != c {
			_, in := b.members[member(user, x.id)]
			known = known || in
		}
	})
	return known
}

// Join says that the first cluster asks what the second asks. What is asked in
// either from now on counts in the second, whose state and answer hold for both.
// If that is answered and the answer still holds, those of the first who wait
// are told it; if it holds no more, the question is open again.
func (b *Book) Join(name, into string, now int64) (*Told, error) {
	c, err := b.cluster(name)
	if err != nil {
		return nil, err
	}
	head, err := b.cluster(into)
	if err != nil {
		return nil, err
	}
	before := b.head(c)
	if head = b.head(head); before == head {
		return nil, fmt.Errorf("questions %s and %s are one already", name, into)
	}
	waited := before.state.waits()
	passOn := head.state == Answered && waited
	if passOn && !b.holds(head, now) {
		b.newRound(head) // before c is part of it
		head.fresh, b.fresh, passOn = true, true, false
	}
	if c.into == 0 {
		b.joined++
	}
	c.into = head.id
	b.total.Joined++
	if !passOn || head.reply.At == 0 { // then the next Tick tells them all
		return nil, nil
	}
	told := head.tell(nil)
	b.untold(head, told)
	b.total.Repeated += int64(len(told.Users))
	return told, nil
}

// JoinComment joins the cluster that a comment asked, as it is now: the way back
// from TakeOut.
func (b *Book) JoinComment(offset int64, into string, now int64) (*Told, error) {
	name := b.Of([]int64{offset})
	if name == "" {
		return nil, fmt.Errorf("comment %d asked nothing that is remembered", offset)
	}
	return b.Join(name, into, now)
}

// Part undoes Join: the cluster stands for itself again, in the state it had.
func (b *Book) Part(name string) error {
	c, err := b.cluster(name)
	if err != nil {
		return err
	}
	if c.into == 0 {
		return fmt.Errorf("question %s was not joined to another", name)
	}
	b.detach(c, 0)
	return nil
}

// detach points a joined cluster elsewhere, 0 for nowhere.
func (b *Book) detach(c *cluster, to uint64) {
	if c.into = to; to != 0 {
		return
	}
	b.joined--
	if c.state.waits() { // what they were told answers something else
		c.told = 0
	}
}

// untold appends to told whoever asked in any part and has no answer yet, each
// once, and notes that they have it.
func (b *Book) untold(head *cluster, told *Told) {
	var seen map[uint64]bool
	if b.joined > 0 {
		seen = map[uint64]bool{}
		b.parts(head, func(c *cluster) {
			for i := range c.askers[:c.told] {
				seen[c.askers[i].hash] = true
			}
		})
	}
	b.parts(head, func(c *cluster) {
		for i := c.told; i < len(c.askers); i++ {
			a := &c.askers[i]
			if seen != nil {
				if seen[a.hash] {
					continue
				}
				seen[a.hash] = true
			}
			if head.reply.hear(a.hash) {
				told.Users = append(told.Users, c.user(a))
			}
		}
		c.told = len(c.askers)
	})
}

// waiting is the room time from which the host owes the head an answer: of the
// parts that have none, the first to ask.
func (b *Book) waiting(head *cluster) int64 {
	since := head.waits
	b.parts(head, func(c *cluster) {
		if c != head && c.state.waits() && c.waits != 0 && (since == 0 || c.waits < since) {
			since = c.waits
		}
	})
	return since
}

// sum is what all parts of a head are together.
type sum struct {
	count   int64
	askers  int
	buyers  int64
	more    bool
	first   int64
	last    int64
	offset  int64
	samples []int64
}

func (b *Book) sum(head *cluster) sum {
	s := sum{offset: head.offset, samples: []int64{}}
	alone := true
	b.parts(head, func(c *cluster) {
		alone = alone && c == head
		s.count += c.count
		s.askers += len(c.askers)
		s.buyers += c.buyers
		s.more = s.more || c.more
		if c.first != 0 && (s.first == 0 || c.first < s.first) {
			s.first = c.first
		}
		s.last = max(s.last, c.last)
		s.offset = min(s.offset, c.offset)
		s.samples = append(s.samples, c.samples...)
	})
	if alone {
		return s
	}
	slices.Sort(s.samples)
	s.samples = s.samples[max(0, len(s.samples)-maxSamples):]
	seen := map[uint64]bool{}
	s.buyers = 0
	b.parts(head, func(c *cluster) {
		for i := range c.askers {
			if a := &c.askers[i]; !seen[a.hash] {
				seen[a.hash] = true
				if a.buyer {
					s.buyers++
				}
			}
		}
	})
	s.askers = len(seen)
	return s
}
