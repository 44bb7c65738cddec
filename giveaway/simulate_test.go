package giveaway

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// sim is one life of a room: three logs, owners that come and go, viewers,
// staff and relays, all drawn from one seed. It folds with the real package and
// keeps the rules of the log (who owns, where a command takes effect) itself,
// as room/shard does.
type sim struct {
	seed uint64
	rnd  *rand.Rand
	keys *record.Keys
	cfg  Config
	wall int64 // true time, Unix ms

	comments []simComment
	first    int // what retention has left of comments
	control  []record.Control
	ledger   []record.Ledger
	delayed  []record.Ledger // on their way to the ledger

	owners []*simOwner    // the last is the newest; others are zombies
	snaps  []*simSnapshot // newest last
	epochs uint64
	plans  int
	events []string
	decoys []string
	dead   bool  // the second beacon has stopped
	lost   bool  // the key of the operator's proof is gone for good
	mute   int64 // until then nobody hands in a round
	calm   bool  // no more faults, and nobody acts but the owner
	dry    bool  // retention takes comments that nobody has folded, and snapshots are rare

	acked   map[string]int64               // event/user: the offset of its receipt
	said    map[int]record.Code            // what was answered to the record at an offset
	phases  map[*simOwner]map[string]Phase // last seen, by event
	sealed  map[string]int                 // event: control records that were applied before its seal
	count   map[string]int                 // what happened, for the table
	steps   int
	torn    bool // part of the comments was lost before everybody had folded it
	faults  []string
	beacons [2]drawproof.LocalKey
}

// simComment is a record of fudai.comments.
type simComment struct {
	kind   record.Kind
	marker *record.Comment // Open, Close
	tick   record.Marker
	in     Entry
	claim  record.Comment // Claim, Purchase
}

// simChains are the beacons of every life: one that lives and one that may die.
var simKeys, simBeacons, simChains = func() (*record.Keys, [2]drawproof.LocalKey, []drawproof.Chain) {
	keys := record.DeriveKeys([32]byte{9, 9})
	var all [2]drawproof.LocalKey
	var chains []drawproof.Chain
	for i := range all {
		k, err := drawproof.NewLocalKey(append([]byte{byte(i)}, keys.Beacon[:]...))
		if err != nil {
			panic(err)
		}
		all[i] = k
		chains = append(chains, k.Chain(1_700_000_000, 30))
	}
	return keys, all, chains
}()

// simKeyless are the keys of an installation that lost the one of its proofs.
var simKeyless = func() *record.Keys {
	keys := *simKeys
	keys.VRF = record.DeriveKeys([32]byte{7}).VRF
	return &keys
}()

// simVerified and simSigned keep what two pairing libraries said: a life costs
// microseconds, a pairing milliseconds, and every life has the same rounds.
var (
	simVerified = map[string]error{}
	simSigned   = map[string][]byte{}
)

func simVerify(c drawproof.Chain, round uint64, sigma []byte) error {
	key := fmt.Sprintf("%s/%d/%x", c.Hash, round, sigma)
	err, known := simVerified[key]
	if !known {
		err = drawproof.VerifyBeacon(c, round, sigma)
		simVerified[key] = err
	}
	return err
}

func (w *sim) sigma(chain int, round uint64) []byte {
	key := fmt.Sprint(chain, round)
	if simSigned[key] == nil {
		simSigned[key] = w.beacons[chain].Sign(round)
	}
	return simSigned[key]
}

func newSim(seed uint64) *sim {
	w := &sim{seed: seed, rnd: rand.New(rand.NewPCG(seed, 3)), keys: simKeys, beacons: simBeacons, wall: 1_793_000_000_000,
		acked: map[string]int64{}, phases: map[*simOwner]map[string]Phase{}, sealed: map[string]int{}, count: map[string]int{}}
	w.dry = seed%8 == 0
	w.cfg = Config{Room: "demo", Partition: 7, Keys: w.keys, Chains: simChains, verify: simVerify}
	w.claim()
	return w
}

