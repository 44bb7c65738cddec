package studio

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// A viewer who was kept out of a giveaway, by its block list or because an
// entry was refused, may say once why that was wrong. Staff answer with a
// reason, the viewer reads it beside their prizes, and both stand in the trail.
//
// An appeal changes no draw: what is sealed stands, and anybody can compute it
// again. One that is accepted speaks for the viewer from then on, whenever a
// draft of the shop would block them again.
var appeals = table[Appeal]{"studio_appeals", "appeal"}

// States of an appeal.
const (
	AppealOpen     = "open"
	AppealAccepted = "accepted"
	AppealRefused  = "refused"
)

const (
	appealMost   = 1000                // bytes of its text
	appealWithin = 30 * 24 * time.Hour // after the close
)

// NewAppeal is what a viewer says.
type NewAppeal struct {
	Room  string `json:"room,omitempty" doc:"Of the giveaway; needed where it was not planned in the studio."`
	Event string `json:"event"`
	Code  string `json:"code,omitempty" doc:"What they were told, as ineligible or blocked."`
	Text  string `json:"text" doc:"Why that was wrong, 1 to 1000 bytes."`
}

// Appeal is an appeal with what was found about it.
type Appeal struct {
	Meta
	Room  string `json:"room"`
	Event string `json:"event"`
	Title string `json:"title" doc:"Of the giveaway."`
	User  string `json:"user"`
	Code  string `json:"code,omitempty" doc:"What the viewer was told, by their own word."`
	Text  string `json:"text"`
	// What the studio and the room know, at the time of the appeal.
	Block uint32   `json:"block,omitempty" doc:"Why the room rules them out: 1..999 is the code of the plan's block list, 1000 that they won as often as its caps allow, 1001 that an account tied to theirs has the ticket, 1002 that they won so in all rooms of the shop; 0: it does not, or does not say."`
	Ties  []string `json:"ties,omitempty" enum:"device,pay,address,phone" doc:"Of 1001, what ties them to another entrant; what is the same is not kept anywhere."`
	Entry string   `json:"entry,omitempty" enum:"in,out" doc:"Whether the room had an entry of theirs; absent where it could not be asked."`

	State      string `json:"state" enum:"open,accepted,refused"`
	Answer     string `json:"answer,omitempty" doc:"The reason that staff gave."`
	AnsweredBy string `json:"answeredBy,omitempty"`
	AnsweredAt int64  `json:"answeredAt,omitempty"`
}

func (a *Appeal) where() (string, string) { return a.Room, a.State }

// disputed is a giveaway as an appeal sees it.
type disputed struct {
	shop, room, event, title string
	closeAt                  int64
	block                    []giveaway.Blocked // as its draft here names them
	key                      string             // tells it from every other
}

// dispute finds the giveaway of an appeal: among those that were planned here,
// or among those of which the ledger told. Nobody may ask before it is
// announced, and of a room that is no shop's there is nobody to answer.
func (s *Studio) dispute(c *rest.Call, in *NewAppeal) (d disputed, err error) {
	g, err := giveaways.get(c, s.store.db, in.Event)
	switch {
	case unlessNone(err) != nil:
		return d, err
	case err == nil && (in.Room == "" || in.Room == g.Room):
		if g.CloseAt == 0 || g.State == Drafted || g.State == Approved || g.State == Scheduled || g.State == Refused {
			return d, rest.NotFound("giveaway", in.Event)
		}
		return disputed{g.Shop, g.Room, g.ID, g.Draft.Title, g.CloseAt, g.Draft.Block, g.ID}, nil
	}
	d = disputed{room: in.Room, event: in.Event, key: in.Room + "\x00" + in.Event}
	err = s.store.db.QueryRowContext(c, `SELECT title, close_at FROM studio_elsewhere WHERE room = $1 AND event = $2`, d.room, d.event).Scan(&d.title, &d.closeAt)
	if errors.Is(err, sql.ErrNoRows) {
		err = rest.NotFound("giveaway", in.Event)
	}
	if err != nil {
		return d, err
	}
	r, err := rooms.get(c, s.store.db, d.room)
	if err != nil && unlessNone(err) == nil {
		return d, rest.Refuse(http.StatusConflict, "appeal-nobody", "no shop has this room in the studio, so nobody is there to answer: write to the organiser")
	}
	if err == nil {
		d.shop = r.Shop
	}
	return d, err
}

// appealID is that of a user's one appeal about a giveaway.
func (d *disputed) appealID(user string) string {
	sum := sha256.Sum256([]byte(d.key + "\x00" + user))
	return "appeal-" + hex.EncodeToString(sum[:16])
}

func (in *NewAppeal) problems() (wrong []rest.Problem) {
	need := wants(&wrong)
	need(in.Text != "" && len(in.Text) <= appealMost && utf8.ValidString(in.Text), "text", "length", fmt.Sprintf("say why, in 1 to %d bytes", appealMost))
	need(len(in.Code) <= 32, "code", "length", "a code has at most 32 bytes")
	return wrong
}

