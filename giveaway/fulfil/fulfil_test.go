package fulfil

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway"
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

func TestSQLite(t *testing.T)   { stage.OnSQLite(t, laws, newShop) }
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

// Goods: claimed with a form that is sealed, shipped, received; what nobody
// claims expires; what comes back goes into the queue again.
func goodsLaw(t *testing.T, s *shop) {
	all := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 3}}, ClaimTTLMs: 3_600_000}, 3)
	if len(all) != 3 || all[0].State != ToClaim || all[0].StateText != "待领取" || all[0].Title != "云朵马克杯" || all[0].Kind != goods || all[0].Deadline == 0 {
		t.Fatalf("%+v", all)
	}
	p := all[0]
	mine := items[Award](s, s.want(200, p.User, "GET", "/v1/me/prizes", nil))
	if len(mine) != 1 || mine[0].Grant != p.Grant {
		t.Fatalf("%+v", mine)
	}
	claim := "/v1/me/prizes/" + p.Grant + "/claim"
	s.want(404, "somebody", "POST", claim, address)
	if body := s.want(422, p.User, "POST", claim, claimform.Form{Name: "王"}); !strings.Contains(string(body), `"address"`) || !strings.Contains(string(body), `"phone"`) {
		t.Errorf("%s", body)
	}
	s.want(202, p.User, "POST", claim, address)
	s.want(202, p.User, "POST", claim, address) // their network hiccuped
	if s.prize(p.Grant).State != ToClaim {
		t.Error("claimed before the ledger says so")
	}
	s.claims(0)
	if q := s.prize(p.Grant); q.State != ToShip || !q.HasForm || q.ClaimedAt == 0 {
		t.Fatalf("%+v", q)
	}
	var sealed []byte
	s.desk.db.QueryRow(`SELECT form FROM fulfil_prizes WHERE grant_id = $1`, p.Grant).Scan(&sealed)
	if len(sealed) == 0 || bytes.Contains(sealed, []byte("杭州")) {
		t.Error("the form is not sealed")
	}
	one := "/v1/studio/fulfilment/prizes/" + p.Grant
	s.want(403, "u0", "GET", one+"/form", nil)
	if !strings.Contains(string(s.want(200, "boss", "GET", one+"/form", nil)), "王小云") {
		t.Error("no form")
	}
	s.want(422, "boss", "POST", one+"/ship", Parcel{})
	s.want(200, "boss", "POST", one+"/ship", Parcel{"顺丰", "SF1"})
	s.want(409, p.User, "POST", claim, address)
	s.want(200, "boss", "POST", one+"/fail", Failure{"地址不详，退回"})
	if q := s.prize(p.Grant); q.State != ToShip || q.Failed == "" {
		t.Fatalf("%+v", q)
	}
	table := "grant,carrier,number\n'" + p.Grant + ",顺丰,'0012345\n" + all[1].Grant + ",顺丰,9\nshort\n"
	var imported Imported
	json.Unmarshal(s.want(200, "boss", "POST", "/v1/studio/fulfilment/tracking?shop=demo", table), &imported)
	if imported.Updated != 1 || len(imported.Wrong) != 2 {
		t.Fatalf("%+v", imported)
	}
	if q := s.prize(p.Grant); q.State != Shipped || q.Tracking != "0012345" || q.Failed != "" {
		t.Fatalf("%+v", q)
	}
	s.want(200, "boss", "POST", one+"/receive", nil)
	s.want(409, "boss", "POST", one+"/ship", Parcel{"顺丰", "SF1"})
	if q := s.prize(p.Grant); q.State != Received || q.StateText != "已到账" {
		t.Fatalf("%+v", q)
	}
	s.owner.Now += 4_000_000
	s.owner.Turn()
	s.turn()
	var counts Counts
	json.Unmarshal(s.want(200, "boss", "GET", "/v1/studio/fulfilment/counts?shop=demo", nil), &counts)
	if counts.States[Expired] != 2 || counts.States[Received] != 1 {
		t.Fatalf("%+v", counts)
	}
	s.want(200, "boss", "DELETE", "/v1/studio/fulfilment/events/"+p.Event+"/forms", nil)
	s.want(404, "boss", "GET", one+"/form", nil)
}

