package giveaway

import (
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Entry is one attempt to take part.
type Entry struct {
	Event     string
	User      []byte
	Name      []byte
	Facts     *record.Facts // nil: nothing is known
	Nonce     []byte        // hex as sent
	NeedNonce bool          // a viewer's socket must send one, a trusted producer need not
	Digest    uint64        // moderation.Digest of the text, for events with a passphrase
	Via       record.Via
	HasVia    bool
	Reaction  int64 // ms, as record.Comment has it; 0: unknown
}

var noFacts record.Facts

// Enter folds an entry. It counts by its place between the markers alone.
func (e *Events) Enter(in *Entry, offset, now int64) Result {
	e.see(offset, now)
	if d := e.decoy(in.Event); d != nil {
		return d.enter(in, offset, now)
	}
	ev := e.byID[in.Event]
	takes := ev != nil && ev.takes()
	r := e.enter(ev, in, offset, now)
	if e.hole != nil && (r.Code == record.Entered || r.Code == record.Already) {
		// Who was in before, or paid, may stand in the part that is lost: a receipt
		// could promise a place that somebody else has. The event ends with the Gap,
		// or goes on with the list of the ledger.
		r = Result{Code: record.Closed, Offset: offset}
	}
	switch {
	case takes:
		ev.Tries.count(len(ev.Plan.Conditions), &r)
	case r.Code == record.Early:
		ev.early++
	case r.Code == record.Late:
		ev.late++
	}
	return r
}

func (e *Events) enter(ev *event, in *Entry, offset, now int64) Result {
	switch {
	case ev == nil || ev.Stop != nil:
		return Result{Code: record.NoEvent, Offset: offset}
	case ev.Opened == nil:
		return Result{Code: record.Early, Offset: offset}
	case ev.Closed != nil:
		return Result{Code: record.Late, Offset: ev.Closed.Offset}
	}
	if at := ev.entries.find(in.User); at >= 0 {
		return Result{Code: record.Already, Offset: ev.entries.rows[at].offset}
	}
	says := ev.says(in.Digest)
	if len(ev.phrases) > 0 && !says && !ev.Plan.namesPhrase() {
		return Result{Code: record.BadEntry, Offset: offset}
	}
	if in.NeedNonce && !checkNonce(e.cfg.Keys, e.cfg.Room, in.User, []byte(in.Event), ev.epoch, in.Nonce) {
		return Result{Code: record.BadEntry, Offset: offset}
	}
	if n := len(ev.entries.rows); n >= MaxEntrants || len(in.User) == 0 || len(in.User) > 255 {
		return Result{Code: record.Closed, Offset: offset} // said, never dropped in silence
	}
	a := asked{facts: in.Facts, now: now, place: int64(len(ev.entries.rows)), bought: ev.Buyers[string(in.User)], says: says}
	if a.facts == nil {
		a.facts = &noFacts
	}
	if code, detail := ev.qualifies(&a); code != record.Entered {
		return Result{Code: code, Detail: detail, Offset: offset}
	}
	at, salt := ev.entries.add(in.User, in.Name[:min(len(in.Name), 255)], ev.weight(&a), offset)
	ev.Reactions.note(at, in.Reaction)
	if ev.entries.ties.kinds != nil {
		ev.entries.tie(at, a.facts, e.history(ev, in.User))
	}
	r := Result{Code: record.Entered, Offset: offset, Receipt: ev.receipt(at, salt, e.cfg.Partition), HasReceipt: true}
	r.Receipt.Via = in.Via
	return r
}

// qualifies asks the conditions, all of them, so that the funnel knows each. The
// first no is told, and before any unknown: it is the answer that stays.
func (ev *event) qualifies(a *asked) (record.Code, uint8) {
	code, detail := record.Entered, 0
	ev.Tries.asks(len(ev.Plan.Conditions))
	for i := range ev.Plan.Conditions {
		switch ev.Plan.Conditions[i].eval(a) {
		case yes:
			ev.Tries.Yes[i]++
		case no:
			if code != record.Ineligible {
				code, detail = record.Ineligible, i
			}
		case unknown:
			ev.Tries.Open[i]++
			if code == record.Entered {
				code, detail = record.Unknown, i
			}
		}
	}
	return code, uint8(detail)
}

func (ev *event) weight(a *asked) uint8 {
	tickets := uint32(1)
	for i := range ev.Plan.Weights {
		if w := &ev.Plan.Weights[i]; w.When.eval(a) == yes {
			tickets += w.Add
		}
	}
	return uint8(min(tickets, ev.Plan.MaxWeight, drawproof.MaxWeight))
}

func (ev *event) receipt(at int, salt [16]byte, partition int32) record.Receipt {
	r := &ev.entries.rows[at]
	return record.Receipt{Tag: r.tag, Salt: salt, Weight: uint32(r.weight), Partition: uint32(partition), Offset: uint64(r.offset)}
}

// Purchase folds a paid order of the room, for conditions that ask for one.
func (e *Events) Purchase(c *record.Comment, offset, now int64) {
	if c.Kind != record.Purchase {
		return
	}
	e.see(offset, now)
	for _, ev := range e.order {
		if ev.Stop != nil || ev.Closed != nil || !ev.asks("bought") {
			continue
		}
		if ev.Buyers == nil {
			ev.Buyers = map[string]purchase{}
		}
		b := ev.Buyers[string(c.User)]
		b.Orders, b.Fen = b.Orders+1, b.Fen+max(0, c.Amount)
		ev.Buyers[string(c.User)] = b
	}
}

// asks reports whether a condition or a weight names a rule.
func (ev *event) asks(rule string) bool {
	for i := range ev.Plan.Conditions {
		if ev.Plan.Conditions[i].uses(rule) {
			return true
		}
	}
	for i := range ev.Plan.Weights {
		if ev.Plan.Weights[i].When.uses(rule) {
			return true
		}
	}
	return false
}
