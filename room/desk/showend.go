package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// openGive is a giveaway that viewers could still enter or have a result of.
type openGive struct{ event, state string }

// openGives lists those of a room as its viewers see it; decoys are none.
func (r *rooms) openGives(room string) []openGive {
	var s struct {
		Gives []struct {
			Event  string `json:"event"`
			State  string `json:"state"`
			Hidden bool   `json:"hidden"` // a decoy
		} `json:"gives"`
	}
	if json.Unmarshal(r.state(room), &s) != nil {
		return nil
	}
	var open []openGive
	for _, g := range s.Gives {
		switch g.State {
		case "announced", "open", "closing", "sealed":
			if !g.Hidden {
				open = append(open, openGive{g.Event, g.State})
			}
		}
	}
	return open
}

// endShow asks what is to become of giveaways before a show ends, and ends them
// where "void" is the answer: what is announced is cancelled, what is open is
// void, each for the reason "show". What has closed is drawn all the same: behind
// its close nobody may end it for that. It reports whether the show may end.
func (d *Desk) endShow(ctx context.Context, c *app.RequestContext, claims *token.Claims, room string, req *request) bool {
	open := d.rooms.openGives(room)
	var show record.ShowData
	_ = json.Unmarshal(req.Data, &show) // check has done so
	switch {
	case len(open) == 0 || show.Open == "finish":
		return true
	case show.Open == "":
		events := make([]string, len(open))
		for i := range open {
			events[i] = open[i].event
		}
		c.JSON(consts.StatusConflict, map[string]any{"code": "giveaway-open", "events": events,
			"message": "a giveaway is still open: send data.open = finish to let it end, or void to end it and tell everyone who entered"})
		return false
	}
	if err := may(claims, record.CtlVoid, room); err != nil {
		refuse(c, consts.StatusForbidden, "forbidden", err)
		return false
	}
	kinds := map[string]string{"announced": record.CtlCancel, "open": record.CtlVoid}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	for _, g := range open {
		kind := kinds[g.state]
		if kind == "" {
			continue
		}
		data, _ := json.Marshal(record.EventData{Event: g.event, Code: record.EndShow}) // strings alone
		_, err := Write(ctx, d.cfg.Log, d.cfg.Keys, &record.Control{V: 1, ID: newID(), Kind: kind, Room: room, By: claims.User,
			Role: claims.Role.String(), At: time.Now().UnixMilli(), Data: data})
		if err != nil {
			refuse(c, consts.StatusServiceUnavailable, "not-sent", fmt.Errorf("the log did not acknowledge the end of giveaway %s, and the show goes on; send it again: %w", g.event, err))
			return false
		}
	}
	return true
}
