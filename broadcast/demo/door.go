package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/cloudwego/hertz/pkg/route"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/record"
)

// TokenLife is how long a visitor of the demo keeps the name they chose.
const TokenLife = 12 * time.Hour

// Mount makes anybody a viewer by a name of their own: the demo has no platform
// that could vouch for them. The name is good in every room: whoever made a room
// of their own from the first steps wants to be heard in it, too.
func Mount(h route.IRoutes, tokens *token.Authority) {
	h.GET("/v1/demo-token", func(_ context.Context, c *app.RequestContext) {
		name := strings.TrimSpace(c.Query("name"))
		if name == "" || len(name) > record.MaxName {
			c.JSON(consts.StatusBadRequest, map[string]string{"code": "malformed", "message": "name: give 1 to 96 bytes"})
			return
		}
		var id [9]byte
		rand.Read(id[:])
		raw, err := tokens.Issue(time.Now(), "demo-"+hex.EncodeToString(id[:]), name, record.Viewer.String(), nil, TokenLife)
		if err != nil {
			c.JSON(consts.StatusBadRequest, map[string]string{"code": "malformed", "message": err.Error()})
			return
		}
		c.JSON(consts.StatusOK, map[string]string{"token": raw})
	})
}
