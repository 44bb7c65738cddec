package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/record"
)

// laws are the tests that hold on either database.
var laws = []stage.Law[*house]{
	{Name: "from draft to settled", Test: fromDraftToSettled},
	{Name: "said twice", Test: saidTwice},
	{Name: "unclaimed goes back", Test: unclaimedGoesBack},
	{Name: "the room refuses", Test: theRoomRefuses},
	{Name: "cancel", Test: cancel},
	{Name: "extend", Test: extend},
	{Name: "announce again", Test: announceAgain},
	{Name: "not taken", Test: notTaken},
	{Name: "no word of the room", Test: noWord},
	{Name: "cancelled in silence", Test: cancelledInSilence},
	{Name: "an end refused", Test: endRefused},
	{Name: "appeals", Test: appealed},
	{Name: "appeals elsewhere", Test: appealedElsewhere},
	{Name: "tied accounts", Test: tiedAccounts},
	{Name: "cap of the shop", Test: capOfTheShop},
	{Name: "same id elsewhere", Test: sameID},
	{Name: "red packets", Test: redPackets},
	{Name: "red-packet rain", Test: redPacketRain},
	{Name: "bad plans", Test: badPlans},
	{Name: "abroad", Test: abroad},
	{Name: "rules", Test: rulesStand},
	{Name: "currencies", Test: currencies},
	{Name: "pounds", Test: pounds},
	{Name: "place", Test: place},
	{Name: "approval", Test: approval},
	{Name: "template", Test: template2},
	{Name: "what was approved", Test: whatWasApproved},
	{Name: "what was armed", Test: whatWasArmed},
	{Name: "what a template is", Test: whatATemplateIs},
	{Name: "stop", Test: stop},
	{Name: "copies and series", Test: copiesAndSeries},
	{Name: "triggers", Test: triggers},
	{Name: "a draw read late", Test: readLate},
	{Name: "no oversell", Test: noOversell},
	{Name: "one host, one room", Test: oneHost},
	{Name: "schedule many", Test: scheduleMany},
	{Name: "changed keys", Test: changedKeys},
	{Name: "staff", Test: staff},
	{Name: "trail", Test: tampered},
	{Name: "funnel", Test: funnel},
	{Name: "suspects", Test: suspected},
	{Name: "crowd", Test: crowded},
	{Name: "archive", Test: archived},
	{Name: "proofs are kept", Test: proofsAreKept},
	{Name: "proofs are lost", Test: proofsAreLost},
	{Name: "openings", Test: opened},
	{Name: "openings by permission", Test: openedByPermission},
	{Name: "reach", Test: reach},
	{Name: "rehearsal", Test: rehearsal},
	{Name: "rehearsed as the room", Test: rehearsedAsTheRoom},
	{Name: "document", Test: document},
}

func TestSQLite(t *testing.T)   { stage.OnSQLite(t, laws, newHouse) }
func TestPostgres(t *testing.T) { stage.OnPostgres(t, laws, newHouse) }

// house is a studio with a room whose owner is the real state machine, and a
// log of paper between them.
type house struct {
	t      *testing.T
	ctx    context.Context
	keys   *record.Keys
	chain  drawproof.Chain
	log    *stage.Paper
	tokens *token.Authority
	store  *Store
	studio *Studio
	follow *follow.Follower
	front  *stage.Front
	owners map[string]*stage.Owner
	reach  func() beacon.Reachability
}

