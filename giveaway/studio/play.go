package studio

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

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
			p.say("product-"+g.ID, record.CtlProduct, p.product(g, t.Item))
		}
	}
	return nil
}

// product is a product of the room's catalogue, as a host puts it on air.
func (p *play) product(g *Giveaway, id string) record.ProductData {
	goods := p.stage.P.Catalogue(p.r.Namespace).Items
	for i := range goods {
		if it := &goods[i]; it.Item == id {
			return record.ProductData{Item: id, Title: or(it.Title, ""), Link: or(it.Link, 0), Price: or(it.Price, 0), Was: or(it.Was, 0), Stock: or(it.Stock, 0)}
		}
	}
	if len(goods) > 0 {
		p.r.find(Risks, g, "draft.trigger.item", "no-item", fmt.Sprintf("the room's catalogue has no product %q: the host cannot put it on air with a tap", id))
	}
	return record.ProductData{Item: id}
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
	return p.studio.store.db.Tx(ctx, func(tx *sql.Tx) error { return p.studio.fire(ctx, tx, g, "rehearsal", "tap", p.stage.Now, p.stage.Now) })
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
