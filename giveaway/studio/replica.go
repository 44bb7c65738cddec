package studio

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rehearse"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// newPlay copies the room: its shop, prizes with their stock, budgets with
// their money, and the giveaways, whose own reservations count as there.
func (s *Studio) newPlay(ctx context.Context, r *Rehearsal, at *Room, all []Giveaway, like *room.Copy, secret [32]byte, now int64) (_ *play, err error) {
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
	r.Namespace = rehearsed + at.ID[:min(len(at.ID), record.MaxRoom-len(rehearsed))]
	var settings room.Settings
	if like != nil {
		settings = like.Settings
	}
	if p.stage, err = rehearse.NewStage(log, keys, r.Namespace, settings, now); err != nil {
		return nil, err
	}
	p.stage.LateMs = r.BeaconLateMs
	p.crowd = rehearse.NewCrowd(r.crowd(), p.stage)
	if err = s.copyInto(ctx, p, at, all, now); err != nil {
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
		errs = append(errs, note(fundsOf(shop.Currency, purses[i].ID), fundsOf(shop.Currency, purses[i].ID)))
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
			errs = append(errs, note(fundsOf(g.Currency, g.Draft.Budget), heldBy(g.Currency, g.ID)))
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
			errs = append(errs, post(ctx, tx, now, posting{shop.ID, "", sourceOf(account), account, n, "rehearsal"}))
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
