package rehearse

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Spec is the crowd of a rehearsal.
type Spec struct {
	Viewers int
	Trolls  int
	DipMs   int64 // how long the network of DipShare of the viewers is gone, in the middle of the first opening
	Seed    uint64
}

// dipShare is the part of the viewers, in percent, whose network dips.
const dipShare = 30

// form stands for a claim form: nobody is to read it.
const form = "cmVoZWFyc2Fs"

// Crowd is the viewers of a rehearsal. They do what the cards tell them.
type Crowd struct {
	spec    Spec
	stage   *Stage
	rnd     *rand.Rand
	viewers []*viewer
	later   []letter // sent when their sender is back
	ids     int
	start   int64
	dip     [2]int64 // from, to
	did     map[string]bool
	// Told counts outcomes: of people, of trolls.
	People, Trolls map[string]int
	In             map[string]map[string]bool // event → users who were told that they are in
	Delayed        int                        // messages that the dip held back
	Forged         int                        // forged markers that were sent
}

type viewer struct {
	user, name  string
	troll, dips bool
	facts       record.Facts
	at          map[string]int64 // when they enter an event
}

type letter struct {
	at int64
	c  record.Comment
	v  *viewer
}

// NewCrowd makes the viewers of a seed.
func NewCrowd(spec Spec, stage *Stage) *Crowd {
	c := &Crowd{spec: spec, stage: stage, rnd: rand.New(rand.NewPCG(spec.Seed, 0x5eed)), start: stage.Now, did: map[string]bool{},
		People: map[string]int{}, Trolls: map[string]int{}, In: map[string]map[string]bool{}}
	for i := range spec.Viewers + spec.Trolls {
		v := &viewer{user: fmt.Sprintf("rehearsal-%d", i), name: fmt.Sprintf("彩排%d", i), troll: i >= spec.Viewers, at: map[string]int64{}}
		v.dips = c.rnd.IntN(100) < dipShare
		if !v.troll {
			v.facts = record.Facts{Known: record.FactFollow | record.FactFan | record.FactRegion | record.FactVerified | record.FactAdult | record.FactCreated | record.FactWatch,
				FanLevel: c.rnd.Int64N(12), Region: []string{"CN-11", "CN-31", "CN-33", "CN-44", "CN-51"}[c.rnd.IntN(5)],
				Verified: c.rnd.IntN(10) < 7, Adult: c.rnd.IntN(20) > 0, CreatedAt: c.start - c.rnd.Int64N(2000*86_400_000)}
			if c.rnd.IntN(10) < 8 {
				v.facts.FollowedAt = c.start - c.rnd.Int64N(200*86_400_000)
			}
		}
		c.viewers = append(c.viewers, v)
	}
	return c
}

// Act lets everybody do what they do by now.
func (c *Crowd) Act() {
	now := c.stage.Now
	events := slices.Sorted(maps.Keys(c.stage.Cards)) // the same seed, the same rehearsal
	for _, event := range events {
		card := c.stage.Cards[event]
		if card.State != "open" {
			continue
		}
		if c.dip[1] == 0 && c.spec.DipMs > 0 {
			middle := (card.OpenAt + card.CloseAt) / 2
			c.dip = [2]int64{middle, middle + c.spec.DipMs}
		}
		if !c.did[card.Event] {
			c.did[card.Event] = true
			c.plan(card)
		}
	}
	for _, event := range events {
		card := c.stage.Cards[event]
		for _, v := range c.viewers {
			if at := v.at[event]; at != 0 && now >= at {
				v.at[event] = 0
				c.enter(v, card)
			}
		}
	}
	kept := c.later[:0]
	for _, l := range c.later {
		if now < l.at {
			kept = append(kept, l)
			continue
		}
		c.send(l.v, &l.c)
		again := l.c // who heard nothing sends the same once more
		c.send(l.v, &again)
	}
	c.later = kept
}

// plan is when everybody enters: most soon, some at the last moment, and trolls
// all the time.
func (c *Crowd) plan(card *Card) {
	window := max(card.CloseAt-c.stage.Now, 1)
	for _, v := range c.viewers {
		share := c.rnd.Float64() * c.rnd.Float64()
		if c.rnd.IntN(20) == 0 {
			share = 0.99 + c.rnd.Float64()*0.03 // some of them too late
		}
		v.at[card.Event] = c.stage.Now + 1 + int64(share*float64(window))
	}
}

