package giveaway

import "github.com/fudai-live/fudai/room/record"

// Tries counts the attempts between the markers: of which conditions held, and
// those that did not count by what they were told. One viewer may try more
// than once.
type Tries struct {
	Already int64   `json:"already,omitempty"` // who was in
	Wrong   int64   `json:"wrong,omitempty"`   // not the passphrase, or no valid nonce
	Full    int64   `json:"full,omitempty"`    // more entrants than an event holds
	Asked   int64   `json:"asked,omitempty"`   // attempts of which the conditions were asked
	Yes     []int64 `json:"yes,omitempty"`     // by condition: of those, for how many it held,
	Open    []int64 `json:"open,omitempty"`    // and for how many nobody stated the fact
	No      []int64 `json:"no,omitempty"`      // by condition: it does not hold
	Unknown []int64 `json:"unknown,omitempty"` // by condition: nobody stated the fact
}

// asks counts an attempt of which the conditions are asked.
func (t *Tries) asks(conditions int) {
	t.Asked++
	if t.Yes == nil && conditions > 0 {
		t.Yes, t.Open = make([]int64, conditions), make([]int64, conditions)
	}
}

func (t *Tries) count(conditions int, r *Result) {
	by := func(list *[]int64) {
		if *list == nil {
			*list = make([]int64, conditions)
		}
		if int(r.Detail) < len(*list) {
			(*list)[r.Detail]++
		}
	}
	switch r.Code {
	case record.Already:
		t.Already++
	case record.BadEntry:
		t.Wrong++
	case record.Closed:
		t.Full++
	case record.Ineligible:
		by(&t.No)
	case record.Unknown:
		by(&t.Unknown)
	}
}

// Funnel is how far the viewers of a room have come in one event.
type Funnel struct {
	State   string `json:"state"`
	Entered int    `json:"entered"`
	Tries   Tries  `json:"tries"`
	Early   int64  `json:"early"` // attempts before the opening and after the close,
	Late    int64  `json:"late"`  // as this owner has seen them
	Signs   Signs  `json:"signs"`
	// Of a plan with a cluster rule.
	Devices int64            `json:"devices,omitempty"` // different ones, in two digits
	Known   map[string]int64 `json:"known,omitempty"`   // entrants who came with the fact, by kind of tie
	// Out is how many are excluded by each reason, once the list is cut.
	Out map[uint32]int64 `json:"out,omitempty"`
}

// Funnel answers how far viewers have come; false where there is no such event.
func (e *Events) Funnel(event string) (f Funnel, ok bool) {
	ev := e.byID[event]
	if ev == nil {
		return f, false
	}
	f = Funnel{State: ev.phase().String(), Entered: ev.entered(), Tries: ev.Tries, Early: ev.early, Late: ev.late, Signs: Signs{ev.Reactions.Measured, ev.Reactions.Fast}}
	if ev.Stop != nil {
		return f, true
	}
	if ev.Plan.Cluster != nil {
		known := ev.entries.ties.known[:]
		if ev.Tied != nil {
			known = ev.Tied.Known
		}
		f.Devices, f.Known = ev.devices(), map[string]int64{}
		for _, k := range ev.Plan.Cluster.kinds() {
			if int(k) < len(known) {
				f.Known[tieNames[k]] = known[k]
			}
		}
	}
	if ev.Closed != nil && ev.Listed.Of > 0 {
		f.Out = e.listed(ev, ev.Listed.Cap).reasons()
	}
	return f, true
}

// reasons counts the excluded by reason.
func (l *listing) reasons() map[uint32]int64 {
	by := map[uint32]int64{}
	for _, x := range l.out {
		by[x.reason]++
	}
	return by
}

// devices is how many different ones the entrants have, in two digits.
func (ev *event) devices() int64 {
	if ev.Tied != nil {
		return twoDigits(int64(ev.Tied.Devices))
	}
	return twoDigits(int64(ev.entries.ties.devices.n))
}

// twoDigits rounds down to two leading digits: a number from which no single
// entrant can be told.
func twoDigits(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return n / unit * unit
}
