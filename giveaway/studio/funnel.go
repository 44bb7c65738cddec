package studio

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Funnel is how far the viewers of a room have come in a giveaway.
type Funnel struct {
	State   string      `json:"state"`
	AsOf    int64       `json:"asOf" doc:"Unix ms: when the room was asked last; 0: never, the ledger alone is known."`
	Online  int64       `json:"online" doc:"Viewers in the room then."`
	Seen    int64       `json:"seen" doc:"Different viewers of the show until then, as the room estimates them."`
	Refused []RefusedBy `json:"refused" doc:"Attempts that did not count, by the reason they were told; one viewer may try more than once."`
	// Attempts, not viewers: a room keeps no list of those who did not get in.
	Asked     int64         `json:"asked" doc:"Attempts that came in time with the right passphrase, and were asked the conditions."`
	Qualified []QualifiedBy `json:"qualified" doc:"Of those, for how many each condition held, in the order of draft.conditions."`
	Entered   int64         `json:"entered"`
	// Signs of programs, and no proof: nothing is done with them by itself.
	Signs Signs `json:"signs" doc:"Entries that counted, by how soon after the opening was written to their viewers they came; the round trip is taken off. Soon is a sign of a program and no proof, for who watches the countdown may tap into it: it excludes nobody."`
	// Of a draft that ties accounts to each other; while it runs, as the room says.
	Devices int64     `json:"devices" doc:"Different devices of those who entered, in two digits; 0: none was stated."`
	Known   []KnownBy `json:"known" doc:"How many came with each fact that ties accounts."`
	Out     []OutBy   `json:"out" doc:"Once the list is cut: the excluded, by reason."`
	Live    Live      `json:"live" doc:"What the ledger says of winners and claims."`
}

// Signs are how many entries came sooner than people react.
type Signs struct {
	Measured int64 `json:"measured" doc:"Of how many an edge could tell: of none that came by POST, from a service, through TLS that the edge ends itself, or from who joined later."`
	Fast     int64 `json:"fast" doc:"Of those, within 120 ms."`
}

// KnownBy is one fact that ties accounts.
type KnownBy struct {
	Tie string `json:"tie" enum:"device,pay,address,phone"`
	N   int64  `json:"n"`
}

// QualifiedBy is one condition of the draft.
type QualifiedBy struct {
	Condition int                 `json:"condition" doc:"Which of draft.conditions."`
	Rule      *giveaway.Condition `json:"rule"`
	Zh        string              `json:"zh"`
	Yes       int64               `json:"yes" doc:"It held."`
	No        int64               `json:"no" doc:"It did not."`
	Unknown   int64               `json:"unknown" doc:"Nobody stated the fact that it asks for."`
}

// RefusedBy is one reason for which attempts did not count.
type RefusedBy struct {
	Reason    string              `json:"reason" enum:"early,late,already,wrong,full,no,unknown" doc:"no: a condition does not hold; unknown: nobody stated the fact it asks for."`
	Condition int                 `json:"condition" doc:"Reasons no and unknown: which of draft.conditions; else -1."`
	Rule      *giveaway.Condition `json:"rule,omitempty"`
	Zh        string              `json:"zh"`
	N         int64               `json:"n"`
}

// watched is what is kept of a room's answer, so that the funnel outlives it.
type watched struct {
	Give giveaway.Funnel `json:"give"`
	Room struct {
		Online int64 `json:"online"`
		Unique int64 `json:"unique"`
	} `json:"room"`
}

// watchEvery is how often the rooms of running giveaways are asked.
const watchEvery = 5 * time.Second

// watcher asks the rooms of running giveaways how far viewers have come, and
// those of drawn ones for their proofs.
func (s *Studio) watcher(ctx context.Context) {
	if s.cfg.Ask == nil {
		return
	}
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := s.keepProofs(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("proofs of giveaways are not kept, will be tried again", "err", err)
		}
		if err := s.dropOpenings(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("openings whose years are over are not destroyed, will be tried again", "err", err)
		}
		running, err := giveaways.list(ctx, s.store.db, filter{states: []string{Open, Closing, Sealed}})
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("running giveaways cannot be read", "err", err)
		}
		for i := range running {
			if err := s.watch(ctx, &running[i]); err != nil && ctx.Err() == nil {
				s.cfg.Logger.Debug("a room does not tell how far its viewers have come", "giveaway", running[i].ID, "err", err)
			}
		}
	}
}

// watch asks the owner of a room and keeps the answer.
func (s *Studio) watch(ctx context.Context, g *Giveaway) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	status, body, err := s.cfg.Ask(ctx, record.AskFunnel, url.Values{"room": {g.Room}, "event": {g.ID}})
	if err != nil {
		return err
	}
	var w watched
	if status != http.StatusOK {
		return errors.New(string(body))
	}
	if err := json.Unmarshal(body, &w.Give); err != nil {
		return err
	}
	if s.cfg.State != nil {
		// Nothing is known of a room in which nothing happened: its numbers stay 0.
		_ = json.Unmarshal(s.cfg.State(g.Room), &w.Room)
	}
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	_, err = s.store.db.ExecContext(ctx, `INSERT INTO studio_funnels (event, at, body) VALUES ($1, $2, $3)
		ON CONFLICT (event) DO UPDATE SET at = excluded.at, body = excluded.body`, g.ID, time.Now().UnixMilli(), string(raw))
	return err
}

