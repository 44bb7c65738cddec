package giveaway

// A rain (红包雨) is one giveaway: one plan, one window, one seal, one draw. Each
// of its tiers is a wave, a sum that is cut by itself; pages let the waves fall
// one after another over the window. One entry a viewer, so at most one packet a
// viewer, whichever wave it is from, and what is left of a wave goes back.
//
// Waves are not windows of their own. Windows of 3 to 5 s would each have to
// wait for the seal and the beacon of the one before, or nobody could say who
// has had a packet of this rain already: the show would stand still in between.
// With one window whoever tapped once is equal to whoever tapped a hundred
// times, so no rain is won by fast thumbs, and its proof is that of any lot.

// Bounds of a rain.
const (
	MinRain  = int64(3_000)  // ms it is open, at least: below, a slow phone has no chance to tap
	MaxRain  = int64(60_000) // ms, at most, also when it is extended: behind that nobody waits for one more packet
	MaxWaves = 12
)

// cash is the only kind of prize that falls in a rain.
const cash = "cash"

// checkRain reports what is wrong with a plan of kind rain as such.
func (p *Plan) checkRain(refuse func(string, ...any)) {
	if p.Kind != Rain {
		return
	}
	if open := p.CloseAt - p.OpenAt; open < MinRain || open > MaxRain {
		refuse("a rain of %d ms is outside %d..%d", open, MinRain, MaxRain)
	}
	if len(p.Prizes) > MaxWaves {
		refuse("a rain has %d waves, most are %d", len(p.Prizes), MaxWaves)
	}
	if len(p.Phrases) > 0 {
		refuse("a rain is entered by a tap: it has no passphrases, not %d", len(p.Phrases))
	}
	for i := range p.Prizes {
		if kind := p.Prizes[i].Kind; kind != "" && kind != cash {
			refuse("prize %q: a wave of a rain is cash, not %q", p.Prizes[i].ID, kind)
		}
	}
}

// longest is for how many ms the event may be open, extensions included.
func (p *Plan) longest() int64 {
	if p.Kind == Rain {
		return MaxRain
	}
	return MaxWindow
}

// part names one of the prizes, as refusals call it.
func (p *Plan) part() string {
	if p.Kind == Rain {
		return "wave"
	}
	return "red packet"
}

// cuts reports whether every prize of the plan must be a sum that is cut.
func (p *Plan) cuts() bool { return p.Kind == Packet || p.Kind == Rain }
