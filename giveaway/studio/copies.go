package studio

import (
	"database/sql"
	"fmt"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Rooms names several rooms.
type Rooms struct {
	Rooms []string `json:"rooms"`
}

// copyGiveaway makes a draft of the same in each of several rooms, all or none.
func (s *Studio) copyGiveaway(c *rest.Call) (any, error) {
	var in Rooms
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	if len(in.Rooms) == 0 || len(in.Rooms) > 200 {
		return nil, rest.Refuse(http.StatusBadRequest, "malformed", "name 1 to 200 rooms")
	}
	from, err := s.find(c)
	if err != nil {
		return nil, err
	}
	out := rest.List[Giveaway]{Items: []Giveaway{}}
	return &out, s.store.db.Tx(c, func(tx *sql.Tx) error {
		for _, room := range in.Rooms {
			g, err := s.begin(c, tx, &NewGiveaway{room, from.Draft})
			if err != nil {
				return err
			}
			if g.Shop != from.Shop {
				return rest.Refuse(http.StatusConflict, "shop", fmt.Sprintf("room %s is of another shop: prizes and budgets are not shared", room))
			}
			if err := c.May(g.Shop, room); err != nil {
				return err
			}
			g.CopyOf = from.ID
			if err := s.keep(c, tx, g, c.Claims.User, c.Now, "copy"); err != nil {
				return err
			}
			s.redact(c, g)
			out.Items = append(out.Items, *g)
		}
		return nil
	})
}
