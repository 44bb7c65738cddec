package studio

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

func (h *house) prize(id string) Prize {
	h.t.Helper()
	for _, p := range as[rest.List[Prize]](h, h.ok("boss", "GET", "/v1/studio/prizes?shop=yunduo", nil)).Items {
		if p.ID == id {
			return p
		}
	}
	h.t.Fatalf("no prize %s", id)
	return Prize{}
}

func (h *house) funds() Funds {
	h.t.Helper()
	return as[rest.List[Budget]](h, h.ok("boss", "GET", "/v1/studio/budgets?shop=yunduo", nil)).Items[0].Funds
}

func (h *house) add(draft Draft) Giveaway {
	h.t.Helper()
	return as[Giveaway](h, h.ok("mia", "POST", "/v1/studio/giveaways", NewGiveaway{"demo", draft}))
}

// A giveaway from its draft to its end: what the studio says is what the room
// decided, and the books follow.
func fromDraftToSettled(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	g := h.add(exampleDraft)
	if g.State != Drafted || g.Units != 3 || g.WorthFen != 3*3900 {
		t.Fatalf("draft: %+v", g)
	}
	g = as[Giveaway](h, h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil))
	if g.State != Scheduled || g.PlanHash == "" || g.OpenAt == 0 || g.ApprovedBy != "policy" {
		t.Fatalf("scheduled: %+v", g)
	}
	if p, f := h.prize("cup"), h.funds(); p.Stock != (Stock{97, 3, 0}) || f != (Funds{1_000_000 - 11_700, 11_700, 0}) {
		t.Fatalf("reserved: %+v %+v", p.Stock, f)
	}
	h.no(404, "viewer", "GET", "/v1/rules/"+g.ID, nil) // nobody's business yet
	if n := h.announce(time.Now()); n != 1 {
		t.Fatalf("%d plans announced", n)
	}
	if g = h.giveaway(g.ID); g.State != Announced {
		t.Fatalf("announced: %s %v", g.State, g.Problems)
	}
	hash, _ := o.E.PlanHash(g.ID)
	if hash.String() != g.PlanHash {
		t.Fatalf("the room has plan %s, the studio promised %s", hash, g.PlanHash)
	}
	page := string(h.ok("viewer", "GET", "/v1/rules/"+g.ID, nil))
	plan := h.ok("viewer", "GET", "/v1/rules/"+g.ID+"/plan", nil)
	if got := drawproof.PlanHash(plan).String(); got != g.PlanHash || !strings.Contains(page, got) || !strings.Contains(page, "云朵（杭州）商贸有限公司") {
		t.Fatalf("the public plan hashes to %s, want %s; page:\n%s", got, g.PlanHash, page)
	}
	h.open(o, g.ID)
	for i := range 10 {
		if r := o.Enter(g.ID, fmt.Sprintf("u%d", i), "云朵上新", fan()); r.Code != record.Entered {
			t.Fatalf("entry %d: %v", i, r.Code)
		}
	}
	if h.turn(); h.giveaway(g.ID).State != Open {
		t.Fatalf("open: %s", h.giveaway(g.ID).State)
	}
	h.pass(o, 200*time.Second)
	if g = h.giveaway(g.ID); g.State != Claiming || g.Live.Entrants != 10 || g.Live.Winners != 3 || g.Live.Granted != 3 || g.Live.Seal == "" {
		t.Fatalf("claiming: %s %+v", g.State, g.Live)
	}
	for i := range 10 {
		o.Claim(g.ID, fmt.Sprintf("u%d", i))
	}
	h.pass(o, 2*time.Second)
	if g = h.giveaway(g.ID); g.State != Settled || g.Live.Claimed != 3 {
		t.Fatalf("settled: %s %+v", g.State, g.Live)
	}
	if p, f := h.prize("cup"), h.funds(); p.Stock != (Stock{97, 0, 3}) || f != (Funds{1_000_000 - 11_700, 0, 11_700}) {
		t.Fatalf("given: %+v %+v", p.Stock, f)
	}
	h.books()
}

// The ledger says everything a second time, as owners do who are not sure that
// they were heard: nothing is counted or booked twice, and nothing goes back.
func saidTwice(t *testing.T, h *house) {
	fromDraftToSettled(t, h)
	before, funds, stock := as[rest.List[Giveaway]](h, h.ok("boss", "GET", "/v1/studio/giveaways?shop=yunduo", nil)).Items[0], h.funds(), h.prize("cup").Stock
	p, l := kafkalog.Partition("demo"), record.Ledger{}
	for _, rec := range h.log.Records(kafkalog.Ledger, p) {
		one, err := record.ParseLedger(rec.Value)
		if err != nil {
			t.Fatal(err)
		}
		l.Decisions = append(l.Decisions, one.Decisions...)
	}
	l.V, l.Epoch, l.Owner, l.Seq = 1, 1, strings.Repeat("0", 31)+"1", 1<<40
	h.log.Append(h.ctx, kafkalog.Ledger, p, []kafkalog.Record{{Key: []byte("demo"), Value: record.AppendLedger(nil, &l)}})
	if err := h.follow.Turn(h.ctx); err != nil {
		t.Fatal(err)
	}
	after := h.giveaway(before.ID)
	if after.State != Settled || after.Live != before.Live || h.funds() != funds || h.prize("cup").Stock != stock {
		t.Fatalf("%s %+v, was %+v; %+v %+v", after.State, after.Live, before.Live, h.funds(), h.prize("cup").Stock)
	}
	h.books()
}

