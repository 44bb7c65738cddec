package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// witnessed is a witness's key, which its first run makes, and its state.
func witnessed(t *testing.T, name string) (key, state string) {
	t.Helper()
	state = filepath.Join(t.TempDir(), name)
	out, err := run(t, "witness", name, "--state", state)
	if err != nil {
		t.Fatalf("witness %s: %v\n%s", name, err, out)
	}
	return strings.TrimSpace(out), state
}

// aside runs another command of the program until the test ends.
func aside(t *testing.T, args ...string) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	log := &tail{}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%v:\n%s", args, log)
		}
	})
}

// fetch is a 200's body, nil for anything else.
func fetch(url string) []byte {
	r, err := http.Get(url)
	if err != nil {
		return nil
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		return nil
	}
	return b
}

// Two witnesses and a mirror watch as processes of their own. A giveaway is sealed,
// the operator is killed before it draws, and gives out nothing; the mirror gives
// the list to anybody. When the operator comes back, it draws what that list and
// the round give, and its bundle shows witnesses and mirror.
func TestMirror(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real processes")
	}
	var flags []string
	states := map[string]string{}
	for _, name := range []string{"eye-0.example", "eye-1.example", "mirror.example"} {
		key, state := witnessed(t, name)
		states[name] = state
		if name == "mirror.example" {
			flags = append(flags, "--log-mirror", key)
		} else {
			flags = append(flags, "--log-witness", key)
		}
	}
	data := t.TempDir()
	n := start(t, data, flags...)
	_, key := n.get("", "/v1/log/key")
	watch := "http://" + n.addr + "/v1/log=" + strings.TrimSpace(key)
	mirror := freeAddress(t)
	aside(t, "witness", "eye-0.example", "--state", states["eye-0.example"], "--watch", watch)
	aside(t, "witness", "eye-1.example", "--state", states["eye-1.example"], "--watch", watch)
	aside(t, "witness", "mirror.example", "--state", states["mirror.example"], "--watch", watch, "--mirror", "--listen", mirror)

	room, event := newRoom(t), "e-mirror"
	host := n.token("host", "host", room)
	p := plan(event, "福气到", time.Second, 4*time.Second, 2)
	p["sealBudgetMs"] = 25_000 // time to kill it in
	if code, body := n.command(host, room, "plan", p); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	for i := range 4 {
		v := n.join(room, n.token(fmt.Sprintf("u%d", i), "viewer"))
		v.until("the open card", func(m *message) bool {
			return slices.ContainsFunc(append(m.Items, m.Gives...), func(it item) bool { return it.Event == event && it.State == "open" })
		})
		v.say("p", "福气到")
		v.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
	}
	var held struct{ Close drawproof.Hash }
	wait(t, patience, "the mirror to hold the list", func() bool {
		var index struct {
			Held []struct {
				Event string
				Close drawproof.Hash
			}
		}
		if json.Unmarshal(fetch("http://"+mirror+"/sealed"), &index) != nil || len(index.Held) == 0 {
			return false
		}
		held.Close = index.Held[0].Close
		return index.Held[0].Event == event
	})
	wait(t, patience, "the mirror's word and both cosignatures", func() bool {
		_, note := n.get("", "/v1/log/checkpoint")
		return n.metric(`fudai_publiclog_mirrored_total{outcome="taken"}`) >= 1 && strings.Contains(note, "eye-0") && strings.Contains(note, "eye-1")
	})
	n.kill()
	list := fetch("http://" + mirror + "/sealed/" + held.Close.String())
	file := filepath.Join(t.TempDir(), "list.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		t.Fatal(err)
	}
	sealing, report := drawproof.CheckSealing(list)
	if !report.OK() || len(sealing.Entrants) != 4 || sealing.CloseHash != held.Close {
		t.Fatalf("the mirror's list:\n%s", report.Text())
	}

	n = start(t, data, flags...)
	var b drawproof.Bundle
	wait(t, patience, "the operator to draw", func() bool {
		return json.Unmarshal(fetch(fmt.Sprintf("http://%s/v1/rooms/%s/bundle/%s", n.addr, room, event)), &b) == nil
	})
	for _, lacks := range []string{drawproof.ReasonNoWitnesses, drawproof.ReasonFewWitness, drawproof.ReasonNoMirror} {
		if slices.Contains(b.Grade.Reasons, lacks) {
			t.Errorf("the bundle says %s: %v", lacks, b.Grade.Reasons)
		}
	}
	n.kill()
	var got struct {
		ResultHash drawproof.Hash
		Result     drawproof.Result
	}
	out, err := run(t, "verify", "--finish", "--json", "--sigma", fmt.Sprintf("%x", []byte(b.Sigma)), file)
	if err != nil || json.Unmarshal([]byte(out), &got) != nil {
		t.Fatalf("finish: %v\n%s", err, out)
	}
	if got.ResultHash != b.ResultHash || got.ResultHash == (drawproof.Hash{}) || len(got.Result.Winners) != 2 {
		t.Errorf("finished without the operator as %s, it published %s", got.ResultHash, b.ResultHash)
	}
	b.Sigma[5] ^= 1
	if out, err := run(t, "verify", "--finish", "--sigma", fmt.Sprintf("%x", []byte(b.Sigma)), file); err == nil {
		t.Errorf("another signature finishes it:\n%s", out)
	}
	if out, err := run(t, "verify", "--finish", file); err == nil || !strings.Contains(out, "--sigma") {
		t.Errorf("a relay is asked for a local round: %v\n%s", err, out)
	}
}
