package giveaway

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// someone is an entrant of a made-up list.
type someone struct {
	user    string
	facts   record.Facts
	history uint8
}

// crowd is a closed event with the entrants in this order.
func crowd(c *Cluster, seen []past, all []someone) *event {
	p := &Plan{Cluster: c}
	p.Event = "e1"
	ev := &event{Finished: &Finished{Plan: p}, entries: newTable(p, [32]byte{7})}
	ev.Past = seen
	for i := range all {
		at, _ := ev.entries.add([]byte(all[i].user), nil, 1, int64(100+i))
		ev.entries.tie(at, &all[i].facts, all[i].history)
	}
	return ev
}

// closure is the clusters by definition: for each entrant the name of the first
// of its cluster, reached over ties of any length.
func closure(ev *event, all []someone) []int {
	of := make([]int, len(all))
	for i := range of {
		of[i] = i
	}
	for changed := true; changed; {
		changed = false
		for i := range all {
			for j := range all {
				if of[i] != of[j] && len(tiesOf(ev, &all[i], &all[j])) > 0 {
					of[i], of[j], changed = min(of[i], of[j]), min(of[i], of[j]), true
				}
			}
		}
	}
	return of
}

// tiesOf is what ties two entrants, from the facts as they were said.
func tiesOf(ev *event, a, b *someone) (ties []string) {
	for _, k := range ev.Plan.Cluster.kinds() {
		mine := a.facts.Link(k.fact())
		if mine == "" || mine != b.facts.Link(k.fact()) {
			continue
		}
		if k == phoneTie {
			young, w := max(a.facts.CreatedAt, b.facts.CreatedAt), ev.Plan.Cluster.Weak
			could, both, either := 0, 0, 0
			for i, p := range ev.Past {
				if p.CloseAt <= young {
					continue
				}
				was, is := a.history>>i&1 == 1, b.history>>i&1 == 1
				could++
				if was && is {
					both++
				}
				if was || is {
					either++
				}
			}
			if a.facts.Known&b.facts.Known&record.FactCreated == 0 || could < coLeast || either == 0 ||
				int64(both*100) < w.CoPercent*int64(either) || 2*young-a.facts.CreatedAt-b.facts.CreatedAt > w.BurstSec*1000 {
				continue
			}
		}
		ties = append(ties, tieNames[k])
	}
	return ties
}

// FuzzKinship holds the laws of clusters for any crowd: the clusters are the
// transitive closure of the ties; each has one holder of its ticket, the first
// who is not blocked; the evidence that is told is real; and in whatever order
// they entered, the same are together.
func FuzzKinship(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, uint8(40), uint8(15), uint8(seed*7))
	}
	f.Add(uint64(3), uint8(200), uint8(8), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, n, by, few uint8) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		c := &Cluster{}
		for k, name := range tieNames {
			if by>>k&1 == 1 {
				c.By = append(c.By, name)
			}
		}
		if len(c.By) == 0 {
			return
		}
		if slices.Contains(c.By, TiePhone) {
			c.Weak = &Weak{BurstSec: int64(rnd.IntN(8)), CoPercent: int64(1 + rnd.IntN(100))}
		}
		var seen []past
		for i := range rnd.IntN(coMost + 1) {
			seen = append(seen, past{fmt.Sprint("p", i), int64(i * 3000), int64(i*3000 + 5000)})
		}
		all, wide := make([]someone, n), 2+int(few)
		for i := range all {
			x := &all[i]
			x.user, x.history = fmt.Sprint("u", i), uint8(rnd.UintN(1<<len(seen)))
			x.facts = record.Facts{Known: record.FactSet(rnd.UintN(1 << 16)), CreatedAt: int64(rnd.IntN(24) * 1000),
				Device: fmt.Sprint(rnd.IntN(wide)), Pay: fmt.Sprint(rnd.IntN(2 * wide)), Address: fmt.Sprint(rnd.IntN(3 * wide)), Phone: fmt.Sprint(rnd.IntN(2))}
		}
		blocked := map[string]uint32{}
		for i := range all {
			if rnd.IntN(9) == 0 {
				blocked[all[i].user] = 7
			}
		}
		ev := crowd(c, seen, all)
		ev.blocked = blocked
		got, want := ev.kinship(), closure(ev, all)
		holder := map[int]bool{}
		for i := range all {
			ties := map[string]bool{}
			for j := range all {
				if i != j {
					for _, name := range tiesOf(ev, &all[i], &all[j]) {
						ties[name] = true
					}
				}
			}
			for _, name := range tieNames {
				if told := slices.Contains(got[i].names(), name); told != ties[name] {
					t.Fatalf("%s: tied by %q: %t, told %t", all[i].user, name, ties[name], told)
				}
			}
			if blocked[all[i].user] != 0 {
				continue
			}
			if got[i].out() != holder[want[i]] {
				t.Fatalf("%s of the cluster of %s is out: %t, has a holder before it: %t", all[i].user, all[want[i]].user, got[i].out(), holder[want[i]])
			}
			holder[want[i]] = true
		}
		mixed := slices.Clone(all)
		rnd.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		other := crowd(c, seen, mixed)
		other.blocked = blocked
		out := 0
		for i, k := range other.kinship() {
			if k.out() {
				out++
			}
			if j := slices.IndexFunc(all, func(x someone) bool { return x.user == mixed[i].user }); k&^kinOut != got[j]&^kinOut {
				t.Fatalf("%s: in another order it is tied by %q, not %q", mixed[i].user, k.names(), got[j].names())
			}
		}
		if was := count(got); was != out {
			t.Fatalf("%d are out, in another order %d", was, out)
		}
	})
}

func count(all []kin) (n int) {
	for _, k := range all {
		if k.out() {
			n++
		}
	}
	return n
}

