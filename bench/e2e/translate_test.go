package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// translated is what a client reads of a text that came with translations.
type translated struct {
	T     string            `json:"t"`
	Pin   string            `json:"pin"`
	X     string            `json:"x"`
	Event string            `json:"event"`
	Tr    map[string]string `json:"tr"`
}

// What the host pins and answers is translated once, and stands beside the
// original for everybody, those who come later too; what the endpoint is wrong
// about, or hangs over, goes out as it was written. A comment is never sent.
func TestTranslations(t *testing.T) {
	if os.Getenv("FUDAI_LONG") == "" {
		t.Skip("FUDAI_LONG is not set: deadlines of seconds are judged here, for a machine that is not overrun")
	}
	var mu sync.Mutex
	asked := map[string]int{}
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var req struct{ Messages []struct{ Content string } }
		var q struct{ To, Text string }
		_ = json.Unmarshal(body, &req)
		_ = json.Unmarshal([]byte(req.Messages[len(req.Messages)-1].Content), &q)
		mu.Lock()
		asked[q.To+" "+q.Text]++
		mu.Unlock()
		said := map[string]string{"全场包邮，48小时内发货": "Free shipping, sent within 48 hours", "有的，XL还有3件": "Yes, 3 left in XL", "降价20元": "200 yuan off"}[q.Text]
		if said == "" {
			<-r.Context().Done() // the deadline is the program's
			return
		}
		content, _ := json.Marshal(map[string]string{"text": said})
		json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": string(content)}}}})
	}))
	t.Cleanup(func() { model.CloseClientConnections(); model.Close() })
	n := start(t, t.TempDir(), "--translate-to", "en", "--translate-url", model.URL+"/v1", "--translate-model", "m", "--translate-within", "4s")
	room := newRoom(t)
	host := n.token("boss", "host", room)
	ann := n.join(room, n.token("ann", "viewer"))
	ann.say("a1", "有没有XL码")
	ann.reply("out", "a1")
	pin := func(id, text string) {
		t.Helper()
		if code, body := n.command(host, room, "pin", map[string]any{"pin": id, "text": text}); code != 202 {
			t.Fatalf("pin: %d %s", code, body)
		}
	}
	// got is the item that a viewer was sent with a text, in a frame or a state.
	got := func(v *viewer, text string) (found translated) {
		t.Helper()
		v.until(text, func(m *message) bool {
			var doc struct{ Items, Pins []translated }
			_ = json.Unmarshal(m.raw, &doc)
			for _, it := range append(doc.Items, doc.Pins...) {
				if it.X == text && it.T != "c" {
					found = it
					return true
				}
			}
			return false
		})
		return found
	}
	pin("p1", "全场包邮，48小时内发货")
	if it := got(ann, "全场包邮，48小时内发货"); it.Tr["en"] != "Free shipping, sent within 48 hours" {
		t.Errorf("pinned as %+v", it)
	}
	pin("p2", "降价20元") // and the endpoint says 200
	if it := got(ann, "降价20元"); it.Tr != nil {
		t.Errorf("pinned as %+v", it)
	}
	pin("p3", "马上开始") // and the endpoint hangs
	if it := got(ann, "马上开始"); it.Tr != nil {
		t.Errorf("pinned as %+v", it)
	}
	pin("p4", "全场包邮，48小时内发货") // known by now

	if code, body := n.command(host, room, "answer", map[string]any{"to_room": true, "text": "有的，XL还有3件"}); code != 202 {
		t.Fatalf("answer: %d %s", code, body)
	}
	if it := got(ann, "有的，XL还有3件"); it.T != "answer" || it.Tr["en"] != "Yes, 3 left in XL" {
		t.Errorf("answered as %+v", it)
	}
	bob := n.join(room, n.token("bob", "viewer"))
	if it := got(bob, "全场包邮，48小时内发货"); it.Tr["en"] != "Free shipping, sent within 48 hours" {
		t.Errorf("whoever comes later sees %+v", it)
	}
	mu.Lock()
	defer mu.Unlock()
	for text, times := range asked {
		if times != 1 || strings.Contains(text, "码") {
			t.Errorf("%q was asked for %d times", text, times)
		}
	}
	if len(asked) != 4 {
		t.Errorf("asked for %v", asked)
	}
}