func (w *sim) chance(in int) bool { return !w.calm && w.rnd.IntN(in) == 0 }

func (w *sim) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf("step %d: ", w.steps)+fmt.Sprintf(format, args...))
}

func (w *sim) owner() *simOwner { return w.owners[len(w.owners)-1] }

// step is one thing that happens.
func (w *sim) step() {
	w.steps++
	switch n := w.rnd.IntN(100); {
	case n < 30:
		w.owners[w.rnd.IntN(len(w.owners))].act()
	case n < 48:
		w.owner().act()
	case n < 62:
		w.enter()
	case n < 66:
		w.claimPrize()
	case n < 67:
		w.buy()
	case n < 69:
		w.confirmAtRandom()
	case n < 72:
		w.staff()
	case n < 76:
		w.relay()
	case n < 91:
		w.wall += []int64{0, 10, 40, 100, 200, 300}[w.rnd.IntN(6)]
		if w.wall < w.mute {
			w.wall += int64(w.rnd.IntN(1000))
		}
		if w.rnd.IntN(40) == 0 {
			w.wall += int64(w.rnd.IntN(9000))
		}
	case n < 93:
		w.land()
	default:
		w.disturb()
	}
}

// disturb crashes, pauses and replaces owners, steps clocks and forgets records.
func (w *sim) disturb() {
	i := w.rnd.IntN(len(w.owners))
	o := w.owners[i]
	switch w.rnd.IntN(40) {
	case 0, 1: // a crash; somebody takes over
		w.owners = append(w.owners[:i], w.owners[i+1:]...)
		if len(w.owners) == 0 || i == len(w.owners) {
			w.claim()
		}
		w.count["crashes"]++
	case 2: // somebody takes over from an owner that lives on
		if len(w.owners) < 4 {
			o.paused = true
			w.claim()
			w.count["zombies"]++
		}
	case 3, 4, 5:
		o.paused = !o.paused
	case 6:
		o.skew = int64(w.rnd.IntN(3000) - 1500)
		if w.rnd.IntN(20) == 0 {
			o.skew = int64(w.rnd.IntN(1_200_000) - 600_000)
		}
		w.count["clock jumps"]++
	case 7, 8, 9, 10:
		if !w.dry || w.rnd.IntN(8) == 0 {
			o.snapshot()
		}
	case 11, 12:
		w.check()
	case 13:
		if w.dry && w.rnd.IntN(2) == 0 {
			w.first = max(w.first, len(w.comments)-w.rnd.IntN(60))
			w.count["retention"]++
		}
	case 14:
		if w.rnd.IntN(2) == 0 {
			w.mute = w.wall + 20_000 + int64(w.rnd.IntN(60_000))
			w.count["silent relays"]++
		}
	case 15:
		if w.rnd.IntN(16) == 0 {
			w.lost = true
		}
	case 16:
		if w.unproved() {
			w.wall += ProofDueMs - int64(w.rnd.IntN(20_000))
			w.count["hours without a proof"]++
		}
	}
}

// unproved reports whether the newest owner waits for a proof that it cannot give.
func (w *sim) unproved() bool {
	o := w.owner()
	return o.e.cfg.Keys == simKeyless && slices.ContainsFunc(o.e.order, func(ev *event) bool { _, ok := ev.provable(); return ok })
}

// append puts a record into fudai.comments, at times twice, and answers its offset.
func (w *sim) append(c simComment) int {
	w.comments = append(w.comments, c)
	if w.chance(25) {
		w.comments = append(w.comments, c)
		w.count["doubled comments"]++
	}
	return len(w.comments) - 1
}

var simPhrases = []string{"福气到", "抢福袋", "主播真棒"}

func (w *sim) event() (string, bool) {
	if len(w.events) == 0 {
		return "", false
	}
	return w.events[max(0, len(w.events)-1-w.rnd.IntN(5))], true
}

func (w *sim) user() []byte { return fmt.Appendf(nil, "u%d", w.rnd.IntN(14)) }