// Prizes that nobody claims go to alternates and, when there are none left,
// back into stock and budget.
func unclaimedGoesBack(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	draft := exampleDraft
	draft.Alternates = 1
	g := h.add(draft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.announce(time.Now())
	h.open(o, g.ID)
	for i := range 5 {
		o.Enter(g.ID, fmt.Sprintf("u%d", i), "云朵上新", fan())
	}
	h.pass(o, 200*time.Second)
	o.Now += 3 * 86_400_000 // nobody claims; the one alternate does not either
	o.Turn()
	o.Now += 3 * 86_400_000
	h.pass(o, time.Second)
	g = h.giveaway(g.ID)
	if g.State != Settled || g.Live.Claimed != 0 || g.Live.Expired != 4 || g.Live.Returned != 3 {
		t.Fatalf("%s %+v", g.State, g.Live)
	}
	if p, f := h.prize("cup"), h.funds(); p.Stock != (Stock{100, 0, 0}) || f != (Funds{1_000_000, 0, 0}) {
		t.Fatalf("returned: %+v %+v", p.Stock, f)
	}
	h.books()
}

// A plan that the room refuses gives back what it held, and says why.
func theRoomRefuses(t *testing.T, h *house) {
	h.furnish()
	h.own("demo")
	g := h.add(exampleDraft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	// Somebody at the desk was quicker with the same passphrase.
	h.plan("demo", map[string]any{"event": "rival", "kind": "bag", "title": "另一个", "phrases": []string{"云朵上新"},
		"openAt": time.Now().UnixMilli(), "closeAt": time.Now().Add(time.Hour).UnixMilli(), "prizes": []map[string]any{{"id": "p1", "qty": 1, "title": "杯", "valueFen": 1}}})
	h.announce(time.Now())
	g = h.giveaway(g.ID)
	if g.State != Refused || len(g.Problems) != 1 || !strings.Contains(g.Problems[0].Message, "rival") {
		t.Fatalf("%s %+v", g.State, g.Problems)
	}
	if p := h.prize("cup"); p.Stock.Available != 100 {
		t.Fatalf("stock: %+v", p.Stock)
	}
	h.books()
}

// Cancelled, before and after it is announced, and void.
func cancel(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	for i, want := range []string{Cancelled, Cancelled, Void} {
		draft := exampleDraft
		g := h.add(draft)
		h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
		if i > 0 {
			o.Now = time.Now().UnixMilli()
			h.announce(time.Now())
		}
		if i > 1 {
			h.open(o, g.ID)
		}
		h.no(422, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/cancel", Ending{})
		h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/cancel", Ending{record.EndGoods, "奖品缺货"})
		h.turn()
		if g = h.giveaway(g.ID); g.State != want || g.Why != "奖品缺货" {
			t.Fatalf("case %d: %s %q", i, g.State, g.Why)
		}
		h.books()
	}
	if p := h.prize("cup"); p.Stock.Available != 100 {
		t.Fatalf("stock: %+v", p.Stock)
	}
}

// An announced giveaway can close later.
func extend(t *testing.T, h *house) {
	h.furnish()
	o := h.own("demo")
	g := h.add(exampleDraft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.no(409, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/extend", Extension{CloseAt: g.CloseAt + 1, Reason: "网络波动"})
	h.announce(time.Now())
	g = h.giveaway(g.ID)
	h.no(422, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/extend", Extension{CloseAt: g.CloseAt, Reason: "网络波动"})
	was := g
	later := func(by int64) Giveaway {
		h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/extend", Extension{ByMs: by, Pause: true, Reason: "网络波动"})
		h.turn()
		return h.giveaway(g.ID)
	}
	if g = later(30_000); g.CloseAt != was.CloseAt+30_000 || g.DrawAt < was.DrawAt+29_000 || g.Extensions[0].Refused != "" {
		t.Fatalf("%+v", g)
	}
	later(30_000)
	h.no(422, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/extend", Extension{ByMs: 30_000, Reason: "网络波动"}) // at most twice
	raw, _ := json.Marshal(map[string]giveaway.Extension{"extend": {Event: g.ID, ByMs: 30_000}})
	third := record.Control{V: 1, ID: "desk-3", Kind: record.CtlPlan, Room: "demo", By: "host", Role: "host", At: o.Now, Data: raw}
	if _, err := desk.Write(h.ctx, h.log, h.keys, &third); err != nil { // from the host's desk
		t.Fatal(err)
	}
	h.turn()
	h.turn() // the room has said no by now
	if g = h.giveaway(g.ID); g.CloseAt != was.CloseAt+60_000 || g.Extensions[2].Refused == "" {
		t.Fatalf("closes at %d, first at %d: %+v", g.CloseAt, was.CloseAt, g.Extensions)
	}
	h.open(o, g.ID)
	h.pass(o, 200*time.Second)
	if r := o.Enter(g.ID, "late", "云朵上新", fan()); r.Code != record.Entered {
		t.Fatalf("an entry in the added minute: %v", r.Code)
	}
}

// The log did not acknowledge: the plan stays in line, and is sent once more
// under the same id.
func announceAgain(t *testing.T, h *house) {
	h.furnish()
	h.own("demo")
	g := h.add(exampleDraft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.log.Fail = fmt.Errorf("no broker")
	if _, err := h.studio.announceOne(h.ctx, time.Now()); err == nil {
		t.Fatal("announced without a log")
	}
	h.log.Fail = nil
	h.no(409, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/unschedule", nil) // it may be on its way
	if n := h.announce(time.Now()); n != 0 {
		t.Fatalf("%d sent while it was just taken", n)
	}
	if n := h.announce(time.Now().Add(takenFor + time.Second)); n != 1 {
		t.Fatalf("%d sent, want 1", n)
	}
	if g = h.giveaway(g.ID); g.State != Announced {
		t.Fatal(g.State)
	}
	// What was read is not counted again.
	if err := h.follow.Turn(h.ctx); err != nil {
		t.Fatal(err)
	}
	again, err := h.studio.follower(h.ctx)
	if err != nil || again.Turn(h.ctx) != nil {
		t.Fatal(err)
	}
	h.books()
}

// Money cut into packets is reserved whole and spent by the fen.
func redPackets(t *testing.T, h *house) {
	h.furnish()
	packets(t, h, Draft{Kind: giveaway.Packet, Title: "红包", Trigger: Trigger{On: "now"}, OpenMs: 60_000, Budget: "autumn",
		Prizes: []DraftPrize{cashOf(20, 10_000)}}, 10_000)
}

// So is a rain, whose waves are sums of their own.
func redPacketRain(t *testing.T, h *house) {
	h.furnish()
	draft := Draft{Kind: giveaway.Rain, Title: "红包雨", Trigger: Trigger{On: "now"}, OpenMs: 15_000, Budget: "autumn",
		Prizes: []DraftPrize{cashOf(3, 6000), cashOf(7, 3000), cashOf(10, 1000)}}
	if got := as[Checked](h, h.ok("mia", "POST", "/v1/studio/check", NewGiveaway{"demo", draft})); !got.OK || got.WorthFen != 10_000 || got.Units != 20 ||
		!strings.Contains(got.Rules, "点击任意一个红包") || !strings.Contains(got.Rules, "每人最多得一个红包") {
		t.Errorf("%+v", got)
	} else if g := got.Grade; g == nil || g.Letter != "D" || !slices.Contains(g.Reasons, drawproof.ReasonLocalBeacon) || !slices.Contains(g.Reasons, drawproof.ReasonNoWitnesses) {
		t.Errorf("with a local beacon and without witnesses the grade can be %+v", g)
	}
	packets(t, h, draft, 10_000)
}

// cashOf is a sum cut into packets.
func cashOf(packets uint32, fen uint64) DraftPrize {
	return DraftPrize{Prize: "cash", Qty: packets, Split: &drawproof.Split{Mode: drawproof.SplitDoubleMean, Total: fen, Min: 1, Underfill: drawproof.UnderfillReturn}}
}

// packets holds one that promises fen, with fewer viewers than packets.
func packets(t *testing.T, h *house, draft Draft, fen int64) {
	o := h.own("demo")
	g := h.add(draft)
	h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	h.announce(time.Now())
	h.open(o, g.ID)
	if draft.Kind == giveaway.Rain {
		later := Extension{ByMs: giveaway.MaxRain - draft.OpenMs + 1000, Reason: "再下一会儿"}
		if body := h.no(422, "mia", "POST", "/v1/studio/giveaways/"+g.ID+"/extend", later); !strings.Contains(body, "a rain is open for at most 60 s") {
			t.Error(body)
		}
	}
	for i := range 8 {
		o.Enter(g.ID, fmt.Sprintf("u%d", i), "", nil)
	}
	h.pass(o, 90*time.Second)
	if g = h.giveaway(g.ID); g.State != Settled || g.Live.Claimed != 8 {
		t.Fatalf("%s %+v", g.State, g.Live)
	}
	f := h.funds()
	if f.ReservedFen != 0 || f.SpentFen <= 0 || f.SpentFen >= fen || f.AvailableFen+f.SpentFen != 1_000_000 {
		t.Fatalf("%+v", f)
	}
	h.books()
}
