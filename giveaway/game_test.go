package giveaway

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// The part of the game (giveaway/drawproof, TestGame) that is about the engine: what
// an operator's own program, the staff, viewers and bots may try before there is a
// proof, and what the rooms that read the same records make of it.

// forgery is a decision as a dishonest owner would write it in place of the honest one.
type forgery struct {
	kind, what string
	edit       func(d *record.Decision) any // nil: not of this decision
}

// edited reads a decision's data, lets it be changed and gives it back.
func edited[T any](d *record.Decision, edit func(x *T) bool) any {
	x := new(T)
	if err := json.Unmarshal(d.Data, x); err != nil {
		panic(err)
	}
	if !edit(x) {
		return nil
	}
	return x
}

func ofList(edit func(x *EntrantsDecision)) func(*record.Decision) any {
	return func(d *record.Decision) any {
		return edited(d, func(x *EntrantsDecision) bool { edit(x); return true })
	}
}

func ofSeal(edit func(x *SealDecision)) func(*record.Decision) any {
	return func(d *record.Decision) any {
		return edited(d, func(x *SealDecision) bool { edit(x); x.CloseHash = x.Close.Hash(); return true })
	}
}

func ofDraw(edit func(x *DrawDecision)) func(*record.Decision) any {
	return func(d *record.Decision) any {
		return edited(d, func(x *DrawDecision) bool { edit(x); return true })
	}
}

// ofStep changes the first step to a state.
func ofStep(state string, edit func(s *Step)) func(*record.Decision) any {
	return func(d *record.Decision) any {
		return edited(d, func(x *GrantDecision) bool {
			for i := range x.Steps {
				if x.Steps[i].State == state {
					edit(&x.Steps[i])
					return true
				}
			}
			return false
		})
	}
}

var forgeries = []forgery{
	{record.DecideEntrants, "drops an entrant from the list", ofList(func(x *EntrantsDecision) { x.Leaves = x.Leaves[1:] })},
	{record.DecideEntrants, "invents an entrant", ofList(func(x *EntrantsDecision) {
		x.Leaves = append(x.Leaves, drawproof.Leaf{Tag: drawproof.Hash{0xff}, Weight: 1, Partition: 7, Offset: 3})
	})},
	{record.DecideEntrants, "back-dates an entry", ofList(func(x *EntrantsDecision) { x.Leaves[0].Offset-- })},
	{record.DecideEntrants, "gives a favourite tickets", ofList(func(x *EntrantsDecision) { x.Leaves[0].Weight = 64 })},
	{record.DecideEntrants, "excludes somebody for no rule", ofList(func(x *EntrantsDecision) {
		x.Excluded = append(x.Excluded, drawproof.Excluded{Tag: x.Leaves[0].Tag, Reason: ReasonCap})
		x.Leaves = x.Leaves[1:]
	})},
	{record.DecideSeal, "seals another list than it wrote", ofSeal(func(x *SealDecision) { x.Close.Root[0] ^= 1 })},
	{record.DecideSeal, "seals for a round of its choice", ofSeal(func(x *SealDecision) { x.Close.Round++ })},
	{record.DecideSeal, "seals for a round that is out", ofSeal(func(x *SealDecision) { x.Close.Round -= 20 })},
	{record.DecideSeal, "tries another cap offset to move the seed", ofSeal(func(x *SealDecision) { x.Close.CapOffset++ })},
	{record.DecideDraw, "draws by another signature", ofDraw(func(x *DrawDecision) { x.Sigma[5] ^= 1 })},
	{record.DecideDraw, "says another result", ofDraw(func(x *DrawDecision) { x.ResultHash[0] ^= 1 })},
	{record.DecideGrant, "gives a unit to the next rank", ofStep(drawproof.ClaimOpen, func(s *Step) { s.Rank++ })},
	{record.DecideGrant, "gives a unit to a friend", ofStep(drawproof.ClaimOpen, func(s *Step) { s.Tag[0] ^= 1 })},
	{record.DecideGrant, "pays a fen more", ofStep(drawproof.ClaimOpen, func(s *Step) { s.Amount++ })},
	{record.DecideGrant, "leaves less time to claim", ofStep(drawproof.ClaimOpen, func(s *Step) { s.Deadline -= 1000 })},
	{record.DecideGrant, "skips a winner for a cap that is not reached", ofStep(drawproof.ClaimOpen, func(s *Step) {
		s.State, s.Code, s.Deadline = drawproof.ClaimSkipped, drawproof.SkipCap, 0
	})},
	{record.DecideGrant, "lets a claim made in time expire", ofStep(drawproof.ClaimClaimed, func(s *Step) { s.State, s.Claim = drawproof.ClaimExpired, 0 })},
	{record.DecideGrant, "lets a unit expire before its time", ofStep(drawproof.ClaimOpen, func(s *Step) { s.State = drawproof.ClaimExpired })},
}

