package room

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// Copy is what makes an empty room judge, limit, show and answer as another
// does: the settings of the installation, and commands to fold one after the
// other. It is of rules and goods, not of people and moments: who is muted, who
// bought, what was said, what is pinned and which show is on stay where they are.
type Copy struct {
	Settings Settings         `json:"settings"`
	Commands []record.Control `json:"commands"` // those without a room are for all rooms
}

// copiedPart bounds the JSON of a catalogue command of a Copy, bytes.
const copiedPart = record.MaxControl / 2

// Copy answers a copy of a room. Of a room that nobody made yet it is what a
// new one would have. Rules of Config are no text and are not in it: whoever
// folds the copy has the same Config.
func (p *Partition) Copy(name string) (c Copy, err error) {
	c.Settings = p.set
	add := func(room, kind string, data any) {
		raw, bad := json.Marshal(data)
		if bad != nil && err == nil {
			err = fmt.Errorf("room: copy of %s: %w", name, bad)
		}
		c.Commands = append(c.Commands, record.Control{V: 1, ID: fmt.Sprintf("copy-%d", len(c.Commands)), Kind: kind, Room: room,
			By: "copy", Role: record.Service.String(), At: p.clock.now, Data: raw})
	}
	if yaml := p.rules.now.yaml; yaml != "" {
		add("", record.CtlRules, record.RulesData{YAML: yaml})
	}
	r := p.rooms[name]
	if r == nil {
		return c, err
	}
	add(name, record.CtlRoom, r.settings())
	if yaml := r.rules.now.yaml; yaml != "" {
		add(name, record.CtlRules, record.RulesData{YAML: yaml})
	}
	for _, part := range parts(r.asked.Catalogue()) {
		add(name, record.CtlCatalogue, part)
	}
	return c, err
}

// settings are those of a room as the command that would make them.
func (r *room) settings() record.RoomSettings {
	s, muted, shield := r.set, "", r.shield().Mode
	if s.Muting {
		muted = s.MuteAll.String()
	}
	all := record.RoomSettings{Shop: &s.Shop, Title: &s.Title, SlowMS: &s.SlowMS, MuteAll: &muted, Followers: &s.FollowersMS,
		Unique: &s.Unique, VideoDelay: &s.VideoDelayMS, Stream: &s.Stream, Closed: &s.Closed, Shield: &shield}
	if s.Budget > 0 {
		all.Budget = &s.Budget
	}
	return all
}

// parts cuts a catalogue into commands that the log takes.
func parts(all record.CatalogueData) (list []record.CatalogueData) {
	var part record.CatalogueData
	size := 0
	grow := func(by int) {
		if size += by; size > copiedPart {
			list, part, size = append(list, part), record.CatalogueData{}, by
		}
	}
	for _, d := range all.Items {
		grow(jsonSize(d))
		part.Items = append(part.Items, d)
	}
	for _, d := range all.FAQ {
		grow(jsonSize(d))
		part.FAQ = append(part.FAQ, d)
	}
	for _, d := range all.Scripts {
		grow(jsonSize(d))
		part.Scripts = append(part.Scripts, d)
	}
	if size > 0 {
		list = append(list, part)
	}
	return list
}

// jsonSize is how long v is as JSON.
func jsonSize(v any) int {
	raw, _ := json.Marshal(v) // strings and numbers
	return len(raw) + 1
}

// Rules are those that the copied room judges by. base are those of a room that
// no command gave any; nil: moderation.Default(). An error says which this build
// cannot read.
func (c *Copy) Rules(base *moderation.RuleSet) (*moderation.RuleSet, error) {
	if base == nil {
		base = moderation.Default()
	}
	var own *moderation.RuleSet
	for i := range c.Commands {
		if c.Commands[i].Kind != record.CtlRules {
			continue
		}
		d, err := data[record.RulesData](&c.Commands[i])
		if err != nil {
			return nil, err
		}
		set, err := moderation.Parse([]byte(d.YAML))
		if err != nil {
			return nil, fmt.Errorf("room: the rules of %s: %w", c.Commands[i].Room, err)
		}
		if c.Commands[i].Room == "" {
			base = set
		} else {
			own = set
		}
	}
	return base.Overlay(own), nil
}
