package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
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

const (
	callsRoom = 2 // at once
	callsAll  = 4
	mostTries = 3
	mostRooms = 1024
	roomIdle  = 6 * time.Hour
	mostAsked = 3 // wordings that are sent
)

// never are the intents that are not drafted, nor their facts sent: a wrong word
// there costs the shop money, or breaks the law.
var never = map[string]bool{"price": true, "coupon": true, "genuine": true, "giveaway": true}

// Drafter makes drafts for the desks that look at rooms.
type Drafter struct {
	cfg     Config
	client  *http.Client
	breaker *gobreaker.TwoStepCircuitBreaker[any]
	seed    maphash.Seed
	m       *metrics
	log     *slog.Logger
	wg      sync.WaitGroup

	mu    sync.Mutex
	ctx   context.Context // of Run; nil: no call may begin
	rooms map[string]*room
	calls int       // under way
	rest  time.Time // until then the endpoint is left alone
}

// room is what is known and spent of one room.
type room struct {
	show          string
	calls, tokens int // used in the show
	running       int
	touched       time.Time
	shop          *record.CatalogueData
	asked         time.Time // when the shop was asked for last
	asking        bool
	drafts        map[string]*entry
}

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

// New checks cfg and makes a Drafter; nothing is asked before Run.
func New(cfg Config) (*Drafter, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Rules == nil {
		cfg.Rules = moderation.Default()
	}
	d := &Drafter{cfg: cfg, seed: maphash.MakeSeed(), m: newMetrics(cfg.Metrics), log: cfg.Logger, rooms: map[string]*room{}}
	d.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	d.breaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name: "answer", MaxRequests: 1, Interval: time.Minute, Timeout: cfg.Rest,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.Requests >= 5 && 2*c.TotalFailures >= c.Requests },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			d.log.Warn("the breaker of drafts turns", "from", from.String(), "to", to.String())
			d.m.open.Set(float64(to))
		},
	})
	return d, nil
}

// Run lets calls begin until ctx is done, and waits for those under way.
func (d *Drafter) Run(ctx context.Context) error {
	d.mu.Lock()
	d.ctx = ctx
	d.mu.Unlock()
	<-ctx.Done()
	d.mu.Lock()
	d.ctx = nil
	d.mu.Unlock()
	d.wg.Wait()
	return ctx.Err()
}

// View is a desk's view of a room with its drafts, as the member "drafts": by
// cluster. Where there are none it is the view as it was.
func (d *Drafter) View(name string, view []byte) []byte {
	drafts := d.Drafts(name, view)
	end := bytes.LastIndexByte(view, '}')
	if drafts == nil || end < 0 {
		return view
	}
	value, err := json.Marshal(drafts)
	if err != nil {
		return view
	}
	return slices.Concat(view[:end], []byte(`,"drafts":`), value, view[end:])
}

