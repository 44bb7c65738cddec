package studio

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/giveaway/studio/rehearse"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// rehearsed stands before the ids of rooms and giveaways of a rehearsal.
const rehearsed = "rehearsal."

// play is a rehearsal under way: a whole studio over a database, a log and keys
// of its own, and a stage with a crowd.
type play struct {
	r       *Rehearsal
	dir     string
	studio  *Studio
	follow  *follow.Follower
	stage   *rehearse.Stage
	crowd   *rehearse.Crowd
	all     []Giveaway // the copies
	began   int64
	claims  map[string]int // waves of claims so far
	claimAt map[string]int64
}

// newPlay copies the room: its shop, prizes with their stock, budgets with
// their money, and the giveaways, whose own reservations count as there.
func (s *Studio) newPlay(ctx context.Context, r *Rehearsal, room *Room, all []Giveaway, secret [32]byte, now int64) (_ *play, err error) {
	p := &play{r: r, began: now, claims: map[string]int{}, claimAt: map[string]int64{}}
	if p.dir, err = os.MkdirTemp("", "fudai-rehearsal-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.end()
		}
	}()
	store, err := OpenStore(ctx, filepath.Join(p.dir, "rehearsal.db"))
	if err != nil {
		return nil, err
	}
	keys, log := record.DeriveKeys(secret), rehearse.NewLog()
	_, chain, err := rehearse.Chain(keys)
	if err != nil {
		store.Close()
		return nil, err
	}
	cfg := DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger = store, log, keys, s.cfg.Tokens, []drawproof.Chain{chain}, slog.New(slog.DiscardHandler)
	cfg.Now = func() time.Time { return time.UnixMilli(p.stage.Now) }
	if p.studio, err = New(cfg); err != nil {
		store.Close()
		return nil, err
	}
	r.Namespace = rehearsed + room.ID[:min(len(room.ID), record.MaxRoom-len(rehearsed))]
	if p.stage, err = rehearse.NewStage(log, keys, r.Namespace, now); err != nil {
		return nil, err
	}
	p.stage.LateMs = r.BeaconLateMs
	p.crowd = rehearse.NewCrowd(r.crowd(), p.stage)
	if err = s.copyInto(ctx, p, room, all, now); err != nil {
		return nil, err
	}
	p.follow, err = p.studio.follower(ctx)
	return p, err
}

// end removes everything that a rehearsal made.
func (p *play) end() {
	if p.studio != nil {
		p.studio.store.Close()
	}
	os.RemoveAll(p.dir)
}

