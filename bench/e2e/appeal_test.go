package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// answers asks like ask, of what may be refused, and answers status and body.
func (n *node) answers(token, method, path string, body any) (int, string) {
	n.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		n.t.Fatal(err)
	}
	req, _ := http.NewRequest(method, "http://"+n.addr+path, bytes.NewReader(b))
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer r.Body.Close()
	answer, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(answer)
}

// A viewer on the block list of a bag that a program planned is in, cannot win,
// and says once why that is wrong. Staff see for what reason the room ruled them
// out and answer; the viewer reads it; the draw stays as it was sealed.
func TestAppeal(t *testing.T) {
	n := start(t, t.TempDir())
	room, event := newRoom(t), "e-appeal"
	shop := "s-" + room
	svc, viewer := n.token("svc", "service"), n.token("u-out", "viewer")
	n.openShop(svc, shop, room)
	draft := plan(event, "福气到", time.Second, 10*time.Second, 5)
	draft["block"] = []map[string]any{{"user": "u-out", "reason": 42}}
	in := map[string]*viewerIn{}
	for _, user := range []string{"u-out", "u-0", "u-1"} {
		in[user] = &viewerIn{n.join(room, n.token(user, "viewer"))}
	}
	if code, body := n.command(svc, room, "plan", draft); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	for _, v := range in {
		v.enters(event)
	}
	say := map[string]any{"room": room, "event": event, "code": "excluded", "text": "我没有刷过号"}
	in["u-0"].until("result", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "drawn" })
	proof := func() (b string) {
		t.Helper()
		wait(t, patience, "the proof", func() bool {
			status, got := n.get("", "/v1/rooms/"+room+"/bundle/"+event)
			b = got
			return status == http.StatusOK
		})
		return b
	}
	before := facts(t, proof())
	if before.Excluded != 1 || before.Entrants != 2 {
		t.Fatalf("sealed: %+v", before)
	}

	type appeal struct {
		ID, State, Entry, Answer, Text string
		Block                          uint32
	}
	var mine appeal
	wait(t, patience, "the studio to hear of the bag", func() bool {
		status, body := n.answers(viewer, "POST", "/v1/me/appeals", say)
		if status == http.StatusNotFound {
			return false
		}
		if status != http.StatusCreated || json.Unmarshal([]byte(body), &mine) != nil {
			t.Fatalf("the appeal: %d %s", status, body)
		}
		return true
	})
	if mine.State != "open" || mine.Block != 0 {
		t.Errorf("as the viewer reads it: %+v", mine)
	}
	if status, body := n.answers(viewer, "POST", "/v1/me/appeals", say); status != http.StatusConflict {
		t.Errorf("a second one: %d %s", status, body)
	}
	if status, body := n.answers(n.token("u-0", "viewer"), "POST", "/v1/me/appeals", say); status != http.StatusConflict {
		t.Errorf("of somebody who counts: %d %s", status, body)
	}
	var queue struct{ Items []appeal }
	n.ask(svc, "GET", "/v1/studio/appeals?shop="+shop+"&state=open", nil, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Block != 42 || queue.Items[0].Entry != "in" || queue.Items[0].Text != "我没有刷过号" {
		t.Fatalf("the queue: %+v", queue.Items)
	}
	n.ask(svc, "POST", "/v1/studio/appeals/"+mine.ID+"/answer", map[string]any{"accept": true, "reason": "核实无误，已移出名单"}, nil)
	n.ask(viewer, "GET", "/v1/me/appeals", nil, &queue)
	if len(queue.Items) != 1 || queue.Items[0].State != "accepted" || queue.Items[0].Answer != "核实无误，已移出名单" {
		t.Fatalf("told: %+v", queue.Items)
	}
	if after := facts(t, proof()); after != before {
		t.Errorf("the draw was %+v, is %+v", before, after)
	}
}

