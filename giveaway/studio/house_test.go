package studio

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/history/pgtest"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// laws are the tests that hold on either database.
var laws = []struct {
	name string
	test func(t *testing.T, h *house)
}{
	{"from draft to settled", fromDraftToSettled},
	{"unclaimed goes back", unclaimedGoesBack},
	{"the room refuses", theRoomRefuses},
	{"cancel", cancel},
	{"extend", extend},
	{"announce again", announceAgain},
	{"red packets", redPackets},
	{"bad plans", badPlans},
	{"approval", approval},
	{"template", template2},
	{"stop", stop},
	{"copies and series", copiesAndSeries},
	{"triggers", triggers},
	{"no oversell", noOversell},
	{"staff", staff},
	{"trail", tampered},
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
	beacon drawproof.LocalKey
	log    *paper
	tokens *token.Authority
	store  *Store
	studio *Studio
	follow *follow.Follower
	h      *server.Hertz
	doc    *openapi3.T
	owners map[string]*owner
	used   map[string]bool // operations that were called and answered well
}

func newHouse(t *testing.T, url string) *house {
	h := &house{t: t, ctx: context.Background(), keys: record.DeriveKeys([32]byte{7}), log: newPaper(), h: server.New(server.WithDisablePrintRoute(true)), owners: map[string]*owner{}, used: map[string]bool{}}
	h.tokens = token.New(h.keys.Token, nil)
	var err error
	if h.beacon, err = drawproof.NewLocalKey(h.keys.Beacon[:]); err != nil {
		t.Fatal(err)
	}
	if h.store, err = OpenStore(h.ctx, url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	cfg := DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger = h.store, h.log, h.keys, h.tokens, h.chains(), slog.New(slog.DiscardHandler)
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

func (h *house) chains() []drawproof.Chain {
	return []drawproof.Chain{h.beacon.Chain(1_700_000_000, 1)}
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
		o.turn()
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

// paper is a log in memory.
type paper struct {
	recs map[string][]kafkalog.Record
	fail error
}

func newPaper() *paper { return &paper{recs: map[string][]kafkalog.Record{}} }

func spotOf(topic string, p int32) string { return fmt.Sprintf("%s/%d", topic, p) }

func (p *paper) Append(_ context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error) {
	if p.fail != nil {
		return 0, p.fail
	}
	at := spotOf(topic, partition)
	for _, r := range recs {
		r.Topic, r.Partition, r.Offset = topic, partition, int64(len(p.recs[at]))
		p.recs[at] = append(p.recs[at], r)
	}
	return int64(len(p.recs[at]) - 1), nil
}

func (p *paper) Read(_ context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error {
	for _, r := range p.recs[spotOf(topic, partition)] {
		if r.Offset >= from && r.Offset < to {
			if err := fn(r); err != nil {
				return err
			}
		}
	}
	return p.fail
}

func (p *paper) Offsets(_ context.Context, topic string, _ []int32) (map[int32]kafkalog.Range, error) {
	all := map[int32]kafkalog.Range{}
	for i := range kafkalog.Partitions {
		all[i] = kafkalog.Range{End: int64(len(p.recs[spotOf(topic, i)]))}
	}
	return all, p.fail
}

// owner is the owner of one room: the real state machine of its giveaways, in
// a room time of its own.
type owner struct {
	h      *house
	room   string
	p      int32
	e      *giveaway.Events
	now    int64
	read   int64 // of control
	at     int64 // next comments offset
	seq    uint64
	result map[string]giveaway.Result
}

// own makes the owner of a room, whose time is that of the wall to begin with.
func (h *house) own(room string) *owner {
	o := &owner{h: h, room: room, p: kafkalog.Partition(room), now: time.Now().UnixMilli(), at: 10}
	o.e = giveaway.New(giveaway.Config{Room: room, Partition: o.p, Keys: h.keys, Chains: h.chains()})
	o.append(&record.Ledger{Own: &record.Own{Address: "here", Node: "n"}})
	h.owners[room] = o
	return o
}

func (o *owner) append(l *record.Ledger) {
	o.seq++
	l.V, l.Epoch, l.Owner, l.Seq = 1, 1, strings.Repeat("0", 31)+"1", o.seq
	if _, err := o.h.log.Append(o.h.ctx, kafkalog.Ledger, o.p, []kafkalog.Record{{Key: []byte(o.room), Value: record.AppendLedger(nil, l)}}); err != nil {
		o.h.t.Fatal(err)
	}
}

// turn folds commands and decides what is due, until nothing is.
func (o *owner) turn() {
	o.h.t.Helper()
	for _, rec := range o.h.log.recs[spotOf(kafkalog.Control, o.p)][o.read:] {
		o.read = rec.Offset + 1
		c, bad := record.ParseControl(rec.Value)
		if bad != nil || !o.h.keys.VerifyControl(rec.Value, rec.Header("sig")) {
			o.h.t.Fatalf("a command that no owner would take: %s", rec.Value)
		}
		switch c.Kind {
		case record.CtlPlan, record.CtlCancel, record.CtlVoid, record.CtlBeacon:
			if err := o.e.Control(&c, 0, o.now); err != nil {
				o.h.log.Append(o.h.ctx, kafkalog.DeadLetter, o.p, []kafkalog.Record{{Key: rec.Key, Value: rec.Value,
					Headers: []kafkalog.Header{{Key: "reason", Value: []byte("command-refused")}, {Key: "field", Value: []byte(err.Error())}}}})
			}
		}
	}
	for range 200 {
		var due giveaway.Due
		o.e.Due(o.now, &due)
		if len(due.Markers)+len(due.Decisions) == 0 {
			return
		}
		for _, m := range due.Markers {
			c := &record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
			c.Marker = record.Marker{Epoch: 1, Seq: 1, Now: o.now, Plan: []byte(m.Plan.String())}
			o.h.keys.SignMarker(c, o.p)
			if !o.e.Marker(c, o.at, o.now) {
				o.h.t.Fatalf("marker %s of %s does not count", m.Kind, m.Event)
			}
			o.at++
		}
		if len(due.Decisions) == 0 {
			continue
		}
		l := &record.Ledger{Decisions: due.Decisions}
		o.append(l)
		for i := range due.Decisions {
			d := due.Decisions[i]
			if err := o.e.Ledger(&d, int64(o.seq)); err != nil {
				o.h.t.Fatal(err)
			}
		}
	}
	o.h.t.Fatal("there is always something due")
}

// pass lets room time pass, handing in rounds as they come.
func (o *owner) pass(d time.Duration) {
	o.h.t.Helper()
	for end := o.now + d.Milliseconds(); o.now < end; {
		o.now = min(o.now+1000, end)
		for _, a := range o.e.Awaits() {
			if a.Chain.RoundTime(a.Round) <= o.now {
				data, _ := json.Marshal(record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: hex.EncodeToString(o.h.beacon.Sign(a.Round))})
				if err := o.e.Control(&record.Control{V: 1, ID: "b", Kind: record.CtlBeacon, Room: o.room, Data: data}, 0, o.now); err != nil {
					o.h.t.Fatal(err)
				}
			}
		}
		o.turn()
	}
	o.h.turn()
}

func (o *owner) enter(event, user, text string, facts *record.Facts) giveaway.Result {
	r := o.e.Enter(&giveaway.Entry{Event: event, User: []byte(user), Name: []byte("名" + user), Facts: facts, Digest: moderation.Digest(text, nil)}, o.at, o.now)
	o.at++
	return r
}

func (o *owner) claim(event, user string) giveaway.Result {
	r := o.e.Claim(&record.Comment{Kind: record.Claim, Room: []byte(o.room), User: []byte(user), Event: []byte(event)}, o.at, o.now)
	o.at++
	return r
}

// fan is what the example's condition asks for.
func fan() *record.Facts { return &record.Facts{Known: record.FactFan, FanLevel: 3} }
