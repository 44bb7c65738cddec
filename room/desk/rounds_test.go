package desk

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// waits makes a room whose owner answers what its giveaways wait for.
func (o *office) waits(name string, awaits *[]giveaway.Await) {
	owner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != record.AskAwaits || r.URL.Query().Get("room") != name || !o.keys.VerifyAsk([]byte(r.URL.RawQuery), []byte(r.Header.Get(record.AskHeader))) {
			o.t.Errorf("%s is not a signed question for what room %s waits for", r.URL, name)
		}
		json.NewEncoder(w).Encode(*awaits)
	}))
	o.t.Cleanup(owner.Close)
	m := record.Meta{Kind: record.FrameHeartbeat, Pair: record.Pair{Epoch: 2, Owner: record.ID128{2}}}
	beat := kafkalog.Record{Value: []byte(strings.TrimPrefix(owner.URL, "http://")), Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}
	o.tail[kafkalog.Partition(name)]([]kafkalog.Record{beat}, 1)
}

func brings(chain string, round uint64, sig string) string {
	return fmt.Sprintf(`{"id":"studio-e1","kind":"beacon","data":{"chain":%q,"round":%d,"sig":%q}}`, chain, round, sig)
}

// Of what guests hand in only the round that a sealed giveaway waits for is
// signed and written, once, and under no id of theirs.
func TestRoundsOfGuests(t *testing.T) {
	o := newOffice(t)
	key, err := drawproof.NewLocalKey(o.keys.Beacon[:])
	if err != nil {
		t.Fatal(err)
	}
	chain := key.Chain(1_700_000_000, 1)
	good := hex.EncodeToString(key.Sign(77))
	svc := o.token(record.Service, false) // is not held up, so that each reason is seen
	if code, body := o.send(svc, "r1", brings(chain.Hash.String(), 77, good)); code != 503 || !strings.Contains(body, `"elsewhere"`) {
		t.Errorf("where nobody owns the room: %d %s", code, body)
	}
	awaits := []giveaway.Await{{Event: "e1", Chain: chain, Round: 77}}
	o.waits("r1", &awaits)
	for _, bad := range []struct {
		what, code, body string
		status           int
	}{
		{"no hex", "malformed", brings(chain.Hash.String(), 77, "zz"+good[2:]), 400},
		{"half a signature", "malformed", brings(chain.Hash.String(), 77, good[:40]), 400},
		{"a chain that is none", "malformed", brings("beef", 77, good), 400},
		{"round 0", "malformed", brings(chain.Hash.String(), 0, good), 400},
		{"another chain", "chain", brings(strings.Repeat("ab", 32), 77, good), 400},
		{"a round nobody waits for", "not-awaited", brings(chain.Hash.String(), 78, hex.EncodeToString(key.Sign(78))), 409},
		{"the signature of another round", "signature", brings(chain.Hash.String(), 77, hex.EncodeToString(key.Sign(78))), 400},
	} {
		if code, body := o.send(svc, "r1", bad.body); code != bad.status || !strings.Contains(body, `"`+bad.code+`"`) {
			t.Errorf("%s: %d %s, want %d %s", bad.what, code, body, bad.status, bad.code)
		}
	}
	if len(o.log.recs) != 0 {
		t.Fatalf("%d rounds that are worth nothing were written", len(o.log.recs))
	}
	took, limited := 0, 0
	for range 3 * roundsBurst {
		switch code, body := o.guest("r1", brings(chain.Hash.String(), 77, good)); code {
		case 202:
			took++
		case 429:
			limited++
		default:
			t.Errorf("%d %s", code, body)
		}
	}
	if took < roundsBurst || limited == 0 {
		t.Errorf("%d were taken, %d refused for their rate", took, limited)
	}
	if len(o.log.recs) != 1 {
		t.Fatalf("the round was written %d times", len(o.log.recs))
	}
	ctl, bad := record.ParseControl(o.log.recs[0].Value)
	if bad != nil || ctl.ID != "e1.77" || ctl.Kind != record.CtlBeacon {
		t.Errorf("%+v %v", ctl, bad)
	}
	awaits = awaits[:0]
	if code, body := o.send(svc, "r1", brings(chain.Hash.String(), 77, good)); code != 409 {
		t.Errorf("a round that the room has: %d %s", code, body)
	}
}

// One address has its own tries, and a round that the log did not take is
// written when it comes again.
func TestRoundsOfCallers(t *testing.T) {
	r, now := newRounds(), time.UnixMilli(1)
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for i := range roundsBurst + 1 {
		if may := r.may(one, now); may != (i < roundsBurst) {
			t.Errorf("try %d: %v", i, may)
		}
	}
	if !r.may(two, now) || !r.may(one, now.Add(roundsEvery)) {
		t.Error("another address, or the same a second later, may not")
	}
	for i := range 2 * callersAtMost {
		r.may(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
		r.first(roundOf{round: uint64(i)}, now)
	}
	if len(r.by) > callersAtMost || len(r.written) > writtenAtMost {
		t.Errorf("%d callers and %d rounds are remembered", len(r.by), len(r.written))
	}
	a := roundOf{room: "a"}
	if !r.first(a, now) || r.first(a, now) || !r.first(a, now.Add(writtenFor)) {
		t.Error("a round is written twice within its time, or never again")
	}
	if r.forget(a); !r.first(a, now) {
		t.Error("a round that the log refused is not written again")
	}
}

// The longest id of an event leaves room for no round: the command has an id all the same.
func TestRoundID(t *testing.T) {
	long := strings.Repeat("e", 64)
	if a, b := roundID(long, 77), roundID(long, 78); !record.ValidID([]byte(a)) || a == b {
		t.Errorf("%q and %q", a, b)
	}
}
