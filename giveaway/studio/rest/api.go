package rest

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/route"

	"github.com/fudai-live/fudai/broadcast/token"
)

// API is a table of routes and what they share.
type API struct {
	Title, Version string
	Routes         []Route
	Tokens         token.Verifier
	Allow          Allow
	Logger         *slog.Logger
}

// Mount adds the routes, and the document at path.
func (a *API) Mount(r route.IRoutes, path string) {
	for i := range a.Routes {
		row := &a.Routes[i]
		r.Handle(row.Method, hertzPath(row.Path), a.serve(row))
	}
	document := a.Document()
	r.GET(path, func(_ context.Context, c *app.RequestContext) {
		c.Data(http.StatusOK, "application/json; charset=utf-8", document)
	})
}

// MountViewers adds only what viewers ask: their own things and public ones,
// not what staff do.
func (a *API) MountViewers(r route.IRoutes) {
	for i := range a.Routes {
		if row := &a.Routes[i]; row.Do == Public || strings.HasPrefix(row.Path, "/v1/me/") {
			r.Handle(row.Method, hertzPath(row.Path), a.serve(row))
		}
	}
}

// hertzPath writes {name} as :name.
func hertzPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