func (c *Crowd) enter(v *viewer, card *Card) {
	switch {
	case !v.troll:
		if card.Phrase != "" && c.rnd.IntN(10) == 0 { // not quite the phrase, and again: judged as any other comment
			c.say(v, &record.Comment{Kind: record.Say, Text: []byte(card.Phrase + "，我来了")})
			c.say(v, &record.Comment{Kind: record.Say, Text: []byte("我来了，" + card.Phrase)})
		}
		c.say(v, c.entry(v, card))
	default:
		for range 5 {
			e := c.entry(v, card)
			c.say(v, e) // the same person, again and again
		}
		wrong := c.entry(v, card)
		wrong.Kind, wrong.Event, wrong.Text = record.Enter, []byte(card.Event), []byte("不是口令")
		c.say(v, wrong)
		c.say(v, &record.Comment{Kind: record.Claim, Event: []byte(card.Event), Form: []byte(form)}) // of a prize nobody won yet
		c.forge(card)
	}
}

// entry is what a page sends.
func (c *Crowd) entry(v *viewer, card *Card) *record.Comment {
	if card.Phrase != "" {
		return &record.Comment{Kind: record.Say, Text: []byte(card.Phrase)}
	}
	nonce := record.Nonce(c.stage.keys.EntryKey([]byte(c.stage.Room), []byte(v.user)), []byte(card.Event), []byte(card.Epoch))
	return &record.Comment{Kind: record.Tap, Event: []byte(card.Event), Nonce: []byte(hex.EncodeToString(nonce[:]))}
}

// forge sends a close marker that the engine did not sign.
func (c *Crowd) forge(card *Card) {
	c.Forged++
	m := &record.Comment{Kind: record.Close, Event: []byte(card.Event)}
	m.Marker = record.Marker{Epoch: 1, Owner: record.ID128{1}, Seq: 1 << 40, Now: c.stage.Now, Plan: []byte(fmt.Sprintf("%064x", 7))}
	record.DeriveKeys([32]byte{0xbd}).SignMarker(m, c.stage.part)
	c.stage.Send(m, nil)
}

// say sends now, or when the sender's network is back.
func (c *Crowd) say(v *viewer, m *record.Comment) {
	c.ids++
	m.ID, m.User, m.Name, m.Role = []byte(fmt.Sprintf("m%d", c.ids)), []byte(v.user), []byte(v.name), record.Viewer
	m.Facts = v.facts
	if m.Facts.Known&record.FactWatch != 0 {
		m.Facts.WatchSec = (c.stage.Now - c.start) / 1000
	}
	if now := c.stage.Now; v.dips && now >= c.dip[0] && now < c.dip[1] {
		c.Delayed++
		c.later = append(c.later, letter{c.dip[1] + c.rnd.Int64N(3000), *m, v})
		return
	}
	c.send(v, m)
}

func (c *Crowd) send(v *viewer, m *record.Comment) {
	told := c.People
	if v.troll {
		told = c.Trolls
	}
	c.stage.Send(m, func(o record.Outcome) {
		told[o.Code.String()]++
		if o.Code == record.Entered {
			event := c.eventOf(m)
			if c.In[event] == nil {
				c.In[event] = map[string]bool{}
			}
			c.In[event][v.user] = true
		}
	})
}

// eventOf is the giveaway that a message is an entry of.
func (c *Crowd) eventOf(m *record.Comment) string {
	if len(m.Event) > 0 {
		return string(m.Event)
	}
	for event, card := range c.stage.Cards {
		if card.Phrase == string(m.Text) {
			return event
		}
	}
	return ""
}

// confirm is the platform: it confirms a winner whose prize asks for it.
func (c *Crowd) confirm(event, user string) {
	won, card := c.stage.P.Entry(c.stage.Room, event, []byte(user)).Won, c.stage.Cards[event]
	if won == nil || card == nil {
		return
	}
	for _, z := range card.Prizes {
		if z.ID != won.Prize || z.StepUp == "" {
			continue
		}
		c.ids++
		data, err := json.Marshal(record.ConfirmData{Event: event, User: user, Outcome: drawproof.WordConfirmed, Ref: fmt.Sprint("rehearsal-", c.ids)})
		if err == nil {
			c.stage.Command(&record.Control{V: 1, ID: fmt.Sprintf("%s.confirm.%d", event, c.ids), Kind: record.CtlConfirm, By: "platform", Role: record.Service.String(), Data: data})
		}
	}
}

// Claim lets the share of a giveaway's entrants claim what they may have won, and be
// confirmed where it asks for that.
func (c *Crowd) Claim(event string, percent int) {
	for _, v := range c.viewers {
		if c.In[event][v.user] && c.rnd.IntN(100) < percent {
			c.ids++
			m := &record.Comment{Kind: record.Claim, Event: []byte(event), Form: []byte(form), ID: []byte(fmt.Sprintf("m%d", c.ids)), User: []byte(v.user), Name: []byte(v.name), Role: record.Viewer}
			c.stage.Send(m, nil)
			c.confirm(event, v.user)
		}
	}
}