// Coupons: each code once, in the order of the import; who won more than the
// pool holds waits for the next import.
func couponsLaw(t *testing.T, s *shop) {
	codes := "/v1/studio/fulfilment/pools/demo/codes?shop=demo"
	var imported Imported
	json.Unmarshal(s.want(200, "boss", "POST", codes, "\ufeffA1\nA2\n\n A1 \nA3\n"+strings.Repeat("x", maxCode+1)+"\n"), &imported)
	if imported.Added != 3 || imported.Known != 1 || len(imported.Wrong) != 1 {
		t.Fatalf("%+v", imported)
	}
	all := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-coupon", Qty: 5}}}, 9)
	if len(all) != 5 {
		t.Fatalf("%d prizes", len(all))
	}
	seen := map[string]bool{}
	look := func() (with, without int) {
		clear(seen)
		for _, p := range all {
			mine := items[Award](s, s.want(200, p.User, "GET", "/v1/me/prizes", nil))[0]
			switch {
			case mine.State == Received && mine.Code != "" && !seen[mine.Code]:
				with++
				seen[mine.Code] = true
			case mine.State == ToShip && mine.Code == "" && mine.Failed == "":
				without++
			default:
				t.Fatalf("%+v", mine)
			}
		}
		return with, without
	}
	if with, without := look(); with != 3 || without != 2 {
		t.Fatalf("%d have a code, %d wait", with, without)
	}
	pools := items[Pool](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/pools?shop=demo", nil))
	if len(pools) != 1 || pools[0] != (Pool{"demo", 0, 3, 2}) {
		t.Fatalf("%+v", pools)
	}
	if failed := items[Award](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes?shop=demo&failed=1", nil)); len(failed) != 2 || failed[0].Code != "" {
		t.Fatalf("%+v", failed)
	}
	json.Unmarshal(s.want(200, "boss", "POST", codes, "B1\r\nB2\r\nB3\r\n"), &imported)
	if imported.Issued != 2 {
		t.Fatalf("%+v", imported)
	}
	if with, _ := look(); with != 5 || seen["B3"] {
		t.Fatalf("%v", seen)
	}
	// The ledger is read again from its beginning: nobody gets a second code.
	if _, err := s.desk.db.Exec(`DELETE FROM follow_place WHERE name = 'fulfil'`); err != nil {
		t.Fatal(err)
	}
	again, err := s.desk.follower(s.ctx)
	if err == nil {
		err = again.Turn(s.ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if with, _ := look(); with != 5 || items[Pool](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/pools?shop=demo", nil))[0].Issued != 5 {
		t.Fatal("a code was issued twice")
	}
}

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

// The export is text to a spreadsheet, whatever winners wrote.
func exportLaw(t *testing.T, s *shop) {
	p := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 1}}, ClaimTTLMs: 3_600_000}, 1)[0]
	s.want(202, p.User, "POST", "/v1/me/prizes/"+p.Grant+"/claim", address)
	s.claims(0)
	s.want(200, "boss", "POST", "/v1/studio/fulfilment/prizes/"+p.Grant+"/ship", Parcel{"顺丰", "0012345678901234567890"})
	raw := s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&state=shipped", nil)
	if !bytes.HasPrefix(raw, []byte("\ufeff")) {
		t.Error("no mark of UTF-8")
	}
	rows, err := csv.NewReader(bytes.NewReader(raw[3:])).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %v", rows, err)
	}
	row := strings.Join(rows[1], "|")
	for _, want := range []string{p.Grant, "云朵马克杯", "39.00", "已发货", "'0012345678901234567890", "王小云", "'13800000000", "'=HYPERLINK"} {
		if !strings.Contains(row, want) {
			t.Errorf("no %q in %s", want, row)
		}
	}
	s.want(403, p.User, "GET", "/v1/studio/fulfilment/export?shop=demo", nil)
	sheet := cells(t, s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&format=xlsx", nil))
	if len(sheet) != 2 || len(sheet[1]) != len(exportHead) || sheet[1][14] != "0012345678901234567890" || sheet[1][18] != address.Address {
		t.Errorf("%q", sheet)
	}
}