// Drafts answers the drafts of a room by cluster, for the view that a desk is
// about to get, and begins what is missing. It never waits for the endpoint; it
// answers nil where there is nothing to say.
func (d *Drafter) Drafts(name string, view []byte) map[string]Draft {
	var v struct {
		Questions struct {
			Show     string
			Since    int64
			Clusters []cluster
		}
	}
	if json.Unmarshal(view, &v) != nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	r := d.room(name, v.Questions.Show+"/"+time.UnixMilli(v.Questions.Since).UTC().Format(time.RFC3339Nano), now)
	if r == nil {
		return nil
	}
	wanted := map[string]bool{}
	out := map[string]Draft{}
	for i := range v.Questions.Clusters {
		c := &v.Questions.Clusters[i]
		if !d.wants(c) {
			continue
		}
		wanted[c.Cluster] = true
		d.learn(name, r, now)
		if r.shop == nil {
			continue
		}
		out[c.Cluster] = d.draft(name, r, c, now)
	}
	for id, e := range r.drafts {
		if !wanted[id] && !e.running {
			delete(r.drafts, id)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// wants reports whether a cluster is worth a call: enough ask, and nobody knows.
func (d *Drafter) wants(c *cluster) bool {
	return (c.State == "open" || c.State == "onscreen") && c.Suggest == nil && c.Askers >= d.cfg.Askers && c.Title != "" && !never[c.Intent]
}

// room finds or makes a room; a show that begins has a budget of its own.
func (d *Drafter) room(name, show string, now time.Time) *room {
	r := d.rooms[name]
	if r == nil {
		if len(d.rooms) >= mostRooms {
			for id, old := range d.rooms {
				if now.Sub(old.touched) > roomIdle && old.running == 0 && !old.asking {
					delete(d.rooms, id)
				}
			}
		}
		if len(d.rooms) >= mostRooms {
			return nil
		}
		r = &room{drafts: map[string]*entry{}}
		d.rooms[name] = r
	}
	if r.show != show {
		r.show, r.calls, r.tokens = show, 0, 0
	}
	r.touched = now
	return r
}

// learn asks for what the shop says, if that is long ago.
func (d *Drafter) learn(name string, r *room, now time.Time) {
	if d.ctx == nil || r.asking || now.Sub(r.asked) < d.cfg.Fresh {
		return
	}
	r.asking, r.asked = true, now
	ctx := d.ctx
	d.wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
		defer cancel()
		shop, err := d.cfg.Catalogue(ctx, name)
		d.mu.Lock()
		defer d.mu.Unlock()
		if r.asking = false; err != nil {
			d.log.Debug("the catalogue of a room did not answer", "room", name, "err", err)
			return
		}
		r.shop = shop
	})
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

// begin calls the endpoint about a cluster, if there is a place, budget and hope.
func (d *Drafter) begin(name string, r *room, c *cluster, e *entry, facts []Fact, now time.Time) {
	if d.ctx == nil || d.calls >= callsAll || r.running >= callsRoom {
		return // the next view
	}
	asked := slices.DeleteFunc(c.asked(), func(s string) bool { return !clean(s, d.cfg.Rules) })
	body, err := d.prompt(asked, facts)
	if err != nil {
		e.State = none
		return
	}
	reserve := estimate(len(body)) + mostTokens
	if r.calls+1 > d.cfg.Calls || r.tokens+reserve > d.cfg.Tokens {
		d.without(e, spent, "spent")
		return
	}
	if now.Before(d.rest) {
		d.without(e, failed, "busy")
		return
	}
	done, err := d.breaker.Allow()
	if err != nil {
		d.without(e, failed, "breaker")
		return
	}
	r.calls, r.tokens, r.running, d.calls = r.calls+1, r.tokens+reserve, r.running+1, d.calls+1
	show, ctx := r.show, d.ctx
	e.State, e.running = making, true
	e.tries++
	d.wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
		defer cancel()
		a, tokens, err := d.call(ctx, body)
		done(err)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.calls--
		r.running--
		e.running = false
		if r.show == show {
			r.tokens += tokens - reserve
		}
		d.m.tokens.Add(float64(tokens))
		d.finish(name, c.Cluster, e, &a, facts, err)
	})
}

// without notes, once, that a cluster is not asked about for now.
func (d *Drafter) without(e *entry, state, why string) {
	if e.State != state {
		e.State = state
		d.m.calls.WithLabelValues(why).Inc()
	}
}

// finish makes a draft of what the endpoint said, or says why there is none.
func (d *Drafter) finish(name, id string, e *entry, a *said, facts []Fact, err error) {
	now := time.Now()
	if err != nil {
		outcome := "error"
		var busy errBusy
		switch {
		case errors.As(err, &busy):
			outcome, d.rest = "busy", now.Add(busy.wait)
		case errors.Is(err, context.DeadlineExceeded):
			outcome = "deadline"
		case errors.Is(err, errGarbage):
			outcome = "garbage"
		}
		d.m.calls.WithLabelValues(outcome).Inc()
		d.log.Warn("no draft", "room", name, "cluster", id, "err", err)
		e.State, e.again = failed, now.Add(d.cfg.Again)
		return
	}
	d.m.calls.WithLabelValues("answered").Inc()
	text, cited, err := ground(a, facts, d.cfg.Rules)
	if err != nil {
		d.m.drafts.WithLabelValues(err.Error()).Inc()
		e.State = none
		return
	}
	d.m.drafts.WithLabelValues(ready).Inc()
	e.Draft = Draft{ready, text, cited}
}
