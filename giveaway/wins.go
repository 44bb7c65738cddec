package giveaway

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// A room knows its own awards from its ledger. What its shop's other rooms gave,
// the studio tells it, win by win, for caps of the scope [ScopeShop]: rooms do not
// read each other, and their logs have no common order.
//
// A win counts for an event if it took effect before the event's close marker,
// so whom it keeps out is settled before anything that decides the draw can be
// known; what is told later changes nothing of that event, neither the list nor
// the skipping of ranks. Two rooms that are closed before either's winners have
// been told may therefore give to one person: at most once a room.

// Wins is the data of a control "wins".
type Wins struct {
	Wins []Win `json:"wins"` // 1..MaxWins
}

// Win is a prize unit in somebody's hands in another room of the shop. Grant and
// Offset are evidence: that room's ledger has the grant at that offset, and the proof of its
// event has it among the claims.
type Win struct {
	User   string         `json:"user"`
	Room   string         `json:"room"`
	Event  string         `json:"event"`
	Grant  drawproof.Hash `json:"grant"`
	Offset int64          `json:"offset"`         // of the decision in fudai.ledger, in the partition of Room
	At     int64          `json:"at"`             // room time there, Unix ms
	Lost   bool           `json:"lost,omitempty"` // they hold it no longer
}

// Bounds of what a room is told of others.
const (
	MaxWins = 500 // of one command
	// maxWon is how many wins a room keeps. Beyond it those go that no cap can reach,
	// and what still has no place is refused: then caps count less than there is.
	maxWon = 100_000
)

// won is a win as the room keeps it. Places are offsets in comments[p]: the
// first that stands behind the command.
type won struct {
	Room  string `json:"r"`
	Event string `json:"e"`
	At    int64  `json:"at"`
	From  int64  `json:"from"`
	Lost  int64  `json:"lost,omitempty"` // place; 0: they hold it
}

// elsewhere is what was won in the other rooms of the shop.
type elsewhere struct {
	of map[string][]won // by user; nil: nothing
	n  int
}

// wins folds a command. It takes all of it or nothing.
func (e *Events) wins(data []byte, after int64) error {
	var in Wins
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return fmt.Errorf("wins: %w", err)
	}
	if err := in.Check(e.cfg.Room); err != nil {
		return err
	}
	if e.won.n+len(in.Wins) > maxWon {
		e.won.forget(slices.MaxFunc(in.Wins, func(a, b Win) int { return cmp.Compare(a.At, b.At) }).At - 2*MaxHorizon)
	}
	if e.won.n+len(in.Wins) > maxWon {
		return record.Breaks(RuleWins, "wins: the room has %d of other rooms, most are %d", e.won.n, maxWon)
	}
	names := map[string]string{} // one string of each, not one a win
	for i := range in.Wins {
		w := &in.Wins[i]
		for _, s := range []*string{&w.Room, &w.Event} {
			if _, known := names[*s]; !known {
				names[*s] = *s
			}
			*s = names[*s]
		}
		e.won.tell(w, max(after, 0)+1)
	}
	return nil
}

// Check reports everything that is wrong with wins told to a room.
func (in *Wins) Check(room string) error {
	var errs []error
	if n := len(in.Wins); n == 0 || n > MaxWins {
		errs = append(errs, fmt.Errorf("wins: %d of them, want 1 to %d", n, MaxWins))
	}
	for i := range in.Wins {
		w := &in.Wins[i]
		if w.User == "" || len(w.User) > record.MaxUser || !record.ValidRoom([]byte(w.Room)) || w.Room == room || !record.ValidID([]byte(w.Event)) || w.At < 0 || w.Offset < 0 {
			errs = append(errs, fmt.Errorf("wins[%d]: user %q, room %q (not %q), event %q, at %d, offset %d", i, w.User, w.Room, room, w.Event, w.At, w.Offset))
		}
	}
	return errors.Join(errs...)
}

// tell notes a win, or that it is lost. It may come again: a user has one rank
// in an event, and holds a unit by it once.
func (s *elsewhere) tell(w *Win, place int64) {
	list := s.of[w.User]
	for i := range list {
		if list[i].Room == w.Room && list[i].Event == w.Event {
			if w.Lost && list[i].Lost == 0 {
				list[i].Lost = place
			}
			return
		}
	}
	one := won{Room: w.Room, Event: w.Event, At: w.At, From: place}
	if w.Lost {
		one.Lost = place
	}
	if s.of == nil {
		s.of = map[string][]won{}
	}
	s.of[w.User] = append(list, one)
	s.n++
}

// forget drops what was won up to a time.
func (s *elsewhere) forget(upTo int64) {
	for user, list := range s.of {
		kept := slices.DeleteFunc(list, func(w won) bool { return w.At <= upTo })
		s.n -= len(list) - len(kept)
		if s.of[user] = kept; len(kept) == 0 {
			delete(s.of, user)
		}
	}
}

// held reports whether a win counts for an event that closed at a place.
func (w *won) held(closed int64) bool {
	return w.From <= closed && (w.Lost == 0 || w.Lost > closed)
}
