package questions

import (
	"fmt"
	"slices"
)

// TakeOut makes a question of its own of what one comment asked, with everything
// in its cluster that says the same, and keeps what says so from now on apart.
// Who asked it moves with it, as far as the newest questions are remembered. It
// is undone by JoinComment. It answers the new cluster's name.
func (b *Book) TakeOut(name string, offset, now int64) (string, error) {
	head, err := b.cluster(name)
	if err != nil {
		return "", err
	}
	head = b.head(head)
	from, text := b.said(head, offset)
	switch {
	case from == nil:
		return "", fmt.Errorf("comment %d did not ask question %s, or is not remembered", offset, name)
	case len(from.texts) > 0 || len(from.wordings) == 1 && from.wordings[0].Hash == text && b.onlyOne(from, text):
		return "", fmt.Errorf("question %s asks nothing but this: there is nothing to take it out of", name)
	}
	if len(b.clusters) >= MaxClusters {
		b.giveUp(now)
		if b.byID(from.id) != from {
			return "", fmt.Errorf("question %s had to go for the bound of %d", name, MaxClusters)
		}
	}
	b.next++
	b.total.Clusters++
	b.total.TakenOut++
	n := &cluster{id: b.next, key: from.key, latin: from.latin, offset: offset, texts: []uint64{text}, heated: from.heated,
		first: from.first, last: from.last, waits: from.waits, shingles: slices.Clone(from.shingles), fresh: true}
	b.fresh = true
	b.clusters = append(b.clusters, n)
	b.moveText(from, n, text)
	return n.name(), nil
}

// said finds the part of head that a comment asked in, and the hash of its text.
func (b *Book) said(head *cluster, offset int64) (from *cluster, text uint64) {
	for i := range b.recent {
		if a := &b.recent[i]; a.Offset == offset {
			if c := b.byID(a.Cluster); c != nil && b.head(c) == head {
				from, text = c, a.Text
			}
		}
	}
	if from != nil {
		return from, text
	}
	b.parts(head, func(c *cluster) {
		for i := range c.wordings {
			if c.wordings[i].Offset == offset {
				from, text = c, c.wordings[i].Hash
			}
		}
	})
	return from, text
}

// onlyOne reports whether all that is remembered of a cluster says one text.
func (b *Book) onlyOne(c *cluster, text uint64) bool {
	for i := range b.recent {
		if a := &b.recent[i]; a.Cluster == c.id && a.Text != text {
			return false
		}
	}
	return true
}

// moveText moves what says text, and who said nothing else.
func (b *Book) moveText(from, to *cluster, text uint64) {
	moved, stays := map[uint64]bool{}, map[uint64]bool{}
	var offsets []int64
	for i := range b.recent {
		switch a := &b.recent[i]; {
		case a.Cluster != from.id:
		case a.Text == text:
			a.Cluster = to.id
			moved[a.User] = true
			offsets = append(offsets, a.Offset)
		default:
			stays[a.User] = true
		}
	}
	count := int64(0)
	for i := range from.wordings {
		if w := from.wordings[i]; w.Hash == text {
			count, to.wordings = w.Count, append(to.wordings, w)
			to.offset = min(to.offset, w.Offset)
			if !stays[w.User] {
				moved[w.User] = true
			}
		}
	}
	from.wordings = slices.DeleteFunc(from.wordings, func(w wording) bool { return w.Hash == text })
	from.samples = slices.DeleteFunc(from.samples, func(o int64) bool { return slices.Contains(offsets, o) })
	to.samples = append(to.samples, offsets[max(0, len(offsets)-maxSamples):]...)
	b.moveAskers(from, to, func(user uint64) bool { return moved[user] && !stays[user] })
	// A wording's count is that of every round, a cluster's that of this one; each asker asked at least once.
	to.count = max(min(max(count, int64(len(offsets))), from.count-int64(len(from.askers))), int64(len(to.askers)))
	from.count = max(from.count-to.count, int64(len(from.askers)))
	if all := int64(len(from.askers) + len(to.askers)); all > 0 {
		to.heat = from.heat * int64(len(to.askers)) / all
		from.heat -= to.heat
	}
}

// moveAskers moves those of whom which says so; what they were told was told of
// another question.
func (b *Book) moveAskers(from, to *cluster, which func(user uint64) bool) {
	all, ids, told := from.askers, from.ids, from.told
	from.askers, from.ids, from.told, from.buyers = nil, nil, 0, 0
	for i := range all {
		a := all[i]
		c := from
		if which(a.hash) {
			c = to
			delete(b.members, member(a.hash, from.id))
			b.members[member(a.hash, to.id)] = struct{}{}
		} else if i < told {
			from.told++
		}
		id := ids[a.at : int(a.at)+int(a.length)]
		a.at = uint32(len(c.ids))
		c.ids = append(c.ids, id...)
		if a.buyer {
			c.buyers++
		}
		c.askers = append(c.askers, a)
	}
}
