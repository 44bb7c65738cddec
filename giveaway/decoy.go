package giveaway

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// A decoy looks like a giveaway to a program that reads the stream and like
// nothing to a viewer: no page and no client of ours shows it. It has no plan, no
// prize and no draw, stands in no ledger, list or result, and nobody can be in it.
// Whoever enters it is labelled here, for staff alone, until the room forgets it.
//
// An entry is answered as one that came when no more are taken. A receipt would
// promise a chance that does not exist; this is true of a decoy at any time.
type decoy struct {
	Event   string    `json:"event"`
	Title   string    `json:"title,omitempty"`
	OpenAt  int64     `json:"openAt"`
	CloseAt int64     `json:"closeAt"`
	Tries   int64     `json:"tries,omitempty"` // attempts while it was open
	Caught  []Suspect `json:"caught,omitempty"`
}

// Bounds of the decoys of a room.
const (
	MaxDecoys     = 4  // not yet over
	maxDecoysKept = 16 // with those that are
)

// over reports whether nobody is caught by it any more.
func (d *decoy) over(now int64) bool { return now >= d.CloseAt }

func (e *Events) decoy(event string) *decoy {
	for i := range e.decoys {
		if e.decoys[i].Event == event {
			return &e.decoys[i]
		}
	}
	return nil
}

// lay folds the command "decoy": another one, or that one is to be forgotten with
// whom it caught. At the bound the oldest that is over is forgotten.
func (e *Events) lay(data []byte, now int64) error {
	var in record.DecoyData
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("decoy: %w", err)
	}
	old := e.decoy(in.Event)
	if in.Forget {
		e.decoys = slices.DeleteFunc(e.decoys, func(d decoy) bool { return d.Event == in.Event })
		return nil
	}
	open := 0
	for i := range e.decoys {
		if !e.decoys[i].over(now) {
			open++
		}
	}
	switch {
	case in.Check() != nil:
		return in.Check()
	case old != nil && (old.OpenAt != in.OpenAt || old.CloseAt != in.CloseAt), e.byID[in.Event] != nil, e.retired[in.Event]:
		return record.Breaks(RuleOther, "decoy: %q names something else already", in.Event)
	case old != nil:
		return nil
	case now >= in.CloseAt:
		return record.Breaks(RuleLate, "decoy: %q would have closed at %d", in.Event, in.CloseAt)
	case open >= MaxDecoys:
		return record.Breaks(RuleFull, "decoy: room has %d under way, as many as it may", open)
	}
	if len(e.decoys) >= maxDecoysKept {
		first := slices.IndexFunc(e.decoys, func(d decoy) bool { return d.over(now) })
		e.decoys = slices.Delete(e.decoys, first, first+1)
	}
	e.decoys = append(e.decoys, decoy{Event: in.Event, Title: in.Title, OpenAt: in.OpenAt, CloseAt: in.CloseAt})
	return nil
}

// enter labels who enters a decoy, and answers as any giveaway may.
func (d *decoy) enter(in *Entry, offset, now int64) Result {
	if now < d.OpenAt {
		return Result{Code: record.Early, Offset: offset}
	}
	if !d.over(now) && len(in.User) > 0 {
		d.Tries++
		known := slices.ContainsFunc(d.Caught, func(s Suspect) bool { return s.User == string(in.User) })
		if !known && len(d.Caught) < MaxSuspects {
			d.Caught = append(d.Caught, Suspect{User: string(in.User), Name: string(in.Name)})
		}
	}
	return Result{Code: record.Closed, Offset: offset}
}

// decoyCard is what stands in the stream: a card with Hidden, which tells pages
// that it is not to be shown. It promises nothing.
type decoyCard struct {
	Event   string      `json:"event"`
	Kind    string      `json:"kind"`
	Title   string      `json:"title"`
	State   string      `json:"state"`
	Prizes  []cardPrize `json:"prizes"`
	OpenAt  int64       `json:"open_at"`
	CloseAt int64       `json:"close_at"`
	Epoch   string      `json:"epoch,omitempty"`
	Hidden  bool        `json:"hidden"`
}

// appendCard appends the members of its card; of one that is over there is none.
func (d *decoy) appendCard(dst []byte, keys *record.Keys, now int64) []byte {
	if d.over(now) {
		return dst
	}
	c := decoyCard{Event: d.Event, Kind: Lottery, Title: d.Title, State: Announced.String(), Prizes: []cardPrize{}, OpenAt: d.OpenAt, CloseAt: d.CloseAt, Hidden: true}
	if now >= d.OpenAt {
		key := keys.EventKey([]byte(d.Event))
		sum := sha256.Sum256(append([]byte("fudai/v1/decoy\x00"), key[:]...))
		c.State, c.Epoch = Open.String(), hex.EncodeToString(sum[:epochSize])
	}
	raw, err := json.Marshal(&c)
	if err != nil {
		panic("giveaway: card of decoy " + d.Event + ": " + err.Error()) // strings and integers only
	}
	return append(dst, raw[1:len(raw)-1]...)
}

// news is what its card says, where that is not what it said last.
func (e *Events) news(d *decoy) (is shown, ok bool) {
	is = shown{phase: Announced, closeAt: d.CloseAt}
	if e.now >= d.OpenAt {
		is.phase = Open
	}
	was, told := e.display[d.Event]
	return is, !d.over(e.now) && !(told && was == is)
}

// DecoyNews reports whether a decoy is to be told of: no record opens one, only
// room time does.
func (e *Events) DecoyNews() bool {
	return slices.ContainsFunc(e.decoys, func(d decoy) bool { _, ok := e.news(&d); return ok })
}

// changedDecoys appends the decoys whose card changed since the last call.
func (e *Events) changedDecoys(changed []string) []string {
	for i := range e.decoys {
		d := &e.decoys[i]
		if is, ok := e.news(d); ok {
			e.display[d.Event] = is
			changed = append(changed, d.Event)
		}
	}
	return changed
}

// gapDecoys forgets the decoys that were open over a part of the log that is
// gone: readers would know different attempts.
func (e *Events) gapDecoys(at int64) {
	e.decoys = slices.DeleteFunc(e.decoys, func(d decoy) bool { return d.OpenAt <= at })
}

// Suspects are who showed a sign of a program in an event: entered sooner than
// people react, or entered a decoy at all.
type Suspects struct {
	Decoy bool      `json:"decoy,omitempty"`
	N     int64     `json:"n"` // fast entries; of a decoy attempts, for one user may try often
	Users []Suspect `json:"users"`
}

// Suspects answers them; false where there is no such event or decoy.
func (e *Events) Suspects(event string) (Suspects, bool) {
	if d := e.decoy(event); d != nil {
		return Suspects{true, d.Tries, append([]Suspect{}, d.Caught...)}, true
	}
	ev := e.byID[event]
	if ev == nil {
		return Suspects{}, false
	}
	return Suspects{N: ev.Reactions.Fast, Users: ev.suspects()}, true
}