// Questions: a prize asks for more than an address, of whoever wins it.
func questionsLaw(t *testing.T, s *shop) {
	asks := studio.PrizeSpec{Title: "云朵马克杯", Kind: studio.Goods, ValueFen: 3900, Fields: []claimform.Field{{ID: "colour", Title: "颜色", Options: []string{"白", "蓝"}}, {ID: "card", Title: "贺卡", Optional: true}}}
	bad := asks
	bad.Fields = []claimform.Field{{ID: "Farbe"}}
	if body := s.want(422, "boss", "PUT", "/v1/studio/prizes/demo-cup", bad); !strings.Contains(string(body), "fields[0].id") || !strings.Contains(string(body), "fields[0].title") {
		t.Errorf("%s", body)
	}
	s.want(200, "boss", "PUT", "/v1/studio/prizes/demo-cup", asks)
	p := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 1}}, ClaimTTLMs: 3_600_000}, 1)[0]
	mine := items[Award](s, s.want(200, p.User, "GET", "/v1/me/prizes", nil))
	if len(mine) != 1 || len(mine[0].Fields) != 2 || mine[0].Fields[0].Title != "颜色" {
		t.Fatalf("%+v", mine)
	}
	claim := "/v1/me/prizes/" + p.Grant + "/claim"
	if body := s.want(422, p.User, "POST", claim, address); !strings.Contains(string(body), "answers.colour") {
		t.Errorf("%s", body)
	}
	f := address
	f.Answers = map[string]string{"colour": "绿"}
	s.want(422, p.User, "POST", claim, f)
	f.Answers = map[string]string{"colour": "蓝", "card": "=1+1"}
	s.want(202, p.User, "POST", claim, f)
	s.claims(0)
	if body := string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes/"+p.Grant+"/form", nil)); !strings.Contains(body, `"colour":"蓝"`) {
		t.Error(body)
	}
	if raw := string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&event="+p.Event, nil)); !strings.Contains(raw, "颜色：蓝；贺卡：=1+1") {
		t.Error(raw)
	}
	paid, err := s.desk.Paid(s.ctx, p.Room, p.Event)
	if err != nil || !bytes.HasPrefix(paid, []byte("\ufeff")) || !bytes.Contains(paid, []byte(p.Grant)) || !bytes.Contains(paid, []byte("待发货")) || bytes.Contains(paid, []byte("王小云")) {
		t.Errorf("%s %v", paid, err)
	}
	s.want(200, "boss", "DELETE", "/v1/studio/fulfilment/events/"+p.Event+"/forms", nil)
	s.want(404, "boss", "GET", "/v1/studio/fulfilment/prizes/"+p.Grant+"/form", nil)
	s.want(410, p.User, "POST", claim, f)
}

// characters are how the strings of a workbook write what XML cannot (ECMA-376, ST_Xstring).
var characters = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// cells reads a workbook as a spreadsheet program does, by its parts.
func cells(t *testing.T, b []byte) (rows [][]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var sheet struct {
			Rows []struct {
				Cells []struct {
					Ref  string `xml:"r,attr"`
					Type string `xml:"t,attr"`
					Text string `xml:"is>t"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.Unmarshal(body, &sheet); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for r, row := range sheet.Rows {
			var texts []string
			for c, cell := range row.Cells {
				if cell.Type != "inlineStr" || cell.Ref != fmt.Sprintf("%s%d", column(c), r+1) {
					t.Fatalf("cell %d of row %d: %+v", c, r, cell)
				}
				texts = append(texts, characters.ReplaceAllStringFunc(cell.Text, func(code string) string {
					n, _ := strconv.ParseUint(code[2:6], 16, 16)
					return string(rune(n))
				}))
			}
			rows = append(rows, texts)
		}
	}
	return rows
}

// Every route is in the document, and was answered well by a real desk.
func documentLaw(t *testing.T, s *shop) {
	if err := s.front.Doc.Validate(s.ctx); err != nil {
		t.Fatal(err)
	}
	for _, law := range []func(*testing.T, *shop){goodsLaw, couponsLaw, webhooksLaw, exportLaw, voidsLaw, receiptsLaw} {
		inner := newShop(t, filepath.Join(t.TempDir(), "fudai.db"))
		inner.front.Used = s.front.Used
		law(t, inner)
	}
	for _, r := range s.desk.Routes() {
		if !s.front.Used[r.Method+" "+r.Path] {
			t.Errorf("%s %s was never answered well", r.Method, r.Path)
		}
	}
}

// FuzzSheet: whatever stands in a table comes back from the workbook, but for
// what XML cannot hold.
func FuzzSheet(f *testing.F) {
	f.Add("=1+1", "云朵\t<b>&\n", "\x00\xff")
	f.Add("_x0041_", "_x0041_x0042__x005F_x0043_", "_x004_ _xD83D_ _X0041_")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		in := [][]string{{a, b, c}, {c, a, b}}
		body, err := xlsx("s", in)
		if err != nil {
			t.Fatal(err)
		}
		out := cells(t, body)
		for i := range in {
			for j := range in[i] {
				want := strings.Map(func(r rune) rune {
					if r == 0xFFFE || r == 0xFFFF || r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
						return 0xFFFD
					}
					return r
				}, strings.ToValidUTF8(in[i][j], "\uFFFD"))
				if got := out[i][j]; strings.ReplaceAll(got, "\uFFFD", "") != strings.ReplaceAll(want, "\uFFFD", "") {
					t.Fatalf("%q came back as %q", in[i][j], got)
				}
			}
		}
	})
}
