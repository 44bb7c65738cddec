package studio

import (
	"slices"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/record"
)

// Who enters a decoy is seen by who may, stays in every count as they were, and is
// put on the list of a later draft by a person, with words and an appeal.
func suspected(t *testing.T, h *house) {
	h.furnish()
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver}})
	o := h.own("demo")
	g := h.add(exampleDraft)
	path := "/v1/studio/giveaways/" + g.ID
	h.no(409, "mia", "POST", path+"/decoys", NewDecoy{}) // nothing runs yet
	h.ok("mia", "POST", path+"/schedule", nil)
	h.announce(time.Now())
	h.turn()
	h.no(403, "host", "POST", path+"/decoys", NewDecoy{})
	decoy := as[Giveaway](h, h.ok("mia", "POST", path+"/decoys", NewDecoy{})).Decoys[0]
	h.open(o, g.ID)
	for range 2 {
		if r := o.Enter(decoy.ID, "bot", "", fan()); r.Code != record.Closed || r.HasReceipt {
			t.Fatalf("the decoy answers %+v", r)
		}
	}
	o.Enter(g.ID, "luck", "云朵上新", fan())
	h.no(403, "host", "GET", path+"/suspects", nil)
	s := as[Suspects](h, h.ok("mia", "GET", path+"/suspects", nil))
	if len(s.Decoys) != 1 || s.Decoys[0].Decoy != decoy.ID || s.Decoys[0].N != 2 || len(s.Decoys[0].Users) != 1 || s.Decoys[0].Users[0].User != "bot" || !s.Fast.Known || s.Fast.N != 0 {
		t.Fatalf("suspects: %+v", s)
	}
	if f := as[Funnel](h, h.ok("mia", "GET", path+"/funnel", nil)); f.Entered != 1 || len(f.Refused) > 0 {
		t.Errorf("the decoy shows in the funnel: %+v", f)
	}
	if h := as[Giveaway](h, h.ok("host", "GET", path, nil)); len(h.Decoys) > 0 {
		t.Error("who may not read block lists reads the decoys")
	}
	h.no(409, "mia", "POST", path+"/block", ToBlock{"decoy", []string{"bot"}, g.ID}) // its list is fixed
	next := exampleDraft
	next.Phrases = []string{"下一个"}
	n := h.add(next)
	list := "/v1/studio/giveaways/" + n.ID
	h.no(422, "mia", "POST", list+"/block", ToBlock{"ugly", []string{"bot"}, ""})
	h.no(422, "mia", "POST", list+"/block", ToBlock{"decoy", nil, ""})
	for range 2 { // the second changes nothing
		h.ok("mia", "POST", list+"/block", ToBlock{"decoy", []string{"bot"}, g.ID})
	}
	d := as[Giveaway](h, h.ok("mia", "POST", list+"/block", ToBlock{"fast", []string{"bot", "quick"}, g.ID})).Draft
	if want := []giveaway.Blocked{{User: "bot", Reason: 902}, {User: "quick", Reason: 901}}; !slices.Equal(d.Block, want) || len(d.Reasons) != 2 || d.Reasons[0].Zh == "" || d.Reasons[0].En == "" {
		t.Fatalf("the list: %+v %+v", d.Block, d.Reasons)
	}
	h.ok("mia", "POST", list+"/schedule", nil)
	h.announce(time.Now().Add(time.Minute))
	h.turn()
	h.open(o, n.ID)
	if r := o.Enter(n.ID, "bot", "下一个", fan()); r.Code != record.Entered { // told by the list, not at the door
		t.Fatalf("blocked at the door: %s", r.Code)
	}
	if a := as[Appeal](h, h.ok("bot", "POST", "/v1/me/appeals", NewAppeal{"demo", n.ID, "blocked", "我是人"})); a.State != AppealOpen {
		t.Errorf("the appeal: %+v", a)
	}
	h.ok("mia", "DELETE", path+"/decoys/"+decoy.ID, nil)
	h.no(404, "mia", "DELETE", path+"/decoys/"+decoy.ID, nil)
	h.turn()
	if s := as[Suspects](h, h.ok("mia", "GET", path+"/suspects", nil)); len(s.Decoys) > 0 {
		t.Errorf("forgotten: %+v", s)
	}
	if _, ok := o.E.Suspects(decoy.ID); ok {
		t.Error("the room has not forgotten it")
	}
}
