package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	mostBody = 256 << 10
	mostRest = 5 * time.Minute
)

// Endpoint names a model and where it answers.
type Endpoint struct {
	URL   string // of the API, without /chat/completions
	Key   string // "" where it wants none
	Model string
}

func (e *Endpoint) problems(check func(ok bool, format string, args ...any)) {
	u, err := url.Parse(e.URL)
	check(err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http"), "endpoint %.120q is not an address, https://host/v1", e.URL)
	check(e.Model != "", "no model named: the endpoint must be told which")
}

// model is the one way to an endpoint: so many calls at once, none while it wants
// rest or the breaker is open, and of what it says nothing more is believed than
// that it is JSON of the form asked for.
type model struct {
	Endpoint
	client  *http.Client
	breaker *gobreaker.TwoStepCircuitBreaker[any]
	most    int // calls at once
	pause   time.Duration
	m       *metrics

	mu    sync.Mutex // guards what follows
	calls int        // under way
	until time.Time  // it is left alone
}

func newModel(name string, e Endpoint, most int, pause time.Duration, m *metrics, log *slog.Logger) *model {
	return &model{
		Endpoint: e, most: most, pause: pause, m: m,
		client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		breaker: gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
			Name: name, MaxRequests: 1, Interval: time.Minute, Timeout: pause,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.Requests >= 5 && 2*c.TotalFailures >= c.Requests },
			OnStateChange: func(name string, from, to gobreaker.State) {
				log.Warn("the breaker of a model turns", "of", name, "from", from.String(), "to", to.String())
				m.open.Set(float64(to))
			},
		}),
	}
}

// Why there is no place for a call: labels of a counter.
const (
	full    = "full"
	busy    = "busy"
	tripped = "breaker"
)

// place takes a place for a call; done gives it back. Without one why says so.
func (m *model) place(now time.Time) (done func(error), why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.calls >= m.most:
		return nil, full
	case now.Before(m.until):
		return nil, busy
	}
	judge, err := m.breaker.Allow()
	if err != nil {
		return nil, tripped
	}
	m.calls++
	return func(err error) {
		judge(err)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.calls--
		if wait, ok := errors.AsType[errBusy](err); ok {
			m.until = time.Now().Add(wait.wait)
		}
	}, ""
}

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chatRequest struct {
	Model       string          `json:"model"`
	Messages    []chatMessage   `json:"messages"`
	Temperature float64         `json:"temperature"`
	MaxTokens   int             `json:"max_tokens"`
	Format      json.RawMessage `json:"response_format"`
}

// errBusy says that the endpoint asked to be left alone for a while.
type errBusy struct{ wait time.Duration }

func (e errBusy) Error() string { return fmt.Sprintf("answer: the endpoint wants %v of rest", e.wait) }

var errGarbage = errors.New("answer: the endpoint's answer is none")

// body is that of a call: an instruction of ours, data of others' as one JSON
// value, and the form of what is to come back.
func (m *model) body(instruction string, data any, form json.RawMessage, most int) ([]byte, error) {
	value, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(&chatRequest{Model: m.Model, MaxTokens: most, Format: form,
		Messages: []chatMessage{{"system", instruction}, {"user", string(value)}}})
}

// ask posts a body and reads what comes back into answer; tokens is what it cost,
// by the endpoint's account or by the bytes that went either way, whichever is
// more, and at most most.
func (m *model) ask(ctx context.Context, body []byte, answer any, most int) (tokens int, err error) {
	tokens = estimate(len(body))
	defer func() { m.m.spend(tokens, err) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(m.URL, "/")+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return tokens, err
	}
	req.Header.Set("Content-Type", "application/json")
	if m.Key != "" {
		req.Header.Set("Authorization", "Bearer "+m.Key)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return tokens, err
	}
	defer resp.Body.Close()
	value, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	tokens += estimate(min(len(value), 8*mostTokens))
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		return tokens, errBusy{m.resting(resp.Header.Get("Retry-After"))}
	case err != nil:
		return tokens, err
	case resp.StatusCode != http.StatusOK:
		return tokens, fmt.Errorf("%w: status %d", errGarbage, resp.StatusCode)
	case len(value) > mostBody:
		return tokens, fmt.Errorf("%w: more than %d bytes", errGarbage, mostBody)
	}
	var r struct {
		Choices []struct{ Message struct{ Content *string } }
		Usage   struct {
			Total int `json:"total_tokens"`
		}
	}
	if err := json.Unmarshal(value, &r); err != nil {
		return tokens, fmt.Errorf("%w: %w", errGarbage, err)
	}
	tokens = max(tokens, min(r.Usage.Total, most))
	if len(r.Choices) == 0 || r.Choices[0].Message.Content == nil {
		return tokens, fmt.Errorf("%w: no choice", errGarbage)
	}
	if err := json.Unmarshal([]byte(*r.Choices[0].Message.Content), answer); err != nil {
		return tokens, fmt.Errorf("%w: %w", errGarbage, err)
	}
	return tokens, nil
}

// estimate is what so many bytes are at least, in tokens.
func estimate(n int) int { return n/4 + 1 }

// resting is how long a 429 wants us to wait.
func (m *model) resting(header string) time.Duration {
	if s, err := strconv.Atoi(header); err == nil && s >= 0 {
		return min(max(time.Duration(s)*time.Second, time.Second), mostRest)
	}
	return m.pause
}

// run shows calls, under mu, that they may begin until ctx is done, and waits for
// those under way.
func run(ctx context.Context, mu *sync.Mutex, shown *context.Context, under *sync.WaitGroup) error {
	show := func(c context.Context) {
		mu.Lock()
		defer mu.Unlock()
		*shown = c
	}
	show(ctx)
	<-ctx.Done()
	show(nil)
	under.Wait()
	return ctx.Err()
}