func (s *Studio) copyInto(ctx context.Context, p *play, room *Room, all []Giveaway, now int64) error {
	shop, err := shops.get(ctx, s.store.db, room.Shop)
	if err != nil {
		return err
	}
	shop.Approval = Approval{Mode: "none"} // who approves is no part of the play
	library, err := prizes.list(ctx, s.store.db, filter{shop: shop.ID})
	if err != nil {
		return err
	}
	purses, err := budgets.list(ctx, s.store.db, filter{shop: shop.ID})
	if err != nil {
		return err
	}
	has := map[string]int64{} // by account, as if nothing of this were reserved
	note := func(to, from string) error {
		n, err := balance(ctx, s.store.db, from)
		has[to] += n
		return err
	}
	var errs []error
	for i := range library {
		errs = append(errs, note(stockOf(library[i].ID), stockOf(library[i].ID)))
	}
	for i := range purses {
		errs = append(errs, note(fundsOf(purses[i].ID), fundsOf(purses[i].ID)))
	}
	for i := range all {
		g := &all[i]
		if g.State != Scheduled {
			continue
		}
		for _, t := range g.Tiers {
			errs = append(errs, note(stockOf(t.Prize), unitsOf(g.ID, t.Tier)))
		}
		if g.Draft.Budget != "" {
			errs = append(errs, note(fundsOf(g.Draft.Budget), fenOf(g.ID)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i := range all {
		p.all = append(p.all, p.copyOf(&all[i], now))
	}
	db := p.studio.store.db
	return db.Tx(ctx, func(tx *sql.Tx) error {
		errs := []error{put(ctx, tx, shops.name, shop, "rehearsal", now),
			put(ctx, tx, rooms.name, &Room{Meta{ID: p.r.Namespace, Shop: shop.ID}, RoomSpec{Title: Watermark + room.Title, Host: room.Host}}, "rehearsal", now)}
		for i := range library {
			errs = append(errs, put(ctx, tx, prizes.name, &library[i], "rehearsal", now))
		}
		for i := range purses {
			errs = append(errs, put(ctx, tx, budgets.name, &purses[i], "rehearsal", now))
		}
		for account, n := range has {
			source := unitSource
			if strings.HasPrefix(account, "fen/") {
				source = fenSource
			}
			errs = append(errs, post(ctx, tx, now, posting{shop.ID, "", source, account, n, "rehearsal"}))
		}
		for i := range p.all {
			errs = append(errs, put(ctx, tx, giveaways.name, &p.all[i], "rehearsal", now))
		}
		return errors.Join(errs...)
	})
}

// copyOf is a giveaway as it is played: watermarked, under an id of its own,
// and one that is planned for a time opens now.
func (p *play) copyOf(g *Giveaway, now int64) Giveaway {
	c := Giveaway{Meta: Meta{ID: rehearsed + g.ID, Shop: g.Shop}, Room: p.r.Namespace, State: Drafted, Draft: g.Draft, Editor: "rehearsal"}
	d := &c.Draft
	d.Title = Watermark + d.Title
	if d.Trigger.On == "at" {
		f := &finding{planned: planned{draft: &g.Draft}}
		f.zone = cmp.Or(d.Trigger.Zone, "Asia/Shanghai")
		f.planTimes(func(bool, string, string, string) {}) // what is wrong was found by inspect
		d.OpenMs, d.CloseAt, d.NoticeMs = max(f.closeAt-f.openAt, d.OpenMs), "", 0
		d.Trigger = Trigger{On: "now"}
	}
	if d.Trigger.On == "after-draw" && d.Trigger.Event != "" {
		d.Trigger.Event = rehearsed + d.Trigger.Event
	}
	return c
}

const (
	step     = 200 // ms, the owner's turn
	readEach = 1000
	// waves of claims: winners at once, alternates after that.
	mostWaves = 3
	claimRate = 70 // percent of winners who claim at once
)

// run plays until everything is over.
func (p *play) run(ctx context.Context) error {
	if err := p.open(ctx); err != nil {
		return err
	}
	for turns := 0; ; turns++ {
		if ctx.Err() != nil {
			p.r.find(Fails, nil, "", "unfinished", "the rehearsal was not over in time: rehearse fewer giveaways, or fewer viewers")
			return nil
		}
		if err := p.turn(ctx, turns*step%readEach == 0); err != nil {
			return err
		}
		if turns*step%readEach != 0 {
			p.stage.Now += step
			continue
		}
		over, busy, err := p.look(ctx)
		if err != nil || over {
			p.r.SpanMs = p.stage.Now - p.began
			return err
		}
		p.stage.Now += p.stride(busy)
	}
}

// stride is how far time goes on: slowly while something is to be seen.
func (p *play) stride(busy bool) int64 {
	if busy {
		return step
	}
	next := int64(1 << 60)
	for _, at := range p.claimAt {
		if at > p.stage.Now {
			next = min(next, at-p.stage.Now)
		}
	}
	return min(max(next, step), 3_600_000)
}

// open schedules everything, and lets happen what things wait for.
func (p *play) open(ctx context.Context) error {
	s := p.studio
	for i := range p.all {
		g := &p.all[i]
		err := s.store.db.Tx(ctx, func(tx *sql.Tx) error {
			if err := s.schedule(ctx, tx, g, "rehearsal", p.stage.Now); err != nil {
				return err
			}
			return set(ctx, tx, giveaways.name, g, "", p.stage.Now)
		})
		var refused *rest.Error
		if asRefusal(err, &refused) {
			for _, one := range refused.Problems {
				p.r.find(Fails, g, one.Field, one.Rule, one.Message)
			}
			if len(refused.Problems) == 0 {
				p.r.find(Fails, g, "", refused.Code, refused.Message)
			}
		} else if err != nil {
			return err
		}
	}
	for i := range p.all {
		g, t := &p.all[i], &p.all[i].Draft.Trigger
		switch t.On {
		case "show-start":
			p.say("show-"+g.ID, record.CtlShowStart, record.ShowData{Show: cmp.Or(t.Show, "rehearsal")})
		case "product":
			p.say("product-"+g.ID, record.CtlProduct, record.ProductData{Item: t.Item})
		}
	}
	return nil
}

func (p *play) say(id, kind string, data any) {
	raw, err := json.Marshal(data)
	if err == nil {
		p.stage.Command(&record.Control{V: 1, ID: id, Kind: kind, By: "rehearsal", Role: record.Host.String(), Data: raw})
	}
}

// turn is 200 ms of everything: studio, room, viewers.
func (p *play) turn(ctx context.Context, read bool) error {
	for read {
		sent, err := p.studio.announceOne(ctx, time.UnixMilli(p.stage.Now))
		if err != nil {
			return err
		}
		if !sent {
			break
		}
	}
	p.crowd.Act()
	if err := p.stage.Turn(); err != nil {
		return err
	}
	if !read {
		return nil
	}
	return p.follow.Turn(ctx)
}

// look reads how far everything is, and does what the host and winners do.
func (p *play) look(ctx context.Context) (over, busy bool, err error) {
	over = true
	waiting := 0
	for i := range p.all {
		g, err := giveaways.get(ctx, p.studio.store.db, p.all[i].ID)
		if err != nil {
			return false, false, err
		}
		p.all[i] = *g
		switch g.State {
		case Scheduled:
			if g.AnnounceAt == 0 && g.Draft.Trigger.On == "tap" {
				if err := p.tap(ctx, g); err != nil {
					return false, false, err
				}
				over, busy = false, true
			} else if g.AnnounceAt == 0 {
				waiting++
			} else {
				over, busy = false, true
			}
		case Announced, Open, Closing, Sealed:
			over, busy = false, true
		case Drawn, Claiming:
			over = false
			p.claim(g)
		}
	}
	// What still waits when all else is over, waits for something that never comes.
	return over && (waiting == 0 || p.stage.Now > p.began+10_000), busy || waiting > 0 && p.stage.Now <= p.began+10_000, nil
}

func (p *play) tap(ctx context.Context, g *Giveaway) error {
	return p.studio.store.db.Tx(ctx, func(tx *sql.Tx) error { return p.studio.fire(ctx, tx, g, "rehearsal", "tap", p.stage.Now) })
}

// claim lets winners claim, and alternates when winners let it pass.
func (p *play) claim(g *Giveaway) {
	if p.stage.Now < p.claimAt[g.ID] || p.claims[g.ID] == mostWaves {
		p.claimAt[g.ID] = max(p.claimAt[g.ID], p.stage.Now+min(g.Draft.ClaimTTLMs, 3_600_000))
		return
	}
	percent := claimRate
	if p.claims[g.ID] > 0 {
		percent = 100
	}
	p.crowd.Claim(g.ID, percent)
	p.claims[g.ID]++
	p.claimAt[g.ID] = p.stage.Now + g.Draft.ClaimTTLMs + 2000
}

// judge holds the end against what was promised.
func (p *play) judge(ctx context.Context) error {
	r := p.r
	for i := range p.all {
		if err := p.verdict(&p.all[i]); err != nil {
			return err
		}
	}
	wrong, err := p.studio.store.CheckBooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		r.find(Fails, nil, "", "books", w)
	}
	count := func(m map[string]int) (all []Count) {
		all = []Count{}
		for _, code := range slices.Sorted(maps.Keys(m)) {
			all = append(all, Count{code, m[code]})
		}
		return all
	}
	r.People, r.Rogues = count(p.crowd.People), count(p.crowd.Trolls)
	r.Unanswered, r.Delayed, r.Forged, r.Frames, r.Bytes = p.stage.Unanswered(), p.crowd.Delayed, p.crowd.Forged, p.stage.Frames, p.stage.Bytes
	if r.Unanswered > 0 {
		r.find(Fails, nil, "", "unanswered", fmt.Sprintf("%d messages were never answered", r.Unanswered))
	}
	for _, code := range []record.Code{record.Blocked, record.Held, record.Muted} {
		if n := p.crowd.People[code.String()]; n > 0 {
			r.find(Risks, nil, "", "moderated", fmt.Sprintf("%d entries of honest viewers were %s by the room's rules", n, code))
		}
	}
	return nil
}

func (p *play) verdict(g *Giveaway) error {
	r := p.r
	one := Rehearsed{Giveaway: strings.TrimPrefix(g.ID, rehearsed), Title: g.Draft.Title, State: g.State, Live: g.Live, Told: len(p.crowd.In[g.ID]), Refused: []RefusedBy{}, OpenForMs: g.CloseAt - g.OpenAt}
	if card := p.stage.Cards[g.ID]; card != nil {
		one.Folded = card.Folded
	}
	if f, err := p.stage.P.Funnel(r.Namespace, g.ID); err == nil {
		one.Refused = refusals(&g.Draft, &f)
	}
	switch g.State {
	case Drafted:
	case Scheduled:
		r.find(Fails, g, "draft.trigger", "never", "what it waits for does not come: "+g.Draft.Trigger.On)
	case Refused:
		for _, x := range g.Problems {
			r.find(Fails, g, x.Field, x.Rule, x.Message)
		}
	case Cancelled, Void:
		r.find(Fails, g, "", "unfinished", "it ended without a draw: "+g.Why)
	default:
		if err := p.drawn(g, &one); err != nil {
			return err
		}
	}
	r.Items = append(r.Items, one)
	return nil
}

func (p *play) drawn(g *Giveaway, one *Rehearsed) error {
	r := p.r
	raw, err := p.stage.P.Bundle(r.Namespace, g.ID)
	if err != nil {
		r.find(Fails, g, "", "unfinished", err.Error())
		return nil
	}
	if report := drawproof.Verify(raw); report.OK() {
		one.Verified = true
	} else {
		r.find(Fails, g, "", "unproven", report.Text())
	}
	if in := int(g.Live.Entrants + g.Live.Excluded); in != one.Told {
		r.find(Fails, g, "", "lost-entry", fmt.Sprintf("%d viewers were told that they are in, %d stand in the sealed list", one.Told, in))
	}
	switch {
	case one.Told == 0:
		r.find(Fails, g, "draft.conditions", "nobody", fmt.Sprintf("none of %d viewers could enter", r.Viewers))
	case one.Told*20 < r.Viewers:
		r.find(Risks, g, "draft.conditions", "few", fmt.Sprintf("of %d viewers %d could enter", r.Viewers, one.Told))
	}
	if one.Told > 0 && g.Live.Winners < g.Units {
		r.find(Risks, g, "draft.prizes", "few", fmt.Sprintf("%d prizes, %d winners: the rest goes back", g.Units, g.Live.Winners))
	}
	if g.Live.Returned > 0 {
		r.find(Notes, g, "draft.alternates", "unclaimed", fmt.Sprintf("went back because nobody claimed in time: %d of the prizes", g.Live.Returned))
	}
	if one.Folded {
		r.find(Notes, g, "", "beacon", "the random number was late: viewers saw a folded card, and the draw followed")
	}
	return nil
}
