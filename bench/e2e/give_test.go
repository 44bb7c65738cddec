package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// nonce is what PROTOCOL.md 5 asks of an entry.
func nonce(key, event, epoch string) string {
	k, _ := hex.DecodeString(key)
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(event + "\x00" + epoch))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// plan is as little as a marketer must say; the program fills in the rest.
func plan(event, phrase string, openIn, openFor time.Duration, winners int) map[string]any {
	now := time.Now()
	return map[string]any{
		"event": event, "kind": "lottery", "title": "测试福袋", "phrases": []string{phrase},
		"openAt": now.Add(openIn).UnixMilli(), "closeAt": now.Add(openIn + openFor).UnixMilli(),
		"prizes": []map[string]any{{"id": "p1", "title": "保温杯", "qty": winners, "valueFen": 9900}},
	}
}

// One lottery from plan to proof: announced, opened, entered by viewers and by
// passphrase, closed, sealed, drawn with the operator's proof, and checked offline
// by `fudai verify` and by the verifiers in other languages.
func TestLottery(t *testing.T) {
	n := start(t, t.TempDir())
	room, event := newRoom(t), "e-lottery"
	host := n.token("host", "host", room)
	if code, body := n.command(host, room, "room", map[string]any{"title": "测试间"}); code != 202 {
		t.Fatalf("room: %d %s", code, body)
	}
	var viewers []*viewer
	for i := range 5 {
		viewers = append(viewers, n.join(room, n.token(fmt.Sprintf("u%d", i), "viewer")))
	}
	asked := plan(event, "福气到", time.Second, 6*time.Second, 2)
	asked["vrf"], asked["compensation"] = map[string]any{}, "每位参与者一张券"
	if code, body := n.command(host, room, "plan", asked); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	card := func(v *viewer, state string) item {
		var got item
		v.until("card "+state, func(m *message) bool {
			for _, it := range append(m.Items, m.Gives...) {
				if (it.T == "give" || it.T == "") && it.Event == event && it.State == state {
					got = it
					return true
				}
			}
			return false
		})
		return got
	}
	open := card(viewers[0], "open")
	for i, v := range viewers {
		if i == 4 {
			v.say("p", "福气到") // the passphrase as a comment is an entry too
			v.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
			continue
		}
		hello := v.until("hello", func(m *message) bool { return m.Op == "hello" })
		v.send(map[string]any{"op": "enter", "id": "e1", "event": event, "text": "福气到", "nonce": nonce(hello.Key, event, open.Epoch)})
		if out := v.reply("out", "e1"); out.Code != "entered" {
			t.Fatalf("entry %d: %s", i, out.raw)
		}
		v.until("receipt", func(m *message) bool { return m.Op == "receipt" && m.Event == event })
	}
	v := viewers[0]
	v.send(map[string]any{"op": "enter", "id": "e2", "event": event, "text": "福气到", "nonce": nonce(v.until("hello", func(m *message) bool { return m.Op == "hello" }).Key, event, open.Epoch)})
	if out := v.reply("out", "e2"); out.Code != "already" {
		t.Errorf("a second entry: %s, want already", out.raw)
	}
	// "checking" says that the owner has not answered in time: ask again.
	tries := 0
	wait(t, patience, "my own state to be in", func() bool {
		if tries++; tries%25 == 1 { // twice a second
			v.send(map[string]any{"op": "me", "event": event})
		}
		_, in := v.find(func(m *message) bool { return m.Op == "me" && m.State == "in" })
		return in
	})
	receipt := v.until("receipt", func(m *message) bool { return m.Op == "receipt" && m.Event == event })
	later := map[string]any{}
	wait(t, patience, "the receipt by REST", func() bool {
		status, b := n.get(n.token("u0", "viewer"), "/v1/rooms/"+room+"/giveaways/"+event+"/receipt")
		return status == 200 && json.Unmarshal([]byte(b), &later) == nil
	})
	var first map[string]any
	if err := json.Unmarshal(receipt.raw, &first); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"event", "tag", "salt", "weight", "partition", "offset"} {
		if fmt.Sprint(first[k]) != fmt.Sprint(later[k]) {
			t.Errorf("%s of the receipt is %v, by REST %v", k, first[k], later[k])
		}
	}
	if status, b := n.get(n.token("nobody", "viewer"), "/v1/rooms/"+room+"/giveaways/"+event+"/receipt"); status != 404 || !strings.Contains(b, "no-entry") {
		t.Errorf("who is not in is told %d %s", status, b)
	}
	result := v.until("result", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "drawn" })
	var r struct {
		Entered int    `json:"entered"`
		Proof   string `json:"proof"`
		Winners []struct{ N, H, Prize string }
	}
	if err := json.Unmarshal(result.raw, &r); err != nil || r.Entered != 5 || len(r.Winners) != 2 || len(r.Proof) != 160 {
		t.Fatalf("result %s", result.raw)
	}
	won := map[string]bool{}
	for _, w := range r.Winners {
		won[w.H] = true
	}
	for i, v := range viewers { // who is not listed learns it by asking, and so may those who are
		h := v.until("hello", func(m *message) bool { return m.Op == "hello" }).H
		answered, asked := false, 0
		wait(t, patience, "what I won", func() bool {
			if asked++; asked%25 == 1 {
				v.send(map[string]any{"op": "me", "event": event})
			}
			m, ok := v.find(func(m *message) bool { return m.Op == "me" && strings.Contains(string(m.raw), `"won"`) })
			_, in := v.find(func(m *message) bool { return m.Op == "me" && m.State == "in" })
			answered = ok && strings.Contains(string(m.raw), `"prize":"p1"`)
			return answered || in && !won[h] && asked > 50
		})
		if answered != won[h] {
			t.Errorf("viewer %d is answered that they won: %t, the result says %t", i, answered, won[h])
		}
	}
	file := filepath.Join(t.TempDir(), "bundle.fudai")
	wait(t, patience, "the bundle", func() bool {
		resp, err := http.Get(fmt.Sprintf("http://%s/v1/rooms/%s/bundle/%s", n.addr, room, event))
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return err == nil && resp.StatusCode == 200 && os.WriteFile(file, b, 0o600) == nil
	})
	out, err := run(t, "verify", file)
	if err != nil {
		t.Fatalf("verify: %v\n%s", err, out)
	}
	t.Logf("verify says:\n%s", out)
	b, _ := os.ReadFile(file)
	if !strings.Contains(out, "pass   R44") || !strings.Contains(string(b), `"proof":"`+r.Proof+`"`) {
		t.Error("the bundle has not the proof that viewers were told")
	}
	strangers(t, file, drawproof.Verify(b), "R44")
	b[len(b)/2] ^= 1
	os.WriteFile(file, b, 0o600)
	if out, err := run(t, "verify", file); err == nil {
		t.Errorf("a flipped bit in the bundle passes:\n%s", out)
	}
}