func newHouse(t *testing.T, database string) *house {
	h := &house{t: t, ctx: context.Background(), keys: record.DeriveKeys([32]byte{7}), log: stage.NewPaper(), owners: map[string]*stage.Owner{}}
	h.tokens = token.New(h.keys.Token, nil)
	var err error
	_, h.chain = stage.Beacon(t, h.keys)
	if h.store, err = OpenStore(h.ctx, database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	cfg := DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger = h.store, h.log, h.keys, h.tokens, []drawproof.Chain{h.chain}, slog.New(slog.DiscardHandler)
	cfg.Ask = func(_ context.Context, path string, q url.Values) (int, []byte, error) {
		o := h.owners[q.Get("room")]
		if o == nil || path != record.AskFunnel && path != record.AskBundle && path != record.AskEntry && path != record.AskSampled && path != record.AskSuspects {
			return 0, nil, errors.New("nobody owns the room")
		}
		if path == record.AskBundle {
			b, err := o.E.Bundle(q.Get("event"))
			return 200, b, err
		}
		if path == record.AskSampled {
			return h.sampled(o, q.Get("event"))
		}
		if path == record.AskEntry {
			b, err := json.Marshal(o.E.Entry(q.Get("event"), []byte(q.Get("user"))))
			return 200, b, err
		}
		if path == record.AskSuspects {
			s, ok := o.E.Suspects(q.Get("event"))
			if !ok {
				return 404, []byte("no such giveaway"), nil
			}
			b, err := json.Marshal(s)
			return 200, b, err
		}
		f, ok := o.E.Funnel(q.Get("event"))
		if !ok {
			return 404, []byte("no such giveaway"), nil
		}
		b, err := json.Marshal(f)
		return 200, b, err
	}
	cfg.Paid = func(context.Context, string, string) ([]byte, error) { return []byte("paid"), nil } // giveaway/fulfil in a real studio
	cfg.State = func(string) []byte { return []byte(`{"online":12,"unique":34,"gives":[]}`) }
	cfg.Reach = func(context.Context) beacon.Reachability {
		if h.reach == nil {
			return beacon.Reachability{Chain: "local", OK: true, Relays: []beacon.Reach{}}
		}
		return h.reach()
	}
	if h.studio, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	if h.follow, err = h.studio.follower(h.ctx); err != nil {
		t.Fatal(err)
	}
	h.front = stage.NewFront(t, h.studio.API())
	return h
}

// own makes the owner of a room.
func (h *house) own(room string) *stage.Owner {
	h.owners[room] = stage.Own(h.t, h.log, h.keys, room)
	return h.owners[room]
}

// pass lets a room's time pass, and the studio read what it decided.
func (h *house) pass(o *stage.Owner, d time.Duration) {
	h.t.Helper()
	o.Pass(d)
	h.turn()
}

// plan says a plan at the host's desk of a room, not here.
func (h *house) plan(room string, plan map[string]any) {
	h.t.Helper()
	raw, err := json.Marshal(plan)
	if err != nil {
		h.t.Fatal(err)
	}
	ctl := record.Control{V: 1, ID: fmt.Sprint("desk-", plan["event"]), Kind: record.CtlPlan, Room: room, By: "host", Role: "host", At: time.Now().UnixMilli(), Data: raw}
	if _, err := desk.Write(h.ctx, h.log, h.keys, &ctl); err != nil {
		h.t.Fatal(err)
	}
	h.turn()
}

// open lets a room's time pass until a giveaway has been open for a second: it
// opens some seconds after the wall's time at which it was scheduled, however
// long the test took to come there.
func (h *house) open(o *stage.Owner, id string) {
	h.t.Helper()
	h.pass(o, time.Duration(h.giveaway(id).OpenAt+1000-o.Now)*time.Millisecond)
}

// furnish opens a shop with a room, prizes and a budget.
func (h *house) furnish() {
	h.t.Helper()
	h.ok("boss", "POST", "/v1/studio/shops", NewShop{"yunduo", exampleShop})
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{"demo", "yunduo", RoomSpec{Title: "直播间", Host: "h1"}})
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"cup", "yunduo", PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 3900}, 100})
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"cash", "yunduo", PrizeSpec{Title: "现金红包", Kind: Cash}, 0})
	h.ok("boss", "POST", "/v1/studio/budgets", NewBudget{"autumn", "yunduo", BudgetSpec{Title: "秋季活动"}, 1_000_000})
}

// token is of boss (a program of the operator), mia (marketer), ann (approver,
// once appointed), host, viewer.
func (h *house) token(who string) string {
	c := token.Claims{User: who, Role: record.Viewer, Issued: time.Now().UnixMilli(), Expires: time.Now().Add(time.Hour).UnixMilli()}
	switch who {
	case "boss":
		c.Role = record.Service
	case "mia", "mel":
		c.Market = true
	case "host":
		c.Role = record.Host
	case "mod":
		c.Role = record.Moderator
	case "elsewhere":
		c.Role, c.Rooms = record.Host, []string{"another"}
	}
	raw, err := h.tokens.Sign(&c)
	if err != nil {
		h.t.Fatal(err)
	}
	return raw
}

// send asks and holds the answer against the document.
func (h *house) send(who, method, path string, body any, headers ...string) (int, []byte) {
	h.t.Helper()
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			h.t.Fatal(err)
		}
	}
	raw := ""
	if who != "" {
		raw = h.token(who)
	}
	return h.front.Send(raw, method, path, b, headers...)
}

// ok sends what must succeed.
func (h *house) ok(who, method, path string, body any, headers ...string) []byte {
	h.t.Helper()
	status, b := h.send(who, method, path, body, headers...)
	if status >= 300 {
		h.t.Fatalf("%s: %s %s: %d %s", who, method, path, status, b)
	}
	return b
}

// no sends what must be refused, and answers the refusal.
func (h *house) no(status int, who, method, path string, body any, headers ...string) string {
	h.t.Helper()
	got, b := h.send(who, method, path, body, headers...)
	if got != status {
		h.t.Fatalf("%s: %s %s: %d, want %d: %s", who, method, path, got, status, b)
	}
	return string(b)
}

// as reads an answer.
func as[T any](h *house, b []byte) T {
	h.t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		h.t.Fatalf("%v\n%s", err, b)
	}
	return v
}

func (h *house) giveaway(id string) Giveaway {
	h.t.Helper()
	return as[Giveaway](h, h.ok("boss", "GET", "/v1/studio/giveaways/"+id, nil))
}

// announce sends what is due at a time, and lets rooms and studio read it.
func (h *house) announce(at time.Time) (n int) {
	h.t.Helper()
	for {
		sent, err := h.studio.announceOne(h.ctx, at)
		if err != nil {
			h.t.Fatal(err)
		}
		if !sent {
			h.turn()
			return n
		}
		n++
	}
}

// turn lets every owner fold what is new, and the studio what they decided.
func (h *house) turn() {
	h.t.Helper()
	for _, o := range h.owners {
		o.Turn()
	}
	if err := h.follow.Turn(h.ctx); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.studio.tellWins(h.ctx); err != nil {
		h.t.Fatal(err)
	}
}

// books must hold after whatever happened.
func (h *house) books() {
	h.t.Helper()
	wrong, err := h.store.CheckBooks(h.ctx)
	if err != nil || len(wrong) > 0 {
		h.t.Fatalf("the books do not hold: %v %v", wrong, err)
	}
	trail, err := h.store.CheckAudit(h.ctx)
	if err != nil || trail.Broken != 0 {
		h.t.Fatalf("the trail is broken at %d: %v", trail.Broken, err)
	}
}

// fan is what the example's condition asks for.
func fan() *record.Facts { return &record.Facts{Known: record.FactFan, FanLevel: 3} }
