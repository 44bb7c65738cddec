package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// A client in another language, written from PROTOCOL.md, says something and
// sees it, and knows every message by the golden files.
func TestPythonClient(t *testing.T) {
	needs(t, "python3")
	n := start(t, t.TempDir())
	room := newRoom(t)
	out, err := exec.Command("python3", "client.py", n.addr, room, n.token("py", "viewer"), "../../broadcast/wire/testdata/server.jsonl").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "ok" {
		t.Errorf("%v\n%s", err, out)
	}
}
