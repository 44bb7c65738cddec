package studio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// likeWithin bounds how long the owner of a room is waited for where somebody
// looks at a draft.
const likeWithin = time.Second

// likeness asks the owner of a room for a copy of it: rules, settings and goods.
// Never call it in a transaction.
func (s *Studio) likeness(ctx context.Context, id string) (*room.Copy, error) {
	if s.cfg.Ask == nil {
		return nil, errors.New("studio: nobody here may ask the owner of a room")
	}
	ctx, cancel := context.WithTimeout(ctx, likeWithin)
	defer cancel()
	status, body, err := s.cfg.Ask(ctx, record.AskCopy, url.Values{"room": {id}})
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("studio: the owner of room %s answers %d: %.200s", id, status, body)
	}
	c := new(room.Copy)
	return c, json.Unmarshal(body, c)
}

// lastRules are the rules that were read last: a draft is checked at every key
// that is pressed, and a long word list takes a while to compile.
type lastRules struct {
	mu  sync.Mutex
	of  []byte
	set *moderation.RuleSet
}

func (l *lastRules) rules(c *room.Copy) (*moderation.RuleSet, error) {
	var of []byte
	for i := range c.Commands {
		if c.Commands[i].Kind == record.CtlRules {
			of = append(append(of, c.Commands[i].Room+"\n"...), c.Commands[i].Data...)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.set != nil && bytes.Equal(l.of, of) {
		return l.set, nil
	}
	set, err := c.Rules(nil)
	if err == nil {
		l.of, l.set = of, set
	}
	return set, err
}

// heardIn holds the passphrases of a draft against the room they are to be said
// in. An entry is taken before any rule looks at it (room.Partition), so nothing
// here keeps anybody out; but who says the phrase a moment too early or too late,
// or with a word more, is judged like everybody else.
func (s *Studio) heardIn(d *Draft, c *room.Copy, warn func(bool, string, string, string)) error {
	if len(d.Phrases) == 0 {
		return nil
	}
	rules, err := s.ruled.rules(c)
	if err != nil {
		return err
	}
	var scratch moderation.Scratch
	for i, phrase := range d.Phrases {
		v := rules.Judge(phrase, moderation.Sender{}, &scratch)
		warn(v.Action <= moderation.Flag, fmt.Sprintf("draft.phrases[%d]", i), "phrase-rules", fmt.Sprintf(
			"passphrase %q meets the room's rule %q (%s): while the giveaway is open it counts all the same, but said too early, too late or with a word more it is stopped", phrase, v.Rule, v.Action))
	}
	set := settingsOf(c)
	muted := or(set.MuteAll, "")
	quiet := or(set.Closed, false) || muted != "" && muted != record.Guest.String()
	warn(!quiet, "draft.phrases", "room-quiet", "the room takes no comments at this moment: nobody can type a passphrase, only the button on the card enters")
	return nil
}

// settingsOf are the settings of the copied room.
func settingsOf(c *room.Copy) (set record.RoomSettings) {
	for i := range c.Commands {
		if c.Commands[i].Kind == record.CtlRoom {
			_ = json.Unmarshal(c.Commands[i].Data, &set) // the owner wrote it
		}
	}
	return set
}
