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
}

const (
	// relayWithin bounds one question to one relay.
	relayWithin = 3 * time.Second
	// relayBytes is far above what an answer needs.
	relayBytes = 16 << 10
)

// NewRelays checks the addresses.
func NewRelays(chain drawproof.Chain, bases []string) (*Relays, error) {
	var errs []error
	for _, base := range bases {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			errs = append(errs, fmt.Errorf("beacon: relay %q is not an http address", base))
		}
	}
	return &Relays{chain: chain, bases: bases, client: &http.Client{Timeout: relayWithin}}, errors.Join(errs...)
}

// Round asks all relays at once and takes the first signature that verifies.
func (r *Relays) Round(ctx context.Context, round uint64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, relayWithin)
	defer cancel()
	type answer struct {
		sigma []byte
		err   error
	}
	answers := make(chan answer, len(r.bases)) // room for all: nobody waits after the first
	for _, base := range r.bases {
		go func() {
			sigma, err := r.ask(ctx, base, round)
			if err == nil {
				err = drawproof.VerifyBeacon(r.chain, round, sigma)
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
		return nil, fmt.Errorf("relay %s: %w", base, err)
	}
	if body.Round != round {
		return nil, fmt.Errorf("relay %s answered round %d, asked for %d", base, body.Round, round)
	}
	sigma, err := hex.DecodeString(body.Signature)
	if err != nil {
		return nil, fmt.Errorf("relay %s: signature: %w", base, err)
	}
	return sigma, nil
}
