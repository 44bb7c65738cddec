package staff

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"
	"github.com/cloudwego/hertz/pkg/protocol"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/history/pgtest"
	"github.com/fudai-live/fudai/room/installation/database"
)

// house is a door with a clock of its own.
type house struct {
	t     *testing.T
	at    time.Time
	shows map[string]string // by room; "" between shows
	ended []string
	s     *Staff
	h     *server.Hertz
}

func newHouse(t *testing.T, url string, change func(*Config)) *house {
	db, err := database.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	h := &house{t: t, at: time.UnixMilli(1_793_000_000_000), shows: map[string]string{}, h: server.New(server.WithDisablePrintRoute(true))}
	cfg := DefaultConfig()
	cfg.DB, cfg.Tokens, cfg.Logger = db, token.New([32]byte{1}, nil), slog.New(slog.DiscardHandler)
	cfg.Now = func() time.Time { return h.at }
	cfg.Show = func(room string) (string, bool) { show, known := h.shows[room]; return show, known }
	cfg.Ended = func(_ context.Context, session, _ string) { h.ended = append(h.ended, session) }
	if change != nil {
		change(&cfg)
	}
	if h.s, err = New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	h.s.Mount(h.h)
	return h
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "fudai.db") }

// laws hold on both databases.
var laws = []struct {
	name string
	test func(*testing.T, *house)
}{
	{"a link lets in once", linkOnce}, {"a session ends", sessionEnds}, {"people", peopleChange}, {"pairing", pairing}, {"pairing ends with the show", pairingShow},
}

func TestSQLite(t *testing.T) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) { l.test(t, newHouse(t, file(t), nil)) })
	}
}

func TestPostgres(t *testing.T) {
	url := pgtest.Start(t)
	db, err := database.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			name := "t" + string(rune('a'+i))
			if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
				t.Fatal(err)
			}
			l.test(t, newHouse(t, url+"&search_path="+name, nil))
		})
	}
}

// browser is one, with its cookie.
type browser struct {
	*house
	cookie string
	bearer string
}

func (h *house) browser() *browser { return &browser{house: h} }

// call sends a request as a page of ours does, and keeps the cookie.
func (b *browser) call(method, path string, body any, headers ...ut.Header) (int, map[string]any, *protocol.Response) {
	b.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	if headers == nil {
		headers = []ut.Header{{Key: pageHeader, Value: "login"}}
	}
	if b.cookie != "" {
		headers = append(headers, ut.Header{Key: "Cookie", Value: cookieName + "=" + b.cookie})
	}
	if b.bearer != "" {
		headers = append(headers, ut.Header{Key: "Authorization", Value: "Bearer " + b.bearer})
	}
	w := ut.PerformRequest(b.h.Engine, method, path, &ut.Body{Body: bytes.NewReader(text), Len: len(text)}, headers...)
	r := w.Result()
	if set := string(r.Header.Peek("Set-Cookie")); strings.HasPrefix(set, cookieName+"=") {
		b.cookie, _, _ = strings.Cut(strings.TrimPrefix(set, cookieName+"="), ";")
	}
	var out map[string]any
	_ = json.Unmarshal(r.Body(), &out)
	return w.Code, out, r
}

// enter comes in by a link and takes a token.
func (b *browser) enter(key string) {
	b.t.Helper()
	if code, out, _ := b.call("POST", "/v1/staff/enter", map[string]string{"key": key}); code != 200 {
		b.t.Fatalf("entering: %d %v", code, out)
	}
	b.take()
}

func (b *browser) take() map[string]any {
	b.t.Helper()
	code, out, _ := b.call("POST", "/v1/staff/token", nil)
	if code != 200 {
		b.t.Fatalf("token: %d %v", code, out)
	}
	b.bearer, _ = out["token"].(string)
	return out
}

// admin is somebody with every role.
func (h *house) admin() *browser {
	h.t.Helper()
	key, err := h.s.Admin(h.t.Context(), AdminLife)
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.browser()
	b.enter(key)
	return b
}

func (h *house) pass(d time.Duration) { h.at = h.at.Add(d) }
