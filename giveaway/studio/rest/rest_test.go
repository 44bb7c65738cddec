package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

type body struct {
	Name string  `json:"name"`
	Deep []*body `json:"deep,omitempty"`
}

// office is an API with one route of each sort.
func office(t *testing.T) (h *server.Hertz, ask func(method, path, who, text string) (int, string)) {
	tokens := token.New([32]byte{1}, nil)
	in := func(c *Call) (any, error) {
		if err := c.May("shop", ""); err != nil {
			return nil, err
		}
		var b body
		return &b, c.Read(&b)
	}
	a := &API{Title: "t", Version: "1", Tokens: tokens, Logger: slog.New(slog.DiscardHandler),
		Allow: func(_ context.Context, who *token.Claims, do, shop, room string) error {
			if who.User != "staff" || shop != "shop" {
				return Refuse(http.StatusForbidden, "forbidden", "no")
			}
			return nil
		},
		Routes: []Route{
			{Method: "GET", Path: "/v1/open", Do: Public, Out: body{}, Handle: func(*Call) (any, error) { return body{Name: "x"}, nil }},
			{Method: "GET", Path: "/v1/me/name", Do: Own, Out: body{}, Handle: func(c *Call) (any, error) { return body{Name: c.Claims.User}, nil }},
			{Method: "POST", Path: "/v1/things/{id}", Do: "write", In: body{}, Out: body{}, Handle: in},
			{Method: "GET", Path: "/v1/careless", Do: "read", Out: body{}, Handle: func(*Call) (any, error) { return body{Name: "secret"}, nil }},
			{Method: "GET", Path: "/v1/broken", Do: Public, Out: body{}, Handle: func(*Call) (any, error) { return nil, errors.New("password of the database") }},
			{Method: "GET", Path: "/v1/page", Do: Public, Query: []Param{{Name: "most", Type: "integer"}}, Out: body{}, Handle: func(c *Call) (any, error) {
				_, err := c.Number("most", 1, 1, 5)
				return body{}, err
			}},
		}}
	h = server.New(server.WithDisablePrintRoute(true))
	a.Mount(h, "/openapi.json")
	return h, func(method, path, who, text string) (int, string) {
		var headers []ut.Header
		if who != "" {
			raw, err := tokens.Sign(&token.Claims{User: who, Role: record.Viewer, Expires: time.Now().Add(time.Hour).UnixMilli()})
			if err != nil {
				t.Fatal(err)
			}
			headers = append(headers, ut.Header{Key: "Authorization", Value: "Bearer " + raw})
		}
		w := ut.PerformRequest(h.Engine, method, path, &ut.Body{Body: bytes.NewBufferString(text), Len: len(text)}, headers...)
		return w.Code, w.Body.String()
	}
}

func TestAnswers(t *testing.T) {
	_, ask := office(t)
	for _, row := range []struct {
		method, path, who, text string
		status                  int
		says                    string
	}{
		{"GET", "/v1/open", "", "", 200, `"x"`},
		{"GET", "/v1/me/name", "", "", 401, "unauthorized"},
		{"GET", "/v1/me/name", "ann", "", 200, `"ann"`},
		{"POST", "/v1/things/1", "staff", `{"name":"a"}`, 200, `"a"`},
		{"POST", "/v1/things/1", "ann", `{"name":"a"}`, 403, "forbidden"},
		{"POST", "/v1/things/1", "staff", `{"nmae":"a"}`, 400, "nmae"},
		{"POST", "/v1/things/1", "staff", `{"name":"a"} {}`, 400, "malformed"},
		{"POST", "/v1/things/1", "staff", ``, 400, "malformed"},
		{"POST", "/v1/things/1", "staff", `{"name":"` + strings.Repeat("a", maxBody) + `"}`, 413, "too-large"},
		{"GET", "/v1/page?most=9", "", "", 400, "1 to 5"},
		// A handler that forgot to ask tells nothing, nor does one that failed.
		{"GET", "/v1/careless", "staff", "", 500, "internal"},
		{"GET", "/v1/broken", "", "", 500, "internal"},
	} {
		status, text := ask(row.method, row.path, row.who, row.text)
		if status != row.status || !strings.Contains(text, row.says) || strings.Contains(text, "secret") || strings.Contains(text, "password") {
			t.Errorf("%s %s as %q: %d %.200s", row.method, row.path, row.who, status, text)
		}
	}
}

// The document knows every route, type and permission.
func TestDocument(t *testing.T) {
	_, ask := office(t)
	_, text := ask("GET", "/openapi.json", "", "")
	var doc struct {
		Paths map[string]map[string]struct {
			Permission string           `json:"x-permission"`
			Parameters []map[string]any `json:"parameters"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Required []string `json:"required"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	post := doc.Paths["/v1/things/{id}"]["post"]
	if len(doc.Paths) != 6 || post.Permission != "write" || post.Parameters[0]["name"] != "id" {
		t.Fatalf("%+v", doc.Paths)
	}
	if got := doc.Components.Schemas["body"].Required; len(got) != 1 || got[0] != "name" {
		t.Fatalf("%v", doc.Components.Schemas)
	}
}

// Viewers are offered nothing that staff do.
func TestMountViewers(t *testing.T) {
	h := server.New(server.WithDisablePrintRoute(true))
	a := &API{Logger: slog.New(slog.DiscardHandler), Tokens: token.New([32]byte{1}, nil), Routes: []Route{
		{Method: "GET", Path: "/v1/open", Do: Public, Handle: func(*Call) (any, error) { return body{}, nil }},
		{Method: "GET", Path: "/v1/me/name", Do: Own, Handle: func(*Call) (any, error) { return body{}, nil }},
		{Method: "GET", Path: "/v1/studio/me", Do: Own, Handle: func(*Call) (any, error) { return body{}, nil }},
		{Method: "GET", Path: "/v1/shops", Do: "read", Handle: func(*Call) (any, error) { return body{}, nil }},
	}}
	a.MountViewers(h)
	for path, want := range map[string]int{"/v1/open": 200, "/v1/me/name": 401, "/v1/studio/me": 404, "/v1/shops": 404} {
		if w := ut.PerformRequest(h.Engine, "GET", path, nil); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
