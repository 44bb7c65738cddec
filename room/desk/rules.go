package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// rules answers staff the rules of a room, and the stages of what comes next.
func (d *Desk) rules(ctx context.Context, c *app.RequestContext) {
	if _, ok := d.staff(c, "desk.see-rules"); ok {
		d.pass(ctx, c, record.AskRules, url.Values{"room": {c.Param("room")}}, "application/json; charset=utf-8")
	}
}

// staff answers the claims of who asks about a room, and refuses who may not.
func (d *Desk) staff(c *app.RequestContext, do string) (token.Claims, bool) {
	claims, err := d.claims(c)
	if err != nil || !claims.Does(do) || !claims.May(c.Param("room")) {
		c.JSON(consts.StatusForbidden, map[string]string{"code": "forbidden", "message": "this is for the room's staff"})
		return claims, false
	}
	return claims, true
}

// trial is the body of a dry run: rules for the room, or for all rooms.
type trial struct {
	YAML    string `json:"yaml"`
	All     bool   `json:"all"`
	Minutes int    `json:"minutes"` // how far back; 10 if absent
}

// mostMinutes bounds how far back a dry run looks.
const mostMinutes = 60

// dryRun judges what was said in the last minutes by other rules, beside those
// in force. It changes nothing and asks nothing of the log but to be read.
func (d *Desk) dryRun(ctx context.Context, c *app.RequestContext) {
	if _, ok := d.staff(c, "desk.try-rules"); !ok {
		return
	}
	t := trial{Minutes: 10}
	if err := json.Unmarshal(c.Request.Body(), &t); err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return
	}
	if t.Minutes < 1 || t.Minutes > mostMinutes {
		refuse(c, consts.StatusBadRequest, "malformed", fmt.Errorf("minutes is %d, want 1 to %d", t.Minutes, mostMinutes))
		return
	}
	next, err := moderation.Parse([]byte(t.YAML))
	if err != nil {
		refuse(c, consts.StatusBadRequest, "rules", err)
		return
	}
	old, now, err := d.inForce(ctx, c.Param("room"), next, t.All)
	if err != nil {
		refuse(c, consts.StatusServiceUnavailable, "elsewhere", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	report, err := d.replay(ctx, c.Param("room"), time.Duration(t.Minutes)*time.Minute, old, now)
	if err != nil {
		refuse(c, consts.StatusServiceUnavailable, "log", err)
		return
	}
	c.JSON(consts.StatusOK, report)
}

// inForce answers the rules of a room as its owner has them, and the same with
// next in their place.
func (d *Desk) inForce(ctx context.Context, name string, next *moderation.RuleSet, all bool) (old, now *moderation.RuleSet, err error) {
	status, body, err := d.ask(ctx, record.AskRules, url.Values{"room": {name}})
	if err != nil {
		return nil, nil, err
	}
	var v room.RulesView
	if status != http.StatusOK {
		return nil, nil, fmt.Errorf("the owner of room %s says %d: %.200s", name, status, body)
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, nil, err
	}
	base, own := moderation.Default(), (*moderation.RuleSet)(nil)
	if d.cfg.Rules != nil {
		base = d.cfg.Rules
	}
	var errs []error
	parse := func(into **moderation.RuleSet, yaml string) {
		if yaml != "" {
			set, err := moderation.Parse([]byte(yaml))
			errs = append(errs, err)
			*into = set
		}
	}
	parse(&base, v.All.Now.YAML)
	parse(&own, v.Room.Now.YAML)
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	if all {
		return base.Overlay(own), next.Overlay(own), nil
	}
	return base.Overlay(own), base.Overlay(next), nil
}

// replay reads the comments of a room from its partition, from as many minutes
// ago by the Ticks of its owners, and judges each twice.
func (d *Desk) replay(ctx context.Context, name string, back time.Duration, old, now *moderation.RuleSet) (*dryRun, error) {
	p := kafkalog.Partition(name)
	in, err := d.cfg.Log.Offsets(ctx, kafkalog.Comments, []int32{p})
	if err != nil {
		return nil, err
	}
	from, err := d.minutesAgo(ctx, p, in[p], back)
	if err != nil {
		return nil, err
	}
	run := newDryRun(old, now)
	run.From, run.To = from, in[p].End
	var decoder record.Decoder
	var said record.Comment
	err = d.cfg.Log.Read(ctx, kafkalog.Comments, p, from, in[p].End, func(rec kafkalog.Record) error {
		if decoder.Comment(rec.Value, &said) == nil && said.Kind == record.Say && string(said.Room) == name {
			run.judge(rec.Offset, &said)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return run.finish(), nil
}

const (
	firstStep = 2048    // records looked back for at first
	mostBack  = 500_000 // records of a dry run: what a flood says in a few seconds may be all of it
)

// minutesAgo answers an offset of comments[p] from so long ago. It steps back in
// doubling steps and asks the first Tick it finds what time it was.
func (d *Desk) minutesAgo(ctx context.Context, p int32, in kafkalog.Range, back time.Duration) (int64, error) {
	least := max(in.First, in.End-mostBack)
	var newest int64
	for step := int64(firstStep); ; step *= 2 {
		from := max(least, in.End-step)
		first, last, err := d.ticks(ctx, p, from, min(from+step, in.End))
		if err != nil {
			return 0, err
		}
		newest = max(newest, last)
		if from == least || first > 0 && newest-first >= back.Milliseconds() {
			return from, nil
		}
	}
}

// ticks answers the first and the last time told in a piece of comments[p], 0
// if there is none.
func (d *Desk) ticks(ctx context.Context, p int32, from, to int64) (first, last int64, err error) {
	var decoder record.Decoder
	var c record.Comment
	err = d.cfg.Log.Read(ctx, kafkalog.Comments, p, from, to, func(rec kafkalog.Record) error {
		if decoder.Comment(rec.Value, &c) == nil && c.Kind == record.Tick && d.cfg.Keys.VerifyMarker(&c, p) {
			if last = c.Marker.Now; first == 0 {
				first = last
			}
		}
		return nil
	})
	return first, last, err
}
