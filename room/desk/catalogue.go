package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/catalogue"
	"github.com/fudai-live/fudai/room/record"
)

// template answers an empty catalogue to fill in.
func (d *Desk) template(_ context.Context, c *app.RequestContext) {
	format := c.DefaultQuery("format", "xlsx")
	file, kind, err := catalogue.Template(format)
	if err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return
	}
	name := "fudai-catalogue." + format
	if format == "faq.csv" {
		name = "fudai-faq.csv"
	}
	if format == "scripts.csv" {
		name = "fudai-scripts.csv"
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(consts.StatusOK, kind, file)
}

// stock answers staff what the room knows of the shop's goods.
func (d *Desk) stock(ctx context.Context, c *app.RequestContext) {
	room := c.Param("room")
	claims, err := d.claims(c)
	if err != nil || !claims.May(room) || !claims.Does("desk.goods") {
		c.JSON(consts.StatusForbidden, map[string]string{"code": "forbidden", "message": "the catalogue of a room is for its staff"})
		return
	}
	d.pass(ctx, c, record.AskCatalogue, url.Values{"room": {room}}, "application/json; charset=utf-8")
}

// imported is the answer to a file: what it says, and what became of it.
type imported struct {
	*catalogue.Import
	Applied  bool    `json:"applied"`
	Commands []int64 `json:"commands,omitempty"` // offsets in fudai.control
}

// take reads a catalogue file. Without apply=true nothing changes, whatever the
// file says; with it nothing changes either unless every row is right.
func (d *Desk) take(ctx context.Context, c *app.RequestContext) {
	room := c.Param("room")
	claims, err := d.claims(c)
	if err == nil {
		err = may(&claims, record.CtlCatalogue, room)
	}
	if err != nil {
		refuse(c, consts.StatusForbidden, "forbidden", err)
		return
	}
	show, id := c.Query("show"), c.DefaultQuery("id", newID())
	if !record.ValidRoom([]byte(room)) || show != "" && !record.ValidID([]byte(show)) || !record.ValidID([]byte(id+".100")) {
		refuse(c, consts.StatusBadRequest, "malformed", fmt.Errorf("room %.80q, show %.80q, id %.80q: one of them is no id", room, show, id))
		return
	}
	in, err := catalogue.Read(c.Request.Body())
	if err != nil {
		refuse(c, consts.StatusBadRequest, "catalogue", err)
		return
	}
	currency, err := d.currencyOf(ctx, room)
	if err != nil {
		refuse(c, consts.StatusServiceUnavailable, "store", err)
		return
	}
	in.Count(currency)
	if c.Query("apply") != "true" {
		c.JSON(consts.StatusOK, imported{Import: in})
		return
	}
	if len(in.Problems) > 0 {
		c.JSON(consts.StatusConflict, imported{Import: in})
		return
	}
	offsets, err := d.applyCatalogue(ctx, &claims, room, id, in.Parts(show, c.Query("replace") == "true", time.Now().UnixMilli()))
	if err != nil {
		d.cfg.Logger.Warn("catalogue not written", "room", room, "written", len(offsets), "err", err)
		refuse(c, consts.StatusServiceUnavailable, "not-sent", fmt.Errorf("the log did not acknowledge import %s after %d commands; send it again with id=%s: %w", id, len(offsets), id, err))
		return
	}
	c.JSON(consts.StatusAccepted, imported{in, true, offsets})
}

// applyCatalogue writes the parts of an import, each a command with an id of its
// own, so that an import sent again does nothing twice.
func (d *Desk) applyCatalogue(ctx context.Context, claims *token.Claims, room, id string, parts []record.CatalogueData) (offsets []int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	for i := range parts {
		data, err := json.Marshal(&parts[i])
		if err != nil {
			return offsets, err
		}
		offset, err := Write(ctx, d.cfg.Log, d.cfg.Keys, &record.Control{V: 1, ID: fmt.Sprintf("%s.%d", id, i), Kind: record.CtlCatalogue, Room: room,
			By: claims.User, Role: claims.Role.String(), At: time.Now().UnixMilli(), Data: data})
		if err != nil {
			return offsets, err
		}
		offsets = append(offsets, offset)
	}
	return offsets, nil
}
