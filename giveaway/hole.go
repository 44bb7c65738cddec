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

// hole is a part of comments[p] that retention took before this reader had
// folded it. Until the ledger holds a Gap for it, decisions that rest on lost
// comments are taken on the ledger's word: it names the markers, the entrant
// list with its users, the claims. So whatever was sealed goes on to its end;
// what was open and not sealed is ended by the Gap, for nobody can tell who was
// in.
type hole struct {
	record.Gap
	Until int64                        `json:"until"`           // decisions below this ledger offset were made by who knew the comments
	Since int64                        `json:"since"`           // room time when it was found
	Plans map[string][]json.RawMessage `json:"plans,omitempty"` // refused here; the ledger may know better
	Ends  []end                        `json:"ends,omitempty"`  // of staff; they wait for the Gap
	// Extensions since the hole was found. Whether the owner of that time took
	// one hung on what is lost (had it closed? what was the time?); the hash in the
	// ledger's report of the close tells.
	Extends []heldExtension `json:"extends,omitempty"`
}

type heldExtension struct {
	Extension Extension `json:"extension"`
	After     int64     `json:"after"`
	Took      bool      `json:"took,omitempty"` // here
}

type end struct {
	Void bool             `json:"void"`
	Data record.EventData `json:"data"`
}

const codeGap = "gap"

// Lose tells that the comments of gap are gone. It is called before the ledger
// is replayed any further; until is the end of the ledger as it stands.
func (e *Events) Lose(gap record.Gap, until int64) {
	h := &hole{Gap: gap, Until: until, Since: e.now}
	if e.hole != nil { // a second one before the first was told
		h.From, h.Plans, h.Ends, h.Extends = e.hole.From, e.hole.Plans, e.hole.Ends, e.hole.Extends
	}
	e.hole = h
}

// trusts reports whether a decision was made by an owner that knew comments
// which this reader lacks.
func (e *Events) trusts(ledger int64) bool { return e.hole != nil && ledger < e.hole.Until }

func (e *Events) lacks(offset int64) bool {
	return e.hole != nil && e.hole.From <= offset && offset < e.hole.To
}

// keepPlan holds on to a plan that was refused under a hole, where room time
// stands still: if the ledger announces it, it was accepted.
func (e *Events) keepPlan(data []byte) {
	var p struct {
		Event string `json:"event"`
	}
	if json.Unmarshal(data, &p) != nil || p.Event == "" || len(e.hole.Plans) >= maxQueued || len(e.hole.Plans[p.Event]) >= maxSameID {
		return
	}
	if e.hole.Plans == nil {
		e.hole.Plans = map[string][]json.RawMessage{}
	}
	e.hole.Plans[p.Event] = append(e.hole.Plans[p.Event], bytes.Clone(data))
}

// instead takes another plan of the same id where the ledger announces that one:
// the one here was taken under a hole, and refused by who knew the time.
func (e *Events) instead(ev *event, d *record.Decision) (*event, error) {
	var data PlanDecision
	if err := json.Unmarshal(d.Data, &data); err != nil || data.Hash == ev.Hash || ev.Announced != 0 {
		return ev, err
	}
	other, err := e.announced(ev.id(), d)
	if err != nil {
		return ev, err
	}
	e.order = slices.DeleteFunc(e.order, func(x *event) bool { return x == ev })
	return other, nil
}

// maxSameID bounds how many plans of one id are kept under a hole.
const maxSameID = 16

var errNoPlan = errors.New("its plan is not known, part of the log is lost")

