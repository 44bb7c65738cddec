package studio

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// What a plan does if no relay of the beacon can be reached before it opens.
// In neither case does another chain stand in.
const (
	BeaconWait   = "wait"   // it opens, and the draw waits for its round
	BeaconCancel = "cancel" // it is cancelled before it opens
)

const (
	// testedFor is how long before the opening a test of the beacon counts as one
	// before the opening.
	testedFor = 60_000
	// testAgain is how long after a bad test another one is made.
	testAgain = 4_000
	// lastCall is how long before the opening a giveaway is cancelled if its plan
	// says so: the command must be in force by then.
	lastCall = 8_000
	// freshFor is how long a test does for who only looks at a draft.
	freshFor = 15_000
)

// reached is the last test of the beacon.
type reached struct {
	mu   sync.Mutex // around last; probes go on beside each other
	last *beacon.Reachability
}

// reach tests the relays, which takes 3 s at most; nil where nothing tests.
// Never call it in a transaction.
func (s *Studio) reach(ctx context.Context) *beacon.Reachability {
	if s.cfg.Reach == nil {
		return nil
	}
	r := s.cfg.Reach(ctx)
	s.reached.mu.Lock()
	defer s.reached.mu.Unlock()
	s.reached.last = &r
	return &r
}

// lastReach is what the last test said, and asks for a new one if that is old:
// a draft is checked at every key that is pressed.
func (s *Studio) lastReach(now int64) *beacon.Reachability {
	s.reached.mu.Lock()
	defer s.reached.mu.Unlock()
	if s.cfg.Reach != nil && (s.reached.last == nil || now-s.reached.last.At > freshFor) {
		select {
		case s.probe <- struct{}{}:
		default: // one is on its way
		}
	}
	return s.reached.last
}

// away warns of a beacon that cannot be reached, and says what the plan does.
func (f *finding) away(r *beacon.Reachability) {
	if r == nil {
		return
	}
	message := "no relay of the public beacon can be reached: it would open, its result would follow when the round comes, and no other random number is used"
	if f.draft.NoBeacon == BeaconCancel {
		message = "no relay of the public beacon can be reached: if that is so before it opens, it is cancelled"
	}
	warn := wants(&f.warnings)
	warn(r.OK, "draft.noBeacon", "beacon", message)
}

// prober tests the beacon when somebody looks at a draft, and before openings.
func (s *Studio) prober(ctx context.Context) {
	if s.cfg.Reach == nil {
		return
	}
	every := time.NewTicker(max(s.cfg.Every, time.Second))
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.probe:
			s.reach(ctx)
		case now := <-every.C:
			if err := s.beforeOpenings(ctx, now.UnixMilli()); err != nil && ctx.Err() == nil {
				s.cfg.Logger.Warn("the beacon is not tested before an opening, will be tried again", "err", err)
			}
		}
	}
}

// beforeOpenings tests the beacon for what opens within a minute.
func (s *Studio) beforeOpenings(ctx context.Context, now int64) error {
	all, err := giveaways.list(ctx, s.store.db, filter{states: []string{Scheduled, Announced}})
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(g Giveaway) bool { return !g.wantsTest(now) })
	if len(all) == 0 {
		return nil
	}
	r := s.reach(ctx)
	var errs []error
	for i := range all {
		errs = append(errs, s.tested(ctx, all[i].ID, r, now))
	}
	return errors.Join(errs...)
}

func (g *Giveaway) wantsTest(now int64) bool {
	if g.OpenAt == 0 || now >= g.OpenAt || g.OpenAt-now > testedFor {
		return false
	}
	tested := g.Beacon != nil && g.Beacon.At >= g.OpenAt-testedFor
	return !tested || !g.Beacon.OK && now-g.Beacon.At >= testAgain
}

// tested keeps the result, and cancels what says so in its plan.
func (s *Studio) tested(ctx context.Context, id string, r *beacon.Reachability, now int64) error {
	var g *Giveaway
	err := s.store.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if g, err = giveaways.get(ctx, tx, id); err != nil {
			return err
		}
		changed := g.Beacon == nil || g.Beacon.OK != r.OK
		g.Beacon = r
		if err := set(ctx, tx, giveaways.name, g, "", now); err != nil || r.OK && !changed {
			return err
		}
		return audit(ctx, tx, now, g.Shop, "the studio", "beacon", giveaways.what, g.ID, r)
	})
	if err != nil || r.OK || g.Draft.NoBeacon != BeaconCancel || g.State != Announced || g.OpenAt-now > lastCall {
		return err
	}
	return s.say(ctx, g.Room, record.CtlCancel, "beacon."+g.ID, "the studio", now, record.EventData{Event: g.ID, Code: record.EndFault, Reason: "开始前连不上公开随机数源"})
}

// tests is the test before approval and scheduling. What it finds stands in the
// giveaway and in the trail; it refuses nothing, for a plan of next week must
// not hang on the network of this minute, and says what happens without.
func (s *Studio) tests(c *rest.Call) func(*Giveaway) {
	r := s.reach(c)
	return func(g *Giveaway) {
		if r != nil {
			g.Beacon = r
		}
	}
}

// public reports whether plans of now on are drawn by a public beacon.
func (s *Studio) public() bool { return s.cfg.Chains[0].Kind != drawproof.ChainLocal }
