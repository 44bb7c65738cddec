package e2e

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/broadcast/work"
)

// puzzle is what a viewer has to solve before an entry.
type puzzle struct {
	Challenge string `json:"challenge"`
	Bits      uint8  `json:"bits"`
	Why       string `json:"why"`
	Resume    string `json:"resume"`
}

// asked reads the puzzle of the nth hello, or of the nth answer to work.
func (v *viewer) asked(op string, nth int) (p puzzle) {
	v.t.Helper()
	var raw []byte
	wait(v.t, patience, fmt.Sprintf("%s %d", op, nth), func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		seen := 0
		for i := range v.all {
			if v.all[i].Op != op {
				continue
			}
			if seen++; seen == nth {
				raw = v.all[i].raw
			}
		}
		return raw != nil
	})
	if op != "hello" {
		_ = json.Unmarshal(raw, &p)
		return p
	}
	var hello struct{ Work puzzle }
	_ = json.Unmarshal(raw, &hello)
	return hello.Work
}

func solve(t *testing.T, p puzzle) string {
	t.Helper()
	s, err := work.Solve(p.Challenge, p.Bits)
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	return s
}

const crowdKey = "a-service-key-of-the-platform-123456"

// viewer issues a token as the platform's server does: quicker than a process each.
func (n *node) viewer(user string) string {
	n.t.Helper()
	req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/tokens", strings.NewReader(`{"sub":"`+user+`","name":"`+user+`"}`))
	req.Header.Set("Authorization", "Bearer "+crowdKey)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer r.Body.Close()
	var got struct{ Token string }
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil || got.Token == "" {
		n.t.Fatalf("no token: %d %v", r.StatusCode, err)
	}
	return got.Token
}

// from joins as a proxy in front tells it: from an address of the internet.
func (n *node) from(ip, room, token, query string) *viewer {
	n.t.Helper()
	v, err := n.tryJoinAs(room, token, query, http.Header{"X-Forwarded-For": {ip}})
	if err != nil {
		n.t.Fatal(err)
	}
	return v
}

