package studio

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/history/pgtest"
	"github.com/fudai-live/fudai/room/record"
)

// laws are the tests that hold on either database.
var laws = []struct {
	name string
	test func(t *testing.T, h *house)
}{
	{"from draft to settled", fromDraftToSettled},
	{"said twice", saidTwice},
	{"unclaimed goes back", unclaimedGoesBack},
	{"the room refuses", theRoomRefuses},
	{"cancel", cancel},
	{"extend", extend},
	{"announce again", announceAgain},
	{"not taken", notTaken},
	{"no word of the room", noWord},
	{"cancelled in silence", cancelledInSilence},
	{"an end refused", endRefused},
	{"appeals", appealed},
	{"appeals elsewhere", appealedElsewhere},
	{"same id elsewhere", sameID},
	{"red packets", redPackets},
	{"red-packet rain", redPacketRain},
	{"bad plans", badPlans},
	{"abroad", abroad},
	{"approval", approval},
	{"template", template2},
	{"stop", stop},
	{"copies and series", copiesAndSeries},
	{"triggers", triggers},
	{"no oversell", noOversell},
	{"staff", staff},
	{"trail", tampered},
	{"funnel", funnel},
	{"archive", archived},
	{"reach", reach},
	{"rehearsal", rehearsal},
	{"document", document},
}

func TestSQLite(t *testing.T) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) { l.test(t, newHouse(t, filepath.Join(t.TempDir(), "studio.db"))) })
	}
}

func TestPostgres(t *testing.T) {
	url := pgtest.Start(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			name := fmt.Sprintf("t%d", i)
			if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
				t.Fatal(err)
			}
			l.test(t, newHouse(t, url+"&search_path="+name))
		})
	}
}

// house is a studio with a room whose owner is the real state machine, and a
// log of paper between them.
type house struct {
	t      *testing.T
	ctx    context.Context
	keys   *record.Keys
	chain  drawproof.Chain
	log    *stage.Paper
	tokens *token.Authority
	store  *Store
	studio *Studio
	follow *follow.Follower
	h      *server.Hertz
	doc    *openapi3.T
	owners map[string]*stage.Owner
	reach  func() beacon.Reachability
	used   map[string]bool // operations that were called and answered well
}

