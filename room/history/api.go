package history

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/cloudwego/hertz/pkg/route"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// API serves the history to staff, and to everybody their own:
//
//	GET  /v1/rooms/{room}/history         moderator: comments and their fate; ?show, user, code, from, to (Unix ms), after, most, format=json|csv|jsonl
//	GET  /v1/rooms/{room}/history/report  moderator: what was hidden and why, counted
//	GET  /v1/rooms/{room}/history/acts    host: what staff did
//	GET  /v1/me/history                   anybody with a token: their own comments
//	POST /v1/history/forget {"user"}      service: destroys the user's key
type API struct {
	Store  *Store
	Tokens token.Verifier
	Logger *slog.Logger
}

// Mount adds the routes.
func (a *API) Mount(r route.IRoutes) {
	r.GET("/v1/rooms/:room/history", a.room("history.read", a.comments))
	r.GET("/v1/rooms/:room/history/report", a.room("history.read", a.report))
	r.GET("/v1/rooms/:room/history/acts", a.room("history.acts", a.acts))
	r.POST("/v1/history/forget", a.forget)
	a.MountViewers(r)
}

// MountViewers adds only what viewers ask of their own.
func (a *API) MountViewers(r route.IRoutes) { r.GET("/v1/me/history", a.mine) }

func (a *API) claims(c *app.RequestContext) (token.Claims, error) {
	raw, ok := strings.CutPrefix(string(c.GetHeader("Authorization")), "Bearer ")
	if !ok {
		return token.Claims{}, errors.New("no token")
	}
	return a.Tokens.Verify(raw, time.Now().UnixMilli())
}

func refuse(c *app.RequestContext, status int, code string, err error) {
	c.JSON(status, map[string]string{"code": code, "message": err.Error()})
}

// room lets in who may do it in the room, and reads the query.
func (a *API) room(do string, answer func(context.Context, *app.RequestContext, *Query) error) app.HandlerFunc {
	return func(ctx context.Context, c *app.RequestContext) {
		claims, err := a.claims(c)
		room := c.Param("room")
		if err != nil || !claims.Does(do) || !claims.May(room) {
			refuse(c, consts.StatusForbidden, "forbidden", errors.New("the history of a room is for its staff: moderators and hosts read it, hosts see what staff did"))
			return
		}
		q, err := readQuery(c)
		if err != nil {
			refuse(c, consts.StatusBadRequest, "malformed", err)
			return
		}
		q.Room, q.User = room, c.Query("user")
		if err := answer(ctx, c, q); err != nil {
			a.Logger.Error("history not answered", "room", room, "err", err)
			refuse(c, consts.StatusInternalServerError, "store", errors.New("the store did not answer: see the log of this process"))
		}
	}
}

// readQuery reports everything that is wrong with a query.
func readQuery(c *app.RequestContext) (*Query, error) {
	q := &Query{Show: c.Query("show"), Code: c.Query("code"), Most: 200}
	var errs []error
	number := func(name string, to *int64) {
		if s := c.Query(name); s != "" {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %.40q is no whole number", name, s))
			}
			*to = n
		}
	}
	most := int64(q.Most)
	number("from", &q.From)
	number("to", &q.To)
	number("most", &most)
	if q.Most = int(most); most < 1 || most > MostRows {
		errs = append(errs, fmt.Errorf("most: %d, want 1 to %d", most, MostRows))
	}
	if q.Code != "" {
		if _, ok := record.ParseCode(q.Code); !ok {
			errs = append(errs, fmt.Errorf("code: %.40q is none", q.Code))
		}
	}
	if s := c.Query("after"); s != "" {
		if n, err := fmt.Sscanf(s, "%d/%d/%d", &q.After.At, &q.After.Part, &q.After.Offset); n != 3 || err != nil {
			errs = append(errs, fmt.Errorf("after: %.80q, want at/partition/offset of the last comment", s))
		}
	}
	switch f := c.Query("format"); f {
	case "", "json", "csv", "jsonl":
	default:
		errs = append(errs, fmt.Errorf("format: %.20q, want json, jsonl or csv", f))
	}
	return q, errors.Join(errs...)
}

func (a *API) comments(ctx context.Context, c *app.RequestContext, q *Query) error {
	all, err := a.Store.Comments(ctx, q)
	if err != nil {
		return err
	}
	if len(all) == q.Most { // there may be more
		last := all[len(all)-1].Place
		c.Header("Fudai-After", fmt.Sprintf("%d/%d/%d", last.At, last.Part, last.Offset))
	}
	var b bytes.Buffer
	switch c.Query("format") {
	case "csv":
		if err := WriteCSV(&b, q.After == Place{}, all); err != nil {
			return err
		}
		c.Header("Content-Disposition", `attachment; filename="`+q.Room+`.csv"`)
		c.Data(consts.StatusOK, "text/csv; charset=utf-8", b.Bytes())
	case "jsonl":
		if err := WriteLines(&b, all); err != nil {
			return err
		}
		c.Data(consts.StatusOK, "application/x-ndjson", b.Bytes())
	default:
		c.JSON(consts.StatusOK, map[string]any{"comments": all})
	}
	return nil
}

func (a *API) report(ctx context.Context, c *app.RequestContext, q *Query) error {
	all, err := a.Store.Report(ctx, q)
	if err == nil {
		c.JSON(consts.StatusOK, map[string]any{"room": q.Room, "show": q.Show, "counts": all})
	}
	return err
}

func (a *API) acts(ctx context.Context, c *app.RequestContext, q *Query) error {
	all, err := a.Store.Actions(ctx, q)
	if err == nil {
		c.JSON(consts.StatusOK, map[string]any{"acts": all})
	}
	return err
}

// mine answers everybody their own comments and what became of each.
func (a *API) mine(ctx context.Context, c *app.RequestContext) {
	claims, err := a.claims(c)
	if err != nil || claims.User == "" {
		refuse(c, consts.StatusUnauthorized, "unauthorized", errors.New("whose comments? send your token"))
		return
	}
	q, err := readQuery(c)
	if err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return
	}
	q.User = claims.User
	if err := a.comments(ctx, c, q); err != nil {
		a.Logger.Error("history not answered", "err", err)
		refuse(c, consts.StatusInternalServerError, "store", errors.New("the store did not answer"))
	}
}

// forget is for the platform's server, which knows who asks.
func (a *API) forget(ctx context.Context, c *app.RequestContext) {
	claims, err := a.claims(c)
	if err != nil || !claims.Does("history.forget") {
		refuse(c, consts.StatusForbidden, "forbidden", errors.New("forgetting a user needs the role service"))
		return
	}
	var body struct {
		User string `json:"user"`
	}
	if err := json.Unmarshal(c.Request.Body(), &body); err != nil || body.User == "" {
		refuse(c, consts.StatusBadRequest, "malformed", errors.New(`want {"user":"…"}`))
		return
	}
	n, err := a.Store.Forget(ctx, body.User, time.Now())
	if err != nil {
		a.Logger.Error("user not forgotten", "err", err)
		refuse(c, consts.StatusInternalServerError, "store", errors.New("the store did not answer: ask again"))
		return
	}
	c.JSON(consts.StatusOK, map[string]any{"comments": n})
}
