package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/fulfil"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// platform is a shop's system that is told whom to confirm, by signed webhooks.
type platform struct {
	sync.Mutex
	asked map[string]fulfil.Notice // by user
	due   map[string]bool
	wrong []string
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var n fulfil.Notice
	err := json.Unmarshal(body, &n)
	p.Lock()
	defer p.Unlock()
	switch key := r.Header.Get("Idempotency-Key"); {
	case err != nil || r.Header.Get("Fudai-Signature") == "":
		p.wrong = append(p.wrong, string(body))
	case n.Type == "prize.confirm" && key == n.ID+"/prize.confirm":
		p.asked[n.User] = n
	case n.Type == "prize.due" && key == n.ID:
		p.due[n.User] = true
	default:
		p.wrong = append(p.wrong, key+" "+string(body))
	}
}

func (p *platform) told(user string) (n fulfil.Notice, ok bool) {
	p.Lock()
	defer p.Unlock()
	n, ok = p.asked[user]
	return n, ok
}

// Two winners of a large prize: one is confirmed by the platform and gets it, the other
// claims as well, is not confirmed, and loses it to the alternate, who is. Whoever is no
// program of the platform confirms nobody, and what says something of somebody else is
// refused and counted. The proof shows all of it to three verifiers.
func TestConfirmedWinners(t *testing.T) {
	if os.Getenv("FUDAI_KAFKA") != "" {
		t.Skip("a minute of waiting for deadlines; the broker makes no difference to it")
	}
	n := start(t, t.TempDir())
	svc, room := n.token("svc", "service"), newRoom(t)
	shop := "s-" + strings.ToLower(room)
	n.openShop(svc, shop, room)
	n.ask(svc, "POST", "/v1/studio/prizes", map[string]any{"id": "phone-" + shop, "shop": shop, "title": "手机", "kind": "points", "valueFen": 599_900, "units": 2}, nil)
	system := &platform{asked: map[string]fulfil.Notice{}, due: map[string]bool{}}
	hook := httptest.NewServer(system)
	defer hook.Close()
	n.ask(svc, "PUT", "/v1/studio/fulfilment/hooks/"+shop, map[string]any{"url": hook.URL}, nil)
	draft := map[string]any{"kind": "lottery", "title": "福袋", "trigger": map[string]any{"on": "now"}, "noticeMs": 2000, "openMs": 25_000, "phrases": []string{"来一台"},
		"alternates": 1, "claimTtlMs": 30_000, "prizes": []map[string]any{{"prize": "phone-" + shop, "qty": 2, "stepUp": "platform"}}}
	var g struct{ ID, State string }
	n.ask(svc, "POST", "/v1/studio/giveaways", map[string]any{"room": room, "draft": draft}, &g)
	n.ask(svc, "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil, nil)
	state := func(want string) { t.Helper(); n.stands(svc, g.ID, want) }
	state("open")
	for i := range 3 {
		v := n.join(room, n.token(fmt.Sprint("u", i), "viewer"))
		if i == 0 {
			v.until("a card that says that winners are confirmed", func(m *message) bool {
				return strings.Contains(string(m.raw), `"step_up":"platform"`)
			})
		}
		v.say("p", "来一台")
		v.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
		v.close()
	}
	mine := func(user string) (a reviewedAward) {
		t.Helper()
		var list struct{ Items []reviewedAward }
		n.ask(n.token(user, "viewer"), "GET", "/v1/me/prizes", nil, &list)
		if len(list.Items) > 0 {
			a = list.Items[0]
		}
		return a
	}
	say := func(token, user, outcome string) (int, string) {
		return n.command(token, room, "confirm", map[string]any{"event": g.ID, "user": user, "outcome": outcome, "ref": "kyc-" + user})
	}
	claim := func(user string) {
		t.Helper()
		n.ask(n.token(user, "viewer"), "POST", "/v1/me/prizes/"+mine(user).Grant+"/claim", map[string]any{}, nil)
	}
	var winners []string
	other := ""
	wait(t, 180*time.Second, "two winners whom the platform is to confirm", func() bool {
		winners, other = nil, ""
		for i := range 3 {
			if user := fmt.Sprint("u", i); mine(user).Grant != "" {
				winners = append(winners, user)
			} else {
				other = user
			}
		}
		return len(winners) == 2 && other != ""
	})
	good, bad := winners[0], winners[1]
	refused := n.metric(`fudai_shard_dead_letters_total{reason="command-refused"}`)
	if code, body := say(svc, good, "confirmed"); code != 202 {
		t.Fatalf("confirm: %d %s", code, body)
	}
	claim(good)
	claim(bad)
	wait(t, patience, "the platform to be told of both", func() bool {
		a, one := system.told(good)
		b, two := system.told(bad)
		return one && two && a.Deadline > a.At && b.StepUp == "platform"
	})
	for _, who := range []string{"host", "moderator", "viewer"} {
		if code, body := say(n.token("somebody", who, room), bad, "confirmed"); code != 403 {
			t.Errorf("a %s confirms a winner: %d %s", who, code, body)
		}
	}
	forge(n, room, g.ID, bad)
	say(svc, other, "confirmed")
	say(svc, "nobody", "confirmed")
	wait(t, patience, "who confirms somebody without a prize to be refused", func() bool {
		return n.metric(`fudai_shard_dead_letters_total{reason="command-refused"}`) >= refused+2
	})
	wait(t, patience, "a confirmation that no program of the platform signed to be counted", func() bool {
		return n.metric(`fudai_shard_dead_letters_total{reason="forged"}`) >= 1
	})
	say(svc, bad, "refused")
	wait(t, patience, "the confirmed winner's prize", func() bool { return mine(good).State == "received" })
	if a := mine(bad); a.State != "to-confirm" && a.State != "expired" { // a busy machine is slower than the deadline
		t.Errorf("who claimed and is not confirmed: %+v", a)
	}
	wait(t, 120*time.Second, "the alternate's turn", func() bool { return mine(other).Grant != "" })
	if a := mine(bad); a.StateText != "已过期" || a.Why != "unconfirmed" || a.Refusals != 1 {
		t.Errorf("who was not confirmed: %+v", a)
	}
	claim(other)
	say(svc, other, "confirmed")
	wait(t, patience, "the alternate's prize", func() bool { return mine(other).State == "received" })
	state("settled")
	system.Lock()
	if len(system.wrong) > 0 || system.due[bad] || !system.due[good] || !system.due[other] {
		t.Errorf("due %v, wrong %q", system.due, system.wrong)
	}
	system.Unlock()
	file := filepath.Join(t.TempDir(), "bundle.fudai")
	var bundle []byte
	wait(t, patience, "the bundle with its claims", func() bool {
		status, b := n.get(svc, "/v1/rooms/"+room+"/bundle/"+g.ID)
		bundle = []byte(b)
		return status == 200 && strings.Count(b, `"outcome":"confirmed"`) == 2 && os.WriteFile(file, bundle, 0o600) == nil
	})
	if out, err := run(t, "verify", file); err != nil || !strings.Contains(out, "pass   R45") {
		t.Fatalf("verify: %v\n%s", err, out)
	}
	strangers(t, file, drawproof.Verify(bundle), "R45")
}

// forge writes a confirmation past the desk, by whoever may write to the topic and has no key.
func forge(n *node, room, event, user string) {
	n.t.Helper()
	w := &kafka.Writer{Addr: kafka.TCP(strings.Split(n.brokers(), ",")...), Topic: kafkalog.Control, Balancer: kafka.Murmur2Balancer{Consistent: true}, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	defer w.Close()
	data, _ := json.Marshal(record.ConfirmData{Event: event, User: user, Outcome: "confirmed", Ref: "forged"})
	value := record.AppendControl(nil, &record.Control{V: 1, ID: "forged", Kind: record.CtlConfirm, Room: room, By: "svc", Role: "service", Data: data})
	if err := w.WriteMessages(n.t.Context(), kafka.Message{Key: []byte(room), Value: value, Headers: []kafka.Header{{Key: "sig", Value: make([]byte, 32)}}}); err != nil {
		n.t.Fatal(err)
	}
}

// reviewedAward is a prize that asks for a confirmation, as its winner sees it.
type reviewedAward struct {
	Grant, State, StateText, Why string
	Refusals                     int64
}
