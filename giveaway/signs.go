package giveaway

import "github.com/fudai-live/fudai/room/record"

// Signs say how soon entries came after their opening was delivered, of those
// that counted and of which an edge could tell. A soon one is a sign of a program
// and no proof; nothing follows from it by itself. A person who looks at it may put
// the user on the block list of a giveaway that is still to be planned.
type Signs struct {
	Measured int64 `json:"measured"`
	Fast     int64 `json:"fast"` // within record.FastReaction
}

// reactions are those of an event, with who the fast ones were.
type reactions struct {
	Measured int64  `json:"measured,omitempty"`
	Fast     int64  `json:"fast,omitempty"`
	Rows     []fast `json:"rows,omitempty"` // the first MaxSuspects of them
}

// fast is an entry that came within record.FastReaction.
type fast struct {
	Row uint32 `json:"row"`
	Ms  uint8  `json:"ms"`
}

// MaxSuspects bounds the users whom a giveaway, or a decoy, remembers by name;
// beyond it they are counted.
const MaxSuspects = 1000

// note takes the reaction of an entry that counts, ms; 0: unknown.
func (s *reactions) note(row int, reaction int64) {
	if reaction == 0 {
		return
	}
	s.Measured++
	if reaction >= record.FastReaction {
		return
	}
	if s.Fast++; len(s.Rows) < MaxSuspects {
		s.Rows = append(s.Rows, fast{uint32(row), uint8(reaction)})
	}
}

// Suspect is a user with a sign that no person acted.
type Suspect struct {
	User string `json:"user"`
	Name string `json:"name,omitempty"`
	Ms   int64  `json:"ms,omitempty"` // how soon the entry came; none of who entered a decoy
}

// suspects are the users of a giveaway who entered fast.
func (ev *event) suspects() []Suspect {
	all := []Suspect{}
	for _, f := range ev.Reactions.Rows {
		if int(f.Row) < len(ev.entries.rows) {
			all = append(all, Suspect{string(ev.entries.user(int(f.Row))), string(ev.entries.name(int(f.Row))), int64(f.Ms)})
		}
	}
	return all
}
