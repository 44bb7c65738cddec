package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// A spot audit on the real program: the shop's server says of its accounts when they
// were made, a bag is drawn, and an auditor, nobody else, gets who entered of the
// sample. The three verifiers hold it against the public proof, which names nobody;
// once destroyed it is gone, and the proof stays.
func TestSpotAudit(t *testing.T) {
	const key = "spot-service-key-0123456789abcdef0"
	n := start(t, t.TempDir(), "--service-keys", key)
	room, event := newRoom(t), "e-spot"
	shop := "s-" + room
	svc := n.token("svc", "service")
	n.openShop(svc, shop, room)
	for user, role := range map[string]string{"zoe": "auditor", "mia": "marketer"} {
		n.ask(svc, "PUT", "/v1/studio/shops/"+shop+"/staff/"+user, map[string]any{"roles": []string{role}}, nil)
	}
	zoe, mia := n.token("zoe", "viewer"), n.token("mia", "viewer")
	if code, body := n.command(svc, room, "plan", plan(event, "福气到", time.Second, 8*time.Second, 1)); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	made := time.Now().AddDate(-2, 0, 0).UnixMilli()
	var last *viewerIn
	for i := range 4 {
		asked := map[string]any{"sub": fmt.Sprint("u-", i), "name": "n", "ttl_s": 600}
		if i < 3 { // of the last nothing is stated
			asked["facts"] = map[string]any{"created_at": made + int64(i), "verified": true, "phone": "seg-9f"}
		}
		var got struct{ Token string }
		n.ask(key, "POST", "/v1/tokens", asked, &got)
		last = &viewerIn{n.join(room, got.Token)}
		last.enters(event)
	}
	last.until("result", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "drawn" })
	path := "/v1/studio/openings/" + room + "/" + event
	var file string
	wait(t, patience, "the openings", func() bool {
		var status int
		status, file = n.get(zoe, path)
		return status == http.StatusOK
	})
	if status, body := n.get(mia, path); status != http.StatusForbidden || strings.Contains(body, "u-1") {
		t.Errorf("a marketer is answered %d %s", status, body)
	}
	if status, _ := n.get("", path); status != http.StatusUnauthorized {
		t.Errorf("a stranger is answered %d", status)
	}
	var proof string
	wait(t, patience, "the proof", func() bool {
		var status int
		status, proof = n.get("", "/v1/rooms/"+room+"/bundle/"+event)
		return status == http.StatusOK
	})
	a := drawproof.VerifyOpenings([]byte(proof), []byte(file))
	if a.Verdict != drawproof.VerdictOK || a.Sample != 4 || a.Opened != 3 {
		t.Fatal(a.Text())
	}
	var o drawproof.Openings
	if err := json.Unmarshal([]byte(file), &o); err != nil {
		t.Fatal(err)
	}
	for _, x := range o.Openings {
		i := int64(x.User[2] - '0')
		switch c := x.Account; {
		case i == 3 && c != nil, i < 3 && (c == nil || *c.CreatedAt != made+i || *c.Verified != 1 || c.Phone != "seg-9f"):
			t.Errorf("%s: %+v", x.User, c)
		}
	}
	if strings.Contains(proof, "u-1") || strings.Contains(proof, "seg-9f") || strings.Contains(proof, o.EventKey.String()) {
		t.Error("the public proof says more than tags")
	}
	audited(t, proof, file, a)
	n.ask(zoe, "DELETE", path, nil, nil)
	if status, body := n.get(zoe, path); status != http.StatusGone || !strings.Contains(body, "openings-destroyed") {
		t.Errorf("once destroyed: %d %s", status, body)
	}
	var trail struct {
		Items []struct{ Act, What, By string }
	}
	n.ask(zoe, "GET", "/v1/studio/audit?shop="+shop+"&id="+event, nil, &trail)
	if len(trail.Items) != 2 || trail.Items[0].Act != "forget" || trail.Items[1].Act != "read" || trail.Items[1].By != "zoe" {
		t.Errorf("the trail: %+v", trail.Items)
	}
}

// audited has the program and the verifiers in other languages check openings that
// are good, and the same with another user in one. A verifier that cannot run is passed
// over, but never in CI.
func audited(t *testing.T, proof, file string, want drawproof.SpotAudit) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	bundle, good, bad := write("bundle", proof), write("good", file), write("bad", strings.Replace(file, `"user":"u-1"`, `"user":"u-2"`, 1))
	own, err := program()
	if err != nil {
		t.Fatal(err)
	}
	const verifiers = "../../giveaway/drawproof/verifiers/"
	for _, v := range []struct {
		command []string
		passes  int
	}{{[]string{own, "verify"}, 0}, {[]string{"node", verifiers + "cli.js"}, 0}, {[]string{"python3", "-B", verifiers + "verify.py"}, 100}} {
		_, missing := exec.LookPath(v.command[0])
		if _, err := os.Stat(verifiers + "node_modules/@noble/curves"); v.command[0] == "node" && err != nil {
			missing = err
		}
		if missing != nil && os.Getenv("CI") != "true" {
			t.Logf("%s does not check it: %v", v.command[0], missing)
			continue
		}
		say := func(args ...string) (string, int) {
			cmd := exec.Command(v.command[0], append(v.command[1:len(v.command):len(v.command)], args...)...)
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState == nil {
				t.Fatal(err)
			}
			return string(out), cmd.ProcessState.ExitCode()
		}
		if out, code := say(bundle, "--openings", good); code != v.passes || !strings.Contains(out, want.Bound()) {
			t.Errorf("%v: exit %d\n%s", v.command, code, out)
		}
		if out, code := say(bundle, "--openings", bad); code != 49 || !strings.Contains(out, "fail   R52") {
			t.Errorf("%v on a forged one: exit %d\n%s", v.command, code, out)
		}
		if out, code := say(bundle, "--sample"); code != 0 || strings.Count(out, "\n") != want.Sample {
			t.Errorf("%v: the sample, exit %d\n%s", v.command, code, out)
		}
	}
}
