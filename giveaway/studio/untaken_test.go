package studio

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// sent schedules a giveaway and appends its plan.
func (h *house) sent() (g Giveaway, at time.Time) {
	h.t.Helper()
	g = h.add(exampleDraft)
	g = as[Giveaway](h, h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil))
	at = time.UnixMilli(g.AnnounceAt)
	if sent, err := h.studio.announceOne(h.ctx, at); !sent || err != nil {
		h.t.Fatalf("sent %v, %v", sent, err)
	}
	return h.giveaway(g.ID), at
}

// readAt lets the studio read the log at a time.
func (h *house) readAt(at time.Time) {
	h.t.Helper()
	h.turn()
	h.studio.heard.upTo.Store(at.UnixMilli())
}

// commands are the ids of the plans in the log.
func (h *house) plans() (ids []string) {
	for _, rec := range h.log.Records(kafkalog.Control, kafkalog.Partition("demo")) {
		if c, bad := record.ParseControl(rec.Value); bad == nil && c.Kind == record.CtlPlan {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// A plan whose room does not answer is shown as not taken and sent again, not
// before the log was read; the room that comes back announces it once.
func notTaken(t *testing.T, h *house) {
	h.furnish()
	g, now := h.sent() // nobody owns the room
	later := now.Add(untakenAfter + time.Second)
	if n := h.announce(later); n != 0 || h.giveaway(g.ID).Untaken != nil {
		t.Fatalf("%d sent again before anybody looked whether the room had answered", n)
	}
	h.readAt(later)
	if u := h.giveaway(g.ID).Untaken; u == nil || u.Since != now.UnixMilli() || u.Tries != 0 {
		t.Fatalf("after %v: %+v", untakenAfter, u)
	}
	if sent, err := h.studio.announceOne(h.ctx, later); !sent || err != nil {
		t.Fatal(sent, err)
	}
	if sent, err := h.studio.announceOne(h.ctx, later); sent || err != nil {
		t.Fatal("sent once more at the same moment", err)
	}
	list := as[rest.List[Giveaway]](h, h.ok("mia", "GET", "/v1/studio/giveaways?shop=yunduo", nil)).Items
	if u := list[0].Untaken; u == nil || u.Tries != 1 {
		t.Fatalf("in the list: %+v", u)
	}
	if want := []string{"plan." + g.ID, "plan." + g.ID + "~1"}; !slices.Equal(h.plans(), want) {
		t.Fatalf("%v, want %v", h.plans(), want)
	}
	h.own("demo") // it reads both
	h.turn()
	h.turn()
	if g = h.giveaway(g.ID); g.State != Announced || g.Untaken != nil {
		t.Fatalf("%s %+v", g.State, g.Untaken)
	}
	h.readAt(later.Add(time.Hour))
	if n := h.announce(later.Add(time.Minute)); n != 0 {
		t.Fatalf("%d sent after the room had answered", n)
	}
	if p := h.prize("cup"); p.Stock != (Stock{97, 3, 0}) {
		t.Fatalf("stock: %+v", p.Stock)
	}
	h.books()
}

// The owner refused the plan and died before it said so: what the room says of
// the second sending counts. And a plan that closes without a word is refused.
func noWord(t *testing.T, h *house) {
	h.furnish()
	g, now := h.sent()
	later := now.Add(untakenAfter + time.Second)
	h.readAt(later)
	h.studio.announceOne(h.ctx, later)
	no := func(id string, signed bool) {
		value := record.AppendControl(nil, &record.Control{V: 1, ID: id, Kind: record.CtlPlan, Room: "demo", By: "mia", Role: "service", At: 1, Data: []byte(`{}`)})
		headers := []kafkalog.Header{{Key: "reason", Value: []byte(record.ReasonCommand)}, {Key: "field", Value: []byte("plan: room has 16 giveaways")}, {Key: "offset", Value: []byte("7")}}
		if signed {
			problems, sig := h.keys.Refuse(kafkalog.Partition("demo"), 7, value, record.Breaks(giveaway.RuleFull, "plan: room has 16 giveaways"))
			headers = append(headers, kafkalog.Header{Key: "problems", Value: problems}, kafkalog.Header{Key: "sig", Value: sig})
		}
		h.log.Append(h.ctx, kafkalog.DeadLetter, kafkalog.Partition("demo"), []kafkalog.Record{{Key: []byte("demo"), Value: value, Headers: headers}})
		h.turn()
	}
	no("plan."+g.ID, true)
	if s := h.giveaway(g.ID).State; s != Scheduled {
		t.Fatalf("%s by the answer to the first sending, while the second is under way", s)
	}
	no("plan."+g.ID+"~1", false)
	if s := h.giveaway(g.ID).State; s != Scheduled {
		t.Fatalf("%s by a letter that no owner signed", s)
	}
	no("plan."+g.ID+"~1", true)
	if g = h.giveaway(g.ID); g.State != Refused || g.Problems[0].Rule != "room-full" {
		t.Fatalf("%s %+v", g.State, g.Problems)
	}
	other, _ := h.sent()
	over := time.UnixMilli(other.CloseAt).Add(overAfter + time.Second)
	if err := h.studio.giveUp(h.ctx, over.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if s := h.giveaway(other.ID).State; s != Scheduled {
		t.Fatalf("%s before the log was read", s)
	}
	h.readAt(over)
	if err := h.studio.giveUp(h.ctx, over.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if other = h.giveaway(other.ID); other.State != Refused || other.Problems[0].Rule != "room-silent" {
		t.Fatalf("%s %+v", other.State, other.Problems)
	}
	if p := h.prize("cup"); p.Stock.Available != 100 {
		t.Fatalf("stock: %+v", p.Stock)
	}
	h.books()
}

// What is cancelled while its room is silent is not sent again, and ends
// whichever way the room answers.
func cancelledInSilence(t *testing.T, h *house) {
	h.furnish()
	g, now := h.sent()
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/cancel", Ending{record.EndGoods, "奖品缺货"})
	later := now.Add(untakenAfter + time.Second)
	h.readAt(later)
	if sent, err := h.studio.announceOne(h.ctx, later); sent || err != nil {
		t.Fatalf("sent again: %v %v", sent, err)
	}
	h.own("demo") // hears the plan, then the end
	h.turn()
	h.turn()
	if g = h.giveaway(g.ID); g.State != Cancelled || g.Why != "奖品缺货" {
		t.Fatalf("%s %q", g.State, g.Why)
	}
	// Another one, whose plan the room refused without a word.
	g, _ = h.sent()
	h.owners["demo"].Skip()
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/cancel", Ending{record.EndGoods, "奖品缺货"})
	h.turn()
	h.turn()
	if g = h.giveaway(g.ID); g.State != Cancelled || g.Why != "奖品缺货" || len(g.Refusals) != 0 {
		t.Fatalf("%s %q %+v", g.State, g.Why, g.Refusals)
	}
	if p := h.prize("cup"); p.Stock.Available != 100 {
		t.Fatalf("stock: %+v", p.Stock)
	}
	h.books()
}

// An end that was accepted and that the room refuses is told, once.
func endRefused(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	g := h.add(exampleDraft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.announce(time.Now())
	h.open(o, g.ID)
	data, _ := json.Marshal(record.EventData{Event: g.ID, Reason: "关掉"})
	for range 2 { // read again, it is the same one
		if _, err := desk.Write(h.ctx, h.log, h.keys, &record.Control{V: 1, ID: "c1", Kind: record.CtlCancel, Room: "demo", By: "host", Role: "host", At: 7, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	h.turn()
	h.turn()
	if g = h.giveaway(g.ID); g.State != Open || len(g.Refusals) != 1 || g.Refusals[0].Rule != "end-begun" || g.Refusals[0].By != "host" {
		t.Fatalf("%s %+v", g.State, g.Refusals)
	}
	// A void that comes twice, as when two end it at once, is not a refusal.
	for range 2 {
		h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/cancel", Ending{record.EndGoods, "奖品缺货"})
	}
	h.turn()
	h.turn()
	if g = h.giveaway(g.ID); g.State != Void || len(g.Refusals) != 1 {
		t.Fatalf("%s %+v", g.State, g.Refusals)
	}
	h.books()
}
