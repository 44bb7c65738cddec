package e2e

import (
	"encoding/json"
	"testing"
)

// view is what the desk shows of a room.
type view struct {
	Held []struct {
		O    int64  `json:"o"`
		User string `json:"user"`
		X    string `json:"x"`
		By   string `json:"by"`
	} `json:"held"`
	Mutes []struct {
		User string `json:"user"`
	} `json:"mutes"`
	Stats struct {
		Offered int64 `json:"offered"`
		Shown   int64 `json:"shown"`
	} `json:"stats"`
}

func (n *node) view(token, room string) (status int, v view) {
	n.t.Helper()
	status, body := n.get(token, "/v1/rooms/"+room+"/view")
	if err := json.Unmarshal([]byte(body), &v); err != nil && status == 200 {
		n.t.Fatalf("%v: %s", err, body)
	}
	return status, v
}

// A moderator looks at what is held, shows one and refuses one, and silences
// somebody by a comment, all by what the desk answers.
func TestModerator(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	moderator := n.token("mo", "moderator", room)
	ann, bob := n.join(room, n.token("ann", "viewer")), n.join(room, n.token("bob", "viewer"))
	ann.say("h1", "我这里招代理")
	bob.say("h2", "有人收 代充值 吗，低价代充")
	for v, id := range map[*viewer]string{ann: "h1", bob: "h2"} {
		v.until("held", func(m *message) bool { return m.Op == "out" && m.ID == id && m.Code == "held" })
	}
	if status, _ := n.view(n.token("ann", "viewer"), room); status != 403 {
		t.Errorf("a viewer sees what is held: %d", status)
	}
	var now view
	wait(t, patience, "two held", func() bool { _, now = n.view(moderator, room); return len(now.Held) == 2 })
	for _, h := range now.Held {
		action := map[string]any{"offset": h.O, "action": "allow"}
		if h.User == "bob" {
			action = map[string]any{"offset": h.O, "action": "block", "reason": "ads"}
		}
		if code, body := n.command(moderator, room, "verdict", action); code != 202 {
			t.Fatalf("verdict: %d %s", code, body)
		}
	}
	at := ann.shown("我这里招代理")
	bob.until("blocked", func(m *message) bool { return m.Op == "out" && m.ID == "h2" && m.Code == "blocked" })
	if code, body := n.command(moderator, room, "mute", map[string]any{"offset": at.O, "seconds": 600, "reason": "ads"}); code != 202 {
		t.Fatalf("mute: %d %s", code, body)
	}
	wait(t, patience, "ann muted", func() bool {
		_, now = n.view(moderator, room)
		return len(now.Held) == 0 && len(now.Mutes) == 1 && now.Mutes[0].User == "ann"
	})
	ann.say("h3", "还能说话吗")
	ann.until("muted", func(m *message) bool { return m.Op == "out" && m.ID == "h3" && m.Code == "muted" })
	if now.Stats.Offered == 0 || now.Stats.Shown == 0 {
		t.Errorf("the room's figures: %+v", now.Stats)
	}
}

// Two moderators at one queue: who takes a comment has it, the other one's
// verdict does nothing, and a refusal may be taken back for ten seconds.
func TestTwoModerators(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	mo, lin := n.token("mo", "moderator", room), n.token("lin", "moderator", room)
	ann := n.join(room, n.token("ann", "viewer"))
	ann.say("h1", "我这里招代理")
	ann.until("held", func(m *message) bool { return m.ID == "h1" && m.Code == "held" })
	send := func(token, kind string, data map[string]any) {
		t.Helper()
		if code, body := n.command(token, room, kind, data); code != 202 {
			t.Fatalf("%s: %d %s", kind, code, body)
		}
	}
	var now view
	held := func(what string, is func() bool) {
		t.Helper()
		wait(t, patience, what, func() bool { _, now = n.view(lin, room); return is() })
	}
	held("held", func() bool { return len(now.Held) == 1 })
	at := now.Held[0].O
	send(mo, "lease", map[string]any{"offsets": []int64{at}})
	held("lin sees that mo has it", func() bool { return len(now.Held) == 1 && now.Held[0].By == "mo" })
	send(lin, "verdict", map[string]any{"offset": at, "action": "allow"}) // refused by the room
	send(mo, "verdict", map[string]any{"offset": at, "action": "block", "reason": "ads", "undoable": true})
	held("gone from the queue", func() bool { return len(now.Held) == 0 })
	send(mo, "verdict", map[string]any{"offset": at, "action": "undo"})
	held("back in it", func() bool { return len(now.Held) == 1 && now.Held[0].By == "mo" })
	send(mo, "verdict", map[string]any{"offset": at, "action": "allow"})
	ann.until("decided once, as mo did in the end", func(m *message) bool {
		if m.ID == "h1" && m.Code == "blocked" {
			t.Error("ann was told of a refusal that was taken back")
		}
		return m.ID == "h1" && m.Code == "shown"
	})
}
