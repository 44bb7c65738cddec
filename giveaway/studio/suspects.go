package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Signs that no person acted: an entry sooner than people react, and an entry to
// a decoy, a giveaway that no page shows. They exclude nobody. The shop's people
// read who showed one and may put users on the block list of a draft, with a
// reason that those users read and may appeal against. A plan that is announced has
// its list fixed by a hash, so it is always the list of a later giveaway.

// Decoy is one that was laid beside a giveaway.
type Decoy struct {
	ID      string `json:"id"`
	By      string `json:"by"`
	OpenAt  int64  `json:"openAt"`
	CloseAt int64  `json:"closeAt"`
}

// mostDecoys bounds the decoys beside one giveaway.
const mostDecoys = giveaway.MaxDecoys

// NewDecoy is what a program reads of it.
type NewDecoy struct {
	Title string `json:"title,omitempty" doc:"What a program reads; default the giveaway's own. At most 200 bytes."`
}

// layDecoy announces a decoy for as long as the giveaway runs.
func (s *Studio) layDecoy(c *rest.Call) (any, error) {
	var in NewDecoy
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	var data record.DecoyData
	g, err := s.move(c, "decoy", []string{Announced, Open}, func(_ *sql.Tx, g *Giveaway) (any, error) {
		if len(g.Decoys) >= mostDecoys {
			return nil, rest.Refuse(http.StatusConflict, "decoys", fmt.Sprintf("%d were laid beside it, as many as may be", len(g.Decoys)))
		}
		data = record.DecoyData{Event: newID("g"), Title: in.Title, OpenAt: max(g.OpenAt, c.Now), CloseAt: g.CloseAt}
		if data.Title == "" {
			data.Title = g.Draft.Title
		}
		if err := data.Check(); err != nil {
			return nil, rest.Refuse(http.StatusUnprocessableEntity, "refused", err.Error())
		}
		g.Decoys = append(g.Decoys, Decoy{data.Event, c.Claims.User, data.OpenAt, data.CloseAt})
		return data, nil
	})
	if err != nil {
		return nil, err
	}
	return g, s.command(c, g, record.CtlDecoy, newID("decoy"), data)
}

// forgetDecoy has the room forget a decoy and whom it caught.
func (s *Studio) forgetDecoy(c *rest.Call) (any, error) {
	g, err := s.find(c)
	if err != nil {
		return nil, err
	}
	id := c.Param("decoy")
	if !slices.ContainsFunc(g.Decoys, func(d Decoy) bool { return d.ID == id }) {
		return nil, rest.NotFound("decoy", id)
	}
	if err := s.command(c, g, record.CtlDecoy, newID("decoy"), record.DecoyData{Event: id, Forget: true}); err != nil {
		return nil, err
	}
	return s.move(c, "forget-decoy", []string{Announced, Open, Closing, Sealed, Drawn, Claiming, Settled, Cancelled, Void}, func(_ *sql.Tx, g *Giveaway) (any, error) {
		g.Decoys = slices.DeleteFunc(g.Decoys, func(d Decoy) bool { return d.ID == id })
		return map[string]string{"decoy": id}, nil
	})
}

// Suspects are who showed a sign beside one giveaway, as its room has them.
type Suspects struct {
	Fast   Suspected   `json:"fast" doc:"Entered within 120 ms of the opening: a sign and no proof."`
	Decoys []Suspected `json:"decoys" doc:"Entered a decoy, which no page of ours shows. Who writes a page of their own may show it by mistake; a program that reads our library passes it by."`
}

// Suspected are the users of one kind of sign.
type Suspected struct {
	Decoy string             `json:"decoy,omitempty" doc:"Id of the decoy."`
	Known bool               `json:"known" doc:"Whether the room still knows: it keeps its last giveaways and decoys, and a decoy only until it is forgotten."`
	N     int64              `json:"n" doc:"Entries; of a decoy attempts."`
	Users []giveaway.Suspect `json:"users" doc:"Who they were, at most 1000."`
}

func (s *Studio) suspects(c *rest.Call) (any, error) {
	g, err := s.find(c)
	if err != nil {
		return nil, err
	}
	out := Suspects{Fast: s.suspected(c, g.Room, g.ID), Decoys: []Suspected{}}
	for _, d := range g.Decoys {
		of := s.suspected(c, g.Room, d.ID)
		of.Decoy = d.ID
		out.Decoys = append(out.Decoys, of)
	}
	return out, nil
}

