package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// openBag plans a giveaway that stays open, and answers the epoch of its card
// and the hello of a viewer of it.
func (n *node) openBag(room, event, user string) (v *viewer, epoch, key string) {
	n.t.Helper()
	v = n.join(room, n.token(user, "viewer"))
	if code, body := n.command(n.token("host", "host", room), room, "plan", plan(event, "福气到", time.Second, time.Hour, 2)); code != 202 {
		n.t.Fatalf("plan: %d %s", code, body)
	}
	v.until("the bag to open", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == event && it.State == "open" {
				epoch = it.Epoch
			}
		}
		return epoch != ""
	})
	return v, epoch, v.until("hello", func(m *message) bool { return m.Op == "hello" }).Key
}

// post sends an entry by HTTP, as a page of the origin does.
func (n *node) post(token, room, event, origin, body string) (int, http.Header, string) {
	n.t.Helper()
	req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/rooms/"+room+"/giveaways/"+event+"/enter", strings.NewReader(body))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, r.Header, string(b)
}

// Who lost the socket when the bag had opened gets in by POST, once however
// often it is sent, and has a receipt; everybody else hears why not.
func TestEntryByPost(t *testing.T) {
	n := start(t, t.TempDir(), "--origins", "https://shop.example")
	room, event := newRoom(t), "e-post"
	v, epoch, key := n.openBag(room, event, "ann")
	v.close()
	tok := n.token("ann", "viewer")
	entry := `{"op":"enter","id":"p1","text":"福气到","nonce":"` + nonce(key, event, epoch) + `"}`
	receipt := func() (status int, r struct{ Event, Tag string }) {
		status, b := n.get(tok, "/v1/rooms/"+room+"/giveaways/"+event+"/receipt")
		_ = json.Unmarshal([]byte(b), &r)
		return status, r
	}
	if status, _ := receipt(); status == 200 {
		t.Fatal("a receipt before there is an entry")
	}
	var offset int64
	for range 2 {
		code, header, body := n.post(tok, room, event, "https://shop.example", entry)
		var ack struct {
			Op, ID, Code string
			O            int64
		}
		if err := json.Unmarshal([]byte(body), &ack); err != nil || code != 202 || ack.Op != "ack" || ack.ID != "p1" || ack.Code != "sent" || ack.O <= offset || header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
			t.Fatalf("%d %v %s", code, header, body)
		}
		offset = ack.O
	}
	wait(t, patience, "the receipt", func() bool {
		status, r := receipt()
		return status == 200 && r.Event == event && r.Tag != ""
	})
	again := n.join(room, tok)
	asked := 0
	wait(t, patience, "the socket to say so", func() bool {
		if asked++; asked%25 == 1 {
			again.send(map[string]any{"op": "me", "event": event})
		}
		_, in := again.find(func(m *message) bool { return m.Op == "me" && m.State == "in" })
		return in
	})
	again.send(map[string]any{"op": "enter", "id": "p2", "event": event, "text": "福气到", "nonce": nonce(key, event, epoch)})
	if out := again.reply("out", "p2"); out.Code != "already" {
		t.Errorf("a second entry: %s, want already", out.raw)
	}

	for _, bad := range []struct {
		what, token, origin, body, code string
		status                          int
	}{
		{"a guest", "", "", entry, "login-needed", 403},
		{"a forged token", "no.token.atall", "", entry, "token", 401},
		{"another page", tok, "https://evil.example", entry, "origin", 403},
		{"no id", tok, "", `{"text":"福气到"}`, "malformed", 400},
		{"a claim", tok, "", `{"op":"claim","id":"c"}`, "malformed", 400},
		{"no hex", tok, "", `{"id":"c","nonce":"zz"}`, "malformed", 400},
	} {
		if code, _, body := n.post(bad.token, room, event, bad.origin, bad.body); code != bad.status || !strings.Contains(body, `"`+bad.code+`"`) {
			t.Errorf("%s: %d %s, want %d %s", bad.what, code, body, bad.status, bad.code)
		}
	}
	codes := map[int]int{}
	for range 40 {
		code, _, _ := n.post(tok, room, event, "", entry)
		codes[code]++
	}
	if codes[202] == 0 || codes[429] == 0 || codes[202]+codes[429] != 40 {
		t.Errorf("a flood of one user's: %v", codes)
	}
}

// A service of the platform enters a viewer by a record of its own, and reads
// the receipt with its key.
func TestEntryOfService(t *testing.T) {
	const credential = "a-service-key-of-the-platform-123456"
	n := start(t, t.TempDir(), "--service-keys", credential)
	room, event := newRoom(t), "e-service"
	n.openBag(room, event, "ann")
	value, err := json.Marshal(map[string]any{"kind": "enter", "id": "svc-1", "room": room, "user": "u-4711", "name": "小王", "event": event, "text": "福气到"})
	if err != nil {
		t.Fatal(err)
	}
	w := &kafka.Writer{Addr: kafka.TCP(strings.Split(n.brokers(), ",")...), Topic: kafkalog.Comments, Balancer: kafka.Murmur2Balancer{Consistent: true}, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	defer w.Close()
	if err := w.WriteMessages(t.Context(), kafka.Message{Key: []byte(room), Value: value}); err != nil {
		t.Fatal(err)
	}
	path := "/v1/rooms/" + room + "/giveaways/" + event + "/receipt?user="
	wait(t, patience, "the receipt of who was entered", func() bool {
		status, b := n.get(credential, path+"u-4711")
		var r struct{ Op, Event, Tag string }
		return status == 200 && json.Unmarshal([]byte(b), &r) == nil && r.Op == "receipt" && r.Event == event && r.Tag != ""
	})
	if status, b := n.get(credential, path+"nobody"); status != 404 || !strings.Contains(b, "no-entry") {
		t.Errorf("of who was not entered: %d %s", status, b)
	}
	if status, _ := n.get(n.token("ann", "viewer"), path+"u-4711"); status != 403 {
		t.Errorf("another viewer is told %d", status)
	}
}