func newHouse(t *testing.T, database string) *house {
	h := &house{t: t, ctx: context.Background(), keys: record.DeriveKeys([32]byte{7}), log: stage.NewPaper(), h: server.New(server.WithDisablePrintRoute(true)), owners: map[string]*stage.Owner{}, used: map[string]bool{}}
	h.tokens = token.New(h.keys.Token, nil)
	var err error
	_, h.chain = stage.Beacon(t, h.keys)
	if h.store, err = OpenStore(h.ctx, database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	cfg := DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger = h.store, h.log, h.keys, h.tokens, []drawproof.Chain{h.chain}, slog.New(slog.DiscardHandler)
	cfg.Ask = func(_ context.Context, path string, q url.Values) (int, []byte, error) {
		o := h.owners[q.Get("room")]
		if o == nil || path != record.AskFunnel && path != record.AskBundle && path != record.AskEntry {
			return 0, nil, errors.New("nobody owns the room")
		}
		if path == record.AskBundle {
			b, err := o.E.Bundle(q.Get("event"))
			return 200, b, err
		}
		if path == record.AskEntry {
			b, err := json.Marshal(o.E.Entry(q.Get("event"), []byte(q.Get("user"))))
			return 200, b, err
		}
		f, ok := o.E.Funnel(q.Get("event"))
		if !ok {
			return 404, []byte("no such giveaway"), nil
		}
		b, err := json.Marshal(f)
		return 200, b, err
	}
	cfg.Paid = func(context.Context, string) ([]byte, error) { return []byte("paid"), nil } // giveaway/fulfil in a real studio
	cfg.State = func(string) []byte { return []byte(`{"online":12,"unique":34,"gives":[]}`) }
	cfg.Reach = func(context.Context) beacon.Reachability {
		if h.reach == nil {
			return beacon.Reachability{Chain: "local", OK: true, Relays: []beacon.Reach{}}
		}
		return h.reach()
	}
	if h.studio, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	if h.follow, err = h.studio.follower(h.ctx); err != nil {
		t.Fatal(err)
	}
	h.studio.Mount(h.h)
	if h.doc, err = openapi3.NewLoader().LoadFromData(h.studio.API().Document()); err != nil {
		t.Fatal(err)
	}
	return h
}

// own makes the owner of a room.
func (h *house) own(room string) *stage.Owner {
	h.owners[room] = stage.Own(h.t, h.log, h.keys, room)
	return h.owners[room]
}

// pass lets a room's time pass, and the studio read what it decided.
func (h *house) pass(o *stage.Owner, d time.Duration) {
	h.t.Helper()
	o.Pass(d)
	h.turn()
}

// plan says a plan at the host's desk of a room, not here.
func (h *house) plan(room string, plan map[string]any) {
	h.t.Helper()
	raw, err := json.Marshal(plan)
	if err != nil {
		h.t.Fatal(err)
	}
	ctl := record.Control{V: 1, ID: fmt.Sprint("desk-", plan["event"]), Kind: record.CtlPlan, Room: room, By: "host", Role: "host", At: time.Now().UnixMilli(), Data: raw}
	if _, err := desk.Write(h.ctx, h.log, h.keys, &ctl); err != nil {
		h.t.Fatal(err)
	}
	h.turn()
}

// open lets a room's time pass until a giveaway has been open for a second: it
// opens some seconds after the wall's time at which it was scheduled, however
// long the test took to come there.
func (h *house) open(o *stage.Owner, id string) {
	h.t.Helper()
	h.pass(o, time.Duration(h.giveaway(id).OpenAt+1000-o.Now)*time.Millisecond)
}

// furnish opens a shop with a room, prizes and a budget.
func (h *house) furnish() {
	h.t.Helper()
	h.ok("boss", "POST", "/v1/studio/shops", NewShop{"yunduo", exampleShop})
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{"demo", "yunduo", RoomSpec{Title: "直播间", Host: "h1"}})
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"cup", "yunduo", PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 3900}, 100})
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"cash", "yunduo", PrizeSpec{Title: "现金红包", Kind: Cash}, 0})
	h.ok("boss", "POST", "/v1/studio/budgets", NewBudget{"autumn", "yunduo", BudgetSpec{Title: "秋季活动"}, 1_000_000})
}

// token is of boss (a program of the operator), mia (marketer), ann (approver,
// once appointed), host, viewer.
func (h *house) token(who string) string {
	c := token.Claims{User: who, Role: record.Viewer, Issued: time.Now().UnixMilli(), Expires: time.Now().Add(time.Hour).UnixMilli()}
	switch who {
	case "boss":
		c.Role = record.Service
	case "mia", "mel":
		c.Market = true
	case "host":
		c.Role = record.Host
	case "mod":
		c.Role = record.Moderator
	case "elsewhere":
		c.Role, c.Rooms = record.Host, []string{"another"}
	}
	raw, err := h.tokens.Sign(&c)
	if err != nil {
		h.t.Fatal(err)
	}
	return raw
}

// send asks and holds the answer against the document.
func (h *house) send(who, method, path string, body any, headers ...string) (int, []byte) {
	h.t.Helper()
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			h.t.Fatal(err)
		}
	}
	var all []ut.Header
	if who != "" {
		all = append(all, ut.Header{Key: "Authorization", Value: "Bearer " + h.token(who)})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		all = append(all, ut.Header{Key: headers[i], Value: headers[i+1]})
	}
	w := ut.PerformRequest(h.h.Engine, method, path, &ut.Body{Body: bytes.NewReader(b), Len: len(b)}, all...)
	h.document(method, path, w.Code, w.Body.Bytes())
	return w.Code, w.Body.Bytes()
}

