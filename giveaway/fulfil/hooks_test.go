package fulfil

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio"
)

// strict is an endpoint that books each key once and misbehaves otherwise: it
// refuses, hangs up after it has booked, and takes back an answer.
type strict struct {
	mu     sync.Mutex
	secret string
	calls  int
	booked map[string]int
	wrong  []string
}

func (e *strict) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	body, _ := io.ReadAll(r.Body)
	var n Notice
	if err := json.Unmarshal(body, &n); err != nil || n.ID != r.Header.Get("Idempotency-Key") || n.User == "" || n.AmountFen <= 0 {
		e.wrong = append(e.wrong, fmt.Sprintf("%s %v", body, err))
	}
	var at int64
	fmt.Sscanf(r.Header.Get("Fudai-Signature"), "t=%d", &at)
	if r.Header.Get("Fudai-Signature") != Sign(e.secret, time.Unix(at, 0), body) {
		e.wrong = append(e.wrong, "signature of "+n.ID)
	}
	switch e.calls % 4 {
	case 1:
		w.WriteHeader(http.StatusBadGateway) // nothing booked
	case 2:
		e.booked[n.ID] = max(1, e.booked[n.ID]) // it knows its keys
		panic(http.ErrAbortHandler)             // booked, and the answer is lost
	default:
		if e.booked[n.ID] > 0 {
			w.WriteHeader(http.StatusConflict)
			return
		}
		e.booked[n.ID]++
	}
}

// Cash by webhook: every grant is booked once, whatever becomes of answers and
// of the sender.
func webhooksLaw(t *testing.T, s *shop) {
	endpoint := &strict{booked: map[string]int{}}
	listener := httptest.NewServer(endpoint)
	listener.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer listener.Close()
	s.want(422, "boss", "PUT", "/v1/studio/fulfilment/hooks/demo", HookSpec{"ftp://x"})
	s.want(403, "u1", "PUT", "/v1/studio/fulfilment/hooks/demo", HookSpec{listener.URL})
	var hook Hook
	json.Unmarshal(s.want(200, "boss", "PUT", "/v1/studio/fulfilment/hooks/demo", HookSpec{listener.URL}), &hook)
	endpoint.secret = hook.Secret
	if len(hook.Secret) != 64 || strings.Contains(string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/hooks/demo", nil)), hook.Secret) {
		t.Fatal("the secret is told once, and then never")
	}
	all := s.hold(studio.Draft{Kind: giveaway.Packet, Budget: "demo-budget",
		Prizes: []studio.DraftPrize{{Prize: "demo-cash", Qty: 12, Split: &drawproof.Split{Mode: drawproof.SplitDoubleMean, Total: 1200, Min: 1, Underfill: drawproof.UnderfillReturn}}}}, 20)
	if len(all) != 12 || all[0].State != ToShip || all[0].Kind != cash {
		t.Fatalf("%+v", all)
	}
	now, sum := time.Now(), int64(0)
	for i := range 200 { // twenty hours pass; in the first somebody takes errands and dies
		if i < 10 {
			if e, err := s.desk.take(s.ctx, now); err != nil {
				t.Fatal(err)
			} else if e != nil && i%2 == 0 {
				s.desk.post(s.ctx, e, now) // sent, and never noted
			}
		}
		for {
			found, err := s.desk.sendOne(s.ctx, now)
			if err != nil {
				t.Fatal(err)
			}
			if !found {
				break
			}
		}
		now = now.Add(6 * time.Minute)
	}
	for _, p := range all {
		if q := s.prize(p.Grant); q.State != Received || q.Failed != "" || endpoint.booked[p.Grant] != 1 {
			t.Errorf("%s: %s, failed %q, booked %d times", p.Grant, q.State, q.Failed, endpoint.booked[p.Grant])
		}
		sum += p.AmountFen
	}
	if sum != 1200 || len(endpoint.wrong) > 0 || endpoint.calls <= 12 {
		t.Errorf("%d fen in all, %d calls, wrong: %v", sum, endpoint.calls, endpoint.wrong)
	}
	// An endpoint that is gone is given up after a day, until somebody retries.
	listener.Close()
	one := s.hold(studio.Draft{Kind: giveaway.Packet, Budget: "demo-budget",
		Prizes: []studio.DraftPrize{{Prize: "demo-cash", Qty: 1, Split: &drawproof.Split{Mode: drawproof.SplitEqual, Total: 5, Min: 1, Underfill: drawproof.UnderfillReturn}}}}, 1)[0]
	for range mostTries + 5 {
		now = now.Add(mostWait + time.Second)
		s.desk.sendOne(s.ctx, now)
	}
	json.Unmarshal(s.want(200, "boss", "GET", "/v1/studio/fulfilment/hooks/demo", nil), &hook)
	if q := s.prize(one.Grant); hook.GivenUp != 1 || q.State != ToShip || !strings.Contains(q.Failed, "webhook") {
		t.Fatalf("%+v %+v", hook, q)
	}
	s.want(200, "boss", "POST", "/v1/studio/fulfilment/prizes/"+one.Grant+"/retry", nil)
	json.Unmarshal(s.want(200, "boss", "GET", "/v1/studio/fulfilment/hooks/demo", nil), &hook)
	if hook.GivenUp != 0 || hook.Waiting != 1 {
		t.Fatalf("%+v", hook)
	}
}
