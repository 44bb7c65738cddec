package room

import (
	"testing"
)

// No id is forgotten within the window, whatever else comes, across growth,
// eviction, turns of the filters and a restored snapshot; and almost none is
// taken for another.
func TestDedupeForgetsNothingInTheWindow(t *testing.T) {
	s := Settings{ExactMost: 1 << 13, ExactMS: 20_000, AgedMS: 10_000}.withDefaults()
	d := newDedupe(&s)
	at := map[uint64]int64{}
	var order []uint64
	now, wrong, asked := int64(1_000_000), 0, 0
	x := uint64(7)
	for step := range 60_000 {
		x = mix(x + uint64(step))
		burst := step/7000%2 == 0 // 20 a tick, then 400 a tick
		if step%20 == 0 && (burst || step%400 == 0) {
			now += 200
			d.tick(now)
		}
		if d.seen(x) != unseen {
			wrong++
		}
		asked++
		d.add(x, now)
		at[x] = now
		order = append(order, x)
		if old := order[int(x%uint64(len(order)))]; now-at[old] < s.AgedMS && d.seen(old) == unseen {
			t.Fatalf("step %d: an id of %d ms ago is forgotten; %d exact", step, now-at[old], d.exact.n)
		}
		if step%10_000 == 9999 {
			var w writer
			d.save(&w)
			again := newDedupe(&s)
			r := reader{b: w.b}
			if again.load(&r); r.err != nil || r.left() != 0 {
				t.Fatalf("step %d: %v, %d bytes left", step, r.err, r.left())
			}
			var w2 writer
			if again.save(&w2); string(w.b) != string(w2.b) {
				t.Fatalf("step %d: a restored dedupe saves itself differently", step)
			}
			d = again
		}
	}
	if wrong > 2 {
		t.Errorf("%d of %d new ids were taken for old ones, want one in a million", wrong, asked)
	}
}

// An idle ring is small, a busy one grows to its bound and shrinks again.
func TestRingGrowsUnderLoadOnly(t *testing.T) {
	r := newRing(1<<12, 1<<16, 120_000)
	if r.has(3) || len(r.queue) != 0 {
		t.Fatal("an empty ring holds memory")
	}
	now := int64(0)
	for i := range uint64(20_000) { // one a second: the least size is enough
		now += 1000
		for {
			if _, ok := r.expire(now); !ok {
				break
			}
		}
		r.add(mix(i), now)
	}
	if len(r.queue) != 1<<12 {
		t.Errorf("a quiet ring has %d places, want %d", len(r.queue), 1<<12)
	}
	for i := range uint64(1 << 18) { // all at once
		if k := mix(1<<40 + i); !r.has(k) {
			r.add(k, now)
		}
	}
	if len(r.queue) != 1<<16 || r.n != 1<<16 {
		t.Errorf("a flooded ring has %d places and %d ids, want %d", len(r.queue), r.n, 1<<16)
	}
	for range 20 {
		now += 200_000
		for {
			if _, ok := r.expire(now); !ok {
				break
			}
		}
		r.shrink()
	}
	if len(r.queue) != 1<<12 || r.n != 0 {
		t.Errorf("after the flood the ring has %d places and %d ids, want %d and 0", len(r.queue), r.n, 1<<12)
	}
}

// The ring is a set: it agrees with a map through any additions and removals.
func FuzzRing(f *testing.F) {
	f.Add([]byte{1, 2, 3, 255, 1, 254, 9, 9, 9})
	f.Fuzz(func(t *testing.T, ops []byte) {
		r := newRing(4, 32, 1000)
		have, now := map[uint64]bool{}, int64(0)
		for _, op := range ops {
			if op > 250 {
				now += int64(op-250) * 400
				for {
					gone, ok := r.expire(now)
					if !ok {
						break
					}
					delete(have, gone)
				}
				r.shrink()
				continue
			}
			key := nonzero(uint64(op%37) * 0x2000000000000008) // long runs in the table
			if r.has(key) != have[key] {
				t.Fatalf("has(%x) is %v", key, r.has(key))
			}
			if have[key] {
				continue
			}
			if gone, ok := r.add(key, now); ok {
				delete(have, gone)
			}
			have[key] = true
			if r.n != len(have) {
				t.Fatalf("%d keys, want %d", r.n, len(have))
			}
		}
		for key := range have {
			if !r.has(key) {
				t.Fatalf("%x is lost", key)
			}
		}
	})
}

// The draw's logarithm is close to the real one and never rises with u.
func TestDrawKey(t *testing.T) {
	if got := negLog2(1 << 63); got != 1<<24 {
		t.Errorf("-log2(1/2) is %d, want %d", got, 1<<24)
	}
	if got := negLog2(1); got != 64<<24 {
		t.Errorf("-log2(2^-64) is %d, want %d", got, 64<<24)
	}
	before := negLog2(1)
	for u := uint64(1); u < 1<<62; u += u/50 + 1 {
		if got := negLog2(u); got > before {
			t.Fatalf("negLog2(%d) = %d rises from %d", u, got, before)
		} else {
			before = got
		}
	}
	// Whoever has twice the weight is drawn first two times in three.
	first := 0
	const n = 30_000
	for i := range int64(n) {
		if drawKey(42, 2*i, 1<<20) < drawKey(42, 2*i+1, 1<<19) {
			first++
		}
	}
	if share := float64(first) / n; share < 0.655 || share > 0.678 {
		t.Errorf("twice the weight is drawn first %.3f of the time, want 2/3", share)
	}
}

// Credit halves every 28 s.
func TestCredit(t *testing.T) {
	c := credit{value: 8 * creditUnit, at: 0}
	for i, want := range []uint64{8 * creditUnit, 4 * creditUnit, 2 * creditUnit, creditUnit} {
		if got := c.now(int64(i) * creditHalf); got != want {
			t.Errorf("after %d half-lives %d, want %d", i, got, want)
		}
	}
	if got := float64(c.now(creditHalf/2)) / (8 * creditUnit); got < 0.700 || got > 0.714 {
		t.Errorf("after half a half-life %.3f, want 0.707", got)
	}
	if c.now(100*creditHalf) != 0 || c.now(-5) != 8*creditUnit {
		t.Error("credit must end, and not grow when time goes back")
	}
}

// A budget is used whole where there is demand, and no class is starved of its
// share by another.
func TestAllot(t *testing.T) {
	var d display
	var got [classes]int64
	flood := [classes]int64{classHost: 100, classQuestion: 100, classPaid: 100, classNormal: 100, classLow: 100}
	for range 1000 {
		grant := d.allot(3, flood)
		sum := int64(0)
		for k, n := range grant {
			got[k] += n
			sum += n
		}
		if sum != 3 {
			t.Fatalf("%d of 3 slots granted", sum)
		}
	}
	for k, least := range [classes]int64{classHost: 320, classQuestion: 480, classPaid: 480, classNormal: 930, classLow: 40} {
		if got[k] < least {
			t.Errorf("%s got %d of 3000 slots, its share is %d", class(k), got[k], least)
		}
	}
	if grant := d.allot(5, [classes]int64{classLow: 9}); grant[classLow] != 5 {
		t.Errorf("low alone got %d of 5 slots", grant[classLow])
	}
}
