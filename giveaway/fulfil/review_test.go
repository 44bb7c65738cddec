package fulfil

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/room/record"
)

// review says what the platform found, and lets the room read it.
func (s *shop) review(p Award, outcome, ref string) {
	s.t.Helper()
	data, _ := json.Marshal(record.ConfirmData{Event: p.Event, User: p.User, Outcome: outcome, Ref: ref})
	s.command("confirm."+ref, record.CtlConfirm, data)
	s.owner.Pass(time.Second)
	s.turn()
}

// reviewsLaw: a prize that asks for it is told to the platform as soon as it is
// somebody's, waits for claim and confirmation in any order, and is due when both are
// there; who is not confirmed in time loses it, and reads why.
func reviewsLaw(t *testing.T, s *shop) {
	draft := studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 3, StepUp: "platform"}}, ClaimTTLMs: 3_600_000}
	all := s.hold(draft, 3)
	if len(all) != 3 || all[0].StepUp != "platform" || all[0].State != ToClaim {
		t.Fatalf("%+v", all)
	}
	first, second, third := all[0], all[1], all[2]
	for _, p := range all {
		var raw string
		if err := s.desk.db.QueryRow(`SELECT body FROM fulfil_outbox WHERE grant_id = $1`, p.Grant+"/prize.confirm").Scan(&raw); err != nil {
			t.Fatal(err)
		}
		var n Notice
		if err := json.Unmarshal([]byte(raw), &n); err != nil || n.Type != "prize.confirm" || n.ID != p.Grant || n.User != p.User || n.Deadline != p.Deadline || n.StepUp != "platform" {
			t.Errorf("the platform is told %s", raw)
		}
		if err := s.desk.db.QueryRow(`SELECT body FROM fulfil_awards WHERE id = $1`, p.Grant+"/prize.won").Scan(&raw); err != nil || !strings.Contains(raw, `"stepUp":"platform"`) {
			t.Errorf("the log is told %s (%v)", raw, err)
		}
	}
	state := func(p Award, want string) Award {
		t.Helper()
		q := s.prize(p.Grant)
		if q.State != want {
			t.Fatalf("%+v, want %s", q, want)
		}
		return q
	}
	// The claim comes first.
	s.want(202, first.User, "POST", "/v1/me/prizes/"+first.Grant+"/claim", address)
	if q := state(first, ToConfirm); q.StateText != "待验证" {
		t.Errorf("%+v", q)
	}
	read := s.claims(0)
	state(first, ToConfirm)
	listed := items[Award](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes?shop=demo&state="+ToConfirm, nil))
	var counts Counts
	json.Unmarshal(s.want(200, "boss", "GET", "/v1/studio/fulfilment/counts?shop=demo", nil), &counts)
	if len(listed) != 1 || listed[0].Grant != first.Grant || counts.States[ToConfirm] != 1 || counts.States[ToClaim] != 2 {
		t.Errorf("%+v, %+v", listed, counts)
	}
	s.review(first, "refused", "r1")
	if q := state(first, ToConfirm); q.Refusals != 1 || q.Confirmed != 0 {
		t.Errorf("%+v", q)
	}
	s.want(202, first.User, "POST", "/v1/me/prizes/"+first.Grant+"/claim", address) // another address, meanwhile
	s.review(first, "confirmed", "r2")
	if q := state(first, ToShip); q.Confirmed == 0 || q.Refusals != 1 {
		t.Errorf("%+v", q)
	}
	// The confirmation comes first.
	s.review(second, "confirmed", "r3")
	if q := state(second, ToClaim); q.Confirmed == 0 {
		t.Errorf("%+v", q)
	}
	s.want(202, second.User, "POST", "/v1/me/prizes/"+second.Grant+"/claim", address)
	s.claims(read + 1)
	state(second, ToShip)
	// None comes.
	s.want(202, third.User, "POST", "/v1/me/prizes/"+third.Grant+"/claim", address)
	s.claims(read + 2)
	s.owner.Now += 4_000_000
	s.owner.Turn()
	s.turn()
	if q := state(third, Expired); q.Why != "unconfirmed" {
		t.Errorf("%+v", q)
	}
	var raw string
	if err := s.desk.db.QueryRow(`SELECT body FROM fulfil_awards WHERE id = $1`, third.Grant+"/prize.expired").Scan(&raw); err != nil || !strings.Contains(raw, `"why":"unconfirmed"`) {
		t.Errorf("the log is told %s (%v)", raw, err)
	}
	var due []string
	rows, err := s.desk.db.Query(`SELECT grant_id FROM fulfil_outbox WHERE grant_id NOT LIKE '%/%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var grant string
		if err := rows.Scan(&grant); err != nil {
			t.Fatal(err)
		}
		due = append(due, grant)
	}
	if want := []string{first.Grant, second.Grant}; !slices.Equal(slices.Sorted(slices.Values(due)), slices.Sorted(slices.Values(want))) {
		t.Errorf("due are %q, want %q", fmt.Sprint(due), want)
	}
}
