package studio

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// tails are what a desk follows; the test delivers.
type tails map[string]kafkalog.Deliver

func (f tails) Add(topic string, p int32, _ int64, deliver kafkalog.Deliver, _ kafkalog.Fail) {
	f[fmt.Sprint(topic, p)] = deliver
}

// public is the address where anybody gets a proof: a desk that asks the owners
// of the house.
func (h *house) public() func(room, event string) *ut.ResponseRecorder {
	h.t.Helper()
	owner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := h.owners[r.URL.Query().Get("room")].E.Bundle(r.URL.Query().Get("event"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Write(body)
	}))
	h.t.Cleanup(owner.Close)
	follows := tails{}
	d, err := desk.New(desk.Config{Log: h.log, Keys: h.keys, Tokens: h.tokens, Tailer: follows, Kept: h.store.Proof, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	front := server.New(server.WithDisablePrintRoute(true))
	d.Mount(front)
	d.Follow()
	for room := range h.owners {
		m := record.Meta{Kind: record.FrameHeartbeat, Pair: record.Pair{Epoch: 1, Owner: record.ID128{1}}}
		follows[fmt.Sprint(kafkalog.Frames, kafkalog.Partition(room))]([]kafkalog.Record{{Value: []byte(strings.TrimPrefix(owner.URL, "http://")),
			Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}}, 1)
	}
	return func(room, event string) *ut.ResponseRecorder {
		return ut.PerformRequest(front.Engine, "GET", "/v1/rooms/"+room+"/bundle/"+event, nil)
	}
}

// bag is a giveaway that the host's desk plans.
func bag(o int64, event string) map[string]any {
	return map[string]any{"event": event, "kind": "bag", "title": "桌边福袋", "openAt": o + 2000, "closeAt": o + 12_000,
		"prizes": []map[string]any{{"id": "p1", "qty": 1, "title": "杯", "valueFen": 100}}}
}

// hold lets a bag of the desk go its way, until it is drawn.
func (h *house) hold(room, event string) {
	h.t.Helper()
	o := h.owners[room]
	h.plan(room, bag(o.Now, event))
	h.pass(o, 3*time.Second)
	if r := o.Enter(event, "u1", "", nil); r.Code != record.Entered {
		h.t.Fatalf("%s: %v", event, r.Code)
	}
	h.pass(o, 60*time.Second)
}

// A room that held more giveaways than it remembers: anybody still gets the
// proof of the first, wherever it was planned, and of another room's the other.
func proofsAreKept(t *testing.T, h *house) {
	fromDraftToSettled(t, h)
	mine := h.giveawayIDs()[0]
	h.own("stray")
	public := h.public()
	live := public("demo", mine)
	h.hold("demo", "bag-0")
	h.hold("stray", "bag-0")
	keep := func() {
		t.Helper()
		if err := h.studio.keepProofs(h.ctx, time.Now().Add(proofSettles)); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	for i := range 17 {
		h.hold("demo", fmt.Sprint("bag-", i+1))
		keep()
	}
	for _, event := range []string{mine, "bag-0"} {
		if _, err := h.owners["demo"].E.Bundle(event); err == nil {
			t.Fatalf("the room still remembers %s", event)
		}
		got := public("demo", event)
		if r := drawproof.Verify(got.Body.Bytes()); got.Code != 200 || !r.OK() {
			t.Fatalf("%s: %d %s", event, got.Code, r.Text())
		}
		if is := string(got.Header().Peek("Content-Disposition")); is != `attachment; filename="`+event+`.fudai"` || string(got.Header().ContentType()) != string(live.Header().ContentType()) {
			t.Errorf("%s: %s", event, got.Header().Header())
		}
	}
	if got := public("demo", mine).Body.String(); got != live.Body.String() {
		t.Error("the kept proof is another than the room gave")
	}
	if got := public("stray", "bag-0").Body.String(); got == public("demo", "bag-0").Body.String() || !strings.Contains(got, "stray") {
		t.Error("an id is a room's")
	}
	if got := public("demo", "none"); got.Code != 404 || len(got.Header().Peek("Content-Disposition")) > 0 {
		t.Errorf("%d %s", got.Code, got.Header().Header())
	}
	var due int
	if err := h.store.db.QueryRow(`SELECT COUNT(*) FROM studio_proofs_due`).Scan(&due); err != nil || due != 0 {
		t.Errorf("%d proofs are still due: %v", due, err)
	}
}

// A room that forgot before anybody asked is asked for a day, and no longer.
func proofsAreLost(t *testing.T, h *house) {
	h.own("demo")
	h.hold("demo", "bag-0")
	asked := 0
	h.studio.cfg.Ask = func(ctx context.Context, path string, q url.Values) (int, []byte, error) {
		asked++
		return 404, []byte("no such giveaway"), nil
	}
	for _, after := range []time.Duration{0, time.Second, proofAgain, 2 * proofLost, 3 * proofLost} {
		if err := h.studio.keepProofs(h.ctx, time.Now().Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}

func (h *house) giveawayIDs() (ids []string) {
	for _, g := range as[rest.List[Giveaway]](h, h.ok("boss", "GET", "/v1/studio/giveaways?shop=yunduo", nil)).Items {
		ids = append(ids, g.ID)
	}
	return ids
}