func (w *sim) enter() {
	event, ok := w.event()
	if n := len(w.decoys); n > 0 && w.rnd.IntN(8) == 0 {
		event, ok = w.decoys[max(0, n-1-w.rnd.IntN(2))], true
	}
	if !ok {
		return
	}
	in := Entry{Event: event, User: w.user(), Facts: w.facts(), Digest: moderation.Digest(simPhrases[w.rnd.IntN(2)], nil)}
	in.Name = in.User
	if w.rnd.IntN(4) > 0 {
		in.Reaction = 1 + int64(w.rnd.IntN(3*record.FastReaction))
	}
	if w.rnd.IntN(3) == 0 {
		in.NeedNonce = true
		if ev := w.owner().e.byID[event]; ev != nil && ev.Opened != nil && w.rnd.IntN(5) > 0 {
			n := record.Nonce(w.keys.EntryKey([]byte("demo"), in.User), []byte(event), ev.epoch)
			in.Nonce = fmt.Appendf(nil, "%x", n)
		}
	}
	w.append(simComment{kind: record.Enter, in: in})
}

func (w *sim) facts() *record.Facts {
	if w.rnd.IntN(6) == 0 {
		return nil
	}
	f := &record.Facts{Known: record.FactFan | record.FactRegion, FanLevel: int64(w.rnd.IntN(10)), Region: []string{"CN-44", "CN-11", "US-CA"}[w.rnd.IntN(3)]}
	w.links(f)
	return f
}

func (w *sim) claimPrize() {
	if event, ok := w.event(); ok {
		user := w.user()
		if ev := w.owner().e.byID[event]; ev != nil && ev.Drawn != nil && ev.list != nil && len(ev.list.holder) > 0 && w.rnd.IntN(4) > 0 {
			user = ev.entries.user(int(ev.list.holder[w.rnd.IntN(len(ev.list.holder))])) // somebody with a rank
		}
		w.append(simComment{kind: record.Claim, claim: record.Comment{Kind: record.Claim, Event: []byte(event), User: user}})
	}
}

func (w *sim) buy() {
	w.append(simComment{kind: record.Purchase, claim: record.Comment{Kind: record.Purchase, User: w.user(), Amount: int64(w.rnd.IntN(9000))}})
}

// relay hands in the rounds that are due, and now and then nonsense.
func (w *sim) relay() {
	if w.wall < w.mute && !w.calm {
		return
	}
	for _, o := range w.owners {
		for _, a := range o.e.Awaits() {
			chain := 0
			if a.Chain.Hash == simChains[1].Hash {
				chain = 1
			}
			round := a.Round
			if w.chance(10) {
				round += uint64(w.rnd.IntN(3))
			}
			if a.Chain.RoundTime(round) > w.wall || chain == 1 && w.dead {
				continue
			}
			sigma := append([]byte(nil), w.sigma(chain, round)...)
			if w.chance(30) {
				sigma = append([]byte(nil), w.sigma(chain, round+1)...)
				w.count["forged beacons"]++
			}
			w.send(record.CtlBeacon, record.BeaconData{Chain: a.Chain.Hash.String(), Round: round, Sig: fmt.Sprintf("%x", sigma)})
			return
		}
	}
}

// land lets a delayed ledger record arrive, whoever owns by now.
func (w *sim) land() {
	if n := len(w.delayed); n > 0 {
		i := w.rnd.IntN(n)
		w.ledger = append(w.ledger, w.delayed[i])
		w.delayed = append(w.delayed[:i], w.delayed[i+1:]...)
	}
}

