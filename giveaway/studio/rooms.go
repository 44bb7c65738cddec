package studio

import (
	"context"
	"database/sql"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// RoomSpec is what can be said about a room.
type RoomSpec struct {
	Title string `json:"title"`
	Host  string `json:"host,omitempty" doc:"User id of the host, so that one person is not planned for two rooms at once."`
}

// Room is where shows are.
type Room struct {
	Meta
	RoomSpec
}

func (r *Room) where() (string, string) { return r.ID, "" }

// NewRoom is a room of a shop.
type NewRoom struct {
	ID   string `json:"id"`
	Shop string `json:"shop"`
	RoomSpec
}

func (s *Studio) listRooms(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	all, err := rooms.list(c, s.store.db, filter{shop: c.Query("shop")})
	return rest.List[Room]{Items: all}, err
}

func (s *Studio) addRoom(c *rest.Call) (any, error) {
	var in NewRoom
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if err := c.May(in.Shop, in.ID); err != nil {
		return nil, err
	}
	var wrong []rest.Problem
	need := wants(&wrong)
	need(record.ValidRoom([]byte(in.ID)), "id", "id", "a room id has 1 to 64 of A-Z a-z 0-9 . _ -")
	need(len(in.Title) <= 300, "title", "length", "a title has at most 300 bytes")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	room := &Room{Meta{ID: in.ID, Shop: in.Shop}, in.RoomSpec}
	return room, s.store.db.Tx(c, func(tx *sql.Tx) error {
		if _, err := shops.get(c, tx, in.Shop); err != nil {
			return err
		}
		if err := put(c, tx, rooms.name, room, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, in.Shop, c.Claims.User, "add", "room", in.ID, in)
	})
}

func (s *Studio) changeRoom(c *rest.Call) (any, error) {
	var in RoomSpec
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	was, err := rooms.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(was.Shop, was.ID); err != nil {
		return nil, err
	}
	return change(c, s, rooms, was.ID, func(_ *sql.Tx, v *Room) error { v.RoomSpec = in; return nil }, in)
}

// shopOf is the shop of a room.
func shopOf(ctx context.Context, q querier, room string) (*Shop, error) {
	r, err := rooms.get(ctx, q, room)
	if err != nil {
		return nil, err
	}
	return shops.get(ctx, q, r.Shop)
}
