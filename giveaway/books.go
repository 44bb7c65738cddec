package giveaway

import "fmt"

// books is the double-entry ledger of one event: every unit and every fen is in
// exactly one account at any time. The budget gives what the plan promises;
// what nobody gets goes back to it by way of returned.
type books struct {
	Prizes []accounts `json:"prizes"`
}

// accounts are those of one tier. Units and fen move together.
type accounts struct {
	Budget   money `json:"budget"` // negative: what it has given
	Reserved money `json:"reserved"`
	Granted  money `json:"granted"`
	Settled  money `json:"settled"`
	Returned money `json:"returned"`
}

type money struct {
	Units int64 `json:"units"`
	Fen   int64 `json:"fen"`
}

// move is one posting.
func (a *accounts) move(from, to *money, units, fen int64) {
	from.Units, from.Fen = from.Units-units, from.Fen-fen
	to.Units, to.Fen = to.Units+units, to.Fen+fen
}

// openBooks reserves everything that the plan promises.
func openBooks(p *Plan) books {
	b := books{Prizes: make([]accounts, len(p.Prizes))}
	for i := range p.Prizes {
		a := &b.Prizes[i]
		a.move(&a.Budget, &a.Reserved, int64(p.Prizes[i].Qty), p.Prizes[i].promised())
	}
	return b
}

// promised is the sum a tier stands for.
func (z *Prize) promised() int64 {
	if z.Split != nil {
		return int64(z.Split.Total)
	}
	return z.ValueFen * int64(z.Qty)
}

// release returns what is still reserved.
func (b *books) release() {
	for i := range b.Prizes {
		a := &b.Prizes[i]
		a.move(&a.Reserved, &a.Returned, a.Reserved.Units, a.Reserved.Fen)
	}
}

// closed reports whether nothing is under way any more.
func (b *books) closed() bool {
	for i := range b.Prizes {
		if b.Prizes[i].Reserved != (money{}) || b.Prizes[i].Granted != (money{}) {
			return false
		}
	}
	return true
}

// audit panics with the facts where the books do not hold: an oversell must
// stop the line before anything of it can be read by anybody.
func (b *books) audit(p *Plan) {
	for i := range b.Prizes {
		a, z := &b.Prizes[i], &p.Prizes[i]
		sum := money{}
		for _, m := range []money{a.Budget, a.Reserved, a.Granted, a.Settled, a.Returned} {
			sum.Units, sum.Fen = sum.Units+m.Units, sum.Fen+m.Fen
		}
		given := money{-a.Budget.Units, -a.Budget.Fen}
		bad := sum != (money{}) || given.Units != int64(z.Qty) || given.Fen != z.promised()
		for _, m := range []money{a.Reserved, a.Granted, a.Settled, a.Returned} {
			bad = bad || m.Units < 0 || m.Fen < 0
		}
		if bad {
			panic(fmt.Sprintf("giveaway: books of event %s, prize %s do not hold: %+v, promised %d units and %d fen",
				p.Event, z.ID, *a, z.Qty, z.promised()))
		}
	}
}
