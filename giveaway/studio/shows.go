package studio

import (
	"database/sql"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// ShowSpec is what can be said about a show.
type ShowSpec struct {
	Title   string `json:"title"`
	StartAt int64  `json:"startAt,omitempty" doc:"Unix ms: when it is planned to go on air."`
	EndAt   int64  `json:"endAt,omitempty" doc:"Unix ms."`
}

// Show is one run of a room, planned here; that it is live is what the log says.
type Show struct {
	Meta
	Room string `json:"room"`
	ShowSpec
	State  string `json:"state" enum:"planned,live,ended"`
	LiveAt int64  `json:"liveAt,omitempty" doc:"Unix ms: when it went on air (开播)."`
}

func (v *Show) where() (string, string) { return v.Room, v.State }

// NewShow is a show of a room.
type NewShow struct {
	ID   string `json:"id,omitempty" doc:"The id that the host desk starts it by; made up if absent."`
	Room string `json:"room"`
	ShowSpec
}

func (s *Studio) listShows(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	most, err := c.Number("most", 100, 1, 500)
	if err != nil {
		return nil, err
	}
	all, err := showsT.list(c, s.store.db, filter{shop: c.Query("shop"), room: c.Query("room"), after: c.Query("after"), most: int(most), newest: true})
	out := rest.List[Show]{Items: all}
	if n := len(all); n > 0 {
		out.Next = next(&all[n-1].Meta, n, int(most))
	}
	return out, err
}

func (s *Studio) addShow(c *rest.Call) (any, error) {
	var in NewShow
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	room, err := rooms.get(c, s.store.db, in.Room)
	if err != nil {
		return nil, err
	}
	if err := c.May(room.Shop, room.ID); err != nil {
		return nil, err
	}
	if in.ID == "" {
		in.ID = newID("show")
	}
	var wrong []rest.Problem
	need := wants(&wrong)
	need(record.ValidID([]byte(in.ID)), "id", "id", "an id has 1 to 64 printable ASCII characters")
	need(len(in.Title) <= 300, "title", "length", "a title has at most 300 bytes")
	need(in.EndAt == 0 || in.EndAt > in.StartAt, "endAt", "order", "a show ends after it starts")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	show := &Show{Meta: Meta{ID: in.ID, Shop: room.Shop}, Room: room.ID, ShowSpec: in.ShowSpec, State: "planned"}
	return show, s.store.db.Tx(c, func(tx *sql.Tx) error {
		if err := put(c, tx, showsT.name, show, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, room.Shop, c.Claims.User, "add", "show", show.ID, in)
	})
}

func (s *Studio) changeShow(c *rest.Call) (any, error) {
	var in ShowSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	was, err := showsT.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(was.Shop, was.Room); err != nil {
		return nil, err
	}
	return change(c, s, showsT, was.ID, func(_ *sql.Tx, v *Show) error { v.ShowSpec = in; return nil }, in)
}
