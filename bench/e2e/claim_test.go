package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// award is a prize as its winner and the shop see it.
type award struct {
	Grant, User, State, StateText, Tracking string
	HasForm                                 bool
	Fields                                  []struct{ ID, Title string }
}

// A prize from the draw to the winner's door: who does not claim in time loses
// it to the alternate, who says where to send it and in which colour; the shop
// sends it, and keeps one signed file of it all.
func TestClaim(t *testing.T) {
	if os.Getenv("FUDAI_KAFKA") != "" {
		t.Skip("a minute of waiting for deadlines; the broker makes no difference to it")
	}
	n := start(t, t.TempDir())
	svc, room := n.token("svc", "service"), newRoom(t)
	shop := "s-" + strings.ToLower(room)
	n.openShop(svc, shop, room)
	n.ask(svc, "POST", "/v1/studio/prizes", map[string]any{"id": "cup-" + shop, "shop": shop, "title": "马克杯", "kind": "goods", "valueFen": 3900, "units": 1,
		"fields": []map[string]any{{"id": "colour", "title": "颜色", "options": []string{"白", "蓝"}}}}, nil)
	draft := map[string]any{"kind": "lottery", "title": "福袋", "trigger": map[string]any{"on": "now"}, "noticeMs": 2000, "openMs": 30_000, "phrases": []string{"来一杯"},
		"alternates": 1, "claimTtlMs": 30_000, "prizes": []map[string]any{{"prize": "cup-" + shop, "qty": 1}}}
	var g struct{ ID, State string }
	n.ask(svc, "POST", "/v1/studio/giveaways", map[string]any{"room": room, "draft": draft}, &g)
	n.ask(svc, "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil, nil)
	state := func(want string) { t.Helper(); n.stands(svc, g.ID, want) }
	state("open")
	for _, user := range []string{"u0", "u1"} {
		v := n.join(room, n.token(user, "viewer"))
		v.say("p", "来一杯")
		v.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
		v.close()
	}
	state("claiming")
	mine := func(user string) (a award) {
		t.Helper()
		var list struct{ Items []award }
		n.ask(n.token(user, "viewer"), "GET", "/v1/me/prizes", nil, &list)
		if len(list.Items) > 0 {
			a = list.Items[0]
		}
		return a
	}
	var winner, other string
	wait(t, 60*time.Second, "somebody's prize", func() bool {
		for i := range 2 {
			if a := mine(fmt.Sprint("u", i)); a.Grant != "" {
				winner, other = fmt.Sprint("u", i), fmt.Sprint("u", 1-i)
			}
		}
		return winner != ""
	})
	if a := mine(winner); a.StateText != "待领取" && a.StateText != "已过期" { // a busy machine is slower than the deadline
		t.Fatalf("%+v", a)
	}
	wait(t, 120*time.Second, "the alternate's turn", func() bool { return mine(other).Grant != "" })
	if a := mine(winner); a.StateText != "已过期" {
		t.Errorf("who did not claim: %+v", a)
	}
	a := mine(other)
	form := map[string]any{"name": "王小云", "phone": "13800000000", "address": "杭州"}
	claim := func(user string) (int, string) {
		b, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequest("POST", "http://"+n.addr+"/v1/me/prizes/"+a.Grant+"/claim", bytes.NewReader(b))
		req.Header.Set("Authorization", "Bearer "+n.token(user, "viewer"))
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(body)
	}
	if len(a.Fields) != 1 || a.Fields[0].Title != "颜色" {
		t.Fatalf("%+v", a)
	}
	if status, body := claim(other); status != 422 || !strings.Contains(body, "answers.colour") {
		t.Errorf("without the colour: %d %s", status, body)
	}
	form["answers"] = map[string]string{"colour": "蓝"}
	if status, body := claim(winner); status != 404 {
		t.Errorf("somebody else's prize: %d %s", status, body)
	}
	if status, body := claim(other); status != 202 {
		t.Fatalf("claim: %d %s", status, body)
	}
	wait(t, 60*time.Second, "claimed, as the ledger says", func() bool { return mine(other).StateText == "待发货" })
	one := "/v1/studio/fulfilment/prizes/" + a.Grant
	var kept struct {
		Name    string
		Answers map[string]string
	}
	if n.ask(svc, "GET", one+"/form", nil, &kept); kept.Name != "王小云" || kept.Answers["colour"] != "蓝" {
		t.Errorf("%+v", kept)
	}
	n.ask(svc, "POST", one+"/ship", map[string]any{"carrier": "顺丰", "tracking": "SF0012345"}, nil)
	if b := mine(other); b.StateText != "已发货" || b.Tracking != "SF0012345" {
		t.Errorf("%+v", b)
	}
	n.ask(svc, "POST", one+"/receive", nil, nil)
	if b := mine(other); b.StateText != "已到账" {
		t.Errorf("%+v", b)
	}
	state("settled")
	file := filepath.Join(t.TempDir(), "archive.zip")
	wait(t, 60*time.Second, "the archive", func() bool {
		status, b := n.get(svc, "/v1/studio/giveaways/"+g.ID+"/archive")
		return status == 200 && os.WriteFile(file, []byte(b), 0o600) == nil
	})
	out, err := run(t, "verify", file)
	if err != nil || !strings.Contains(out, g.ID) {
		t.Fatalf("verify: %v\n%s", err, out)
	}
	n.ask(svc, "DELETE", "/v1/studio/fulfilment/events/"+g.ID+"/forms", nil, nil)
	if status, b := n.get(svc, one+"/form"); status != 404 {
		t.Errorf("a form whose key is destroyed: %d %s", status, b)
	}
}
