package room

import (
	"math/bits"

	"github.com/fudai-live/fudai/room/record"
)

// raid watches a room for a raid: many strangers who say the same at once. Every
// ten seconds of room time five signs are held against what is usual here; three
// that stand out, twice in a row, put up the shield. It comes down after five
// quiet minutes, or when staff say so.
//
// While it is up, viewers without an order here speak once in thirty seconds at
// most, new accounts and those of bad reputation are held for a look, and links
// are refused. Entries to giveaways are none of its business: they never get here.
type raid struct {
	mode shieldMode
	on   bool
	at   int64 // room time since when

	until        int64 // of the window
	now          [signs]int64
	said         int64
	texts        [512]uint32       // of the window: fingerprints
	spoke        [2][1 << 9]uint64 // bits of who spoke, this generation and the one before
	turned       int64             // room time of the last turn of spoke
	mean         [signs]int64      // usual values: EWMA over windows
	spread       [signs]int64      // and of their squared distance from it
	windows, hot int64             // learned so far; hot ones in a row
	calm         int64             // room time since when it is quiet, with the shield up
}

// The signs, in thousandths of what was said but for the first.
const (
	signRate  = iota // comments in the window
	signNew          // accounts younger than a day
	signFirst        // who had not spoken for the last ten minutes
	signAgain        // texts said already in the window
	signHits         // what rules refuse, hold or mask
	signs
)

type shieldMode uint8

const (
	shieldAuto shieldMode = iota
	shieldOn
	shieldOff
)

var shieldModes = [...]string{"auto", "on", "off"}

const (
	raidWindow  = 10_000  // ms
	raidLearn   = 6       // windows before it judges
	raidLeast   = 50      // comments of a window that may be a raid
	raidSigns   = 3       // of signs, to put the shield up
	raidTwice   = 2       // windows in a row
	raidQuiet   = 300_000 // ms after which the shield comes down
	shieldSlow  = 30_000  // ms between two comments of a viewer
	youngMS     = 24 * 3600_000
	spokeMS     = 600_000
	raidFloor   = 150 // thousandths above the usual that are nothing
	raidHistory = 8   // the last windows weigh one in so many
)

// saw counts a comment that the limits let through.
func (d *raid) saw(c *record.Comment, user, text uint64, hit bool, now int64) {
	d.said++
	if c.Facts.Known&record.FactCreated != 0 && now-c.Facts.CreatedAt < youngMS {
		d.now[signNew]++
	}
	at, bit := user>>6&(1<<9-1), uint64(1)<<(user&63)
	if (d.spoke[0][at]|d.spoke[1][at])&bit == 0 {
		d.now[signFirst]++
	}
	d.spoke[0][at] |= bit
	slot := &d.texts[text>>32&511]
	if *slot == uint32(text)|1 {
		d.now[signAgain]++
	}
	*slot = uint32(text) | 1
	if hit {
		d.now[signHits]++
	}
}

// turn ends the window if its time is over, and answers whether the shield
// went up or came down.
func (d *raid) turn(now int64) (changed bool) {
	if now < d.until {
		return false
	}
	if now-d.turned >= spokeMS {
		d.spoke[1], d.spoke[0], d.turned = d.spoke[0], [1 << 9]uint64{}, now
	}
	if d.until > 0 {
		changed = d.judge(now)
		for range min((now-d.until)/raidWindow, raidHistory) { // windows in which nobody spoke
			if d.said, d.now = 0, [signs]int64{}; d.judge(now) {
				changed = !changed
			}
		}
	}
	d.until = now + raidWindow
	d.said, d.now, d.texts = 0, [signs]int64{}, [512]uint32{}
	return changed
}

// judge holds the window against the usual.
func (d *raid) judge(now int64) (changed bool) {
	d.now[signRate] = d.said
	for s := signNew; s < signs; s++ {
		d.now[s] = d.now[s] * 1000 / max(d.said, 1)
	}
	high, warm := 0, 0
	if d.said >= raidLeast && d.windows >= raidLearn {
		for s := range d.now {
			high += d.above(s, 4)
			warm += d.above(s, 2)
		}
	}
	switch {
	case d.mode != shieldAuto:
	case d.on && warm >= raidSigns-1:
		d.calm = now
	case d.on && now-d.calm >= raidQuiet:
		d.on, d.hot, changed = false, 0, true
	case !d.on && high >= raidSigns:
		if d.hot++; d.hot >= raidTwice {
			d.on, d.at, d.calm, changed = true, now, now, true
		}
		return changed // a raid is not what is usual
	case !d.on:
		d.hot = 0
		d.learn()
	}
	return changed
}

// above reports whether a sign stands out by so many standard deviations and
// by more than chance in a small room.
func (d *raid) above(s int, sigmas int64) int {
	floor := int64(raidFloor)
	if s == signRate {
		floor = d.mean[s]
	}
	return order(d.now[s] > d.mean[s]+max(floor, sigmas*isqrt(d.spread[s])))
}

func (d *raid) learn() {
	d.windows++
	weight := min(d.windows, raidHistory)
	for s := range d.now {
		if s != signRate && d.said < raidLeast/5 {
			continue // a share of a few says nothing
		}
		off := d.now[s] - d.mean[s]
		d.mean[s] += off / weight
		d.spread[s] += (off*off - d.spread[s]) / weight
	}
}

// isqrt is the whole part of the root.
func isqrt(n int64) int64 {
	if n <= 0 {
		return 0
	}
	x := int64(1) << ((65 - bits.LeadingZeros64(uint64(n))) / 2) // not below the root
	for {
		y := (x + n/x) / 2
		if y >= x {
			return x
		}
		x = y
	}
}

// watch counts a comment for the raid watch of its room.
func (p *Partition) watch(r *room, c *record.Comment, user, text uint64, hit bool) {
	if c.Role != record.Viewer {
		return
	}
	if r.raid == nil {
		r.raid = &raid{}
	}
	p.turnRaid(r, p.clock.now)
	r.raid.saw(c, user, text, hit, p.clock.now)
}

// turnRaid lets time pass for the raid watch, and tells when the shield moves.
func (p *Partition) turnRaid(r *room, now int64) {
	if r.raid != nil && r.raid.turn(now) {
		p.tellShield(r)
	}
}

func (d *raid) save(w *writer) {
	w.uint(uint64(d.mode))
	w.bool(d.on)
	for _, n := range []int64{d.at, d.until, d.said, d.turned, d.windows, d.hot, d.calm} {
		w.int(n)
	}
	for s := range d.now {
		w.int(d.now[s])
		w.int(d.mean[s])
		w.int(d.spread[s])
	}
	for _, t := range d.texts {
		w.uint(uint64(t))
	}
	for _, bits := range d.spoke {
		for _, b := range bits {
			w.fixed(b)
		}
	}
}

func (d *raid) load(r *reader) {
	d.mode, d.on = shieldMode(r.count(int(shieldOff))), r.bool()
	for _, n := range []*int64{&d.at, &d.until, &d.said, &d.turned, &d.windows, &d.hot, &d.calm} {
		*n = r.int()
	}
	for s := range d.now {
		d.now[s], d.mean[s], d.spread[s] = r.int(), r.int(), r.int()
	}
	for i := range d.texts {
		d.texts[i] = uint32(r.uint())
	}
	for g := range d.spoke {
		for i := range d.spoke[g] {
			d.spoke[g][i] = r.fixed()
		}
	}
	if d.until < 0 || d.windows < 0 {
		r.fail("the raid watch is at window %d until %d", d.windows, d.until)
	}
}