// announced takes the plan of a decision at the ledger's word.
func (e *Events) announced(id string, d *record.Decision) (*event, error) {
	var data PlanDecision
	if d.Kind == record.DecideVoid { // before it was announced
		delete(e.hole.Plans, id)
		e.retired[id] = true
		return nil, nil
	}
	if d.Kind != record.DecidePlan {
		return nil, errNoPlan
	}
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return nil, err
	}
	// It was taken when it came, which may have been long before an owner wrote
	// that down: behind its close even, of an opening that was missed.
	var f *Finished
	var errs []error
	for _, raw := range e.hole.Plans[id] {
		var times struct {
			CloseAt int64 `json:"closeAt"`
		}
		if err := json.Unmarshal(raw, &times); err != nil {
			return nil, err
		}
		try, err := Finish(raw, &e.cfg, min(data.At, times.CloseAt-1))
		if errs = append(errs, err); err == nil && try.Hash == data.Hash {
			f = try
		}
	}
	if f == nil {
		return nil, errors.Join(append(errs, errNoPlan)...)
	}
	ev := newEvent(&e.cfg, f)
	e.add(ev)
	delete(e.hole.Plans, id)
	for i := range e.hole.Extends {
		if h := &e.hole.Extends[i]; h.Extension.Event == id {
			h.Took = ev.extend(&e.cfg, h.Extension, h.After, 0) == nil
		}
	}
	return ev, nil
}

// keepExtension notes an extension that comes under a hole; what it answers is
// called when it was taken or refused.
func (e *Events) keepExtension(ev *event, x Extension, after int64) func() {
	if len(e.hole.Extends) >= maxQueued {
		return func() {}
	}
	taken := 0
	if ev != nil {
		taken = len(ev.Amendments)
	}
	e.hole.Extends = append(e.hole.Extends, heldExtension{Extension: x, After: after})
	h := &e.hole.Extends[len(e.hole.Extends)-1]
	return func() { h.Took = ev != nil && len(ev.Amendments) > taken }
}

// settleTerms makes the terms those under which the ledger says an event
// closed: with the extensions that its owner took, whichever were taken here.
func (e *Events) settleTerms(ev *event, want drawproof.Hash) error {
	var held []heldExtension
	before := len(ev.Amendments)
	for _, h := range e.hole.Extends {
		if h.Extension.Event == ev.id() {
			held = append(held, h)
			if h.Took {
				before--
			}
		}
	}
	var try func(from int) bool
	try = func(from int) bool {
		if ev.terms.Hash == want {
			return true
		}
		terms, amendments, told := ev.terms, len(ev.Amendments), len(ev.Extended)
		for i := from; i < len(held); i++ {
			if ev.extend(&e.cfg, held[i].Extension, held[i].After, 0) == nil && try(i+1) {
				return true
			}
			ev.terms, ev.Amendments, ev.Extended = terms, ev.Amendments[:amendments], ev.Extended[:told]
		}
		return false
	}
	if ev.terms.Hash == want {
		return nil
	}
	ev.Amendments, ev.Extended = ev.Amendments[:before:before], ev.Extended[:before:before]
	ev.terms = drawproof.Terms{Hash: ev.Hash, CloseAt: ev.Plan.CloseAt, Round: ev.Plan.Round}
	for _, a := range ev.Amendments {
		var err error
		if ev.terms, err = ev.terms.Amend(ev.Plan.Plan, a); err != nil {
			return err
		}
	}
	if !try(0) {
		return fmt.Errorf("it closed under the terms %s, which no extension that is known gives", want)
	}
	return nil
}

// mark takes a lost marker at the ledger's word.
func (e *Events) mark(ev *event, kind string, data *MarkerDecision) error {
	m := &mark{Offset: data.Offset, Now: data.Now, Told: true}
	if kind == record.DecideOpened {
		m.Sig = drawproof.SignMarker(e.cfg.Keys.Engine, ev.id(), data.Plan, drawproof.MarkerOpen, uint32(e.cfg.Partition), m.Now)
		ev.open(m)
		return nil
	}
	if err := e.settleTerms(ev, data.Plan); err != nil {
		return err
	}
	m.Sig = drawproof.SignMarker(e.cfg.Keys.Engine, ev.id(), data.Plan, drawproof.MarkerClose, uint32(e.cfg.Partition), m.Now)
	ev.Closed, ev.Buyers = m, nil
	return nil
}

// recalled is an entrant as a chunk of the list names it.
type recalled struct {
	user   string
	leaf   drawproof.Leaf // without weight: excluded
	reason uint32         // of those
	chunk  int
	digest [32]byte
}

