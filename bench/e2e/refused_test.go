package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Two plans with one phrase, both accepted, one of a program by the desk and one
// by the studio: the room takes the first, and whoever sent the second hears why not,
// at the desk and in the studio, with stock free again.
func TestPlanRefusedLater(t *testing.T) {
	n := start(t, t.TempDir())
	svc, host := n.token("svc", "service"), n.token("host", "host")
	room := newRoom(t)
	shop := "s-" + strings.ToLower(room)
	n.openShop(svc, shop, room)
	n.ask(svc, "POST", "/v1/studio/prizes", map[string]any{"id": "p-" + shop, "shop": shop, "title": "杯", "kind": "goods", "valueFen": 100, "units": 5}, nil)

	type refused struct {
		ID, Kind, By, Event string
		Rules               []string
	}
	hears := func(what func(refused) bool) func() bool {
		return func() bool {
			var heard struct{ Refused []refused }
			_, body := n.get(host, "/v1/rooms/"+room+"/refused")
			return json.Unmarshal([]byte(body), &heard) == nil && slices.ContainsFunc(heard.Refused, what)
		}
	}
	// The desk tells what it hears from when it began to listen, which may be
	// after it answers: what is sent in vain is sent again until it is told.
	asks := 0
	told := hears(func(r refused) bool {
		return strings.HasPrefix(r.ID, "c-void") && r.By == "host" && slices.Equal(r.Rules, []string{"room-none"})
	})
	wait(t, 120*time.Second, "the desk to hear what its host sent in vain", func() bool {
		if asks++; asks%50 == 1 {
			n.ask(host, "POST", "/v1/rooms/"+room+"/commands", map[string]any{"id": fmt.Sprint("c-void", asks), "kind": "void", "data": map[string]any{"event": "nobody", "reason": "关掉"}}, nil)
		}
		return told()
	})

	first := plan("first-"+room, "同一句口令", time.Second, time.Hour, 1)
	n.ask(svc, "POST", "/v1/rooms/"+room+"/commands", map[string]any{"id": "c-first", "kind": "plan", "data": first}, nil)
	var g struct {
		ID       string `json:"id"`
		State    string `json:"state"`
		Problems []struct{ Rule string }
	}
	draft := map[string]any{"kind": "bag", "title": "福袋", "trigger": map[string]any{"on": "now"}, "noticeMs": 2000, "openMs": 600_000, "claimTtlMs": 86_400_000, "phrases": []string{"同一句口令"},
		"prizes": []map[string]any{{"prize": "p-" + shop, "qty": 2}}}
	n.ask(svc, "POST", "/v1/studio/giveaways", map[string]any{"room": room, "draft": draft}, &g)
	n.ask(svc, "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil, &g)
	wait(t, 120*time.Second, "the studio to hear that the room refused its plan", func() bool {
		n.ask(svc, "GET", "/v1/studio/giveaways/"+g.ID, nil, &g)
		return g.State == "refused"
	})
	if len(g.Problems) != 1 || g.Problems[0].Rule != "room-phrase" {
		t.Errorf("problems: %+v", g.Problems)
	}
	var prizes struct {
		Items []struct {
			Stock struct{ Available int }
		}
	}
	n.ask(svc, "GET", "/v1/studio/prizes?shop="+shop, nil, &prizes)
	if len(prizes.Items) != 1 || prizes.Items[0].Stock.Available != 5 {
		t.Errorf("stock: %+v", prizes)
	}
	// The desk is told of this one too.
	wait(t, 120*time.Second, "the desk to hear that the room refused the studio's plan", hears(func(r refused) bool {
		return r.Event == g.ID && slices.Equal(r.Rules, []string{"room-phrase"})
	}))
}
