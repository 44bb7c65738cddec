package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Staff end a giveaway for a reason of the list: whoever was in is told code and
// text, and has them with the compensation later; the receipt proves it again
// without doing any more, and proves nothing for somebody else.
func TestEndedForAReason(t *testing.T) {
	n := start(t, t.TempDir())
	room, event := newRoom(t), "e-ended"
	host := n.token("host", "host", room)
	n.command(host, room, "room", map[string]any{"title": "测试间"})
	v := n.join(room, n.token("u0", "viewer"))
	asked := plan(event, "福气到", time.Second, 10*time.Minute, 1)
	asked["compensation"] = "每位参与者一张券"
	if code, body := n.command(host, room, "plan", asked); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	v.until("the opening", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == event && it.State == "open" {
				return true
			}
		}
		return false
	})
	v.say("p", "福气到")
	receipt := map[string]any{}
	if err := json.Unmarshal(v.until("receipt", func(m *message) bool { return m.Op == "receipt" && m.Event == event }).raw, &receipt); err != nil {
		t.Fatal(err)
	}
	if code, body := n.command(host, room, "void", map[string]any{"event": event, "code": "because", "reason": "x"}); code != 400 || !strings.Contains(string(body), "goods, mistake, fault, show, ordered, other") {
		t.Errorf("an unknown code: %d %s", code, body)
	}
	if code, body := n.command(host, room, "void", map[string]any{"event": event, "code": "goods", "reason": "运输中损坏"}); code != 202 {
		t.Fatalf("void: %d %s", code, body)
	}
	told := string(v.until("the end", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "void" }).raw)
	for _, want := range []string{`"code":"goods"`, "运输中损坏", "每位参与者一张券"} {
		if !strings.Contains(told, want) {
			t.Errorf("without %s: %s", want, told)
		}
	}
	wait(t, patience, "what the shop's record says", func() bool {
		_, b := n.get(n.token("u0", "viewer"), "/v1/me/voids")
		return strings.Contains(b, `"code":"goods"`) && strings.Contains(b, "每位参与者一张券")
	})
	shown := map[string]any{"room": room, "event": event}
	for _, k := range []string{"tag", "salt", "weight", "partition", "offset", "index", "size", "path", "sig"} {
		shown[k] = receipt[k]
	}
	for who, want := range map[string]int{"u0": 200, "u1": 422} {
		body, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest("POST", "http://"+n.addr+"/v1/me/voids", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+n.token(who, "viewer"))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s shows the receipt: %d %s, want %d", who, resp.StatusCode, said, want)
		}
	}
}