// recall builds the entrants of an event anew from the chunks of its list, once
// the last one is there, and holds the outcome against them.
func (e *Events) recall(ev *event, d *record.Decision, data *EntrantsDecision) error {
	if d.Chunk == 0 {
		ev.recalled = nil
	}
	users, err := OpenUsers(e.cfg.Keys, ev.id(), data.Users)
	if err != nil {
		return err
	}
	if len(users) != len(data.Leaves)+len(data.Excluded) {
		return fmt.Errorf("chunk %d has %d users for %d leaves", d.Chunk, len(users), len(data.Leaves)+len(data.Excluded))
	}
	for i, user := range users {
		r := recalled{user: user, chunk: d.Chunk, leaf: drawproof.Leaf{Offset: uint64(ev.Opened.Offset)}}
		if i < len(data.Leaves) {
			r.leaf = data.Leaves[i]
		} else {
			r.reason = data.Excluded[i-len(data.Leaves)].Reason
		}
		ev.recalled = append(ev.recalled, r)
	}
	ev.sums = append(ev.sums[:d.Chunk], data.sum())
	if d.Chunk+1 < d.Of {
		return nil
	}
	slices.SortStableFunc(ev.recalled, func(a, b recalled) int { return cmp.Compare(a.leaf.Offset, b.leaf.Offset) })
	folded := ev.entries // of those behind the hole the names are known
	ev.entries = newTable(ev.Plan, e.cfg.Keys.EventKey([]byte(ev.id())))
	ev.Reactions.Rows = nil     // which entries were fast is lost with them
	ev.entries.ties.kinds = nil // which ties excluded whom is lost with the entries
	for _, r := range ev.recalled {
		var name []byte
		if at := folded.find([]byte(r.user)); at >= 0 {
			name = folded.name(at)
		}
		at, _ := ev.entries.add([]byte(r.user), name, uint8(max(1, r.leaf.Weight)), int64(r.leaf.Offset))
		if r.reason == ReasonCluster {
			ev.entries.rows[at].kin = kinOut | kinTold
		}
	}
	if ev.Plan.Cluster != nil {
		ev.Tied = &tied{}
		ev.entries.forget()
	}
	ev.recalled, ev.list = nil, nil
	l := e.listed(ev, data.Cap)
	if l.chunks() != d.Of {
		return fmt.Errorf("the list of the ledger has %d chunks, as read from it %d", d.Of, l.chunks())
	}
	for i := range d.Of {
		if c := e.chunk(ev, l, i, 0); c.sum() != ev.sums[i] {
			return fmt.Errorf("chunk %d of %d of the ledger's list does not read back", i, d.Of)
		}
	}
	return nil
}

// dueGap asks for the Gap as soon as room time is of after the hole, so that
// every event that can have opened in it is known.
func (e *Events) dueGap(now int64, in *Due) {
	gap := e.hole.Gap
	in.Decisions = append(in.Decisions, record.Decision{Kind: record.DecideGap, Room: e.cfg.Room, Gap: &gap,
		Data: mustJSON(GapDecision{now})})
}

// gap ends what was open over a part of the log that is gone, as far as it is
// not sealed: nobody can tell who entered there. What opened behind it and before
// the gap was told ends too, for owners that knew more (purchases, facts, who was
// muted) have given receipts there that a reader without that would not honour.
// Readers that have folded everything do the same.
func (e *Events) gap(d *record.Decision, offset int64) error {
	var data GapDecision
	if d.Gap == nil || d.Room == "" {
		return nil // the owner's note that it began behind a hole
	}
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if e.trusts(offset) {
		e.gapped(data.At)
		return nil // of another hole; what its finder ended by it follows
	}
	if data.At > e.now {
		return errWait
	}
	e.gapped(data.At)
	for _, ev := range e.order {
		open := ev.Plan.OpenAt <= data.At && (ev.Closed == nil || ev.Closed.Offset >= d.Gap.From)
		if ev.Stop == nil && ev.Seal == nil && open {
			ev.Closed = nil // whether the close marker was folded before the gap was read makes no difference
			ev.stuck = nil
			ev.stopped(stop{Void: true, Code: codeGap, Why: "part of the log was lost while it was open", At: data.At}, &e.cfg)
		}
	}
	h := e.hole
	if h == nil {
		return nil
	}
	e.hole = nil
	for _, x := range h.Ends {
		_ = e.end(x.Void, x.Data, data.At) // what cannot end any more goes on
	}
	return nil
}
