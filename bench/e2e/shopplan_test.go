package e2e

import (
	"strings"
	"testing"
	"time"
)

// In a shop where everything must be approved, a host's own plan of 450,000 yuan
// goes nowhere, by the desk as by the studio; the template that somebody else
// approved opens, and may close later.
func TestPlansOfShop(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	shop := "s-" + room
	svc, host, marketer := n.token("svc", "service"), n.token("host", "host", room), n.token("mai", "marketer", room)
	big := plan("big", "大奖", time.Second, time.Hour, 5)
	big["prizes"] = []map[string]any{{"id": "p1", "title": "轿车", "qty": 5, "valueFen": 9_000_000}}
	if code, body := n.command(host, room, "plan", big); code != 202 {
		t.Errorf("while the room is of no shop: %d %s", code, body)
	}
	n.ask(svc, "POST", "/v1/studio/shops", map[string]any{"id": shop, "name": "测试店", "profile": "cn-2020", "zone": "Asia/Shanghai", "organiser": "某公司", "contact": "400", "approval": map[string]any{"mode": "always"}}, nil)
	n.ask(svc, "POST", "/v1/studio/rooms", map[string]any{"id": room, "shop": shop, "title": "测试间"}, nil)
	n.ask(svc, "POST", "/v1/studio/prizes", map[string]any{"id": "p-" + shop, "shop": shop, "title": "杯", "kind": "goods", "valueFen": 100, "units": 5}, nil)
	big["event"] = "big-2"
	if code, body := n.command(host, room, "plan", big); code != 403 || !strings.Contains(body, "shop-plan") {
		t.Fatalf("in a room of the shop: %d %s", code, body)
	}

	var tpl struct{ ID string }
	draft := map[string]any{"kind": "bag", "title": "福袋", "trigger": map[string]any{"on": "now"}, "noticeMs": 2000, "openMs": 600_000, "claimTtlMs": 86_400_000, "phrases": []string{"小杯子"},
		"prizes": []map[string]any{{"prize": "p-" + shop, "qty": 2}}}
	n.ask(marketer, "POST", "/v1/studio/templates", map[string]any{"title": "两下开", "room": room, "draft": draft, "envelope": map[string]any{"fen": 400, "uses": 2}}, &tpl)
	begin := func() (int, string) {
		return n.answers(host, "POST", "/v1/studio/templates/"+tpl.ID+"/start", map[string]any{"room": room})
	}
	if code, body := begin(); code != 409 || !strings.Contains(body, "approval") {
		t.Fatalf("before it is approved: %d %s", code, body)
	}
	n.ask(svc, "POST", "/v1/studio/templates/"+tpl.ID+"/approve", nil, nil)
	viewer := n.join(room, n.token("ann", "viewer"))
	var g struct{ ID string }
	n.ask(host, "POST", "/v1/studio/templates/"+tpl.ID+"/start", map[string]any{"room": room}, &g)
	viewer.until("the bag to open", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == g.ID && it.State == "open" {
				return true
			}
		}
		return false
	})
	if code, body := n.command(host, room, "plan", map[string]any{"extend": map[string]any{"event": g.ID, "byMs": 60_000, "reason": "再等等"}}); code != 202 {
		t.Errorf("closing later: %d %s", code, body)
	}
}
