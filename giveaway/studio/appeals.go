package studio

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

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
	Block uint32 `json:"block,omitempty" doc:"Reason code on the block list of the giveaway's plan; 0: not on it."`
	Entry string `json:"entry,omitempty" enum:"in,out" doc:"Whether the room had an entry of theirs; absent where it could not be asked."`

	State      string `json:"state" enum:"open,accepted,refused"`
	Answer     string `json:"answer,omitempty" doc:"The reason that staff gave."`
	AnsweredBy string `json:"answeredBy,omitempty"`
	AnsweredAt int64  `json:"answeredAt,omitempty"`
}

func (a *Appeal) where() (string, string) { return a.Room, a.State }

// Answer ends an appeal.
type Answer struct {
	Accept bool   `json:"accept"`
	Reason string `json:"reason" doc:"The viewer reads it."`
}

// appealID is that of a user's one appeal about a giveaway.
func appealID(event, user string) string {
	sum := sha256.Sum256([]byte(event + "\x00" + user))
	return "appeal-" + hex.EncodeToString(sum[:16])
}

func (s *Studio) appeal(c *rest.Call) (any, error) {
	var in NewAppeal
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	in.Text = strings.TrimSpace(in.Text)
	var wrong []rest.Problem
	need := wants(&wrong)
	need(in.Text != "" && len(in.Text) <= appealMost && utf8.ValidString(in.Text), "text", "length", fmt.Sprintf("say why, in 1 to %d bytes", appealMost))
	need(len(in.Code) <= 32, "code", "length", "a code has at most 32 bytes")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	g, err := giveaways.get(c, s.store.db, in.Event)
	if err == nil && (g.CloseAt == 0 || g.State == Drafted || g.State == Approved || g.State == Scheduled || g.State == Refused) {
		err = rest.NotFound("giveaway", in.Event) // not announced: nobody's business yet
	}
	if err != nil {
		return nil, err
	}
	if c.Now > g.CloseAt+appealWithin.Milliseconds() {
		return nil, rest.Refuse(http.StatusConflict, "appeal-late", "it closed more than 30 days ago")
	}
	a := &Appeal{Meta: Meta{ID: appealID(g.ID, c.Claims.User), Shop: g.Shop}, Room: g.Room, Event: g.ID, Title: g.Draft.Title, User: c.Claims.User,
		Code: in.Code, Text: in.Text, State: AppealOpen, Entry: s.entryOf(c, g, c.Claims.User)}
	for _, b := range g.Draft.Block {
		if b.User == a.User {
			a.Block = b.Reason
		}
	}
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
	mine.AnsweredBy, mine.By, mine.Block = "", "", 0
	return &mine
}

// entryOf asks the room whether a user is in; "" where it does not say.
func (s *Studio) entryOf(ctx context.Context, g *Giveaway, user string) string {
	if s.cfg.Ask == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	status, body, err := s.cfg.Ask(ctx, record.AskEntry, url.Values{"room": {g.Room}, "event": {g.ID}, "user": {user}})
	var v struct {
		State string `json:"state"`
	}
	if err != nil || status != http.StatusOK || json.Unmarshal(body, &v) != nil || v.State != "in" && v.State != "out" {
		return ""
	}
	return v.State
}

// myAppeals answers viewers what they said and what they were answered.
func (s *Studio) myAppeals(c *rest.Call) (any, error) {
	all, err := scan[Appeal](s.store.db.QueryContext(c, `SELECT body FROM studio_appeals WHERE user_id = $1 ORDER BY created DESC, id LIMIT 100`, c.Claims.User))
	for i := range all {
		all[i] = *all[i].own()
	}
	return rest.List[Appeal]{Items: all}, err
}

// listAppeals is the queue of staff.
func (s *Studio) listAppeals(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	most, err := c.Number("most", 50, 1, 200)
	if err != nil {
		return nil, err
	}
	f := filter{shop: c.Query("shop"), after: c.Query("after"), most: int(most), newest: true}
	if states := c.Query("state"); states != "" {
		f.states = strings.Split(states, ",")
	}
	all, err := appeals.list(c, s.store.db, f)
	out := rest.List[Appeal]{Items: all}
	if n := len(all); n > 0 {
		out.Next = next(&all[n-1].Meta, n, int(most))
	}
	return out, err
}

// answerAppeal ends an appeal, once.
func (s *Studio) answerAppeal(c *rest.Call) (any, error) {
	a, err := appeals.get(c, s.store.db, c.Param("id"))
	if err != nil {
		return nil, err
	}
	if err := c.May(a.Shop, a.Room); err != nil {
		return nil, err
	}
	var in Answer
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	var wrong []rest.Problem
	wants(&wrong)(in.Reason != "" && len(in.Reason) <= 500, "reason", "reason", "say why, in 1 to 500 bytes")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	err = s.store.db.Tx(c, func(tx *sql.Tx) (err error) {
		if a, err = appeals.get(c, tx, c.Param("id")); err != nil {
			return err
		}
		if a.State != AppealOpen {
			return rest.Refuse(http.StatusConflict, "state", "it is "+a.State)
		}
		a.State, a.Answer, a.AnsweredBy, a.AnsweredAt = AppealRefused, in.Reason, c.Claims.User, c.Now
		if in.Accept {
			a.State = AppealAccepted
		}
		if err := set(c, tx, appeals.name, a, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, a.Shop, c.Claims.User, "answer", appeals.what, a.ID, in)
	})
	return a, err
}

// cleared warns of a block list with somebody whose appeal against one was
// accepted.
func (f *finding) cleared(ctx context.Context, q querier) error {
	if len(f.draft.Block) == 0 {
		return nil
	}
	all, err := appeals.list(ctx, q, filter{shop: f.shop.ID, states: []string{AppealAccepted}})
	if err != nil {
		return err
	}
	right := map[string]bool{}
	for i := range all {
		right[all[i].User] = right[all[i].User] || all[i].Block != 0
	}
	warn := wants(&f.warnings)
	for i, b := range f.draft.Block {
		warn(!right[b.User], fmt.Sprintf("draft.block[%d]", i), "cleared", "their appeal against a block was accepted")
	}
	return nil
}

func (s *Studio) appealRoutes() []rest.Route {
	const tag = "appeals"
	return []rest.Route{
		{Method: "GET", Path: "/v1/me/appeals", Tag: tag, Summary: "What I appealed against, and what I was answered.", Do: rest.Own, Out: rest.List[Appeal]{}, Handle: s.myAppeals},
		{Method: "POST", Path: "/v1/me/appeals", Tag: tag, Summary: "Say, once for each giveaway, why it was wrong to keep me out. No draw changes by it.", Do: rest.Own, In: NewAppeal{}, Example: NewAppeal{"g-none", "ineligible", "我的粉丝团等级已经是 3 级"}, Out: Appeal{}, Status: http.StatusCreated, Handle: s.appeal},
		{Method: "GET", Path: "/v1/studio/appeals", Tag: tag, Summary: "The queue of appeals, newest first.", Do: "appeal.read", Query: []rest.Param{shopParam, {Name: "state", Type: "string", Doc: "Only in these states, with commas: open,accepted,refused"}, mostParam, afterParam}, Out: rest.List[Appeal]{}, Handle: s.listAppeals},
		{Method: "POST", Path: "/v1/studio/appeals/{id}/answer", Tag: tag, Summary: "Accept or refuse an appeal, with the reason that the viewer reads.", Do: "appeal.answer", In: Answer{}, Example: Answer{true, "核实无误，已移出名单"}, Out: Appeal{}, Handle: s.answerAppeal},
	}
}
