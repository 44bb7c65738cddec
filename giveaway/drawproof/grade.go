package drawproof

// Why a grade is what it is, in the order in which reasons are listed.
const (
	ReasonNoWitnesses = "no-witnesses"       // the time of the seal rests on broadcast copies
	ReasonLocalBeacon = "local-beacon"       // whoever runs the engine could know the round
	ReasonOrder       = "order-of-arrival"   // decided by place in the log
	ReasonLateMarker  = "late-marker"        // opened or closed later than plan and grace
	ReasonLaterRound  = "later-round"        // sealed too late for the planned round
	ReasonNoStandby   = "sealed-by-one-host" // no standby host folded the log a second time
)

// Who folded the log before the seal.
const (
	SealedByOwner   = "owner"   // two folds on one host
	SealedByStandby = "standby" // and one on another
)

// Grade says how much must go wrong at once for a draw to be rigged: A needs
// the beacon's operators, B also nobody who kept the seal code, C the operator
// and a staged show, D the operator alone. It never stands without its reasons.
type Grade struct {
	Letter  string   `json:"letter"`
	Reasons []string `json:"reasons"`
}

var gradeShape = closed(members{"letter": oneOf("A", "B", "C", "D"), "reasons": list(0, 20, name())})

// Expected is the grade that an event under way can still reach, for its card.
func Expected(p Plan, laterRound bool) Grade { return gradeOf(p, SealedByOwner, false, laterRound) }

// gradeOf is the grade that the evidence in a bundle of this version supports.
// Such a bundle carries no witness signatures, so A is out of its reach.
func gradeOf(p Plan, sealedBy string, late, laterRound bool) Grade {
	g := Grade{Letter: "B", Reasons: []string{ReasonNoWitnesses}}
	lower := func(to string, reason string) {
		g.Reasons = append(g.Reasons, reason)
		g.Letter = max(g.Letter, to)
	}
	if p.Beacon.Kind == ChainLocal {
		lower("D", ReasonLocalBeacon)
	}
	if p.Selection == SelectFirst {
		lower("D", ReasonOrder)
	}
	if late {
		lower("C", ReasonLateMarker)
	}
	if laterRound {
		lower("C", ReasonLaterRound)
	}
	if late && laterRound {
		g.Letter = "D"
	}
	if sealedBy == SealedByOwner {
		lower("B", ReasonNoStandby)
	}
	return g
}
