package drawproof

// Why a grade is what it is, in the order in which reasons are listed.
const (
	ReasonNoWitnesses = "no-witnesses"       // the time of the seal rests on broadcast copies
	ReasonFewWitness  = "few-witnesses"      // fewer than the plan asks for saw the seal in time
	ReasonNoMirror    = "no-mirror"          // the list was the operator's alone until the draw
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

// GradeProved is grade A of a draw that took the operator's proof as well (R44).
const GradeProved = "A+V"

// Grade says how much must go wrong at once for a draw to be rigged: A+V needs all
// that A does and the operator's key, A the beacon's operators or the witnesses
// together, B also nobody who kept the seal code (or, with "no-mirror", an operator
// who would rather not finish), C the operator and a staged show, D the operator
// alone. It never stands without its reasons.
type Grade struct {
	Letter  string   `json:"letter"`
	Reasons []string `json:"reasons"`
}

var gradeShape = closed(members{"letter": oneOf(GradeProved, "A", "B", "C", "D"), "reasons": list(0, 20, name())})

// Expected is the grade that an event under way can still reach, for its card.
func Expected(p Plan, laterRound bool) Grade {
	s := shown{sealedBy: SealedByOwner, laterRound: laterRound, proved: p.VRF != nil}
	if p.Log != nil {
		s.seen, s.held = len(p.Log.Witnesses), len(p.Log.Mirrors)
	}
	return gradeOf(p, s)
}

// shown is all that the grade of a plan's draw hangs on.
type shown struct {
	sealedBy         string
	late, laterRound bool // markers; the sealed round
	seen, held       int  // how many witnesses saw the seal in time, and mirrors held the list
	proved           bool // the plan asks for the operator's proof, and it is there
}

// gradeOf is the grade that the evidence in a bundle supports.
func gradeOf(p Plan, s shown) Grade {
	g := Grade{Letter: "A", Reasons: []string{}}
	lower := func(to string, reason string) {
		g.Reasons = append(g.Reasons, reason)
		g.Letter = max(g.Letter, to)
	}
	switch {
	case s.seen == 0:
		lower("B", ReasonNoWitnesses)
	case p.Log == nil || s.seen < int(p.Log.Quorum):
		lower("B", ReasonFewWitness)
	case s.held == 0:
		lower("B", ReasonNoMirror) // nobody else could finish a draw whose list is held back
	}
	if p.Beacon.Kind == ChainLocal {
		lower("D", ReasonLocalBeacon)
	}
	if p.Selection == SelectFirst {
		lower("D", ReasonOrder)
	}
	if s.late {
		lower("C", ReasonLateMarker)
	}
	if s.laterRound {
		lower("C", ReasonLaterRound)
	}
	if s.late && s.laterRound {
		g.Letter = "D"
	}
	if s.sealedBy == SealedByOwner {
		lower("A", ReasonNoStandby) // said, but a wrong fold is found by any receipt
	}
	if s.proved && g.Letter == "A" {
		g.Letter = GradeProved
	}
	return g
}