// suspected asks the room of one event.
func (s *Studio) suspected(ctx context.Context, room, event string) Suspected {
	out := Suspected{Users: []giveaway.Suspect{}}
	if s.cfg.Ask == nil {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Within)
	defer cancel()
	var known giveaway.Suspects
	status, body, err := s.cfg.Ask(ctx, record.AskSuspects, url.Values{"room": {room}, "event": {event}})
	if err != nil || status != http.StatusOK || json.Unmarshal(body, &known) != nil {
		return out
	}
	return Suspected{Known: true, N: known.N, Users: append(out.Users, known.Users...)}
}

// Signs for which somebody is put on a block list, with codes that are the same in
// all shops and the words that viewers read.
var signReasons = map[string]giveaway.BlockReason{
	"fast":  {Code: 901, Zh: "参与时间快于常人反应，疑似程序操作", En: "entered sooner than people react, as programs do"},
	"decoy": {Code: 902, Zh: "参与了页面上并不存在的活动，疑似程序操作", En: "entered what no page shows, as programs do"},
}

// ToBlock puts users on the block list of a draft.
type ToBlock struct {
	Sign  string   `json:"sign" enum:"fast,decoy" doc:"What they showed: the code of the list is 901 or 902, and its words are written into reasons."`
	Users []string `json:"users" doc:"Who; somebody who stands on the list stays as they are."`
	From  string   `json:"from,omitempty" doc:"The giveaway beside which they showed it, for the trail."`
}

func (s *Studio) blockSuspects(c *rest.Call) (any, error) {
	var in ToBlock
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	why, known := signReasons[in.Sign]
	var wrong []rest.Problem
	need := wants(&wrong)
	need(known, "sign", "kind", "sign is fast or decoy")
	need(len(in.Users) > 0 && len(in.Users) <= giveaway.MaxSuspects && !slices.ContainsFunc(in.Users, func(u string) bool { return u == "" || len(u) > record.MaxUser }),
		"users", "length", fmt.Sprintf("name 1 to %d users", giveaway.MaxSuspects))
	need(len(in.From) <= record.MaxID, "from", "length", "from is the id of a giveaway")
	if err := sound(wrong); err != nil {
		return nil, err
	}
	return s.move(c, "block", []string{Drafted, Approved}, func(tx *sql.Tx, g *Giveaway) (any, error) {
		if err := g.Draft.block(why, in.Users); err != nil {
			return nil, err
		}
		g.State, g.Editor = Drafted, c.Claims.User
		g.ApprovedBy, g.ApprovedAt, g.Rejected, g.Problems = "", 0, "", nil
		_, err := s.measure(c, tx, g, c.Now)
		return in, err
	})
}

// block adds users for a reason, with its words.
func (d *Draft) block(why giveaway.BlockReason, users []string) error {
	at := slices.IndexFunc(d.Reasons, func(r giveaway.BlockReason) bool { return r.Code == why.Code })
	switch {
	case at < 0 && slices.ContainsFunc(d.Block, func(b giveaway.Blocked) bool { return b.Reason == why.Code }), at >= 0 && d.Reasons[at] != why:
		return rest.Refuse(http.StatusConflict, "code-taken", fmt.Sprintf("code %d of its block list means something else: give that another code", why.Code))
	case at < 0 && len(d.Reasons) >= giveaway.MaxReasons:
		return rest.Refuse(http.StatusConflict, "reasons", fmt.Sprintf("its block list has %d reasons, as many as may be", len(d.Reasons)))
	case at < 0:
		d.Reasons = append(d.Reasons, why)
	}
	has := make(map[string]bool, len(d.Block))
	for _, b := range d.Block {
		has[b.User] = true
	}
	for _, user := range users {
		if !has[user] {
			has[user] = true
			d.Block = append(d.Block, giveaway.Blocked{User: user, Reason: why.Code})
		}
	}
	if len(d.Block) > giveaway.MaxBlock {
		return rest.Refuse(http.StatusConflict, "block-full", fmt.Sprintf("a block list has at most %d users", giveaway.MaxBlock))
	}
	return nil
}
