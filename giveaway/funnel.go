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
}

// Funnel answers how far viewers have come; false where there is no such event.
func (e *Events) Funnel(event string) (f Funnel, ok bool) {
	ev := e.byID[event]
	if ev == nil {
		return f, false
	}
	return Funnel{ev.phase().String(), ev.entered(), ev.Tries, ev.early, ev.late}, true
}