func (s *Studio) appeal(c *rest.Call) (any, error) {
	var in NewAppeal
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	in.Text = strings.TrimSpace(in.Text)
	if err := sound(in.problems()); err != nil {
		return nil, err
	}
	d, err := s.dispute(c, &in)
	if err != nil {
		return nil, err
	}
	if c.Now > d.closeAt+appealWithin.Milliseconds() {
		return nil, rest.Refuse(http.StatusConflict, "appeal-late", "it closed more than 30 days ago")
	}
	a := &Appeal{Meta: Meta{ID: d.appealID(c.Claims.User), Shop: d.shop}, Room: d.room, Event: d.event, Title: d.title, User: c.Claims.User,
		Code: in.Code, Text: in.Text, State: AppealOpen}
	a.Entry, a.Block, a.Ties = s.entryOf(c, &d, a.User)
	if a.Entry == "in" && a.Block == 0 {
		return nil, rest.Refuse(http.StatusConflict, "appeal-in", "their entry counts, and no list rules them out")
	}
	err = s.store.db.Tx(c, func(tx *sql.Tx) error {
		if err := put(c, tx, appeals.name, a, a.User, c.Now); err != nil {
			return err // a second one is refused: exists
		}
		if _, err := tx.ExecContext(c, `UPDATE studio_appeals SET user_id = $1 WHERE id = $2`, a.User, a.ID); err != nil {
			return err
		}
		return audit(c, tx, c.Now, a.Shop, c.Claims.User, "appeal", appeals.what, a.ID, a)
	})
	if err != nil {
		return nil, err
	}
	return a.own(), nil
}

// own is the appeal as whoever made it reads it: who of the staff answered is
// the shop's business, and so is the code of its list.
func (a *Appeal) own() *Appeal {
	mine := *a
	mine.AnsweredBy, mine.By, mine.Block, mine.Ties = "", "", 0, nil
	return &mine
}

// entryOf asks the room whether a user is in, "" where it does not say, and
// what rules them out. The room keeps few giveaways that are over; of those that
// were planned here the block list is known for good.
func (s *Studio) entryOf(ctx context.Context, d *disputed, user string) (state string, reason uint32, ties []string) {
	for _, b := range d.block {
		if b.User == user {
			reason = b.Reason
		}
	}
	if s.cfg.Ask == nil {
		return "", reason, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	status, body, err := s.cfg.Ask(ctx, record.AskEntry, url.Values{"room": {d.room}, "event": {d.event}, "user": {user}})
	var at giveaway.Standing
	if err != nil || status != http.StatusOK || json.Unmarshal(body, &at) != nil || at.State != "in" && at.State != "out" {
		return "", reason, nil
	}
	return at.State, cmp.Or(at.Reason, reason), at.Ties
}

// myAppeals answers viewers what they said and what they were answered.
func (s *Studio) myAppeals(c *rest.Call) (any, error) {
	all, err := scan[Appeal](s.store.db.QueryContext(c, `SELECT body FROM studio_appeals WHERE user_id = $1 ORDER BY created DESC, id LIMIT 100`, c.Claims.User))
	for i := range all {
		all[i] = *all[i].own()
	}
	return rest.List[Appeal]{Items: all}, err
}

func (s *Studio) appealRoutes() []rest.Route {
	const tag = "appeals"
	return []rest.Route{
		{Method: "GET", Path: "/v1/me/appeals", Tag: tag, Summary: "What I appealed against, and what I was answered.", Do: rest.Own, Out: rest.List[Appeal]{}, Handle: s.myAppeals},
		{Method: "POST", Path: "/v1/me/appeals", Tag: tag, Summary: "Say, once for each giveaway, why it was wrong to keep me out. No draw changes by it.", Do: rest.Own, In: NewAppeal{}, Example: NewAppeal{"demo", "g-none", "ineligible", "我的粉丝团等级已经是 3 级"}, Out: Appeal{}, Status: http.StatusCreated, Handle: s.appeal},
		{Method: "GET", Path: "/v1/studio/appeals", Tag: tag, Summary: "The queue of appeals, newest first.", Do: "appeal.read", Query: []rest.Param{shopParam, {Name: "state", Type: "string", Doc: "Only in these states, with commas: open,accepted,refused"}, mostParam, afterParam}, Out: rest.List[Appeal]{}, Handle: s.listAppeals},
		{Method: "POST", Path: "/v1/studio/appeals/{id}/answer", Tag: tag, Summary: "Accept or refuse an appeal, with the reason that the viewer reads.", Do: "appeal.answer", In: Answer{}, Example: Answer{true, "核实无误，已移出名单"}, Out: Appeal{}, Handle: s.answerAppeal},
	}
}
