package giveaway

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// queued is a decision that waits for the comments it rests on. All wait
// behind it, for they take effect in the order of the ledger.
type queued struct {
	Decision record.Decision `json:"decision"`
	Offset   int64           `json:"offset"`
}

// errWait says that a decision cannot be applied yet.
var errWait = errors.New("waits for comments")

// Ledger folds an accepted decision read back from ledger[p]: the only way in
// which an event gets past closing. A decision that is read before the
// comments under it waits. An error says that ledger and comments contradict
// each other; the event is then stuck and [Events.Stuck] tells it again.
func (e *Events) Ledger(d *record.Decision, offset int64) error {
	switch d.Kind {
	case record.DecidePlan, record.DecideOpened, record.DecideClosed, record.DecideEntrants,
		record.DecideSeal, record.DecideDraw, record.DecideGrant, record.DecideVoid, record.DecideGap:
	default:
		return nil
	}
	if len(e.queue) >= maxQueued {
		return fmt.Errorf("giveaway: %d decisions wait for comments of room %s", len(e.queue), e.cfg.Room)
	}
	e.queue = append(e.queue, queued{*d, offset})
	return e.drain()
}

// drain applies what waits, in order, as far as the comments allow.
func (e *Events) drain() error {
	var errs []error
	for len(e.queue) > 0 {
		q := &e.queue[0]
		err := e.apply(&q.Decision, q.Offset)
		if err == errWait && e.trusts(q.Offset) {
			err = errors.New("it rests on comments that are lost") // and will never come
		}
		if err == errWait {
			break
		}
		if err != nil {
			err = fmt.Errorf("giveaway %s: %s at ledger offset %d: %w", q.Decision.Event, q.Decision.Kind, q.Offset, err)
			if ev := e.byID[q.Decision.Event]; ev != nil && ev.stuck == nil {
				ev.stuck = err
			}
			errs = append(errs, err)
		}
		e.ledger = q.Offset
		*q = queued{}
		if e.queue = e.queue[1:]; len(e.queue) == 0 {
			e.queue = nil
		}
	}
	return errors.Join(errs...)
}

func (e *Events) apply(d *record.Decision, offset int64) error {
	if d.Kind == record.DecideGap {
		return e.gap(d, offset)
	}
	if e.retired[d.Event] {
		return nil
	}
	var at struct {
		At int64 `json:"at"`
	}
	if err := json.Unmarshal(d.Data, &at); err != nil {
		return err
	}
	trusted := e.trusts(offset)
	if trusted {
		e.now = max(e.now, at.At) // the Ticks that said so may be lost
	}
	ev := e.byID[d.Event]
	if ev == nil && trusted {
		var err error
		if ev, err = e.announced(d.Event, d); ev == nil {
			return err
		}
	}
	if ev == nil || at.At > e.now {
		return errWait
	}
	if d.Kind == record.DecideVoid {
		return e.applyVoid(ev, d, trusted)
	}
	if ev.Stop != nil {
		return nil // decided in the tick in which it ended
	}
	switch d.Kind {
	case record.DecidePlan:
		if trusted {
			var err error
			if ev, err = e.instead(ev, d); err != nil {
				return err
			}
		}
		return ev.applyPlan(d)
	case record.DecideOpened:
		return e.applyMark(ev, ev.Opened, d, trusted)
	case record.DecideClosed:
		return e.applyMark(ev, ev.Closed, d, trusted)
	case record.DecideEntrants:
		return e.applyEntrants(ev, d, offset)
	case record.DecideSeal:
		return e.applySeal(ev, d)
	case record.DecideDraw:
		return e.applyDraw(ev, d)
	}
	return e.applyGrant(ev, d, offset)
}

func (ev *event) applyPlan(d *record.Decision) error {
	var data PlanDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if data.Hash != ev.Hash {
		return fmt.Errorf("plan is %s, control gave %s", data.Hash, ev.Hash)
	}
	ev.Announced = max(1, data.At)
	return nil
}

func (e *Events) applyMark(ev *event, m *mark, d *record.Decision, trusted bool) error {
	var data MarkerDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if trusted && (m == nil || m.Offset > data.Offset && e.lacks(data.Offset)) {
		return e.mark(ev, d.Kind, &data)
	}
	if m == nil {
		return errWait
	}
	if m.Offset != data.Offset {
		return fmt.Errorf("marker is at %d, folded at %d", data.Offset, m.Offset)
	}
	m.Told = true
	return nil
}

