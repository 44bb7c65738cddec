package desk

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Anybody may hand in a round, so a round is looked at before it is signed and
// kept: a caller has so many tries, right or wrong, and no more.
const (
	roundsBurst   = 10
	roundsEvery   = time.Second
	callersAtMost = 20_000 // beyond it all are forgotten and have their burst anew
	writtenAtMost = 4096   // the same
	// writtenFor is how long the room is given to take a round, which may come
	// from everybody at once: until then the same one is not written again.
	writtenFor = 3 * time.Second
)

// rounds is what the desk knows of rounds of public randomness that people hand in.
type rounds struct {
	counted *prometheus.CounterVec
	mu      sync.Mutex // guards what follows
	by      map[netip.Addr]*rate.Limiter
	written map[roundOf]time.Time
}

type roundOf struct {
	room  string
	chain drawproof.Hash
	round uint64
}

func newRounds() *rounds {
	return &rounds{by: map[netip.Addr]*rate.Limiter{}, written: map[roundOf]time.Time{},
		counted: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_desk_rounds_total", Help: "Rounds of public randomness handed in at the desk, by outcome: taken, known, or why not."}, []string{"outcome"})}
}

// peer is who holds a connection: its caller, where no proxy stands before us.
func peer(c *app.RequestContext) netip.Addr {
	at, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	return at.Addr().Unmap()
}

// may takes one of a caller's tries.
func (r *rounds) may(from netip.Addr, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.by[from]
	if one == nil {
		if len(r.by) >= callersAtMost {
			clear(r.by)
		}
		one = rate.NewLimiter(rate.Every(roundsEvery), roundsBurst)
		r.by[from] = one
	}
	return one.AllowN(at, 1)
}

// first reports whether nobody wrote this round lately, and notes that somebody does.
func (r *rounds) first(one roundOf, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, ok := r.written[one]; ok && at.Sub(before) < writtenFor {
		return false
	}
	if len(r.written) >= writtenAtMost {
		clear(r.written)
	}
	r.written[one] = at
	return true
}

// forget lets the round be written again: the log did not take it.
func (r *rounds) forget(one roundOf) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.written, one)
}

// round writes a round of public randomness if a sealed giveaway of the room
// waits for it and it proves itself. It matters to nobody who hands it in, but
// programs of the operator's are not held up.
func (d *Desk) round(ctx context.Context, c *app.RequestContext, claims *token.Claims, room string, req *request) {
	var one roundOf
	var event string
	var no *refusal
	if claims.Role == record.Service || d.rounds.may(d.cfg.Caller(c), time.Now()) {
		one, event, no = d.worth(ctx, room, req.Data)
	} else {
		c.Header("Retry-After", "1")
		no = &refusal{consts.StatusTooManyRequests, "too-many", errors.New("one address may hand in a round a second: wait a moment")}
	}
	if no != nil {
		d.rounds.counted.WithLabelValues(no.code).Inc()
		refuse(c, no.status, no.code, no.err)
		return
	}
	// Under an id of the sender's choice a guest could take that of a command to come.
	req.ID = roundID(event, one.round)
	if !d.rounds.first(one, time.Now()) {
		d.rounds.counted.WithLabelValues("known").Inc()
		c.JSON(consts.StatusAccepted, map[string]any{"id": req.ID, "known": true})
		return
	}
	if !d.write(ctx, c, claims, room, req) {
		d.rounds.forget(one)
		d.rounds.counted.WithLabelValues("not-sent").Inc()
		return
	}
	d.rounds.counted.WithLabelValues("taken").Inc()
}

// worth looks at a round as the room will, before anything is written, and
// answers which giveaway waits for it. The chain is that of the plan: rounds of
// one that no relay is configured for any more are as good.
func (d *Desk) worth(ctx context.Context, room string, data []byte) (one roundOf, event string, no *refusal) {
	var said record.BeaconData
	_ = json.Unmarshal(data, &said) // check has done so
	one.room, one.round = room, said.Round
	sigma, err := hex.DecodeString(said.Sig)
	err = errors.Join(err, one.chain.UnmarshalText([]byte(said.Chain)))
	switch {
	case err != nil:
		return one, "", &refusal{consts.StatusBadRequest, "malformed", fmt.Errorf("data: chain and sig are hex: %w", err)}
	case room == "" || said.Round == 0 || len(sigma) != drawproof.SigmaSize:
		return one, "", &refusal{consts.StatusBadRequest, "malformed", fmt.Errorf("want one room, a round from 1 and a sig of %d bytes", drawproof.SigmaSize)}
	}
	status, body, err := d.ask(ctx, record.AskAwaits, url.Values{"room": {room}})
	var awaits []giveaway.Await
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal(body, &awaits)
	} else if err == nil {
		err = fmt.Errorf("the owner of room %s says %d: %.200s", room, status, body)
	}
	if err != nil {
		return one, "", &refusal{consts.StatusServiceUnavailable, "elsewhere", err}
	}
	known := slices.ContainsFunc(d.cfg.Chains, func(c drawproof.Chain) bool { return c.Hash == one.chain })
	for _, a := range awaits {
		if a.Chain.Hash != one.chain {
			continue
		}
		if known = true; a.Round != one.round {
			continue
		}
		if err := drawproof.VerifyBeacon(a.Chain, a.Round, sigma); err != nil {
			return one, "", &refusal{consts.StatusBadRequest, "signature", err}
		}
		return one, a.Event, nil
	}
	if !known {
		return one, "", &refusal{consts.StatusBadRequest, "chain", fmt.Errorf("no giveaway here goes by chain %s", one.chain)}
	}
	return one, "", &refusal{consts.StatusConflict, "not-awaited", fmt.Errorf("no sealed giveaway of room %s waits for round %d: it may have it already", room, one.round)}
}
