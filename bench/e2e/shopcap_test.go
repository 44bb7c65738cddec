package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Two rooms of one shop: who won in the first is in the second, is not drawn
// there for the shop's cap, and appeals; the proof stands before three verifiers.
func TestCapOfTheShop(t *testing.T) {
	n := start(t, t.TempDir())
	one, two := newRoom(t), newRoom(t)
	shop := "s-" + one
	svc, lucky := n.token("svc", "service"), n.token("u-lucky", "viewer")
	n.openShop(svc, shop, one, two)
	draws := func(room, event string, draft map[string]any, users ...string) (proof string) {
		t.Helper()
		in := map[string]*viewerIn{}
		for _, user := range users {
			in[user] = &viewerIn{n.join(room, n.token(user, "viewer"))}
		}
		if code, body := n.command(svc, room, "plan", draft); code != 202 {
			t.Fatalf("plan: %d %s", code, body)
		}
		for _, v := range in {
			v.enters(event)
		}
		in[users[0]].until("result", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "drawn" })
		wait(t, patience, "the proof", func() bool {
			var status int
			status, proof = n.get("", "/v1/rooms/"+room+"/bundle/"+event)
			return status == http.StatusOK
		})
		return proof
	}
	draws(one, "e-one", plan("e-one", "福气到", time.Second, 6*time.Second, 5), "u-lucky")
	draft := plan("e-two", "福气到", 2*time.Second, 12*time.Second, 5)
	draft["caps"] = []map[string]any{{"scope": "shop", "periodMs": 3_600_000, "n": 1}}
	proof := draws(two, "e-two", draft, "u-lucky", "u-new")
	if is := facts(t, proof); is.Excluded != 1 || is.Entrants != 1 {
		t.Fatalf("sealed: %+v", is)
	}
	file := filepath.Join(t.TempDir(), "proof.json")
	if err := os.WriteFile(file, []byte(proof), 0o600); err != nil {
		t.Fatal(err)
	}
	strangers(t, file, drawproof.Verify([]byte(proof)), "R15")

	status, body := n.answers(lucky, "POST", "/v1/me/appeals", map[string]any{"room": two, "event": "e-two", "code": "excluded", "text": "上次是家人中的"})
	var mine struct{ ID, State string }
	if err := json.Unmarshal([]byte(body), &mine); status != http.StatusCreated || err != nil || mine.State != "open" {
		t.Fatalf("the appeal: %d %s", status, body)
	}
	var queue struct {
		Items []struct {
			ID    string
			Block uint32
		}
	}
	n.ask(svc, "GET", "/v1/studio/appeals?shop="+shop+"&state=open", nil, &queue)
	if len(queue.Items) != 1 || queue.Items[0].ID != mine.ID || queue.Items[0].Block != 1002 {
		t.Fatalf("the queue: %+v", queue.Items)
	}
}
