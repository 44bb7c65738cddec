package giveaway

import "github.com/fudai-live/fudai/room/record"

// Behind a hole in the log nobody is named, and a list of several chunks whose
// owner died is not gone on with. Owners differ in what they know there: one has
// folded all of it, one comes from a snapshot of before the hole, another from an
// older one; each would name others, cut at other places, and the ledger could not
// be held against any of them. So the list that counts is the ledger's as far as it
// was written, and whoever is not on it proves by the engine's signed receipt that
// they were in (giveaway/fulfil, POST /v1/me/voids). How many those are nobody
// knows: not every record that is lost was an entry.

// dueVoid tells that an event ended, and who was in: their compensation, if the
// plan has one, is theirs also when the show is over.
func (e *Events) dueVoid(ev *event, s stop, in *Due) {
	state := Cancelled
	if s.Void {
		state = Void
	}
	cuts := ev.entries.cuts(chunkBytes)
	of := len(cuts) - 1
	last := min(of, s.Left+maxChunksDue)
	if ev.Stop == nil {
		last = 1 // it takes effect, or does not, with the first
	}
	for i := s.Left; i < last; i++ {
		data := VoidDecision{At: s.At, State: state.String(), Code: s.Code, Why: s.Why}
		if users := ev.entries.packed(cuts[i], cuts[i+1]); len(users) > 0 {
			data.Users = newBox(e.cfg.Keys.EventKey([]byte(ev.id()))).seal(users)
		}
		d := e.decide(ev, record.DecideVoid, data)
		if of > 1 {
			d.Chunk, d.Of = i, of
		}
		if i == 0 {
			d.Public = e.publicEnd(ev, state, &s)
		}
		in.Decisions = append(in.Decisions, d)
	}
}

// left notes a chunk of who was in that was read back, and drops them with the last.
func (ev *event) left(chunk, of int, cfg *Config) {
	if ev.Stop.Told || of > 1 && chunk != ev.Stop.Left {
		return // another owner wrote it, too
	}
	if ev.Stop.Left++; ev.Stop.Left < of {
		return
	}
	ev.Stop.Left, ev.Stop.Told = 0, true
	if !ev.remembered() {
		ev.drop(cfg)
	}
}

// cuts are the rows at which chunks of users of so many bytes begin, and the end.
// No rows are one empty chunk.
func (t *table) cuts(most int) []int {
	cuts, size := []int{0}, 0
	for i := range t.rows {
		cost := (1+int(t.rows[i].user))*4/3 + 1
		if size += cost; size > most {
			cuts, size = append(cuts, i), cost
		}
	}
	return append(cuts, len(t.rows))
}

// packed are the users of some rows, each behind its length.
func (t *table) packed(from, to int) []byte {
	var users []byte
	for i := from; i < to; i++ {
		user := t.user(i)
		users = append(append(users, byte(len(user))), user...)
	}
	return users
}
