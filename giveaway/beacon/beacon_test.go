package beacon

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Real rounds of quicknet.
const (
	round1000   = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
	round657413 = "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b"
)

func relay(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) string {
	s := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(s.Close)
	return s.URL
}

// A relay that lies, one that is late, one that sends garbage and one that is
// not there do not keep a good one from answering; without it nothing is taken.
func TestRelaysAreNotTrusted(t *testing.T) {
	good := relay(t, func(w http.ResponseWriter, r *http.Request) {
		want := "/" + drawproof.Quicknet().Hash.String() + "/public/1000"
		if r.URL.Path != want {
			t.Errorf("asked for %s, want %s", r.URL.Path, want)
		}
		fmt.Fprintf(w, `{"round":1000,"signature":%q}`, round1000)
	})
	bad := []string{
		relay(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":1000,"signature":%q}`, round657413)
		}),
		relay(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":1001,"signature":%q}`, round1000)
		}),
		relay(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooEarly) }),
		relay(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("x"), 1<<20)) }),
		"http://127.0.0.1:1",
	}
	r, err := NewRelays(drawproof.Quicknet(), bad)
	if err != nil {
		t.Fatal(err)
	}
	if sigma, err := r.Round(t.Context(), 1000); err == nil || !errors.Is(err, ErrLate) {
		t.Errorf("bad relays gave %x, %v", sigma, err)
	}
	r, err = NewRelays(drawproof.Quicknet(), append(bad, good))
	if err != nil {
		t.Fatal(err)
	}
	sigma, err := r.Round(t.Context(), 1000)
	if err != nil || hex.EncodeToString(sigma) != round1000 {
		t.Errorf("with a good one: %x, %v", sigma, err)
	}
}

func TestRelayAddresses(t *testing.T) {
	if _, err := NewRelays(drawproof.Quicknet(), []string{"ftp://x", "nonsense"}); err == nil {
		t.Error("addresses that are not http pass")
	}
}

// A round is handed in once it is due, not before, and again only when nothing
// came of it. It verifies.
func TestServe(t *testing.T) {
	var got [][]byte
	cfg := DefaultConfig()
	cfg.Secret = [32]byte{1}
	cfg.Logger = slog.New(slog.DiscardHandler)
	fail := true
	cfg.Submit = func(_ context.Context, a Await, sigma []byte) error {
		if fail {
			fail = false
			return errors.New("the log is away")
		}
		got = append(got, sigma)
		return nil
	}
	b, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	chain := b.Chains()[0]
	now := time.UnixMilli(chain.RoundTime(500))
	a := Await{Room: "r", Event: "e", Chain: chain, Round: 500}
	step := func(a Await, now time.Time) {
		b.turn(t.Context(), []Await{a}, now)
		for len(b.asking) > 0 {
			b.took(t.Context(), <-b.came)
			b.turn(t.Context(), []Await{a}, now)
		}
	}
	step(a, now.Add(-time.Millisecond))
	if len(got) != 0 || !fail {
		t.Fatal("handed in before it was due")
	}
	for _, after := range []time.Duration{0, 500 * time.Millisecond, 1100 * time.Millisecond, 2 * time.Second, 4 * time.Second, 5 * time.Second} {
		step(a, now.Add(after))
	}
	if len(got) != 2 { // at 1.1 s after the failure, and once more after handInAgain
		t.Errorf("handed in %d times, want 2", len(got))
	}
	for _, sigma := range got {
		if err := drawproof.VerifyBeacon(chain, 500, sigma); err != nil {
			t.Error(err)
		}
	}
	unknown := a
	unknown.Chain.Hash[0]++
	step(unknown, now.Add(time.Hour))
	if len(got) != 2 {
		t.Error("a round of an unknown chain was handed in")
	}
}
