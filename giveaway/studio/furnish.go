package studio

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// Copied is what of the room a rehearsal has.
type Copied struct {
	Rules       string `json:"rules" doc:"Version of the rules in force, the room's own behind a plus."`
	SlowMs      int64  `json:"slowMs"`
	FollowersMs int64  `json:"followersMs" doc:"Only who follows so long may comment; -1: everybody may."`
	MuteAll     string `json:"muteAll" doc:"Highest role that may not comment; empty: everybody may."`
	Unique      bool   `json:"unique"`
	Closed      bool   `json:"closed"`
	Shield      string `json:"shield" enum:"auto,on,off"`
	Items       int    `json:"items" doc:"Goods of its catalogue."`
	Answers     int    `json:"answers" doc:"Approved answers."`
}

// furnish makes the room of the play like the one that is rehearsed, tries in
// it what is to be tried, and says what came of both.
func (p *play) furnish(at *Room, like *room.Copy) error {
	if like != nil {
		refused, err := p.stage.Imitate(like)
		if err != nil {
			return err
		}
		for _, no := range refused { // this build and the owner's differ
			p.r.find(Risks, nil, "", "copy", "not all of the room could be copied: "+no.Error())
		}
		p.r.Copied = p.copied(like)
	}
	if err := p.try(p.r.Try); err != nil {
		return err
	}
	title := Watermark + at.Title
	p.say("watermark", record.CtlRoom, record.RoomSettings{Title: &title})
	if err := p.stage.Turn(); err != nil {
		return err
	}
	return p.heard()
}

// heard holds every passphrase against the room as it is now.
func (p *play) heard() error {
	stands, err := p.stage.P.Copy(p.r.Namespace)
	if err != nil {
		return err
	}
	for i := range p.all {
		var found []rest.Problem
		if err := p.studio.heardIn(&p.all[i].Draft, &stands, wants(&found)); err != nil {
			return err
		}
		for _, f := range found {
			p.r.find(Risks, &p.all[i], f.Field, f.Rule, f.Message)
		}
	}
	return nil
}

// try changes the copy as asked. What its room would not take, no room would.
func (p *play) try(t *Try) error {
	if t == nil {
		return nil
	}
	var changed []string
	if t.Settings != nil {
		raw, err := json.Marshal(t.Settings)
		var named map[string]json.RawMessage
		if err = errors.Join(err, json.Unmarshal(raw, &named)); err != nil {
			return err
		}
		for name := range named {
			changed = append(changed, name)
		}
		p.say("try-settings", record.CtlRoom, t.Settings)
	}
	if t.Rules != nil {
		changed = append(changed, "rules")
		p.say("try-rules", record.CtlRules, record.RulesData{YAML: *t.Rules})
	}
	before := len(p.stage.Refused)
	if err := p.stage.Turn(); err != nil {
		return err
	}
	if no := errors.Join(p.stage.Refused[before:]...); no != nil {
		return rest.Refuse(http.StatusUnprocessableEntity, "refused", "the copy of the room does not take that", rest.Problem{Field: "try", Rule: "try", Message: no.Error()})
	}
	if slices.Sort(changed); len(changed) > 0 {
		p.r.find(Notes, nil, "try", "only-here", fmt.Sprintf("changed in this rehearsal alone: %q. The room keeps its own", strings.Join(changed, ", ")))
	}
	return nil
}

// copied sums up what the stage has of the room.
func (p *play) copied(like *room.Copy) *Copied {
	set, goods := settingsOf(like), p.stage.P.Catalogue(p.r.Namespace)
	out := &Copied{SlowMs: or(set.SlowMS, 0), FollowersMs: or(set.Followers, -1), MuteAll: or(set.MuteAll, ""), Unique: or(set.Unique, false),
		Closed: or(set.Closed, false), Shield: or(set.Shield, "auto"), Items: len(goods.Items), Answers: len(goods.FAQ)}
	if rules, err := p.studio.ruled.rules(like); err == nil { // else inspect found it
		out.Rules = rules.Version()
	}
	return out
}

// or is what p points at, or what stands in for it.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