func (h *house) document(method, path string, status int, body []byte) {
	h.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	name, op := h.operation(method, path)
	if op == nil {
		h.t.Fatalf("%s %s is not in the document", method, path)
	}
	response := op.Responses.Status(status)
	if response == nil {
		if status < 400 {
			h.t.Fatalf("%s %s answered %d, the document knows no such success", method, path, status)
		}
		response = op.Responses.Default()
	} else {
		h.used[method+" "+name] = true
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema.Value.Type.Is("string") {
		return
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		h.t.Fatalf("%s %s: %v\n%s", method, path, err, body)
	}
	if err := media.Schema.Value.VisitJSON(v); err != nil {
		h.t.Fatalf("%s %s answered %d with what the document does not say: %.400v\n%.400s", method, path, status, err, body)
	}
}

// operation finds what the document calls a path.
func (h *house) operation(method, path string) (string, *openapi3.Operation) {
	parts, best := strings.Split(path, "/"), ""
	for name := range h.doc.Paths.Map() {
		want := strings.Split(name, "/")
		same := len(want) == len(parts)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == parts[i] || strings.HasPrefix(want[i], "{")
		}
		if same && h.doc.Paths.Value(name).GetOperation(method) != nil && (best == "" || !strings.Contains(name, "{")) {
			best = name
		}
	}
	if best == "" {
		return "", nil
	}
	return best, h.doc.Paths.Value(best).GetOperation(method)
}

// ok sends what must succeed.
func (h *house) ok(who, method, path string, body any, headers ...string) []byte {
	h.t.Helper()
	status, b := h.send(who, method, path, body, headers...)
	if status >= 300 {
		h.t.Fatalf("%s: %s %s: %d %s", who, method, path, status, b)
	}
	return b
}

// no sends what must be refused, and answers the refusal.
func (h *house) no(status int, who, method, path string, body any, headers ...string) string {
	h.t.Helper()
	got, b := h.send(who, method, path, body, headers...)
	if got != status {
		h.t.Fatalf("%s: %s %s: %d, want %d: %s", who, method, path, got, status, b)
	}
	return string(b)
}

// as reads an answer.
func as[T any](h *house, b []byte) T {
	h.t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		h.t.Fatalf("%v\n%s", err, b)
	}
	return v
}

func (h *house) giveaway(id string) Giveaway {
	h.t.Helper()
	return as[Giveaway](h, h.ok("boss", "GET", "/v1/studio/giveaways/"+id, nil))
}

// announce sends what is due at a time, and lets rooms and studio read it.
func (h *house) announce(at time.Time) (n int) {
	h.t.Helper()
	for {
		sent, err := h.studio.announceOne(h.ctx, at)
		if err != nil {
			h.t.Fatal(err)
		}
		if !sent {
			h.turn()
			return n
		}
		n++
	}
}

// turn lets every owner fold what is new, and the studio what they decided.
func (h *house) turn() {
	h.t.Helper()
	for _, o := range h.owners {
		o.Turn()
	}
	if err := h.follow.Turn(h.ctx); err != nil {
		h.t.Fatal(err)
	}
}

// books must hold after whatever happened.
func (h *house) books() {
	h.t.Helper()
	wrong, err := h.store.CheckBooks(h.ctx)
	if err != nil || len(wrong) > 0 {
		h.t.Fatalf("the books do not hold: %v %v", wrong, err)
	}
	trail, err := h.store.CheckAudit(h.ctx)
	if err != nil || trail.Broken != 0 {
		h.t.Fatalf("the trail is broken at %d: %v", trail.Broken, err)
	}
}

// fan is what the example's condition asks for.
func fan() *record.Facts { return &record.Facts{Known: record.FactFan, FanLevel: 3} }
