package staff

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/broadcast/token"
)

// The link of the start lets in once, not twice, and not late; its cookie is
// out of reach of scripts and other sites.
func linkOnce(t *testing.T, h *house) {
	if manned, err := h.s.Manned(t.Context()); manned || err != nil {
		t.Fatalf("manned: %v, %v", manned, err)
	}
	key, err := h.s.Admin(t.Context(), AdminLife)
	if err != nil {
		t.Fatal(err)
	}
	one := h.browser()
	_, _, r := one.call("POST", "/v1/staff/enter", map[string]string{"key": key})
	set := strings.ToLower(string(r.Header.Peek("Set-Cookie")))
	for _, want := range []string{"httponly", "samesite=strict", "path=/v1/staff"} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie is not %s: %s", want, set)
		}
	}
	out := one.take()
	c, err := h.s.Verify(one.bearer, h.s.now())
	if err != nil || c.User != "admin" || !c.Does("staff.write") || !c.Does("desk.show-start") || !c.May("any") {
		t.Fatalf("%+v, %v; answered %v", c, err, out)
	}
	if manned, err := h.s.Manned(t.Context()); !manned || err != nil {
		t.Errorf("manned: %v, %v", manned, err)
	}
	if code, out, _ := h.browser().call("POST", "/v1/staff/enter", map[string]string{"key": key}); code != 403 || out["code"] != "no-entry" {
		t.Errorf("a second time: %d %v", code, out)
	}
	late, err := h.s.Admin(t.Context(), AdminLife)
	if err != nil {
		t.Fatal(err)
	}
	h.pass(AdminLife)
	if code, _, _ := h.browser().call("POST", "/v1/staff/enter", map[string]string{"key": late}); code != 403 {
		t.Errorf("too late: %d", code)
	}
}