// reader is another owner that has read as far.
func (w *world) reader() *Events {
	r := New(w.cfg)
	if err := r.Restore(w.e.AppendSnapshot(nil)); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestGameEngine: what an owner forges, every other reader of the same records
// refuses, and the giveaway is stuck for all to see rather than wrong.
func TestGameEngine(t *testing.T) {
	w := newWorld(t)
	tried := map[string]bool{}
	w.before = func(d *record.Decision) {
		w.twice(d)
		for _, f := range forgeries {
			if f.kind != d.Kind {
				continue
			}
			data := f.edit(d)
			if data == nil {
				continue
			}
			bad := *d
			bad.Data, _ = json.Marshal(data)
			r := w.reader()
			if err := r.Ledger(&bad, w.ledger); err == nil || r.Stuck() == nil {
				t.Errorf("the owner %s, and nobody sees it", f.what)
			} else if !tried[f.what] {
				t.Logf("| operator's owner | %s | every reader of the log: %.90s |", f.what, err)
			}
			tried[f.what] = true
			w.second(d, &bad, f.what)
		}
	}
	w.strategies()
	for _, f := range forgeries {
		if !tried[f.what] {
			t.Errorf("the game never came to where the owner %s", f.what)
		}
	}
	raw, err := w.e.Bundle("e1")
	if err != nil {
		t.Fatal(err)
	}
	if r := drawproof.Verify(raw); !r.OK() {
		t.Errorf("what is left does not verify:\n%s", r.Text())
	}
}

// so is everything about the lottery that decisions change.
func so(r *Events) string {
	raw, _ := json.Marshal([]any{&r.byID["e1"].state, r.awards, len(r.queue)})
	return string(raw)
}

// twice: a decision that comes again, as another owner may write it, moves nothing.
func (w *world) twice(d *record.Decision) {
	r := w.reader()
	if err := r.Ledger(d, w.ledger); err != nil {
		w.t.Fatal(err)
	}
	once := so(r)
	if err := r.Ledger(d, w.ledger+1); err != nil || so(r) != once {
		w.t.Errorf("%s again: %v, %s, was %s", d.Kind, err, so(r), once)
	}
}

// second: nor does another word behind the honest one.
func (w *world) second(d, bad *record.Decision, what string) {
	r := w.reader()
	if err := r.Ledger(d, w.ledger); err != nil {
		w.t.Fatal(err)
	}
	once := so(r)
	err := r.Ledger(bad, w.ledger+1)
	if so(r) != once {
		w.t.Errorf("behind the honest decision the owner %s: %s, was %s", what, so(r), once)
	}
	if other := d.Kind == record.DecideSeal || what == "says another result"; other && err == nil {
		w.t.Errorf("behind the honest decision the owner %s, and nobody says so", what)
	}
}

// strategies plays one lottery while staff, viewers and bots try what they can.
func (w *world) strategies() {
	t := w.t
	says := func(who, what string, got, want fmt.Stringer) {
		if got.String() != want.String() {
			t.Errorf("%s %s: %s, want %s", who, what, got, want)
		}
		t.Logf("| %s | %s | told %q, no receipt |", who, what, got)
	}
	refused := func(what, rule, kind string, data any) {
		err := w.control(kind, data)
		if err == nil || record.ProblemsOf(err)[0].Rule != rule {
			t.Errorf("staff %s: %v, want rule %q", what, err, rule)
		}
		t.Logf("| host | %s | refused by rule %s |", what, rule)
	}
	plan := lottery(w, "e1", 2)
	plan["claimTtlMs"], plan["alternates"] = 4000, 2
	again := lottery(w, "e1", 3)
	if err := w.control(record.CtlPlan, plan); err != nil {
		t.Fatal(err)
	}
	w.turn()
	refused("plans it anew with other prizes", RuleOther, record.CtlPlan, again)
	says("friend", "enters before the opening", w.enter("e1", "friend", "福气到").Code, record.Early)
	w.enter("e1", "friend", "别的")
	w.pass(1200)
	for i := range 20 {
		w.enter("e1", fmt.Sprint("u", i), "福气到")
	}
	for range 100 {
		w.enter("e1", "u0", "福气到")
	}
	if n := len(w.e.byID["e1"].entries.rows); n != 20 {
		t.Errorf("%d entrants of 20 who tapped, one of them a hundred times", n)
	}
	t.Logf("| bot | taps a hundred times | one entrant, one ticket |")
	says("bot", "enters with somebody else's nonce", w.e.Enter(&Entry{Event: "e1", User: []byte("bot"), NeedNonce: true, Nonce: []byte("00")}, w.at, w.now).Code, record.BadEntry)
	w.strange()
	for w.phase("e1") == "open" {
		w.pass(200)
	}
	says("friend", "enters after the close", w.enter("e1", "friend", "福气到").Code, record.Late)
	if f, _ := w.e.Funnel("e1"); f.Tries.Already != 100 || f.Tries.Wrong != 1 || f.Early != 2 || f.Late != 1 {
		t.Errorf("a hundred taps of one who is in, a stolen nonce, two early, one late; counted %+v", f)
	}
	refused("gives a friend more time, after the close", RuleClosed, record.CtlPlan, map[string]any{"extend": Extension{Event: "e1", ByMs: 5000}})
	refused("ends it before the draw", RuleSealed, record.CtlVoid, record.EventData{Event: "e1", Reason: "不喜欢"})
	refused("cancels it before the draw", RuleBegun, record.CtlCancel, record.EventData{Event: "e1", Reason: "不喜欢"})
	for w.phase("e1") == "sealed" {
		w.pass(200)
	}
	refused("ends it after a draw that is not liked", RuleDrawn, record.CtlVoid, record.EventData{Event: "e1", Reason: "不喜欢"})
	ev := w.e.byID["e1"]
	for i, u := range ev.list.holder {
		user := append([]byte(nil), ev.entries.user(int(u))...)
		if i == 0 { // one of two claims, the other lets it pass
			w.e.Claim(&record.Comment{Kind: record.Claim, Event: []byte("e1"), User: user}, w.at, w.now)
			w.at++
		}
	}
	says("viewer", "claims what somebody else won", w.e.Claim(&record.Comment{Kind: record.Claim, Event: []byte("e1"), User: []byte("friend")}, w.at, w.now).Code, record.Ineligible)
	w.at++
	w.pass(20_000)
	refused("plans a second one under its name", RuleOther, record.CtlPlan, lottery(w, "e1", 3))
}

// strange: a marker that the engine did not sign counts for nobody.
func (w *world) strange() {
	c := &record.Comment{Kind: record.Close, Room: []byte("demo"), Event: []byte("e1")}
	c.Marker = record.Marker{Epoch: 1, Seq: 1, Now: w.now + 20_000, Plan: []byte(w.e.byID["e1"].terms.Hash.String())}
	record.DeriveKeys([32]byte{6, 6, 6}).SignMarker(c, 7)
	if w.e.Marker(c, w.at, w.now) {
		w.t.Error("a stranger's close marker counts")
	}
	w.at++
	w.t.Logf("| stranger | appends a close marker to the topic | not the engine's signature: passed over |")
}
