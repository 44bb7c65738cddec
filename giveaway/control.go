package giveaway

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// DeadChainMs is how long after its time a round must be missing before a
// sealed event may be void.
const DeadChainMs = int64(72 * 3600 * 1000)

// maxLadder is how many steps of the ladder a late seal may use (drawproof, rule 21).
const maxLadder = 10

// Control folds a plan, cancel, void, confirmation, decoy, beacon or wins. It is called at the Applied
// barrier, after being the offset in comments[p] behind which it takes effect. An error names everything that is wrong with it; the state is then
// unchanged.
func (e *Events) Control(ctl *record.Control, after, now int64) error {
	err := e.Advance(now)
	switch ctl.Kind {
	case record.CtlPlan:
		if ext, ok := ParseExtension(ctl.Data); ok {
			return errors.Join(err, e.extend(ext, after, now))
		}
		bad := e.plan(ctl.Data, now)
		if bad != nil && e.hole != nil {
			e.keepPlan(ctl.Data)
		}
		return errors.Join(err, bad)
	case record.CtlCancel, record.CtlVoid:
		var data record.EventData
		if bad := json.Unmarshal(ctl.Data, &data); bad != nil {
			return errors.Join(err, fmt.Errorf("%s: %w", ctl.Kind, bad))
		}
		if e.hole != nil {
			e.hole.Ends = append(e.hole.Ends, end{ctl.Kind == record.CtlVoid, data})
			return err
		}
		return errors.Join(err, e.end(ctl.Kind == record.CtlVoid, data, now))
	case record.CtlConfirm:
		return errors.Join(err, e.confirm(ctl, after, now))
	case record.CtlDecoy:
		return errors.Join(err, e.lay(ctl.Data, now))
	case record.CtlBeacon:
		return errors.Join(err, e.beacon(ctl.Data, now))
	case record.CtlWins:
		return errors.Join(err, e.wins(ctl.Data, after))
	}
	return errors.Join(err, fmt.Errorf("control %q does not concern giveaways", ctl.Kind))
}

func (e *Events) plan(data []byte, now int64) error {
	f, err := Finish(data, &e.cfg, now)
	if err != nil {
		return err
	}
	id := f.Plan.Event
	if old := e.byID[id]; old != nil && old.Hash == f.Hash {
		return nil // the same plan again
	} else if old != nil {
		return record.Breaks(RuleOther, "plan: event %q has the plan %s, which is final", id, old.Hash)
	}
	if e.decoy(id) != nil {
		return record.Breaks(RuleOther, "plan: %q names something else already", id)
	}
	if e.retired[id] {
		return record.Breaks(RuleOver, "plan: event %q is over; its id names no second one", id)
	}
	if n := e.live(); n >= MaxLive {
		return record.Breaks(RuleFull, "plan: room has %d giveaways under way, most are %d", n, MaxLive)
	}
	ev := newEvent(&e.cfg, f)
	if err := e.conflicts(ev); err != nil {
		return err
	}
	e.retire()
	e.pruneAwards(now)
	e.add(ev)
	return nil
}

// conflicts refuses a passphrase that another event of the same time has.
func (e *Events) conflicts(ev *event) error {
	for _, other := range e.order {
		if other.phase().Final() || other.terms.CloseAt <= ev.Plan.OpenAt || ev.terms.CloseAt <= other.Plan.OpenAt {
			continue
		}
		for i, d := range ev.phrases {
			if other.says(d) {
				return record.Breaks(RulePhrase, "plan: passphrase %q is that of event %q, which is open at the same time", ev.Plan.Phrases[i], other.id())
			}
		}
	}
	return nil
}

// retire forgets the oldest finished events beyond what is kept. It runs where
// a plan takes effect, a point of the log that all owners share.
func (e *Events) retire() {
	finished, rows := 0, 0
	for i := len(e.order) - 1; i >= 0; i-- {
		ev := e.order[i]
		if !ev.phase().Final() {
			continue
		}
		finished++
		rows += len(ev.entries.rows)
		if finished > maxFinished || finished > 1 && rows > maxKept {
			e.retired[ev.id()] = true
			delete(e.byID, ev.id())
			delete(e.display, ev.id())
			e.order = slices.Delete(e.order, i, i+1)
		}
	}
}

// beacon takes a round of public randomness from anybody: it proves itself.
func (e *Events) beacon(data []byte, now int64) error {
	var b record.BeaconData
	if err := json.Unmarshal(data, &b); err != nil {
		return fmt.Errorf("beacon: %w", err)
	}
	sigma, err := hex.DecodeString(b.Sig)
	if err != nil {
		return fmt.Errorf("beacon: signature of round %d is not hex: %w", b.Round, err)
	}
	wanted, verified := false, false
	for _, ev := range e.order {
		if ev.Plan.Beacon.Hash.String() != b.Chain || !ev.wants(b.Round) {
			continue
		}
		wanted = true
		if ev.sigma(b.Round) != nil {
			continue // known; verified then
		}
		if !verified {
			if err := e.verifyBeacon(ev.Plan.Beacon, b.Round, sigma); err != nil {
				return fmt.Errorf("beacon: %w", err)
			}
			verified = true
		}
		came := beaconRound{Round: b.Round, Sigma: sigma}
		if ev.Plan.VRF != nil {
			came.At = now
		}
		ev.Beacons = append(ev.Beacons, came)
		sort.Slice(ev.Beacons, func(i, j int) bool { return ev.Beacons[i].Round < ev.Beacons[j].Round })
	}
	if !wanted {
		return fmt.Errorf("beacon: no giveaway waits for round %d of chain %.16s", b.Round, b.Chain)
	}
	return nil
}

func (e *Events) verifyBeacon(c drawproof.Chain, round uint64, sigma []byte) error {
	if e.cfg.verify != nil {
		return e.cfg.verify(c, round, sigma)
	}
	return drawproof.VerifyBeacon(c, round, sigma)
}

// wants reports whether a round may yet decide the event: the planned one or a
// step of the ladder.
func (ev *event) wants(round uint64) bool {
	if ev.Stop != nil || ev.Drawn != nil || round < ev.terms.Round {
		return false
	}
	steps := round - ev.terms.Round
	return steps%ev.Plan.LadderStep == 0 && steps/ev.Plan.LadderStep <= maxLadder
}
