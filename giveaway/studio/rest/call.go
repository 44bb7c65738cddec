package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cloudwego/hertz/pkg/app"

	"github.com/fudai-live/fudai/broadcast/token"
)

// Call is one request under way.
type Call struct {
	context.Context
	Claims token.Claims // of the caller; zero on a public route
	Now    int64        // Unix ms
	c      *app.RequestContext
	api    *API
	route  *Route
	asked  bool
}

// Allow decides whether somebody may do something in a shop and a room; room
// may be empty. It answers an *Error if not.
type Allow func(ctx context.Context, who *token.Claims, do, shop, room string) error

// May asks whether the caller may do what the route is for, in a shop and room.
func (c *Call) May(shop, room string) error {
	c.asked = true
	return c.api.Allow(c, &c.Claims, c.route.Do, shop, room)
}

// Sifted says that the answer holds nothing but what May was asked about, row
// by row, even if that is nothing.
func (c *Call) Sifted() { c.asked = true }

// MayAlso asks for something beyond what the route is for.
func (c *Call) MayAlso(do, shop, room string) error {
	return c.api.Allow(c, &c.Claims, do, shop, room)
}

// Param is a parameter of the path.
func (c *Call) Param(name string) string { return c.c.Param(name) }

// Query is a parameter of the query.
func (c *Call) Query(name string) string { return c.c.Query(name) }

// Number is a whole number of the query, or what it is without one.
func (c *Call) Number(name string, without, least, most int64) (int64, error) {
	s := c.Query(name)
	if s == "" {
		return without, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		return 0, Refuse(http.StatusBadRequest, "malformed", fmt.Sprintf("%s: %.40q is no whole number of %d to %d", name, s, least, most))
	}
	return n, nil
}

// Page is what a list of a shop was asked for.
type Page struct {
	Shop   string
	Most   int
	Before int64 // of lists that count their rows: those below it
}

// Page reads what a list was asked for, once the caller may read it. room is
// the room to which the handler narrows the list, "" where it does not.
func (c *Call) Page(room string, most int64) (p Page, err error) {
	p.Shop = c.Query("shop")
	if err := c.May(p.Shop, room); err != nil {
		return p, err
	}
	n, err := c.Number("most", most, 1, 500)
	p.Most = int(n)
	return p, err
}

// CountedPage is a Page of a list whose "after" is the number of a row.
func (c *Call) CountedPage(most int64) (p Page, err error) {
	if p, err = c.Page("", most); err == nil {
		p.Before, err = c.Number("after", 1<<53, 1, 1<<53)
	}
	return p, err
}

// Body is the body as it came.
func (c *Call) Body() []byte { return c.c.Request.Body() }

// Header is a header of the request.
func (c *Call) Header(name string) string { return string(c.c.GetHeader(name)) }

// maxBody bounds what is read as JSON.
const maxBody = 4 << 20

// Read reads the body. A member nobody knows is refused: a misspelt one must
// not be a missing one.
func (c *Call) Read(into any) error {
	body := c.Body()
	if len(body) > maxBody {
		return Refuse(http.StatusRequestEntityTooLarge, "too-large", fmt.Sprintf("the body has %d bytes, at most %d are read", len(body), maxBody))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.More() {
		err = errors.New("there is more behind the value")
	}
	if err != nil {
		return Refuse(http.StatusBadRequest, "malformed", "body: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// serve answers one request.
func (a *API) serve(route *Route) app.HandlerFunc {
	return func(ctx context.Context, c *app.RequestContext) {
		call := &Call{Context: ctx, Now: time.Now().UnixMilli(), c: c, api: a, route: route}
		out, err := a.answer(call)
		var refused *Error
		switch {
		case errors.As(err, &refused):
			c.JSON(refused.Status, refused)
		case err != nil:
			a.Logger.Error("request not answered", "route", route.Method+" "+route.Path, "err", err)
			c.JSON(http.StatusInternalServerError, Refuse(0, "internal", "this could not be done: see the log of this process"))
		default:
			write(c, route, out)
		}
	}
}

func (a *API) answer(call *Call) (any, error) {
	route := call.route
	if route.Do != Public {
		raw, ok := strings.CutPrefix(call.Header("Authorization"), "Bearer ")
		if !ok {
			return nil, Refuse(http.StatusUnauthorized, "unauthorized", "send a token: Authorization: Bearer …")
		}
		var err error
		if call.Claims, err = a.Tokens.Verify(raw, call.Now); err != nil {
			return nil, Refuse(http.StatusUnauthorized, "unauthorized", err.Error())
		}
	}
	out, err := route.Handle(call)
	if err == nil && route.Do != Public && route.Do != Own && !call.asked {
		return nil, fmt.Errorf("rest: internal error: the handler did not ask whether %q is allowed", route.Do)
	}
	return out, err
}

func write(c *app.RequestContext, route *Route, out any) {
	status := route.Status
	if status == 0 {
		status = http.StatusOK
	}
	if v, ok := out.(Versioned); ok {
		c.Header("ETag", v.ETag())
	}
	f, ok := out.(*File)
	if !ok {
		c.JSON(status, out)
		return
	}
	if f.Name != "" {
		c.Header("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(status, f.Media, f.Body)
}
