package giveaway

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// links draws what ties users to each other: few of each, so that many are.
func (w *sim) links(f *record.Facts) {
	for _, fact := range []record.FactSet{record.FactDevice, record.FactPay, record.FactAddress, record.FactPhone} {
		if w.rnd.IntN(2) == 0 {
			f.Known |= fact
		}
	}
	f.Device, f.Pay, f.Address = fmt.Sprint("d", w.rnd.IntN(20)), fmt.Sprint("p", w.rnd.IntN(30)), fmt.Sprint("a", w.rnd.IntN(12))
	f.Phone, f.CreatedAt = fmt.Sprint("138-", w.rnd.IntN(2)), 1_792_000_000_000+int64(w.rnd.IntN(20))*1000
	if w.rnd.IntN(3) == 0 {
		f.CreatedAt = w.wall - int64(w.rnd.IntN(100_000))
	}
	f.Known |= record.FactCreated
}

// cluster draws a cluster rule.
func (w *sim) cluster(p map[string]any) {
	c := Cluster{}
	for _, name := range tieNames {
		if w.rnd.IntN(2) == 0 {
			c.By = append(c.By, name)
		}
	}
	if len(c.By) == 0 {
		return
	}
	if slices.Contains(c.By, TiePhone) {
		c.Weak = &Weak{BurstSec: int64(1 + w.rnd.IntN(20)), CoPercent: []int64{1, 30, 60, 100}[w.rnd.IntN(4)]}
	}
	p["cluster"] = c
}

// clusters holds a sealed list against the transitive closure of the ties, by
// what was said in the comments.
func (r *simReader) clusters(event string, ev *simEvent) error {
	o := r.w.owner().e.byID[event]
	if ev.plan.Cluster == nil || r.w.torn || o == nil || o.Stop != nil {
		return nil
	}
	if ev.plan.Cluster.Weak != nil {
		return fmt.Errorf("the published plan shows the thresholds of weak ties")
	}
	type entrant struct {
		user   string
		offset int64
		facts  *record.Facts
		past   []bool
	}
	var all []entrant
	for _, user := range ev.users {
		at := r.w.acked[event+"/"+user]
		x := entrant{user: user, offset: at, facts: r.w.comments[at].in.Facts}
		if x.facts == nil {
			x.facts = &noFacts
		}
		for _, p := range o.Past {
			if before := r.w.owner().e.byID[p.Event]; before == nil || before.Stop != nil && before.Stop.Code != codeLate {
				return nil // who was in is no longer known here
			}
			_, in := r.w.acked[p.Event+"/"+user]
			x.past = append(x.past, in)
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b entrant) int { return int(a.offset - b.offset) })
	tied := func(a, b *entrant) bool {
		for _, k := range ev.plan.Cluster.kinds() {
			mine, theirs := a.facts.Link(k.fact()), b.facts.Link(k.fact())
			if mine == "" || mine != theirs {
				continue
			}
			if k != phoneTie {
				return true
			}
			w, apart := o.Plan.Cluster.Weak, max(a.facts.CreatedAt-b.facts.CreatedAt, b.facts.CreatedAt-a.facts.CreatedAt)
			could, both, either := 0, 0, 0
			for i, p := range o.Past {
				if p.CloseAt <= max(a.facts.CreatedAt, b.facts.CreatedAt) {
					continue
				}
				if could++; a.past[i] && b.past[i] {
					both++
				}
				if a.past[i] || b.past[i] {
					either++
				}
			}
			if could >= coLeast && either > 0 && int64(100*both) >= w.CoPercent*int64(either) && apart <= w.BurstSec*1000 {
				r.w.count["ties by phone"]++
				return true
			}
		}
		return false
	}
	of := make([]int, len(all)) // cluster by entrant: the smallest member
	for i := range of {
		of[i] = i
	}
	for changed := true; changed; {
		changed = false
		for i := range all {
			for j := range all {
				if of[i] != of[j] && tied(&all[i], &all[j]) {
					of[i], of[j], changed = min(of[i], of[j]), min(of[i], of[j]), true
				}
			}
		}
	}
	holder := map[int]bool{}
	for i, x := range all {
		var reason uint32
		for _, out := range ev.out {
			if ev.users[out.Tag] == x.user {
				reason = out.Reason
			}
		}
		if _, blocked := o.blocked[x.user]; blocked {
			if reason != o.blocked[x.user] {
				return fmt.Errorf("%s is on the block list, excluded for %d", x.user, reason)
			}
			continue
		}
		if want := holder[of[i]]; (reason == ReasonCluster) != want {
			return fmt.Errorf("%s at %d, of the cluster of %s: excluded for %d, want by cluster: %t", x.user, x.offset, all[of[i]].user, reason, want)
		} else if want {
			r.w.count["excluded by cluster"]++
		}
		holder[of[i]] = true
	}
	if raw := r.w.owner().e.AppendSnapshot(nil); o.Seal != nil && (len(o.entries.ties.words) > 0 || bytes.Contains(raw, []byte(`"138-`))) {
		return fmt.Errorf("it is sealed, and the ties are still there")
	}
	return nil
}
