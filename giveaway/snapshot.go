package giveaway

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

const snapshotVersion = 1

// ErrSnapshot is wrapped by every refusal of Restore.
var ErrSnapshot = errors.New("giveaway: bad snapshot")

// savedEvents is the part of a snapshot that is JSON; the entrant tables follow
// it in the order of the events.
type savedEvents struct {
	Events   []savedEvent       `json:"events"`
	Retired  []string           `json:"retired"`
	Awards   map[string][]award `json:"awards"`
	Wins     map[string][]won   `json:"wins,omitempty"`
	Queue    []queued           `json:"queue"`
	Position int64              `json:"position"`
	Now      int64              `json:"now"`
	Ledger   int64              `json:"ledger"`
	Hole     *hole              `json:"hole,omitempty"`
	Note     string             `json:"checkpoint,omitempty"`
	GapAt    int64              `json:"gap_at,omitempty"`
	Decoys   []decoy            `json:"decoys,omitempty"`
}

type savedEvent struct {
	Plan  json.RawMessage `json:"plan"` // with what is not published
	State *state          `json:"state"`
	Stuck string          `json:"stuck,omitempty"`
}

// AppendSnapshot appends the whole state.
func (e *Events) AppendSnapshot(dst []byte) []byte {
	s := savedEvents{Retired: sortedKeys(e.retired), Awards: e.awards, Wins: e.won.of, Queue: e.queue, Position: e.position, Ledger: e.ledger, Now: e.now, Hole: e.hole, Note: e.head.note, GapAt: e.gapAt, Decoys: e.decoys}
	for _, ev := range e.order {
		saved := savedEvent{Plan: ev.private(), State: &ev.state}
		if ev.stuck != nil {
			saved.Stuck = ev.stuck.Error()
		}
		s.Events = append(s.Events, saved)
	}
	raw, err := json.Marshal(&s)
	if err != nil {
		panic("giveaway: snapshot: " + err.Error()) // integers, strings and JSON only
	}
	dst = append(dst, snapshotVersion)
	dst = binary.AppendUvarint(dst, uint64(len(raw)))
	dst = append(dst, raw...)
	for _, ev := range e.order {
		dst = ev.entries.appendTo(dst)
		if ev.Plan.Cluster != nil {
			dst = ev.entries.appendTies(dst, ev.Tied != nil)
		}
	}
	return dst
}

// Restore replaces the state by a snapshot's. After an error e is empty.
func (e *Events) Restore(b []byte) error {
	fresh := New(e.cfg)
	err := fresh.restore(b)
	if err != nil {
		fresh = New(e.cfg)
		err = fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	*e = *fresh
	return err
}

func (e *Events) restore(b []byte) error {
	if len(b) == 0 || b[0] != snapshotVersion {
		return fmt.Errorf("%d bytes, version %v, this build reads %d", len(b), b[:min(1, len(b))], snapshotVersion)
	}
	n, size := binary.Uvarint(b[1:])
	if size <= 0 || n > uint64(len(b)-1-size) {
		return fmt.Errorf("state of %d bytes in %d", n, len(b))
	}
	raw, rest := b[1+size:1+size+int(n)], b[1+size+int(n):]
	var s savedEvents
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	for i := range s.Events {
		ev, err := e.restored(&s.Events[i])
		if err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		if rest, err = ev.entries.read(rest); err != nil {
			return fmt.Errorf("event %s: %w", ev.id(), err)
		}
		if ev.Plan.Cluster != nil {
			if rest, err = ev.entries.readTies(rest, ev.Tied != nil); err != nil {
				return fmt.Errorf("event %s: %w", ev.id(), err)
			}
		}
		e.add(ev)
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d bytes behind the last event", len(rest))
	}
	for _, id := range s.Retired {
		e.retired[id] = true
	}
	if s.Awards != nil {
		e.awards = s.Awards
	}
	e.won.of = s.Wins
	for _, list := range s.Wins {
		e.won.n += len(list)
	}
	e.queue, e.position, e.ledger, e.now, e.hole, e.gapAt = s.Queue, s.Position, s.Ledger, s.Now, s.Hole, s.GapAt
	e.decoys = s.Decoys
	if _, err := e.Heard(s.Note); err != nil {
		e.head = head{} // of a log that this installation no longer has
	}
	return nil
}

// restored is an event without its entrants.
func (e *Events) restored(s *savedEvent) (*event, error) {
	p := &Plan{}
	if err := json.Unmarshal(s.Plan, p); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	f, err := p.publish()
	if err != nil {
		return nil, err
	}
	if s.State == nil {
		return nil, errors.New("no state")
	}
	ev := newEvent(&e.cfg, f)
	ev.state = *s.State
	if ev.Opened != nil {
		ev.epoch = epochOf(ev.Opened.Sig)
	}
	for _, a := range ev.Amendments {
		if ev.terms, err = ev.terms.Amend(f.Plan.Plan, a); err != nil {
			return nil, fmt.Errorf("amendment: %w", err)
		}
	}
	if s.Stuck != "" {
		ev.stuck = errors.New(s.Stuck)
	}
	return ev, nil
}

// Hash is over the verdict state: equal on owners that folded the same records.
// The entrants stand in it by their chain, which covers every row.
func (e *Events) Hash() [32]byte {
	h := sha256.New()
	enc := json.NewEncoder(h)
	put := func(v any) {
		if err := enc.Encode(v); err != nil {
			panic("giveaway: hash: " + err.Error())
		}
	}
	for _, ev := range e.order {
		put(ev.Hash)
		put(&ev.state)
		put(struct {
			N     int
			Chain drawproof.Hash
		}{len(ev.entries.rows), ev.entries.chain})
		if ev.Plan.Cluster != nil {
			put(ev.entries.ties.chain)
		}
	}
	put(sortedKeys(e.retired))
	put(e.awards)
	if e.won.n > 0 {
		put(e.won.of)
	}
	put(e.queue)
	put([2]int64{e.position, e.ledger})
	if len(e.decoys) > 0 {
		put(e.decoys)
	}
	if e.head.note != "" {
		put(e.head.note)
	}
	return [32]byte(h.Sum(nil))
}
