package answer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// Config is what a Drafter is told.
type Config struct {
	Endpoint
	// Catalogue answers what a room knows of the shop.
	Catalogue func(ctx context.Context, room string) (*record.CatalogueData, error)
	// Rules are what wordings and answers must pass; nil: moderation.Default().
	Rules *moderation.RuleSet

	Within time.Duration // a call, at most
	Askers int           // people from whom on a cluster is worth a call
	// Calls and Tokens are what one show of one room may use.
	Calls, Tokens int
	// Rest is how long the breaker stays open, and how long the endpoint is left
	// alone that says 429 without saying how long.
	Rest time.Duration
	// Again is how long after a failure the same cluster is tried again.
	Again time.Duration
	// Fresh is how long what is known of the shop is good for.
	Fresh time.Duration

	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig spends at most two hundred calls a show.
func DefaultConfig() Config {
	return Config{Within: 5 * time.Second, Askers: 3, Calls: 200, Tokens: 200_000, Rest: 30 * time.Second, Again: 20 * time.Second, Fresh: 3 * time.Second}
}

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("answer: "+format, args...))
		}
	}
	c.Endpoint.problems(check)
	check(c.Catalogue != nil, "nobody to ask for the catalogue given")
	check(c.Within >= 10*time.Millisecond && c.Within <= time.Minute, "within %v is outside 10 ms to 1 min", c.Within)
	check(c.Askers >= 1, "askers %d is below 1", c.Askers)
	check(c.Calls >= 1 && c.Tokens >= mostTokens, "a show's budget of %d calls and %d tokens: want at least 1 and %d", c.Calls, c.Tokens, mostTokens)
	check(c.Rest > 0 && c.Again > 0 && c.Fresh > 0, "rest %v, again %v and fresh %v must be positive", c.Rest, c.Again, c.Fresh)
	return errors.Join(errs...)
}
