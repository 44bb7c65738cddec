package studio

import (
	"database/sql"
	"net/http"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// NewSeries is the same draft at many times, in one or several rooms.
type NewSeries struct {
	Rooms      []string   `json:"rooms"`
	Draft      Draft      `json:"draft" doc:"Its trigger becomes the time of each occurrence; openMs says for how long each is open."`
	Recurrence Recurrence `json:"recurrence"`
	SkipWrong  bool       `json:"skipWrong,omitempty" doc:"Leave out times that do not exist; without it one such time refuses the series."`
}

// Preview is when a series would happen.
type Preview struct {
	Items []Occurrence `json:"items"`
	Wrong int          `json:"wrong" doc:"How many of them have no instant."`
}

// occurrences expands the recurrence of a series in the shop's zone.
func (s *Studio) occurrences(c *rest.Call, in *NewSeries) (*Shop, []Occurrence, error) {
	if len(in.Rooms) == 0 || len(in.Rooms) > 100 {
		return nil, nil, rest.Refuse(http.StatusBadRequest, "malformed", "name 1 to 100 rooms")
	}
	shop, err := shopOf(c, s.store.db, in.Rooms[0])
	if err != nil {
		return nil, nil, err
	}
	for _, room := range in.Rooms {
		if err := c.May(shop.ID, room); err != nil {
			return nil, nil, err
		}
	}
	if in.Recurrence.Zone == "" {
		in.Recurrence.Zone = shop.Zone
	}
	all, err := in.Recurrence.expand()
	if err != nil {
		return nil, nil, sound([]rest.Problem{{Field: "recurrence", Rule: "recurrence", Message: err.Error()}})
	}
	return shop, all, nil
}

func (s *Studio) previewSeries(c *rest.Call) (any, error) {
	var in NewSeries
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	_, all, err := s.occurrences(c, &in)
	if err != nil {
		return nil, err
	}
	out := Preview{Items: all}
	for _, o := range all {
		if o.Wrong != "" {
			out.Wrong++
		}
	}
	return out, nil
}

// addSeries makes a draft for each time and room, all or none. Each is looked
// at, approved and scheduled like any other.
func (s *Studio) addSeries(c *rest.Call) (any, error) {
	var in NewSeries
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	shop, all, err := s.occurrences(c, &in)
	if err != nil {
		return nil, err
	}
	var wrong []rest.Problem
	for _, o := range all {
		if o.Wrong != "" && !in.SkipWrong {
			wrong = append(wrong, rest.Problem{Field: "recurrence", Rule: "time", Message: o.Wrong})
		}
	}
	if len(all)*len(in.Rooms) > 1000 {
		wrong = append(wrong, rest.Problem{Field: "recurrence", Rule: "too-many", Message: "a series makes at most 1000 giveaways"})
	}
	if err := sound(wrong); err != nil {
		return nil, err
	}
	id := newID("series")
	out := rest.List[Giveaway]{Items: []Giveaway{}}
	return &out, s.store.db.Tx(c, func(tx *sql.Tx) error {
		for _, o := range all {
			if o.Wrong != "" {
				continue
			}
			draft := in.Draft
			draft.CloseAt = ""
			draft.Trigger = Trigger{On: "at", At: o.Local, Zone: in.Recurrence.Zone, Fold: in.Recurrence.Fold}
			for _, room := range in.Rooms {
				g, err := s.begin(c, tx, &NewGiveaway{room, draft})
				if err != nil {
					return err
				}
				if g.Shop != shop.ID {
					return rest.Refuse(http.StatusConflict, "shop", "room "+room+" is of another shop")
				}
				g.Series = id
				if err := s.keep(c, tx, g, c.Claims.User, c.Now, "series"); err != nil {
					return err
				}
				s.redact(c, g)
				out.Items = append(out.Items, *g)
			}
		}
		return nil
	})
}
