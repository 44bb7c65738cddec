package answer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// Config is what a Drafter is told.
type Config struct {
	URL   string // of the API, without /chat/completions
	Key   string // "" where it wants none
	Model string
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
	u, err := url.Parse(c.URL)
	check(err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http"), "endpoint %.120q is not an address, https://host/v1", c.URL)
	check(c.Model != "", "no model named: the endpoint must be told which")
	check(c.Catalogue != nil, "nobody to ask for the catalogue given")
	check(c.Within >= 10*time.Millisecond && c.Within <= time.Minute, "within %v is outside 10 ms to 1 min", c.Within)
	check(c.Askers >= 1, "askers %d is below 1", c.Askers)
	check(c.Calls >= 1 && c.Tokens >= mostTokens, "a show's budget of %d calls and %d tokens: want at least 1 and %d", c.Calls, c.Tokens, mostTokens)
	check(c.Rest > 0 && c.Again > 0 && c.Fresh > 0, "rest %v, again %v and fresh %v must be positive", c.Rest, c.Again, c.Fresh)
	return errors.Join(errs...)
}

// Flags is what an operator may tell about the model.
type Flags struct {
	AnswerURL    string        `help:"Let this OpenAI-compatible endpoint draft answers for the host to approve (https://…/v1); none: no drafts." placeholder:"URL"`
	AnswerKey    string        `help:"File with the endpoint's key." placeholder:"FILE" type:"path"`
	AnswerModel  string        `help:"Model to ask for." placeholder:"NAME"`
	AnswerWithin time.Duration `help:"How long a draft may take." default:"5s"`
	AnswerAskers int           `help:"People who ask the same before a draft is made." default:"3"`
	AnswerCalls  int           `help:"Calls a room and show." default:"200"`
	AnswerTokens int           `help:"Tokens a room and show." default:"200000"`
}

// On reports whether there is an endpoint.
func (f *Flags) On() bool { return f.AnswerURL != "" }

// Config is DefaultConfig with what the flags say; Catalogue is the caller's.
func (f *Flags) Config() Config {
	cfg := DefaultConfig()
	cfg.URL, cfg.Model, cfg.Within, cfg.Askers, cfg.Calls, cfg.Tokens = f.AnswerURL, f.AnswerModel, f.AnswerWithin, f.AnswerAskers, f.AnswerCalls, f.AnswerTokens
	cfg.Key, _ = f.key() // Problems has told
	return cfg
}

func (f *Flags) key() (string, error) {
	if f.AnswerKey == "" {
		return "", nil
	}
	key, err := os.ReadFile(f.AnswerKey)
	if err != nil {
		return "", fmt.Errorf("answer-key: %w", err)
	}
	return strings.TrimSpace(string(key)), nil
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	if !f.On() {
		if f.AnswerKey != "" || f.AnswerModel != "" {
			return errors.New("answer-key or answer-model without answer-url: there is nobody to ask")
		}
		return nil
	}
	_, err := f.key()
	cfg := f.Config()
	cfg.Catalogue = func(context.Context, string) (*record.CatalogueData, error) { return nil, nil }
	return errors.Join(err, cfg.Validate())
}