func (e *Events) applyEntrants(ev *event, d *record.Decision, offset int64) error {
	var data EntrantsDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Closed == nil {
		return errWait
	}
	if ev.Seal != nil || d.Chunk < ev.Listed.Chunks {
		return nil // a repeat
	}
	if e.trusts(offset) { // also of what opened behind the hole: purchases before it may decide
		return e.applyLost(ev, d, &data)
	}
	l := e.listed(ev, data.Cap)
	if d.Chunk != ev.Listed.Chunks || d.Of != l.chunks() || ev.Listed.Of != 0 && ev.Listed.Cap != data.Cap {
		return fmt.Errorf("chunk %d of %d (cap %d), want chunk %d of %d (cap %d)", d.Chunk, d.Of, data.Cap, ev.Listed.Chunks, l.chunks(), ev.Listed.Cap)
	}
	if _, written := l.sums[d.Chunk]; !written {
		e.chunk(ev, l, d.Chunk, data.At)
	}
	if data.sum() != l.sums[d.Chunk] {
		return fmt.Errorf("chunk %d of %d with %d entrants differs from what the comments fold to", d.Chunk, d.Of, len(data.Leaves))
	}
	l.read = append(l.read, data.Leaves...)
	l.readOut = append(l.readOut, data.Excluded...)
	ev.Listed = listed{Cap: data.Cap, Chunks: d.Chunk + 1, Of: d.Of}
	return nil
}

// applyLost is applyEntrants where the comments that the list rests on are lost.
func (e *Events) applyLost(ev *event, d *record.Decision, data *EntrantsDecision) error {
	if d.Chunk != ev.Listed.Chunks || ev.Listed.Of != 0 && (ev.Listed.Of != d.Of || ev.Listed.Cap != data.Cap) {
		return fmt.Errorf("chunk %d of %d (cap %d), want chunk %d of %d (cap %d)", d.Chunk, d.Of, data.Cap, ev.Listed.Chunks, ev.Listed.Of, ev.Listed.Cap)
	}
	if err := e.recall(ev, d, data); err != nil {
		return err
	}
	ev.Listed = listed{Cap: data.Cap, Chunks: d.Chunk + 1, Of: d.Of}
	return nil
}

// applySeal computes the close record a second time, from the list as the
// ledger holds it.
func (e *Events) applySeal(ev *event, d *record.Decision) error {
	var data SealDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Closed == nil {
		return errWait
	}
	if ev.Seal != nil && ev.Seal.CloseHash == data.CloseHash {
		return nil // a repeat
	}
	if ev.Seal != nil || ev.Listed.Of == 0 || ev.Listed.Chunks != ev.Listed.Of {
		return fmt.Errorf("sealed with %d of %d chunks of the list", ev.Listed.Chunks, ev.Listed.Of)
	}
	if !ev.wants(data.Close.Round) || ev.Plan.Beacon.RoundTime(data.Close.Round) <= data.At || data.Close.Round <= ev.newest() {
		return fmt.Errorf("round %d is not to come at %d", data.Close.Round, data.At)
	}
	l := e.listed(ev, ev.Listed.Cap)
	e.reread(ev, l)
	second := e.closeOver(ev, l.read, l.readOut, ev.Listed.Cap, data.Close.Round)
	if hash := second.Hash(); hash != data.CloseHash || data.Close.Hash() != hash {
		return fmt.Errorf("close hash is %s, the list in the ledger gives %s", data.CloseHash, hash)
	}
	ev.Seal = &sealed{At: data.At, Round: second.Round, Root: second.Root, CloseHash: data.CloseHash, In: len(l.in), Out: len(l.out)}
	l.read, l.readOut = nil, nil
	if l.kin != nil {
		ev.Tied = &tied{ev.entries.ties.devices.n, slices.Clone(ev.entries.ties.known[:])}
		ev.entries.settle(l.kin)
		l.kin = nil
	}
	return nil
}

// reread fills in the chunks that were read before a restart.
func (e *Events) reread(ev *event, l *listing) {
	if len(l.read)+len(l.readOut) == len(l.in)+len(l.out) {
		return
	}
	l.read, l.readOut = nil, nil
	for i := range l.chunks() {
		d := e.chunk(ev, l, i, 0)
		l.read, l.readOut = append(l.read, d.Leaves...), append(l.readOut, d.Excluded...)
	}
}

