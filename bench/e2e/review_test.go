package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation/review"
)

// An outside reviewer on the real program: what it blocks is taken back from the
// screen, what a rule holds it lets go, and the sender hears of both.
func TestReviewHook(t *testing.T) {
	const key = "a key that only the two of them know"
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Fudai-Signature") != review.Sign([]byte(key), r.Header.Get("X-Fudai-Timestamp"), body) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var q struct {
			Comments []struct{ ID, Text string }
		}
		json.Unmarshal(body, &q)
		verdicts := []map[string]any{}
		for _, c := range q.Comments {
			action := "allow"
			if strings.Contains(c.Text, "云雾") {
				action = "block"
			}
			verdicts = append(verdicts, map[string]any{"id": c.ID, "action": action, "labels": []string{"scam"}})
		}
		json.NewEncoder(w).Encode(verdicts)
	}))
	defer hook.Close()
	file := filepath.Join(t.TempDir(), "hook.key")
	if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := start(t, t.TempDir(), "--hook-url", hook.URL, "--hook-key", file, "--hook-within", "20s")
	room := newRoom(t)
	v := n.join(room, n.token("ann", "viewer"))
	v.say("good", "这件衣服真好看")
	v.shown("这件衣服真好看")
	v.say("bad", "云雾里的便宜货")
	// Before it was shown its sender alone is told; from then on everybody is, by an item.
	item := fmt.Sprintf(`{"t":"retract","o":[%d]`, v.reply("ack", "bad").O)
	v.until("what the hook blocks is taken back", func(m *message) bool {
		return m.ID == "bad" && m.Code == "retracted" || bytes.Contains(m.raw, []byte(item))
	})
	v.say("held", "有人刷单吗")
	v.until("a rule holds it", func(m *message) bool { return m.ID == "held" && m.Code == "held" })
	v.until("the hook lets it go", func(m *message) bool { return m.ID == "held" && (m.Code == "shown" || m.Code == "merged") })
	if got := n.metric(`fudai_review_verdicts_total{action="block"}`); got != 1 {
		t.Errorf("%v blocks passed on, want 1", got)
	}
}
