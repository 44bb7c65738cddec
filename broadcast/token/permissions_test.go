package token

import (
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// The table of permissions is what a shop's people were promised.
func TestPermissions(t *testing.T) {
	programs := []string{"desk." + record.CtlDirect, "desk." + record.CtlConfirm, "desk." + record.CtlWins, "desk." + record.CtlDecoy, "desk." + record.CtlCheckpoint, "history.forget"}
	for do, roles := range Permissions() {
		if (len(roles) == 0) != slices.Contains(programs, do) {
			t.Errorf("%s may be done by %q", do, roles)
		}
		for _, r := range roles {
			if r != anybody && !slices.Contains(Roles, r) {
				t.Errorf("%s names %q, which is no role", do, r)
			}
		}
	}
	for _, row := range []struct{ do, may string }{
		{"giveaway.write", "marketer host"},
		{"giveaway.approve", "approver"},
		{"giveaway.tap", "host assistant marketer"},
		{"giveaway.stop", "host moderator marketer operator"},
		{"prize.person", "fulfilment"},
		{"export", "fulfilment auditor"},
		{"staff.write", "operator"},
		{"staff.read", "operator auditor"},
		{"operator.read", "operator"},
		{"budget.write", "approver operator"},
		{"audit.read", "auditor approver operator"},
		{"openings.read", "auditor"},
		{"openings.destroy", "auditor operator"},
		{"desk.view", "host moderator assistant"},
		{"desk.pair", "host moderator assistant"},
		{"desk.mute", "host moderator"},
		{"desk.retract", "host moderator"},
		{"desk.show-start", "host"},
		{"desk.pin", "host moderator assistant"},
		{"desk.plan", "host marketer"},
		{"desk.card", "host moderator assistant marketer"},
		{"history.read", "host moderator"},
		{"history.acts", "host"},
	} {
		if _, known := Who(row.do); !known {
			t.Errorf("nobody wrote down %s", row.do)
		}
		for _, r := range Roles {
			c := Claims{User: "u"}
			c.Appoint([]string{r})
			if want := slices.Contains(strings.Fields(row.may), r); c.Does(row.do) != want {
				t.Errorf("%s may %s: %v, want %v", r, row.do, !want, want)
			}
		}
	}
	if Allowed("anything else", Roles) || (&Claims{Role: record.Service}).Does("anything else") {
		t.Error("what stands nowhere is allowed")
	}
}

// Every kind of command that there is has a row.
func TestEveryCommandHasARow(t *testing.T) {
	for _, kind := range record.ControlKinds() {
		if kind == record.CtlLogout {
			continue // edges write it, for who holds the token
		}
		if _, known := Who("desk." + kind); !known {
			t.Errorf("nobody wrote down who may send %s", kind)
		}
	}
}

// A guest does nothing but hand in a round; a program of the operator's does
// everything that the table knows.
func TestEnds(t *testing.T) {
	guest, viewer, program := Claims{Role: record.Guest}, Claims{Role: record.Viewer}, Claims{Role: record.Service}
	for _, do := range Actions() {
		if may := do == "desk."+record.CtlBeacon; guest.Does(do) != may || viewer.Does(do) != may {
			t.Errorf("a guest may %s: %v, a viewer: %v", do, guest.Does(do), viewer.Does(do))
		}
		if !program.Does(do) {
			t.Errorf("a program may not %s", do)
		}
	}
}

// Roles travel in the token, and what it is in a room follows from them.
func TestStaffToken(t *testing.T) {
	a := New([32]byte{1}, nil)
	c := Claims{User: "ann", Session: "s1", Rooms: []string{"demo"}, Issued: now, Expires: now + 60_000}
	c.Appoint([]string{Assistant, Marketer, Host, Operator})
	raw, err := a.Sign(&c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Verify(raw, now)
	if err != nil || got.Role != record.Host || !got.Market || got.Session != "s1" || !slices.Equal(got.Roles, c.Roles) {
		t.Errorf("%+v, %v", got, err)
	}
	c.Roles = []string{"emperor"}
	if _, err := a.Sign(&c); err == nil {
		t.Error("a role that is none is signed")
	}
}