// A farm of 100 accounts on 3 devices against 1,000 honest viewers, 20 prizes a
// draw: without the rule it takes its share by heads, 9.1 %, with it that of
// three viewers, 0.3 %. The keys are fixed, so are the draws.
func TestFarm(t *testing.T) {
	const draws, prizes = 20, 20
	share := func(rule bool) (won int) {
		w := newWorld(t)
		for n := range draws {
			event := fmt.Sprint("e", n)
			plan := lottery(w, event, prizes)
			if rule {
				plan["cluster"] = Cluster{By: []string{TieDevice}}
			}
			if err := w.control(record.CtlPlan, plan); err != nil {
				t.Fatal(err)
			}
			w.pass(1200)
			in := &Entry{Event: event, Digest: moderation.Digest("福气到", nil)}
			for i := range 1100 {
				user, device := fmt.Sprint("viewer", i), fmt.Sprint("own", i)
				if i%11 == 0 {
					user, device = fmt.Sprint("farm", i), fmt.Sprint("shelf", i%3)
				}
				in.User, in.Facts = []byte(user), &record.Facts{Known: record.FactDevice, Device: device}
				if r := w.e.Enter(in, w.at, w.now); r.Code != record.Entered {
					t.Fatalf("%s: %s", user, r.Code)
				}
				w.at++
			}
			w.pass(30_000)
			ev := w.e.byID[event]
			if len(ev.Units) != prizes {
				t.Fatalf("%d units are won", len(ev.Units))
			}
			for i := range ev.Units {
				if strings.HasPrefix(string(ev.entries.user(int(ev.list.holder[i]))), "farm") {
					won++
				}
			}
			if f, _ := w.e.Funnel(event); rule && (f.Out[ReasonCluster] != 97 || f.Devices != 1000 || f.Known[TieDevice] != 1100) {
				t.Errorf("the funnel says %+v", f)
			}
		}
		return won
	}
	without, with := share(false), share(true)
	t.Logf("of %d prizes the farm won %d without the rule, %d with it", draws*prizes, without, with)
	if without < 22 || without > 53 { // 36.4 ± 5.7 by heads
		t.Errorf("without the rule %d, that is not by heads", without)
	}
	if with > 5 { // 1.2 ± 1.1
		t.Errorf("with the rule %d", with)
	}
}

// What is published of a cluster rule: which ties, and that there are
// thresholds; not which, and they cannot be others afterwards.
func TestThresholdsArePrivate(t *testing.T) {
	w := newWorld(t)
	plan := lottery(w, "e1", 1)
	plan["cluster"] = Cluster{By: []string{TieDevice, TiePhone}, Weak: &Weak{BurstSec: 4711, CoPercent: 66}}
	raw, _ := json.Marshal(plan)
	f, err := Finish(raw, &w.cfg, w.now)
	if err != nil {
		t.Fatal(err)
	}
	public := string(f.Canonical)
	if strings.Contains(public, "4711") || strings.Contains(public, "coPercent") || !strings.Contains(public, `"by":["device","phone"]`) || !strings.Contains(public, "weakHash") {
		t.Errorf("published: %s", public)
	}
	if f.Plan.Cluster.Weak == nil {
		t.Error("the engine has no thresholds")
	}
	for name, c := range map[string]Cluster{
		"other thresholds than the hash": {By: []string{TiePhone}, Weak: &Weak{BurstSec: 1, CoPercent: 66}, WeakHash: f.Plan.Cluster.WeakHash},
		"a phone without thresholds":     {By: []string{TiePhone}},
		"thresholds without a phone":     {By: []string{TieDevice}, Weak: &Weak{BurstSec: 1, CoPercent: 1}},
		"a tie that does not exist":      {By: []string{"face"}},
		"a tie twice":                    {By: []string{TieDevice, TieDevice}},
		"no tie":                         {},
		"a threshold of nothing":         {By: []string{TiePhone}, Weak: &Weak{BurstSec: 60}},
	} {
		plan["cluster"] = c
		raw, _ := json.Marshal(plan)
		if _, err := Finish(raw, &w.cfg, w.now); err == nil || !strings.Contains(err.Error(), "cluster") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkKinship is what the rule adds to the seal of a million entrants, in
// the worst case: everybody of one segment, with any history.
func BenchmarkKinship(b *testing.B) {
	const n = 1_000_000
	seen := make([]past, coMost)
	for i := range seen {
		seen[i] = past{fmt.Sprint("p", i), int64(i), 1 << 40}
	}
	for _, by := range [][]string{{TieDevice}, {TieDevice, TiePay, TieAddress}, {TieDevice, TiePay, TieAddress, TiePhone}} {
		b.Run(strings.Join(by, "-"), func(b *testing.B) {
			rnd := rand.New(rand.NewPCG(1, 2))
			all := make([]someone, n)
			for i := range all {
				all[i] = someone{fmt.Sprint("u", i), record.Facts{Known: record.FactLinks | record.FactCreated, Device: fmt.Sprint(rnd.IntN(n)), Pay: fmt.Sprint(rnd.IntN(n)),
					Address: fmt.Sprint(rnd.IntN(n)), Phone: "138", CreatedAt: rnd.Int64N(3_600_000)}, uint8(rnd.UintN(256))}
			}
			c := &Cluster{By: by}
			if slices.Contains(by, TiePhone) {
				c.Weak = &Weak{BurstSec: 60, CoPercent: 60}
			}
			ev := crowd(c, seen, all)
			for b.Loop() {
				ev.kinship()
			}
			b.ReportMetric(float64(8*len(ev.entries.ties.words)+8*len(ev.entries.ties.devices.slots))/(1<<20), "MB-kept")
		})
	}
}