// Two who come with one link at once: one of them is let in.
func TestLinkRaced(t *testing.T) {
	h := newHouse(t, file(t), nil)
	key, err := h.s.Admin(t.Context(), AdminLife)
	if err != nil {
		t.Fatal(err)
	}
	in := make(chan bool)
	for range 8 {
		go func() {
			_, _, err := h.s.Redeem(t.Context(), key, "", "")
			in <- err == nil
		}()
	}
	n := 0
	for range 8 {
		if <-in {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d were let in by one link", n)
	}
}

// What another site makes a browser send is refused, cookie or not.
func TestOtherSites(t *testing.T) {
	h := newHouse(t, file(t), nil)
	b := h.admin()
	for _, path := range []string{"/v1/staff/token", "/v1/staff/leave", "/v1/staff/enter"} {
		for name, headers := range map[string][]ut.Header{
			"no header":   {{Key: "Content-Type", Value: "text/plain"}},
			"cross-site":  {{Key: pageHeader, Value: "x"}, {Key: "Sec-Fetch-Site", Value: "cross-site"}},
			"another sub": {{Key: pageHeader, Value: "x"}, {Key: "Sec-Fetch-Site", Value: "same-site"}},
		} {
			if code, _, _ := b.call("POST", path, map[string]string{"key": "k"}, headers...); code != 403 {
				t.Errorf("%s, %s: %d", path, name, code)
			}
		}
	}
	b.bearer = "" // the cookie alone changes nothing
	for _, r := range [][2]string{{"GET", "/v1/staff/people"}, {"PUT", "/v1/staff/people/eve"}, {"POST", "/v1/staff/pairs"}, {"DELETE", "/v1/staff/sessions/x"}} {
		if code, _, _ := b.call(r[0], r[1], map[string]any{"name": "eve", "room": "demo"}); code != 401 {
			t.Errorf("%s %s by cookie: %d", r[0], r[1], code)
		}
	}
}

// A session ends by leaving, by its owner elsewhere, by an operator, by idleness
// and by age; a token of it ends with it.
func sessionEnds(t *testing.T, h *house) {
	gone := func(name string, b *browser) {
		t.Helper()
		h.pass(aliveFor)
		if _, err := h.s.Verify(b.bearer, h.s.now()); err == nil {
			t.Errorf("%s: the token is still good", name)
		}
		if code, _, _ := b.call("POST", "/v1/staff/token", nil); code != 401 {
			t.Errorf("%s: the cookie is still good: %d", name, code)
		}
	}
	one, two, three := h.admin(), h.admin(), h.admin()
	if code, _, _ := one.call("POST", "/v1/staff/leave", nil); code != 200 {
		t.Fatalf("leaving: %d", code)
	}
	gone("left", one)
	_, out, _ := two.call("GET", "/v1/staff/sessions", nil)
	items := out["items"].([]any)
	if len(items) != 2 {
		t.Fatalf("%d sessions, want the two that are left: %v", len(items), items)
	}
	for _, it := range items {
		if s := it.(map[string]any); s["mine"] != true {
			if code, out, _ := two.call("DELETE", "/v1/staff/sessions/"+s["id"].(string), nil); code != 200 {
				t.Fatalf("%d %v", code, out)
			}
		}
	}
	gone("ended elsewhere", three)
	if len(h.ended) != 2 {
		t.Errorf("edges were told of %d sessions", len(h.ended))
	}
	h.pass(IdleLife)
	gone("idle", two)
	old := h.admin()
	for range 30 {
		h.pass(24 * time.Hour)
		old.call("POST", "/v1/staff/token", nil)
	}
	gone("old", old)
}

// An operator says who works here. What somebody may do counts at once, and
// whoever is shut out is out.
func peopleChange(t *testing.T, h *house) {
	admin := h.admin()
	put := func(user string, spec Spec) (int, map[string]any) {
		code, out, _ := admin.call("PUT", "/v1/staff/people/"+user, spec)
		return code, out
	}
	for name, spec := range map[string]Spec{"no name": {Roles: []string{token.Host}}, "no role": {Name: "x", Roles: []string{"emperor"}}, "no room": {Name: "x", Rooms: []string{"a b"}}} {
		if code, out := put("ann", spec); code != 400 {
			t.Errorf("%s: %d %v", name, code, out)
		}
	}
	if code, out := put("ann", Spec{Name: "安安", Roles: []string{token.Moderator}, Rooms: []string{"demo"}}); code != 200 {
		t.Fatalf("%d %v", code, out)
	}
	_, out, _ := admin.call("POST", "/v1/staff/people/ann/link", nil)
	ann := h.browser()
	ann.enter(out["key"].(string))
	c, err := h.s.Verify(ann.bearer, h.s.now())
	if err != nil || !c.Does("desk.mute") || c.Does("desk.show-start") || !c.May("demo") || c.May("other") || c.Name != "安安" {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, r := range [][2]string{{"GET", "/v1/staff/people"}, {"PUT", "/v1/staff/people/ann"}, {"POST", "/v1/staff/people/admin/link"}, {"GET", "/v1/staff/sessions?all=true"}} {
		if code, _, _ := ann.call(r[0], r[1], Spec{Name: "安安", Roles: []string{token.Operator}}); code != 403 {
			t.Errorf("a moderator: %s %s: %d", r[0], r[1], code)
		}
	}
	put("ann", Spec{Name: "安安", Roles: []string{token.Host}, Rooms: []string{"other"}})
	if c, err = h.s.Verify(ann.bearer, h.s.now()); err != nil || !c.Does("desk.show-start") || c.May("demo") {
		t.Errorf("after the change, with the old token: %+v, %v", c, err)
	}
	_, out, _ = admin.call("POST", "/v1/staff/people/ann/link", nil)
	put("ann", Spec{Name: "安安", Roles: []string{token.Host}, Closed: true})
	if _, err = h.s.Verify(ann.bearer, h.s.now()); err == nil {
		t.Error("somebody who was shut out is still in")
	}
	if code, _, _ := h.browser().call("POST", "/v1/staff/enter", map[string]any{"key": out["key"]}); code != 403 {
		t.Errorf("a link of somebody who was shut out: %d", code)
	}
	if code, out := put("admin", Spec{Name: "管理员", Roles: []string{token.Host}}); code != 409 || out["code"] != "last-operator" {
		t.Errorf("the last operator gives it up: %d %v", code, out)
	}
}

// One more screen comes in by six digits or by the code's key, into one room and
// as one role, and goes with whoever let it in.
func pairing(t *testing.T, h *house) {
	h.shows["demo"] = "s1"
	admin := h.admin()
	pair := func(b *browser, body map[string]any) (int, map[string]any) {
		code, out, _ := b.call("POST", "/v1/staff/pairs", body)
		return code, out
	}
	_, code := pair(admin, map[string]any{"room": "demo"})
	if d, _ := code["digits"].(string); len(d) != 6 {
		t.Fatalf("no six digits: %v", code)
	}
	tablet := h.browser()
	status, in, _ := tablet.call("POST", "/v1/staff/enter", map[string]any{"digits": " " + code["digits"].(string)[:3] + " " + code["digits"].(string)[3:]})
	if status != 200 {
		t.Fatalf("%d %v", status, in)
	}
	tablet.take()
	c, err := h.s.Verify(tablet.bearer, h.s.now())
	if err != nil || !slices.Equal(c.Roles, []string{token.Host}) || !c.May("demo") || c.May("other") || c.Does("staff.read") || c.Does("studio") {
		t.Fatalf("%+v, %v", c, err)
	}
	if status, _, _ := h.browser().call("POST", "/v1/staff/enter", map[string]any{"key": code["key"]}); status != 403 {
		t.Errorf("the QR code after the digits: %d", status)
	}
	if status, _ := pair(tablet, map[string]any{"room": "demo"}); status != 403 {
		t.Errorf("a paired screen lets another one in: %d", status)
	}
	if status, _ := pair(tablet, map[string]any{"room": "other"}); status != 403 {
		t.Errorf("a paired screen pairs for another room: %d", status)
	}
	if status, _ := pair(admin, map[string]any{"room": "demo", "role": "operator"}); status != 403 {
		t.Errorf("a screen as operator: %d", status)
	}
	_, late := pair(admin, map[string]any{"room": "demo", "role": "assistant"})
	h.pass(PairLife)
	if status, _, _ := h.browser().call("POST", "/v1/staff/enter", map[string]any{"digits": late["digits"]}); status != 403 {
		t.Errorf("after two minutes: %d", status)
	}
	admin.call("POST", "/v1/staff/leave", nil)
	h.pass(aliveFor)
	if _, err := h.s.Verify(tablet.bearer, h.s.now()); err == nil {
		t.Error("the screen stays when who let it in has left")
	}
}

// A paired screen is for one show.
func pairingShow(t *testing.T, h *house) {
	h.shows["demo"] = ""
	admin := h.admin()
	_, code, _ := admin.call("POST", "/v1/staff/pairs", map[string]any{"room": "demo"})
	tablet := h.browser()
	tablet.enter(code["key"].(string))
	h.shows["demo"] = "s1"
	tablet.take() // bound to this one
	h.pass(3 * time.Hour)
	tablet.take()
	h.shows["demo"] = ""
	h.pass(aliveFor)
	if status, out, _ := tablet.call("POST", "/v1/staff/token", nil); status != 401 || out["code"] != "show-over" {
		t.Errorf("after the show: %d %v", status, out)
	}
	if _, err := h.s.Verify(tablet.bearer, h.s.now()); err == nil {
		t.Error("after the show the token is still good")
	}
}

// Guessing is bounded, for one caller and for all, and says so in time.
func TestTries(t *testing.T) {
	h := newHouse(t, file(t), nil)
	wrong := func() int {
		code, _, _ := h.browser().call("POST", "/v1/staff/enter", map[string]string{"digits": "000000"})
		return code
	}
	for i := range wrongBurst {
		if code := wrong(); code != 403 {
			t.Fatalf("try %d: %d", i, code)
		}
	}
	if code := wrong(); code != 429 {
		t.Errorf("one more: %d", code)
	}
	h.pass(wrongEvery + time.Millisecond)
	if code := wrong(); code != 403 {
		t.Errorf("after a while: %d", code)
	}
	if code := wrong(); code != 429 {
		t.Errorf("at once again: %d", code)
	}
}

// Tokens of the command line and of the demo are taken as before.
func TestOtherTokens(t *testing.T) {
	h := newHouse(t, file(t), nil)
	raw, err := h.s.cfg.Tokens.Issue(h.at, "host", "主播", "host", []string{"demo"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.s.Verify(raw, h.s.now())
	if err != nil || !c.Does("desk.pair") || !c.May("demo") {
		t.Fatalf("%+v, %v", c, err)
	}
	b := h.browser()
	b.bearer = raw
	status, out, _ := b.call("POST", "/v1/staff/pairs", map[string]any{"room": "demo"})
	if status != 201 {
		t.Fatalf("%d %v", status, out)
	}
	tablet := h.browser()
	tablet.enter(out["key"].(string))
	_, list, _ := b.call("GET", "/v1/staff/sessions", nil)
	items := list["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("the screens of who let them in: %v", items)
	}
	id := items[0].(map[string]any)["id"].(string)
	if status, _, _ := b.call("DELETE", "/v1/staff/sessions/"+id, nil); status != 200 {
		t.Errorf("taking it back: %d", status)
	}
	if _, err := h.s.Verify(tablet.bearer, h.s.now()); err == nil {
		t.Error("the screen is still in")
	}
}
