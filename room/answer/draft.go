package answer

import (
	"hash/maphash"
	"slices"
	"time"
)

// Draft is what the desk shows of one cluster.
type Draft struct {
	State string `json:"state"` // making, ready, none, failed or spent
	Text  string `json:"text,omitempty"`
	Facts []Fact `json:"facts,omitempty"` // that it rests on
}

// States of a draft.
const (
	making = "making" // the endpoint is asked, or will be
	ready  = "ready"
	none   = "none"   // the facts do not say, or the answer could not be believed
	failed = "failed" // the endpoint does not answer
	spent  = "spent"  // the show's budget is
)

// never are the intents that are not drafted, nor their facts sent: a wrong word
// there costs the shop money, or breaks the law.
var never = map[string]bool{"price": true, "coupon": true, "genuine": true, "giveaway": true}

// entry is the draft of one cluster in one round under one state of the facts.
type entry struct {
	Draft
	round   int
	facts   uint64
	running bool
	tries   int
	again   time.Time
}

// cluster is what a Drafter reads of one in a desk's view.
type cluster struct {
	Cluster  string
	State    string
	Title    string
	Intent   string
	Item     string
	Askers   int
	Round    int
	Wordings []struct{ Text string }
	Suggest  *struct{}
}

// asked are the wordings, the one used most first.
func (c *cluster) asked() []string {
	all := []string{c.Title}
	for _, w := range c.Wordings {
		if len(all) < mostAsked && !slices.Contains(all, w.Text) {
			all = append(all, w.Text)
		}
	}
	return all
}

// wants reports whether a cluster is worth a call: enough ask, and nobody knows.
func (d *Drafter) wants(c *cluster) bool {
	return (c.State == "open" || c.State == "onscreen") && c.Suggest == nil && c.Askers >= d.cfg.Askers && c.Title != "" && !never[c.Intent]
}

// draft answers what there is of a cluster, and begins a call if one is due.
func (d *Drafter) draft(name string, r *room, c *cluster, now time.Time) Draft {
	facts := factsFor(r.shop, c)
	sum := d.sum(facts)
	e := r.drafts[c.Cluster]
	if e == nil || !e.running && (e.round != c.Round || e.facts != sum) {
		e = &entry{Draft: Draft{State: making}, round: c.Round, facts: sum}
		r.drafts[c.Cluster] = e
		if asked := c.asked(); len(facts) == 0 || !slices.ContainsFunc(asked, func(s string) bool { return clean(s, d.cfg.Rules) }) {
			e.State = none
		}
	}
	if e.round != c.Round || e.facts != sum { // what is under way is out of date
		return Draft{State: making}
	}
	if e.running || e.State == ready || e.State == none || e.tries >= mostTries || now.Before(e.again) {
		return e.Draft
	}
	d.begin(name, r, c, e, facts, now)
	return e.Draft
}

func (d *Drafter) sum(facts []Fact) uint64 {
	var h maphash.Hash
	h.SetSeed(d.seed)
	for _, f := range facts {
		for _, s := range []string{f.From, f.Ref, f.Text} {
			h.WriteString(s)
			h.WriteByte(0)
		}
	}
	return h.Sum64()
}
