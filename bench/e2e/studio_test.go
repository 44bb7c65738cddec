package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// ask sends JSON to the studio and reads the answer into into.
func (n *node) ask(token, method, path string, body, into any) {
	n.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		n.t.Fatal(err)
	}
	req, err := http.NewRequest(method, "http://"+n.addr+path, bytes.NewReader(b))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		n.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			n.t.Fatalf("%s %s: %v\n%s", method, path, err, answer)
		}
	}
}

// bank is a shop's system that books each key once and counts what it was told.
type bank struct {
	mu     sync.Mutex
	booked map[string]int64 // fen by grant
	calls  int
	called chan struct{} // closed at the first call
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var notice struct {
		ID        string `json:"id"`
		AmountFen int64  `json:"amountFen"`
	}
	err := json.NewDecoder(r.Body).Decode(&notice)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls++; b.calls == 1 {
		close(b.called)
	}
	if _, has := b.booked[notice.ID]; has {
		w.WriteHeader(http.StatusConflict)
		return
	}
	if err != nil || notice.ID != r.Header.Get("Idempotency-Key") || r.Header.Get("Fudai-Signature") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.booked[notice.ID] = notice.AmountFen
}

// A red packet from the studio to the shop's system, while the whole program is
// killed again and again: every grant is booked once, and the money is all there.
func TestStudioKilled(t *testing.T) {
	data, rounds := t.TempDir(), 1
	if long := os.Getenv("FUDAI_LONG"); long != "" {
		rounds = 30
		if n, err := strconv.Atoi(long); err == nil && n > 1 {
			rounds = n
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	bank := &bank{booked: map[string]int64{}, called: make(chan struct{})}
	endpoint := httptest.NewServer(bank)
	defer endpoint.Close()
	n := start(t, data)
	svc := n.token("svc", "service")
	room := newRoom(t)
	shop := "s-" + strings.ToLower(room)
	n.openShop(svc, shop, room)
	n.ask(svc, "POST", "/v1/studio/prizes", map[string]any{"id": "c-" + shop, "shop": shop, "title": "现金", "kind": "cash", "valueFen": 0}, nil)
	n.ask(svc, "POST", "/v1/studio/budgets", map[string]any{"id": "b-" + shop, "shop": shop, "title": "预算", "fen": 100_000}, nil)
	n.ask(svc, "PUT", "/v1/studio/fulfilment/hooks/"+shop, map[string]any{"url": endpoint.URL}, nil)
	kills := 0
	again := func() {
		kills++
		n.kill()
		n = start(t, data)
	}
	const viewers, packets, total = 5, 8, 1000
	spent, grants := int64(0), 0
	for round := range rounds {
		phrase := fmt.Sprintf("红包来%d", round)
		draft := map[string]any{"kind": "packet", "title": "红包", "trigger": map[string]any{"on": "now"}, "noticeMs": 2000, "openMs": 40_000, "phrases": []string{phrase}, "budget": "b-" + shop,
			"prizes": []map[string]any{{"prize": "c-" + shop, "qty": packets, "split": map[string]any{"mode": "double-mean", "total": total, "min": 1, "max": 0, "underfill": "return"}}}}
		var g struct {
			ID    string `json:"id"`
			State string `json:"state"`
			Why   string `json:"why"`
			Live  struct {
				Entrants, Winners, Claimed int64
			} `json:"live"`
		}
		n.ask(svc, "POST", "/v1/studio/giveaways", map[string]any{"room": room, "draft": draft}, &g)
		n.ask(svc, "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil, nil)
		if random.IntN(2) == 0 {
			again() // announced or not: nobody knows
		}
		state := func(want ...string) {
			t.Helper()
			wait(t, 180*time.Second, "state "+strings.Join(want, " or "), func() bool {
				n.ask(svc, "GET", "/v1/studio/giveaways/"+g.ID, nil, &g)
				if g.State == "cancelled" || g.State == "void" || g.State == "refused" {
					t.Fatalf("it is %s: %s", g.State, g.Why)
				}
				for _, s := range want {
					if g.State == s {
						return true
					}
				}
				return false
			})
		}
		state("open")
		entered := int64(0) // those who were told so; on a busy machine some come too late
		for i := range viewers {
			v := n.join(room, n.token(fmt.Sprintf("u%d", i), "viewer"))
			id := fmt.Sprintf("p%d", round)
			for told := code(""); told == ""; {
				v.say(id, phrase)
				m := v.until("an answer to "+id, func(m *message) bool {
					return m.ID == id && (m.Code == "entered" || m.Code == "late" || m.Code == "shown" || m.Code == "busy")
				})
				if m.Code == "busy" {
					v.close()
					v = n.join(room, n.token(fmt.Sprintf("u%d", i), "viewer"))
					continue
				}
				if told = m.Code; told == "entered" {
					entered++
				}
			}
			v.close()
		}
		var funnel struct {
			Entered, Seen int64
			Refused       []struct {
				Reason string
				N      int64
			}
		}
		n.ask(svc, "GET", "/v1/studio/giveaways/"+g.ID+"/funnel", nil, &funnel) // asked of the room's owner
		if funnel.Entered != entered || entered == 0 {
			t.Errorf("%d were told that they are in, the funnel says %+v", entered, funnel)
		}
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond) // any moment will do
		again()
		if random.IntN(2) == 0 {
			state("closing", "sealed", "drawn", "claiming", "settled")
			again()
		}
		if round == 0 {
			select { // while it tells the shop's system of the grants
			case <-bank.called:
				again()
			case <-time.After(180 * time.Second):
				t.Fatal("nobody was told of a grant")
			}
		}
		state("settled")
		if g.Live.Entrants != entered || g.Live.Claimed != entered {
			t.Fatalf("%+v", g)
		}
		var won struct {
			Items []struct {
				Grant     string `json:"grant"`
				State     string `json:"state"`
				AmountFen int64  `json:"amountFen"`
			} `json:"items"`
		}
		wait(t, patience, "every packet received", func() bool {
			n.ask(svc, "GET", "/v1/studio/fulfilment/prizes?shop="+shop+"&event="+g.ID, nil, &won)
			done := 0
			for _, p := range won.Items {
				if p.State == "received" {
					done++
				}
			}
			return done == int(entered)
		})
		for _, p := range won.Items {
			bank.mu.Lock()
			booked, has := bank.booked[p.Grant]
			bank.mu.Unlock()
			if !has || booked != p.AmountFen {
				t.Fatalf("grant %s of %d fen is booked with %d (%t)", p.Grant, p.AmountFen, booked, has)
			}
			spent += booked
			grants++
		}
		t.Logf("round %d: %d grants booked, %d kills so far", round, len(won.Items), kills)
	}
	var budgets struct {
		Items []struct {
			Funds struct {
				AvailableFen, ReservedFen, SpentFen int64
			} `json:"funds"`
		} `json:"items"`
	}
	n.ask(svc, "GET", "/v1/studio/budgets?shop="+shop, nil, &budgets)
	if f := budgets.Items[0].Funds; len(bank.booked) != grants || f.SpentFen != spent || f.ReservedFen != 0 || f.AvailableFen+f.SpentFen != 100_000 {
		t.Fatalf("%d grants are booked, %d fen; the books say %+v", len(bank.booked), spent, f)
	}
	t.Logf("%d grants of %d fen booked once each, %d calls", len(bank.booked), spent, bank.calls)
}
