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
