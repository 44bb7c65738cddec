package record

import "github.com/valyala/fastjson"

// factNames[i] is the member of fact bit 1<<i.
var factNames = [...]string{"followed_at", "fan_level", "region", "verified", "adult", "created_at", "watch_s",
	"device", "pay", "address", "phone"}

// firstLink is where FactLinks begin in factNames.
const firstLink = 7

// facts reads the member "facts". A fact that is absent or null stays unknown.
func (d *Decoder) facts(v *fastjson.Value) {
	object, err := v.Object()
	if err != nil {
		d.fail(WrongType, "facts")
		return
	}
	object.Visit(d.fact)
	if d.c.Facts.Known == 0 {
		d.seen &^= 1 << mFacts
	}
}

func (d *Decoder) fact(key []byte, v *fastjson.Value) {
	f := &d.c.Facts
	for i, name := range factNames {
		if string(key) != name {
			continue
		}
		bit := FactSet(1) << i
		if d.namedFacts&bit != 0 {
			d.fail(Repeated, name)
			return
		}
		d.namedFacts |= bit
		if v.Type() == fastjson.TypeNull {
			return
		}
		f.Known |= bit
		switch bit {
		case FactFollow:
			f.FollowedAt = d.integer(v, name, 0, maxTime)
		case FactFan:
			f.FanLevel = d.integer(v, name, 0, maxFan)
		case FactRegion:
			f.Region = d.region(d.clean(v, name, maxRegion))
		case FactVerified:
			f.Verified = d.boolean(v, name)
		case FactAdult:
			f.Adult = d.boolean(v, name)
		case FactCreated:
			f.CreatedAt = d.integer(v, name, 0, maxTime)
		case FactWatch:
			f.WatchSec = d.integer(v, name, 0, maxDaySec)
		default:
			link := f.links()[i-firstLink]
			if *link = string(d.clean(v, name, MaxLink)); *link == "" {
				f.Known &^= bit // empty is the same as absent
			}
		}
	}
}

// region answers b as a string, the same one for the same bytes.
func (d *Decoder) region(b []byte) string {
	if s, ok := d.regions[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(b) <= maxRegion && len(d.regions) < maxRegions {
		if d.regions == nil {
			d.regions = make(map[string]string)
		}
		d.regions[s] = s
	}
	return s
}

// watches reads the member "watch": [["u1",30],…].
func (d *Decoder) watches(v *fastjson.Value) {
	list, err := v.Array()
	if err != nil {
		d.fail(WrongType, "watch")
		return
	}
	if len(list) > MaxWatch {
		d.fail(OutOfRange, "watch")
		return
	}
	d.watch = d.watch[:0]
	for _, entry := range list {
		pair, err := entry.Array()
		if err != nil || len(pair) != 2 {
			d.fail(WrongType, "watch")
			return
		}
		user := d.clean(pair[0], "watch", MaxUser)
		if len(user) == 0 {
			d.fail(Missing, "watch")
			return
		}
		d.watch = append(d.watch, Watch{User: user, Seconds: d.integer(pair[1], "watch", 0, maxDaySec)})
	}
	d.c.Watch = d.watch
	if len(list) == 0 {
		d.c.Watch = nil
		d.seen &^= 1 << mWatch
	}
}
