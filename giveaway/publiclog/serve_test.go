package publiclog

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"
)

// A checker's page on another address reads the key, heads and tiles, and learns
// of one that is not there; what is posted is no page's business.
func TestAnyOrigin(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "l.db"))
	l := w.process()
	if err := l.Publish(context.Background()); err != nil {
		t.Fatal(err)
	}
	h := server.New(server.WithDisablePrintRoute(true))
	l.Mount(h)
	for _, row := range []struct {
		method, path string
		status       int
		origin       string
	}{
		{"GET", "/key", 200, "*"}, {"GET", "/checkpoint", 200, "*"}, {"GET", "/tile/0/999", 404, "*"}, {"GET", "/sealed/00", 404, "*"},
		{"POST", "/cosignatures", 400, ""}, {"POST", "/mirrored", 400, ""},
	} {
		a := ut.PerformRequest(h.Engine, row.method, Prefix+row.path, nil, ut.Header{Key: "Origin", Value: "https://checker.example"})
		if got := a.Header().Get("Access-Control-Allow-Origin"); a.Code != row.status || got != row.origin {
			t.Errorf("%s %s: %d for %q, want %d for %q", row.method, row.path, a.Code, got, row.status, row.origin)
		}
	}
}