// From the third user of a network on they are asked here, and only the entry waits: what is
// shown instead of the work is refused as what it is and counted, and the good
// solution opens the way, once, on this edge and for who comes back.
func TestWork(t *testing.T) {
	n := start(t, t.TempDir(), "--proxies", "127.0.0.0/8", "--work-from", "3", "--service-keys", crowdKey)
	room, event := newRoom(t), "e-work"
	_, epoch, _ := n.openBag(room, event, "ann") // from loopback, as 100,000 users of a load would come: nobody is asked
	nets := func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }
	var crowd []*viewer
	for i := range 2 {
		v := n.from(nets(i), room, n.viewer(fmt.Sprint("early", i)), "")
		if p := v.asked("hello", 1); p.Bits != 0 {
			t.Errorf("user %d of the network is asked for %d bits", i, p.Bits)
		}
		crowd = append(crowd, v)
	}
	if p := n.from("198.51.100.7", room, n.viewer("far"), "").asked("hello", 1); p.Bits != 0 {
		t.Errorf("a user of another network is asked for %d bits", p.Bits)
	}
	if p := n.from(nets(9), room, "", "").asked("hello", 1); p.Bits != 0 {
		t.Errorf("a guest is asked for %d bits", p.Bits)
	}

	for i := range 3 { // the sketch may take two users for one
		n.from(nets(10+i), room, n.viewer(fmt.Sprint("then", i)), "").asked("hello", 1)
	}
	bob := n.from(nets(200), room, n.viewer("bob"), "")
	first := bob.asked("hello", 1)
	if first.Bits < 12 || first.Bits > 13 {
		t.Fatalf("the sixth user is asked for %d bits, want 12 or 13", first.Bits)
	}
	bob.say("c1", "我只是来看看的") // nothing else waits
	bob.shown("我只是来看看的")
	key := bob.until("hello", func(m *message) bool { return m.Op == "hello" }).Key
	enter := func(v *viewer, id string) {
		v.send(map[string]any{"op": "enter", "id": id, "event": event, "text": "福气到", "nonce": nonce(key, event, epoch)})
	}
	enter(bob, "e1")
	if ack := bob.reply("ack", "e1"); ack.Code != "work" {
		t.Fatalf("an entry before the work: %s", ack.raw)
	}
	bob.say("c2", "福气到") // the passphrase is an entry as well
	if ack := bob.reply("ack", "c2"); ack.Code != "work" {
		t.Errorf("the passphrase before the work: %s", ack.raw)
	}

	carol := n.from(nets(201), room, n.viewer("carol"), "")
	hers := carol.asked("hello", 1)
	elsewhere := n.from(nets(202), newRoom(t), n.viewer("bob"), "").asked("hello", 1)
	show := func(v *viewer, challenge, solution string) {
		v.send(map[string]any{"op": "work", "challenge": challenge, "solution": solution})
	}
	good := solve(t, first)
	wrong := good[:63] + "0"
	if wrong == good {
		wrong = good[:63] + "1"
	}
	for i, c := range []struct{ what, challenge, solution, why string }{
		{"another user's", hers.Challenge, solve(t, hers), "foreign"},
		{"another room's", elsewhere.Challenge, solve(t, elsewhere), "foreign"},
		{"one that does not fit", first.Challenge, wrong, "wrong"},
		{"none", "", "", "malformed"},
	} {
		show(bob, c.challenge, c.solution)
		if p := bob.asked("work", i+1); p.Why != c.why || p.Bits != first.Bits || p.Challenge == "" {
			t.Errorf("%s: %+v, want why %s and a challenge", c.what, p, c.why)
		}
	}
	show(bob, first.Challenge, good)
	done := bob.asked("work", 5)
	if done.Why != "" || done.Challenge != "" || done.Resume == "" {
		t.Fatalf("the good one: %+v", done)
	}
	show(bob, first.Challenge, good)
	if p := bob.asked("work", 6); p.Why != "spent" {
		t.Errorf("shown again: %+v", p)
	}
	enter(bob, "e2")
	if out := bob.reply("out", "e2"); out.Code != "entered" {
		t.Errorf("after the work: %s", out.raw)
	}

	if p := n.from(nets(200), room, n.viewer("bob"), "?resume="+done.Resume).asked("hello", 1); p.Bits != 0 {
		t.Errorf("who comes back is asked again, for %d bits", p.Bits)
	}
	crowd[0].send(map[string]any{"op": "ping", "t": 1})
	ticket := crowd[0].asked("pong", 1).Resume
	if p := n.from(nets(0), room, n.viewer("early0"), "?resume="+ticket).asked("hello", 1); p.Bits != 0 {
		t.Errorf("who was never asked is asked for coming back, for %d bits", p.Bits)
	}
	for range 12 { // the crowd has grown: an easier solution is not enough any more
		n.from(nets(210), room, n.viewer(fmt.Sprint("more", time.Now().UnixNano())), "").asked("hello", 1)
	}
	dan := n.from(nets(203), room, n.viewer("carol"), "")
	if p := dan.asked("hello", 1); p.Bits <= hers.Bits {
		t.Fatalf("a crowd twice as large is asked for %d bits", p.Bits)
	}
	show(dan, hers.Challenge, solve(t, hers))
	if p := dan.asked("work", 1); p.Why != "easy" {
		t.Errorf("an easier one: %+v", p)
	}

	login := n.from(nets(204), room, "", "")
	login.send(map[string]any{"op": "auth", "token": n.viewer("late")})
	if p := login.asked("hello", 2); p.Bits == 0 {
		t.Error("a guest is not asked at the login")
	}
	for what, least := range map[string]float64{"asked": 12, "solved": 1, "refused": 2, "foreign": 2, "wrong": 1, "malformed": 1, "spent": 1, "easy": 1} {
		if got := n.metric(`fudai_edge_work_total{what="` + what + `"}`); got < least {
			t.Errorf("%s: %v counted, want at least %v", what, got, least)
		}
	}
	n.postsWork(room, event, nets(205))
}

// postsWork enters by POST from a network that is asked.
func (n *node) postsWork(room, event, ip string) {
	n.t.Helper()
	post := func(extra map[string]any) (int, string) {
		in := map[string]any{"id": "p1", "text": "福气到"}
		for k, v := range extra {
			in[k] = v
		}
		b, _ := json.Marshal(in)
		req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/rooms/"+room+"/giveaways/"+event+"/enter", strings.NewReader(string(b)))
		req.Header = http.Header{"X-Forwarded-For": {ip}, "Authorization": {"Bearer " + n.viewer("post")}}
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			n.t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(body)
	}
	var refused struct {
		Code string
		Work puzzle
	}
	code, body := post(nil)
	if err := json.Unmarshal([]byte(body), &refused); err != nil || code != 428 || refused.Code != "work" || refused.Work.Bits == 0 {
		n.t.Fatalf("an entry by POST before the work: %d %s", code, body)
	}
	proof := func(s string) map[string]any {
		return map[string]any{"work": map[string]any{"challenge": refused.Work.Challenge, "solution": s}}
	}
	if code, body := post(proof(hex.EncodeToString(make([]byte, 32)))); code != 428 || !strings.Contains(body, `"wrong"`) {
		n.t.Errorf("a wrong solution by POST: %d %s", code, body)
	}
	if code, body := post(proof(solve(n.t, refused.Work))); code != 202 {
		n.t.Errorf("with the work: %d %s", code, body)
	}
}
