package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/answer"
)

// A question that the catalogue does not answer word for word is drafted by a
// model from what the catalogue says; who asked hears nothing of it until the host
// sends it with one command. The endpoint sees a question and facts, nobody's name.
func TestDraftedAnswer(t *testing.T) {
	seen := make(chan string, 16)
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		select {
		case seen <- r.Header.Get("Authorization") + " " + string(body):
		default:
		}
		var req struct{ Messages []struct{ Content string } }
		var q struct{ Facts []struct{ ID, Text string } }
		_ = json.Unmarshal(body, &req)
		_ = json.Unmarshal([]byte(req.Messages[len(req.Messages)-1].Content), &q)
		content := `{"answer":"","facts":[]}`
		for _, f := range q.Facts {
			if strings.Contains(f.Text, "恒温烘干") {
				content = `{"answer":"衣服恒温烘干就可以","facts":["` + f.ID + `"]}`
			}
		}
		json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": content}}}})
	}))
	defer model.Close()
	key := filepath.Join(t.TempDir(), "model.key")
	if err := os.WriteFile(key, []byte("model-key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := start(t, t.TempDir(), "--answer-url", model.URL+"/v1", "--answer-key", key, "--answer-model", "m", "--answer-within", "30s", "--answer-askers", "2")
	room := newRoom(t)
	host := n.token("boss", "host", room)
	goods := map[string]any{"faq": []any{map[string]any{"id": "f-dry", "questions": []string{"怎么烘干"}, "answer": "恒温烘干，不要暴晒，衣服不变形"}}}
	if code, body := n.command(host, room, "catalogue", goods); code != 202 {
		t.Fatalf("catalogue: %d %s", code, body)
	}
	ann, bob := n.join(room, n.token("ann", "viewer")), n.join(room, n.token("bob", "viewer"))
	for v, id := range map[*viewer]string{ann: "a1", bob: "b1"} {
		v.say(id, "洗完以后能放进机器里弄干吗")
		v.reply("out", id)
	}
	var d answer.Draft
	var cluster string
	wait(t, patience, "a draft", func() bool {
		_, body := n.get(host, "/v1/rooms/"+room+"/view")
		var doc struct{ Drafts map[string]answer.Draft }
		_ = json.Unmarshal([]byte(body), &doc) // not until somebody owns the room
		for cluster, d = range doc.Drafts {
			if d.State == "ready" {
				return true
			}
		}
		return false
	})
	drafted := func(m *message) bool { return strings.Contains(string(m.raw), d.Text) }
	for _, v := range []*viewer{ann, bob} {
		if m, ok := v.find(drafted); ok {
			t.Errorf("a viewer saw what nobody approved: %s", m.raw)
		}
	}
	if d.Text != "衣服恒温烘干就可以" || len(d.Facts) != 1 || d.Facts[0].Ref != "f-dry" {
		t.Errorf("draft %+v", d)
	}
	if sent := <-seen; !strings.HasPrefix(sent, "Bearer model-key ") || strings.Contains(sent, "ann") || strings.Contains(sent, room) {
		t.Errorf("the endpoint saw %s", sent)
	}
	if code, body := n.command(host, room, "answer", map[string]any{"cluster": cluster, "text": d.Text}); code != 202 {
		t.Fatalf("answer: %d %s", code, body)
	}
	for _, v := range []*viewer{ann, bob} {
		v.until("the answer", drafted)
	}
}