// Two accounts on one device, as the shop's own server says of them: whoever was
// in first has the ticket of both. The other is excluded under the public code
// before the seal and hears nothing of a device; staff read what ties them; the
// proof names neither, and stands after the appeal.
func TestTiedAccounts(t *testing.T) {
	const key = "tied-service-key-0123456789abcdef"
	n := start(t, t.TempDir(), "--service-keys", key)
	room, event := newRoom(t), "e-tied"
	shop := "s-" + room
	svc := n.token("svc", "service")
	n.openShop(svc, shop, room)
	draft := plan(event, "福气到", time.Second, 10*time.Second, 5)
	draft["cluster"] = map[string]any{"by": []string{"device", "pay"}}
	tokens, in := map[string]string{}, map[string]*viewerIn{}
	for _, one := range []struct{ user, device string }{{"u-first", "8f21c09a"}, {"u-second", "8f21c09a"}, {"u-own", "77b1"}} {
		var made struct{ Token string }
		n.ask(key, "POST", "/v1/tokens", map[string]any{"sub": one.user, "name": one.user, "facts": map[string]any{"device": one.device}, "ttl_s": 600}, &made)
		tokens[one.user], in[one.user] = made.Token, &viewerIn{n.join(room, made.Token)}
	}
	if code, body := n.command(svc, room, "plan", draft); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	for _, user := range []string{"u-first", "u-second", "u-own"} {
		in[user].enters(event)
	}
	in["u-own"].until("result", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "drawn" })
	var proof string
	wait(t, patience, "the proof", func() bool {
		var status int
		status, proof = n.get("", "/v1/rooms/"+room+"/bundle/"+event)
		return status == http.StatusOK
	})
	before := facts(t, proof)
	if before.Excluded != 1 || before.Entrants != 2 || strings.Contains(proof, "8f21c09a") {
		t.Fatalf("sealed: %+v", before)
	}
	say := map[string]any{"room": room, "event": event, "code": "excluded", "text": "我和家人共用平板"}
	var mine struct {
		ID, State string
		Block     uint32
		Ties      []string
	}
	wait(t, patience, "the studio to hear of the bag", func() bool {
		status, body := n.answers(tokens["u-second"], "POST", "/v1/me/appeals", say)
		if status == http.StatusNotFound {
			return false
		}
		if status != http.StatusCreated || json.Unmarshal([]byte(body), &mine) != nil {
			t.Fatalf("the appeal: %d %s", status, body)
		}
		return true
	})
	if mine.State != "open" || mine.Block != 0 || mine.Ties != nil {
		t.Errorf("as the viewer reads it: %+v", mine)
	}
	if status, body := n.answers(tokens["u-first"], "POST", "/v1/me/appeals", say); status != http.StatusConflict {
		t.Errorf("of who has the ticket: %d %s", status, body)
	}
	var queue struct {
		Items []struct {
			Block uint32
			Ties  []string
		}
	}
	n.ask(svc, "GET", "/v1/studio/appeals?shop="+shop+"&state=open", nil, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Block != 1001 || !slices.Equal(queue.Items[0].Ties, []string{"device"}) {
		t.Fatalf("the queue: %+v", queue.Items)
	}
	n.ask(svc, "POST", "/v1/studio/appeals/"+mine.ID+"/answer", map[string]any{"accept": true, "reason": "核实为家人"}, nil)
	_, proof = n.get("", "/v1/rooms/"+room+"/bundle/"+event)
	if after := facts(t, proof); after != before {
		t.Errorf("the draw was %+v, is %+v", before, after)
	}
}

// viewerIn is a viewer who enters by the passphrase.
type viewerIn struct{ *viewer }

func (v *viewerIn) enters(event string) {
	v.t.Helper()
	v.until("the open card", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == event && it.State == "open" {
				return true
			}
		}
		return false
	})
	v.say("p", "福气到")
	v.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
}

// sealed is what a proof says of its list and its result.
type sealed struct {
	Entrants, Excluded int
	CloseHash, Result  string
}

func facts(t *testing.T, proof string) (s sealed) {
	t.Helper()
	var b struct {
		Close      struct{ Entrants, Excluded int }
		CloseHash  string
		ResultHash string
	}
	if err := json.Unmarshal([]byte(proof), &b); err != nil || b.CloseHash == "" || b.ResultHash == "" {
		t.Fatalf("a proof that cannot be read: %v\n%.300s", err, proof)
	}
	return sealed{b.Close.Entrants, b.Close.Excluded, b.CloseHash, b.ResultHash}
}