// latelyMost is how many of a room's last giveaways say what the next may expect.
const latelyMost = 20

// crowd is the largest number of viewers that a show had while one of these
// giveaways ran, 0 if none did: the time for the seal follows from it.
func crowd(past []watched) (most int64) {
	for _, w := range past {
		most = max(most, w.Room.Online, w.Room.Unique, int64(w.Give.Entered))
	}
	return most
}

// lately is what the room said last of its last giveaways, the newest first.
func lately(ctx context.Context, q querier, room string) (all []watched, err error) {
	rows, err := q.QueryContext(ctx, `SELECT f.body FROM studio_funnels f JOIN studio_line l ON l.event = f.event WHERE l.room = $1 ORDER BY f.at DESC LIMIT $2`, room, latelyMost)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		var w watched
		if err := json.Unmarshal([]byte(body), &w); err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

// funnel answers how far viewers have come: asked of the room while it runs,
// as it was told last after that.
func (s *Studio) funnel(c *rest.Call) (any, error) {
	g, err := s.find(c)
	if err != nil {
		return nil, err
	}
	switch g.State {
	case Announced, Open, Closing, Sealed:
		if s.cfg.Ask != nil {
			if err := s.watch(c, g); err != nil {
				s.cfg.Logger.Debug("a room does not tell how far its viewers have come", "giveaway", g.ID, "err", err)
			}
		}
	}
	out := Funnel{State: g.State, Live: g.Live, Entered: g.Live.Entrants + g.Live.Excluded, Refused: []RefusedBy{}, Qualified: []QualifiedBy{}, Known: []KnownBy{},
		Devices: g.Live.Devices, Out: append([]OutBy{}, g.Out...)}
	var body string
	err = s.store.db.QueryRowContext(c, `SELECT at, body FROM studio_funnels WHERE event = $1`, g.ID).Scan(&out.AsOf, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	var w watched
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return nil, err
	}
	out.Online, out.Seen, out.Entered = w.Room.Online, w.Room.Unique, max(out.Entered, int64(w.Give.Entered))
	out.Refused, out.Asked, out.Qualified = refusals(g, &w.Give), w.Give.Tries.Asked, qualified(g, &w.Give)
	out.Signs = Signs(w.Give.Signs)
	out.Devices = cmp.Or(out.Devices, w.Give.Devices)
	if len(out.Out) == 0 {
		out.Out = append(out.Out, g.Draft.outBy(w.Give.Out)...)
	}
	if g.Draft.Cluster != nil {
		for _, tie := range g.Draft.Cluster.By {
			out.Known = append(out.Known, KnownBy{tie, w.Give.Known[tie]})
		}
	}
	return out, nil
}

// qualified says how many attempts met each condition.
func qualified(g *Giveaway, f *giveaway.Funnel) []QualifiedBy {
	d := &g.Draft
	all := []QualifiedBy{}
	for i := range d.Conditions {
		q := QualifiedBy{Condition: i, Rule: &d.Conditions[i], Zh: wordsZh(&d.Conditions[i], g.Currency)}
		if i < len(f.Tries.Yes) {
			q.Yes, q.Unknown = f.Tries.Yes[i], f.Tries.Open[i]
			q.No = f.Tries.Asked - q.Yes - q.Unknown
		}
		all = append(all, q)
	}
	return all
}

// refusals says the room's counts in words.
func refusals(g *Giveaway, f *giveaway.Funnel) []RefusedBy {
	d, t := &g.Draft, &f.Tries
	all := []RefusedBy{}
	add := func(r RefusedBy) {
		if r.N > 0 {
			all = append(all, r)
		}
	}
	for _, plain := range []struct {
		reason, zh string
		n          int64
	}{{"early", "未开始", f.Early}, {"late", "已截止", f.Late}, {"already", "已参与过", t.Already}, {"wrong", "口令不符", t.Wrong}, {"full", "名额已满", t.Full}} {
		add(RefusedBy{Reason: plain.reason, Condition: -1, Zh: plain.zh, N: plain.n})
	}
	for i := range d.Conditions {
		rule := &d.Conditions[i]
		zh := wordsZh(rule, g.Currency)
		if i < len(t.No) {
			add(RefusedBy{"no", i, rule, "不满足：" + zh, t.No[i]})
		}
		if i < len(t.Unknown) {
			add(RefusedBy{"unknown", i, rule, "无法确认：" + zh, t.Unknown[i]})
		}
	}
	return all
}

// untied warns where the last giveaways of the room that asked for a fact which
// ties accounts got none: the platform does not state it.
func (f *finding) untied(past []watched) {
	if f.draft.Cluster == nil {
		return
	}
	warn, seen := wants(&f.warnings), map[string]bool{}
	for _, w := range past {
		for i, tie := range f.draft.Cluster.By {
			n, asked := w.Give.Known[tie]
			if !asked || w.Give.Entered == 0 || seen[tie] {
				continue
			}
			seen[tie] = true // the newest says how it is
			warn(n > 0, fmt.Sprintf("draft.cluster.by[%d]", i), "untied-"+tie, "nobody who entered last time came with this fact: the platform does not state it, so it ties nobody")
		}
	}
}