// strangers has the verifiers in other languages check a bundle that is good, and
// wants the values that ours computed of them and a pass of the rule. One that cannot run is passed over,
// but never in CI.
func strangers(t *testing.T, file string, ours drawproof.Report, rule string) {
	t.Helper()
	const dir = "../../giveaway/drawproof/verifiers/"
	for _, v := range []struct {
		command []string
		code    int
	}{{[]string{"node", dir + "cli.js", file}, 0}, {[]string{"python3", "-B", dir + "verify.py", file}, 100}} {
		_, missing := exec.LookPath(v.command[0])
		if _, err := os.Stat(dir + "node_modules/@noble/curves"); v.command[0] == "node" && err != nil {
			missing = err
		}
		if missing != nil && os.Getenv("CI") != "true" {
			t.Logf("%s does not check it: %v", v.command[0], missing)
			continue
		}
		cmd := exec.Command(v.command[0], v.command[1:]...)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != v.code {
			t.Errorf("%v: %v\n%s", v.command, err, out)
		}
		for name, value := range ours.Values {
			if !strings.Contains(string(out), value) {
				t.Errorf("%s computes another %s than %s:\n%s", v.command[0], name, value, out)
			}
		}
		if !strings.Contains(string(out), "pass   "+rule) {
			t.Errorf("%s does not pass %s:\n%s", v.command[0], rule, out)
		}
	}
}

// A flood of the passphrase, from viewers who have used up all that they may say:
// every one of them is in, and the screen shows one line with the true count.
func TestPassphraseFlood(t *testing.T) {
	n := start(t, t.TempDir())
	room, event := newRoom(t), "e-flood"
	host := n.token("host", "host", room)
	if code, body := n.command(host, room, "plan", plan(event, "福气到 家里", 2*time.Second, 20*time.Second, 3)); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	const users, chatter = 60, 16
	var viewers []*viewer
	for i := range users {
		viewers = append(viewers, n.join(room, n.token(fmt.Sprintf("u%02d", i), "viewer")))
	}
	viewers[0].until("the open card", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == event && it.State == "open" {
				return true
			}
		}
		return false
	})
	for i, v := range viewers {
		for j := range chatter {
			v.say(fmt.Sprint("c", j), fmt.Sprintf("%d 说的第 %d 句", i, j))
		}
		v.say("p", []string{"福气到 家里", "福气到　家里", " 福气到  家里 "}[i%3]) // as written, full-width space, more spaces
	}
	limited := 0
	for _, v := range viewers {
		v.until("entered", func(m *message) bool {
			if m.ID == "p" && m.Code != "sent" && m.Code != "entered" {
				t.Fatalf("the passphrase: %s", m.raw)
			}
			return m.ID == "p" && m.Code == "entered"
		})
		if last := v.until("the last of the chatter", func(m *message) bool { return m.ID == fmt.Sprint("c", chatter-1) && (m.Op == "ack" || m.Op == "out") }); last.Code == "limited" {
			limited++
		}
	}
	if limited < users/2 {
		t.Errorf("%d of %d viewers were limited: the test proves nothing", limited, users)
	}
	if got := n.metric("fudai_edge_passphrases_total"); got != users {
		t.Errorf("%v passphrases passed the limits, want %d", got, users)
	}
	line := viewers[1].until("one line with all of them", func(m *message) bool {
		for _, it := range m.Items {
			if it.T == "agg" && it.Key == "give:"+event && it.Count == users {
				return true
			}
		}
		return false
	})
	t.Logf("%d limited; %s", limited, line.raw)
	for _, text := range []string{"福气到 家里", "福气到　家里"} {
		if viewers[2].count(text) > 0 {
			t.Errorf("%q is on the screen as a comment", text)
		}
	}
	// Once is enough: who says it again is under the limits of everybody.
	viewers[0].say("p2", "福气到 家里")
	if again := viewers[0].until("the second time", func(m *message) bool { return m.ID == "p2" && m.Code != "sent" }); again.Code != "limited" && again.Code != "already" {
		t.Errorf("the second time: %s", again.raw)
	}
}
