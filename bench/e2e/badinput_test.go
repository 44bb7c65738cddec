package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A reviewer that hangs and then lies, rules that are none, a catalogue that is a
// trap: each is answered or counted, and the room goes on as if nothing had been.
func TestBadInputOfStaff(t *testing.T) {
	if os.Getenv("FUDAI_LONG") == "" {
		t.Skip("FUDAI_LONG is not set: deadlines of seconds are judged here, for a machine that is not overrun")
	}
	var hung atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if hung.Add(1) == 1 {
			<-r.Context().Done() // the deadline is the program's
			return
		}
		// Verdicts on what nobody asked about, and of a kind that there is not.
		_ = json.NewEncoder(w).Encode([]map[string]any{{"id": "0-0", "action": "block"}, {"id": "63-999999", "action": "block"}, {"id": "x", "action": "destroy"}})
	}))
	t.Cleanup(func() { hook.CloseClientConnections(); hook.Close() })
	key := filepath.Join(t.TempDir(), "hook.key")
	if err := os.WriteFile(key, []byte("a key that only the two of them know\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := start(t, t.TempDir(), "--hook-url", hook.URL, "--hook-key", key, "--hook-within", "300ms")
	room := newRoom(t)
	host := n.token("boss", "host", room)
	ann := n.join(room, n.token("ann", "viewer"))

	ann.say("m1", "这件衣服真好看")
	ann.shown("这件衣服真好看")
	wait(t, patience, "the hook to be asked, and to hang", func() bool { return hung.Load() >= 1 })
	wait(t, patience, "the hook to lie", func() bool {
		ann.say("m"+newRoom(t), "颜色也好看"+newRoom(t))
		return hung.Load() >= 2
	})

	for name, yaml := range map[string]string{
		"no yaml":        "version: [1\n  - :",
		"no rules":       "hello: world",
		"unknown action": "version: v2\nlists:\n  - name: x\n    action: explode\n    words: [a]\n",
	} {
		if code, body := n.command(host, room, "rules", map[string]any{"yaml": yaml}); code != 400 || !strings.Contains(body, "malformed") {
			t.Errorf("rules %s: %d %s", name, code, body)
		}
	}
	for name, file := range map[string]string{
		"no workbook": "PK\x03\x04 anything",
		"a picture":   "\x89PNG\r\n\x1a\n\x00\x00\xff\xff",
		"no header":   "a,b,c\n1,2,3\n",
	} {
		req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/rooms/"+room+"/catalogue?apply=true", bytes.NewReader([]byte(file)))
		req.Header.Set("Authorization", "Bearer "+host)
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.StatusCode != 400 || !strings.Contains(string(body), "catalogue") {
			t.Errorf("catalogue %s: %d %s", name, r.StatusCode, body)
		}
	}
	bob := n.join(room, n.token("bob", "viewer")) // ann has used up her pace
	bob.say("last", "最后一句话")
	bob.shown("最后一句话")
	if _, ok := ann.find(func(m *message) bool { return m.Op == "out" && (m.Code == "retracted" || m.Code == "blocked") }); ok {
		t.Error("a lie of the hook took a comment away")
	}
}
