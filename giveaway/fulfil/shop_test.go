package fulfil

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// laws hold on either database.
var laws = []stage.Law[*shop]{{Name: "goods", Test: goodsLaw}, {Name: "tracking", Test: trackingLaw}, {Name: "pages", Test: pagesLaw}, {Name: "coupons", Test: couponsLaw}, {Name: "webhooks", Test: webhooksLaw}, {Name: "winners", Test: winnersLaw}, {Name: "export", Test: exportLaw}, {Name: "currency", Test: currencyLaw}, {Name: "same id", Test: sameIDLaw}, {Name: "questions", Test: questionsLaw}, {Name: "rehearsal", Test: rehearsalLaw}, {Name: "document", Test: documentLaw}, {Name: "voids", Test: voidsLaw}, {Name: "reviews", Test: reviewsLaw}, {Name: "receipts", Test: receiptsLaw}}

func TestSQLite(t *testing.T) { stage.OnSQLite(t, laws, newShop) }

func TestPostgres(t *testing.T) { stage.OnPostgres(t, laws, newShop) }

// shop is a studio and a fulfilment desk over one room.
type shop struct {
	t      *testing.T
	ctx    context.Context
	log    *stage.Paper
	owner  *stage.Owner
	desk   *Desk
	follow *follow.Follower
	tokens *token.Authority
	front  *stage.Front
	room   string // in which hold holds, and the id of its shop
}

func newShop(t *testing.T, url string) *shop {
	keys := record.DeriveKeys([32]byte{7})
	s := &shop{t: t, ctx: context.Background(), room: "demo", log: stage.NewPaper(), tokens: token.New(keys.Token, nil)}
	store, err := studio.OpenStore(s.ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	_, chain := stage.Beacon(t, keys)
	cfg := studio.DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger = store, s.log, keys, s.tokens, []drawproof.Chain{chain}, slog.New(slog.DiscardHandler)
	house, err := studio.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	own := DefaultConfig()
	own.Log, own.DB, own.Keys, own.Place, own.Audit, own.Logger = s.log, store.DB(), keys, house.Place, house.Audit, cfg.Logger
	if s.desk, err = New(s.ctx, own); err != nil {
		t.Fatal(err)
	}
	if s.follow, err = s.desk.follower(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.front = stage.NewFront(t, house.API(s.desk.Routes()...))
	if err := house.Furnish(s.ctx, "demo", "demo", "云朵小店"); err != nil {
		t.Fatal(err)
	}
	s.owner = stage.Own(t, s.log, keys, "demo")
	return s
}

// send asks as somebody and holds the answer against the document.
func (s *shop) send(who, method, path string, body []byte) (int, []byte) {
	s.t.Helper()
	c := token.Claims{User: who, Issued: time.Now().UnixMilli(), Expires: time.Now().Add(time.Hour).UnixMilli()}
	if c.Role = record.Viewer; who == "boss" {
		c.Role = record.Service
	}
	raw, err := s.tokens.Sign(&c)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.front.Send(raw, method, path, body)
}

func (s *shop) want(status int, who, method, path string, body any) []byte {
	s.t.Helper()
	raw, isText := body.(string)
	b := []byte(raw)
	if body != nil && !isText {
		var err error
		if b, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	got, out := s.send(who, method, path, b)
	if got != status {
		s.t.Fatalf("%s: %s %s: %d, want %d: %s", who, method, path, got, status, out)
	}
	return out
}

func items[T any](s *shop, b []byte) []T {
	s.t.Helper()
	var v rest.List[T]
	if err := json.Unmarshal(b, &v); err != nil {
		s.t.Fatalf("%v: %s", err, b)
	}
	return v.Items
}

func (s *shop) prize(grant string) (p Award) {
	s.t.Helper()
	if err := json.Unmarshal(s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes/"+grant, nil), &p); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// hold holds a giveaway with n entrants, from its draft to its grants, and
// answers who won.
func (s *shop) hold(draft studio.Draft, n int) []Award {
	s.t.Helper()
	g := s.open(draft, n)
	s.owner.Pass(60 * time.Second)
	s.turn()
	return items[Award](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes?shop="+s.room+"&event="+g.ID, nil))
}

// open opens a giveaway and lets n enter.
func (s *shop) open(draft studio.Draft, n int) (g studio.Giveaway) {
	s.t.Helper()
	s.owner.Now = max(s.owner.Now, time.Now().UnixMilli())
	opens := time.UnixMilli(s.owner.Now).Add(time.Minute).UTC().Format("2006-01-02T15:04:05")
	draft.Trigger, draft.OpenMs, draft.Title = studio.Trigger{On: "at", At: opens, Zone: "UTC"}, 30_000, "福袋"
	if err := json.Unmarshal(s.want(201, "boss", "POST", "/v1/studio/giveaways", studio.NewGiveaway{Room: s.room, Draft: draft}), &g); err != nil {
		s.t.Fatal(err)
	}
	s.want(200, "boss", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
	// What the announcer does, without waiting for it.
	var plan string
	if err := s.desk.db.QueryRow(`SELECT plan FROM studio_line WHERE event = $1`, g.ID).Scan(&plan); err != nil {
		s.t.Fatal(err)
	}
	s.command("plan."+g.ID, record.CtlPlan, []byte(plan))
	s.owner.Turn()
	s.owner.Pass(61 * time.Second)
	for i := range n {
		s.owner.Enter(g.ID, fmt.Sprintf("u%d", i), "", nil)
	}
	return g
}

// command writes a command into the room's log.
func (s *shop) command(id, kind string, data []byte) {
	value := record.AppendControl(nil, &record.Control{V: 1, ID: id, Kind: kind, Room: s.room, By: "boss", Role: "service", At: 1, Data: data})
	s.log.Append(s.ctx, kafkalog.Control, kafkalog.Partition(s.room), []kafkalog.Record{{Key: []byte(s.room), Value: value,
		Headers: []kafkalog.Header{{Key: "sig", Value: s.desk.cfg.Keys.SignControl(value)}}}})
}

func (s *shop) turn() {
	s.t.Helper()
	if err := s.follow.Turn(s.ctx); err != nil {
		s.t.Fatal(err)
	}
}

// claims lets the room read the claims that winners sent over HTTP.
func (s *shop) claims(from int) (next int) {
	s.t.Helper()
	recs := s.log.Records(kafkalog.Comments, kafkalog.Partition("demo"))
	var dec record.Decoder
	for _, rec := range recs[from:] {
		var c record.Comment
		if bad := dec.Comment(rec.Value, &c); bad != nil || c.Kind != record.Claim {
			s.t.Fatalf("a claim that no room would take: %s: %v", rec.Value, bad)
		}
		s.owner.Claim(string(c.Event), string(c.User))
	}
	s.owner.Pass(2 * time.Second)
	s.turn()
	return len(recs)
}

var address = claimform.Form{Name: "王小云", Phone: "13800000000", Address: "=HYPERLINK(\"http://x\")杭州"}