// end lets everything come to rest under one last owner.
func (w *sim) end() {
	w.calm = true
	for len(w.delayed) > 0 {
		w.land()
	}
	w.claim()
	o := w.owner()
	w.owners = []*simOwner{o}
	for range 6000 {
		if w.wall += 400; !o.e.Active() && o.waiting == nil && o.control == len(w.control) && o.comments == len(w.comments) && o.ledger == len(w.ledger) {
			return
		}
		if w.dead && len(o.e.Awaits()) > 0 && w.rnd.IntN(50) == 0 {
			w.wall += DeadChainMs
			for _, a := range o.e.Awaits() {
				w.send(record.CtlVoid, record.EventData{Event: a.Event, Reason: "beacon gone"})
			}
		}
		if w.unproved() && w.rnd.IntN(50) == 0 {
			w.wall += ProofDueMs
		}
		w.relay()
		for range 4 {
			o.act()
		}
		if len(w.faults) > 0 {
			return
		}
	}
	for _, ev := range o.e.order {
		if !ev.phase().Final() {
			w.fault("event %s is %s for good (stuck: %v; %d decisions wait)", ev.id(), ev.phase(), ev.stuck, len(o.e.queue))
		}
	}
}

// live runs one life and answers what is wrong with it.
func live(seed uint64, steps int) (w *sim) {
	w = newSim(seed)
	defer func() {
		if r := recover(); r != nil {
			w.fault("panic: %v", r)
		}
	}()
	for range steps {
		if w.step(); len(w.faults) > 0 {
			return w
		}
	}
	if w.end(); len(w.faults) == 0 {
		w.judge()
	}
	return w
}

var simStop = flag.Bool("sim.find", false, "stop the simulation at the first fault and tell how many steps it took")

// TestSimulation: lives of many giveaways of every kind under crashes, zombies,
// duplicates, delayed appends, lost comments and clocks that jump. FUDAI_STEPS
// says how many steps, FUDAI_LONG takes twelve million, FUDAI_SEED one life.
func TestSimulation(t *testing.T) {
	const steps = 2500
	lives, first := 40, uint64(1)
	switch {
	case os.Getenv("FUDAI_SEED") != "":
		lives = 1
		fmt.Sscan(os.Getenv("FUDAI_SEED"), &first)
	case os.Getenv("FUDAI_LONG") != "":
		lives = 12_000_000 / steps
	case *simStop:
		lives = 4_000_000 / steps
	case os.Getenv("FUDAI_STEPS") != "":
		fmt.Sscan(os.Getenv("FUDAI_STEPS"), &lives)
		lives = max(1, lives/steps)
	case raced:
		lives = 10
	}
	total, count, broken := 0, map[string]int{}, 0
	began := time.Now()
	for seed := first; seed < first+uint64(lives); seed++ {
		w := live(seed, steps)
		total += w.steps
		for k, n := range w.count {
			count[k] += n
		}
		if len(w.faults) == 0 {
			continue
		}
		for _, f := range w.faults[:min(3, len(w.faults))] {
			t.Errorf("FUDAI_SEED=%d: %s", seed, f)
		}
		if broken++; *simStop || broken == 5 {
			t.Fatalf("found after %d steps", total)
		}
	}
	var words []string
	for _, k := range sortedKeys(count) {
		words = append(words, fmt.Sprintf("%s %d", k, count[k]))
	}
	t.Logf("%d lives, %d steps, seeds %d.., %.0f s: %s", lives, total, first, time.Since(began).Seconds(), strings.Join(words, "; "))
	if lives >= 60 {
		for _, k := range simMust {
			if count[k] == 0 {
				t.Errorf("nothing of %q happened: the simulation does not reach it", k)
			}
		}
	}
}

// simMust are the things a run of some length must have seen.
var simMust = []string{"crashes", "zombies", "clock jumps", "doubled comments", "forged beacons", "restores", "gaps", "delayed ledger", "fenced",
	"end settled", "end cancelled", "end void", "why staff", "why goods", "voids behind the close", "why missed", "why gap", "step claimed", "step expired", "step skipped", "step settled",
	"alternates", "amendments", "pauses", "silent relays", "folded cards", "drawn late", "later rounds", "drawn by two", "why no-proof", "waits for a proof", "plans of packet", "plans of rain", "plans of grab", "excluded",
	"excluded by cluster", "excluded by the shop's cap", "fast entries", "confirmed and claimed", "confirmed and not claimed", "expired unconfirmed", "forged confirmations", "step reviewed", "decoys", "caught by decoys", "forgotten decoys"}
