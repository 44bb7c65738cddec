package desk

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// maxAnswerBytes bounds what an owner may answer: the bundle of a giveaway with
// a million entrants is the longest.
const maxAnswerBytes = 512 << 20

// view answers staff what the room's owner knows: what is held, who is muted,
// and what became of everything said.
func (d *Desk) view(ctx context.Context, c *app.RequestContext) {
	room := c.Param("room")
	claims, err := d.claims(c)
	if err != nil || !claims.Does("desk.view") || !claims.May(room) {
		c.JSON(consts.StatusForbidden, map[string]string{"code": "forbidden", "message": "what a room holds back is for its staff"})
		return
	}
	status, body, err := d.ask(ctx, record.AskView, url.Values{"room": {room}})
	if err != nil {
		refuse(c, consts.StatusServiceUnavailable, "elsewhere", err)
		return
	}
	if status == http.StatusOK {
		body = d.ofShop(ctx, room, body)
		if d.cfg.View != nil {
			body = d.cfg.View(room, body)
		}
	}
	c.Data(status, "application/json; charset=utf-8", body)
}

// bundle answers anybody the proof of a finished giveaway: the owner's, and of
// one that the owner has forgotten, or while there is no owner, as it was kept.
func (d *Desk) bundle(ctx context.Context, c *app.RequestContext) {
	room, event := c.Param("room"), c.Param("event")
	if !record.ValidID([]byte(event)) {
		refuse(c, consts.StatusBadRequest, "malformed", fmt.Errorf("event %.80q is not an id", event))
		return
	}
	status, body, err := d.ask(ctx, record.AskBundle, url.Values{"room": {room}, "event": {event}})
	if err != nil || status != http.StatusOK {
		if kept := d.kept(ctx, room, event); kept != nil {
			status, body, err = http.StatusOK, kept, nil
		}
	}
	if err != nil {
		refuse(c, consts.StatusServiceUnavailable, "elsewhere", err)
		return
	}
	if status != http.StatusOK {
		c.Data(status, "application/json; charset=utf-8", body)
		return
	}
	if d.cfg.Attest != nil {
		if body, err = d.cfg.Attest(ctx, body); err != nil { // the proof holds without; its grade says what is missing
			d.cfg.Logger.Warn("a proof goes out without what the public log shows of it", "event", event, "err", err)
		}
	}
	c.Header("Content-Disposition", `attachment; filename="`+event+`.fudai"`)
	c.Data(status, "application/octet-stream", body)
}

func (d *Desk) kept(ctx context.Context, room, event string) []byte {
	if d.cfg.Kept == nil {
		return nil
	}
	body, err := d.cfg.Kept(ctx, room, event)
	if err != nil {
		d.cfg.Logger.Error("proofs that were kept cannot be read", "room", room, "event", event, "err", err)
		return nil
	}
	return body
}

// pass asks the owner of the room and passes its answer on as it is. There is
// one way to ask, whether the owner is this process or another.
func (d *Desk) pass(ctx context.Context, c *app.RequestContext, path string, query url.Values, kind string) {
	status, body, err := d.ask(ctx, path, query)
	if err != nil {
		refuse(c, consts.StatusServiceUnavailable, "elsewhere", err)
		return
	}
	if status != http.StatusOK {
		kind = "application/json; charset=utf-8"
	}
	c.Data(status, kind, body)
}

// Ask puts a read-only question to the owner of a room, for parts that answer
// beside the desk.
func (d *Desk) Ask(ctx context.Context, path string, query url.Values) (status int, body []byte, err error) {
	return d.ask(ctx, path, query)
}

// State is a room as its viewers last got it, nil if nothing is known.
func (d *Desk) State(room string) []byte { return d.rooms.state(room) }

// ask puts a read-only question to the owner of the room that query names.
func (d *Desk) ask(ctx context.Context, path string, query url.Values) (status int, body []byte, err error) {
	room := query.Get("room")
	address := d.rooms.owner(kafkalog.Partition(room))
	if address == "" {
		return 0, nil, fmt.Errorf("nobody owns room %s at this moment: try again", room)
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	q := query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path+"?"+q, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("owner of room %s: %w", room, err)
	}
	req.Header.Set(record.AskHeader, d.cfg.Keys.SignAsk([]byte(q)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("owner of room %s: %w", room, err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	return resp.StatusCode, body, err
}
