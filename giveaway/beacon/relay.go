package beacon

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Relays get rounds of a drand chain over HTTP, from whichever relay answers
// first. What they say is checked, so none of them needs to be trusted.
type Relays struct {
	chain  drawproof.Chain
	bases  []string
	client *http.Client
	within time.Duration // relayWithin, but in tests
}

const (
	// relayWithin bounds one question to one relay.
	relayWithin = 3 * time.Second
	// lateAgain is how long after "not yet" a relay is asked again.
	lateAgain = 400 * time.Millisecond
	// relayBytes is far above what an answer needs.
	relayBytes = 16 << 10
)

// errLies: an answer that is not what was asked for.
var errLies = errors.New("its answer is not the round")

// NewRelays checks the addresses.
func NewRelays(chain drawproof.Chain, bases []string) (*Relays, error) {
	var errs []error
	for _, base := range bases {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			errs = append(errs, fmt.Errorf("beacon: relay %q is not an http address", base))
		}
	}
	return &Relays{chain: chain, bases: bases, client: &http.Client{}, within: relayWithin}, errors.Join(errs...)
}

// Round asks all relays at once and takes the first signature that verifies.
// One that does not have the round yet is asked again while the others are
// still at it: a relay that hangs must not make a round wait that is there.
func (r *Relays) Round(ctx context.Context, round uint64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	type answer struct {
		sigma []byte
		err   error
	}
	answers := make(chan answer, len(r.bases)) // room for all: nobody waits after the first
	for _, base := range r.bases {
		go func() {
			sigma, err := r.verified(ctx, base, round)
			for errors.Is(err, ErrLate) && pause(ctx) {
				sigma, err = r.verified(ctx, base, round)
			}
			answers <- answer{sigma, err}
		}()
	}
	var errs []error
	for range r.bases {
		a := <-answers
		if a.err == nil {
			return a.sigma, nil
		}
		errs = append(errs, a.err)
	}
	return nil, errors.Join(errs...)
}

// pause waits lateAgain and reports whether there is still time.
func pause(ctx context.Context) bool {
	again := time.NewTimer(lateAgain)
	defer again.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-again.C:
		return true
	}
}

// verified is what one relay says, if it is true.
func (r *Relays) verified(ctx context.Context, base string, round uint64) ([]byte, error) {
	sigma, err := r.ask(ctx, base, round)
	if err != nil {
		return nil, err
	}
	if err := drawproof.VerifyBeacon(r.chain, round, sigma); err != nil {
		return nil, fmt.Errorf("relay %s: %w: %w", base, errLies, err)
	}
	return sigma, nil
}

// ask is GET /{chain}/public/{round}, https://docs.drand.love/developer/http-api.
func (r *Relays) ask(ctx context.Context, base string, round uint64) ([]byte, error) {
	address, err := url.JoinPath(base, r.chain.Hash.String(), "public", strconv.FormatUint(round, 10))
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w", base, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w", base, err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w", base, err)
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusTooEarly:
		return nil, fmt.Errorf("relay %s: %w", base, ErrLate)
	default:
		return nil, fmt.Errorf("relay %s: %s", base, resp.Status)
	}
	var body struct {
		Round     uint64 `json:"round"`
		Signature string `json:"signature"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, relayBytes)).Decode(&body); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("relay %s: %w", base, ctx.Err())
		}
		return nil, fmt.Errorf("relay %s: %w: %w", base, errLies, err)
	}
	if body.Round != round {
		return nil, fmt.Errorf("relay %s: %w: it is round %d, asked for %d", base, errLies, body.Round, round)
	}
	sigma, err := hex.DecodeString(body.Signature)
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w: signature: %w", base, errLies, err)
	}
	return sigma, nil
}
