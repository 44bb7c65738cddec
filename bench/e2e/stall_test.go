package e2e

import "strings"

// openShop opens a shop with its rooms in which nobody need approve anything.
func (n *node) openShop(svc, shop string, rooms ...string) {
	n.t.Helper()
	n.ask(svc, "POST", "/v1/studio/shops", map[string]any{"id": shop, "name": "测试店", "profile": "cn-2020", "zone": "Asia/Shanghai", "organiser": "某公司", "contact": "400",
		"approval": map[string]any{"mode": "none"}}, nil)
	for _, room := range rooms {
		n.ask(svc, "POST", "/v1/studio/rooms", map[string]any{"id": room, "shop": shop, "title": "测试间"}, nil)
	}
}

// stands waits until the studio has read in the log that a giveaway is in a state.
func (n *node) stands(svc, giveaway, state string) {
	n.t.Helper()
	wait(n.t, patience, "the studio to read that "+giveaway+" is "+state, func() bool {
		var g struct{ State string }
		n.ask(svc, "GET", "/v1/studio/giveaways/"+giveaway, nil, &g)
		return g.State == state
	})
}

// stall is a shop of its own with one room, where a giveaway is a call away.
type stall struct {
	n               *node
	svc, shop, room string
}

func (n *node) openStall() *stall {
	n.t.Helper()
	s := &stall{n: n, svc: n.token("svc", "service"), room: newRoom(n.t)}
	s.shop = "s-" + strings.ToLower(s.room)
	n.openShop(s.svc, s.shop, s.room)
	n.ask(s.svc, "POST", "/v1/studio/prizes", map[string]any{"id": "c-" + s.shop, "shop": s.shop, "title": "现金", "kind": "cash", "valueFen": 0}, nil)
	n.ask(s.svc, "POST", "/v1/studio/budgets", map[string]any{"id": "b-" + s.shop, "shop": s.shop, "title": "预算", "fen": 100_000}, nil)
	return s
}

// packet drafts a red packet that opens three seconds after it is scheduled.
func (s *stall) packet() (id string) {
	s.n.t.Helper()
	var g struct{ ID string }
	s.n.ask(s.svc, "POST", "/v1/studio/giveaways", map[string]any{"room": s.room, "draft": map[string]any{"kind": "packet", "title": "红包", "trigger": map[string]any{"on": "now"},
		"noticeMs": 3000, "openMs": 40_000, "budget": "b-" + s.shop, "prizes": []map[string]any{{"prize": "c-" + s.shop, "qty": 2,
			"split": map[string]any{"mode": "double-mean", "total": 100, "min": 1, "max": 0, "underfill": "return"}}}}}, &g)
	return g.ID
}

func (s *stall) schedule(id string) {
	s.n.ask(s.svc, "POST", "/v1/studio/giveaways/"+id+"/schedule", nil, nil)
}

// reads waits until the studio has read in the log that it is open. It reads the
// log from the beginning, viewers hear of it sooner; and what is announced for
// all it knows, it asks the room to cancel, which an open one no longer is.
func (s *stall) reads(id string) {
	s.n.t.Helper()
	s.n.stands(s.svc, id, "open")
}