// newest is the greatest round that is known already.
func (ev *event) newest() uint64 {
	if n := len(ev.Beacons); n > 0 {
		return ev.Beacons[n-1].Round
	}
	return 0
}

func (e *Events) applyDraw(ev *event, d *record.Decision) error {
	var data DrawDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if ev.Drawn != nil && ev.Drawn.ResultHash == data.ResultHash {
		return nil // a repeat
	}
	if ev.Seal == nil || ev.Drawn != nil {
		return fmt.Errorf("drawn while %s", ev.phase())
	}
	sigma := ev.sigma(ev.Seal.Round)
	if sigma == nil {
		return errWait // the beacon's control record stands before it
	}
	if string(sigma) != string(data.Sigma) {
		return fmt.Errorf("drawn with another signature of round %d", ev.Seal.Round)
	}
	if err := ev.prove(e.listed(ev, ev.Listed.Cap), sigma, data.Proof); err != nil {
		return err
	}
	r := e.draw(ev)
	if hash := r.Hash(); hash != data.ResultHash {
		return fmt.Errorf("result is %s, computed %s", data.ResultHash, hash)
	}
	ev.Drawn = &drawn{At: data.At, Proof: data.Proof, ResultHash: data.ResultHash, Returned: r.Returned}
	ev.grantUnits(r)
	return nil
}

func (e *Events) applyVoid(ev *event, d *record.Decision, trusted bool) error {
	var data VoidDecision
	if err := json.Unmarshal(d.Data, &data); err != nil {
		return err
	}
	if s := ev.Stop; s != nil {
		// Why it ended is the ledger's word: of staff's command and a gap at nearly one
		// time, who reads behind the hole takes the gap, for commands wait there.
		if !s.Told && s.Left == 0 && d.Chunk == 0 {
			s.Void, s.Code, s.Why, s.At = data.State == Void.String(), data.Code, data.Why, data.At
		}
		ev.left(d.Chunk, d.Of, &e.cfg)
		return nil
	}
	switch {
	case data.Code == codeLate && ev.Closed == nil:
		return errWait
	case data.Code == codeNoProof && ev.Seal != nil && ev.Drawn == nil && ev.sigma(ev.Seal.Round) == nil:
		return errWait // the beacon's control record stands before it
	}
	// What the owner decides by itself must hold when it takes effect, for an
	// extension may have come between.
	holds := data.Code == codeMissed && ev.missed(data.At) || data.Code == codeLate && ev.hopeless(data.At) ||
		data.Code == codeNoProof && ev.unproved(data.At)
	if trusted && data.Code != codeMissed && data.Code != codeLate && data.Code != codeNoProof {
		holds = true // it was in force when it was written down
	}
	if holds {
		s := stop{Void: data.State == Void.String(), Code: data.Code, Why: data.Why, At: data.At, Told: d.Of <= 1 || trusted}
		if !s.Told {
			s.Left = 1
		}
		ev.stopped(s, &e.cfg)
	}
	return nil
}

// Checked values of stop codes that the owner gives.
const (
	codeMissed = "missed" // the opening was missed
	codeLate   = "late"   // sealed too late for the last step of the ladder
)

// missed reports whether the opening can no longer come.
func (ev *event) missed(now int64) bool {
	return ev.Stop == nil && ev.Opened == nil && now >= ev.terms.CloseAt
}

// hopeless reports whether no round is left for which a seal would be in time.
func (ev *event) hopeless(now int64) bool {
	_, ok := ev.roundFor(now)
	return ev.Stop == nil && ev.Closed != nil && ev.Seal == nil && !ok
}

// Seals must be in the ledger this long before their round is due.
const (
	sealMarginMs      = 2000
	sealMarginLocalMs = 1000
)

// roundFor is the first round of the ladder that a seal decided now is in time
// for. A round whose signature is known already is none, whatever the clock says.
func (ev *event) roundFor(now int64) (uint64, bool) {
	margin := int64(sealMarginMs)
	if ev.Plan.Beacon.Kind == drawproof.ChainLocal {
		margin = sealMarginLocalMs
	}
	for k := range uint64(maxLadder + 1) {
		round := ev.terms.Round + k*ev.Plan.LadderStep
		if ev.Plan.Beacon.RoundTime(round) >= now+margin && round > ev.newest() {
			return round, true
		}
	}
	return 0, false
}
