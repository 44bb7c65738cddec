package drawproof

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// gain is a strategy that nobody sees in one bundle: what it wins, measured by the
// code that draws, beside what it should win.
type gain struct {
	who, what, seen string
	play            func(g *gamble) bool // one event; whether the cheat won
	theory          float64
}

// gamble is one event of the game: so many entrants, so few prizes, the cheat's
// favourite among them.
type gamble struct {
	rng    *rand.Rand
	event  string
	honest []Leaf
	sigma  []byte // of the round that decides
	before []byte // of the one before, which everybody knows
}

const (
	gameEntrants = 20
	gamePrizes   = 2
	gameTries    = 8
	gameFakes    = 5
)

func (g *gamble) deal(n int) {
	g.event = fmt.Sprint("evt-", n)
	g.sigma, g.before = make([]byte, SigmaSize), make([]byte, SigmaSize)
	for i := range g.sigma {
		g.sigma[i], g.before[i] = byte(g.rng.Uint32()), byte(g.rng.Uint32())
	}
	g.honest = g.leaves("u", gameEntrants)
}

// leaves are entrants of an event, each at a place of its own.
func (g *gamble) leaves(name string, n int) []Leaf {
	all := make([]Leaf, n)
	for i := range all {
		uid := fmt.Sprint(name, i)
		all[i] = Leaf{Tag: Tag(g.event, uid, Salt([]byte("game"), uid)), Weight: 1, Offset: uint64(len(name)*1000 + i)}
	}
	return all
}

// wins reports whether one of ours is among the winners of a list sealed like this.
func (g *gamble) wins(list []Leaf, capOffset uint64, sigma []byte, draw uint32, ours func(Hash) bool) bool {
	sorted := append([]Leaf(nil), list...)
	SortLeaves(sorted)
	c := NewClose(g.event, Terms{}, nil, sorted, nil, capOffset, 7)
	for _, w := range Draw(NewSeed(c.Hash(), sigma, nil).DrawKey(draw), sorted, gamePrizes) {
		if ours(sorted[w.Leaf].Tag) {
			return true
		}
	}
	return false
}

// best is the first of so many ways to seal the same list by which the favourite wins under a signature.
func (g *gamble) best(sigma []byte, favourite func(Hash) bool) uint64 {
	for try := range uint64(gameTries) {
		if g.wins(g.honest, try, sigma, 0, favourite) {
			return try
		}
	}
	return 0
}

func (g *gamble) favourite(tag Hash) bool { return tag == g.honest[0].Tag }

var fair = float64(gamePrizes) / gameEntrants

// among is the chance that at least one of m in n wins.
func among(m, n int) float64 {
	none := 1.0
	for i := range gamePrizes {
		none *= float64(n-m-i) / float64(n-i)
	}
	return 1 - none
}

var gains = []gain{
	{"operator", fmt.Sprintf("grinds the seed: picks the best of %d seals by the newest round that is out", gameTries), "gains nothing: the round that decides is to come",
		func(g *gamble) bool {
			return g.wins(g.honest, g.best(g.before, g.favourite), g.sigma, 0, g.favourite)
		}, fair},
	{"operator", fmt.Sprintf("the same with a beacon of the operator's own, whose rounds are known: best of %d", gameTries), "grade D, local-beacon",
		func(g *gamble) bool {
			return g.wins(g.honest, g.best(g.sigma, g.favourite), g.sigma, 0, g.favourite)
		}, 1 - math.Pow(1-fair, gameTries)},
	{"operator", "chooses among the draws of a plan that lists three", "the plan says so beforehand; rooms refuse such plans",
		func(g *gamble) bool {
			for no := range uint32(3) {
				if g.wins(g.honest, 0, g.sigma, no, g.favourite) {
					return true
				}
			}
			return false
		}, 1 - math.Pow(1-fair, 3)},
	{"operator", "seals late on purpose and leaves it to a later round", "R21, the grade falls to C; gains nothing",
		func(g *gamble) bool { return g.wins(g.honest, 0, g.before, 0, g.favourite) }, fair},
	{"operator", fmt.Sprintf("invents %d entrants beside %d, before the close", gameFakes, gameEntrants), "nobody in one bundle: a spot audit of accounts, the count of entrants",
		func(g *gamble) bool {
			fakes := g.leaves("fake", gameFakes)
			mine := map[Hash]bool{}
			for _, f := range fakes {
				mine[f.Tag] = true
			}
			return g.wins(append(fakes, g.honest...), 0, g.sigma, 0, func(tag Hash) bool { return mine[tag] })
		}, among(gameFakes, gameEntrants+gameFakes)},
	{"viewer", "grinds names: enters as the one of 64 whose tag is least", "gains nothing: the tag is scored by a seed to come",
		func(g *gamble) bool {
			names := g.leaves("name", 64)
			SortLeaves(names)
			list := append([]Leaf{names[0]}, g.honest[1:]...)
			return g.wins(list, 0, g.sigma, 0, func(tag Hash) bool { return tag == names[0].Tag })
		}, fair},
	{"bot", "taps first, by lot", "gains nothing: places do not count",
		func(g *gamble) bool {
			g.honest[0].Offset = 0
			return g.wins(g.honest, 0, g.sigma, 0, g.favourite)
		}, fair},
	{"bot", "taps first, in a grab by order of arrival", "grade D, order-of-arrival",
		func(g *gamble) bool {
			g.honest[0].Offset = 0
			for _, w := range DrawFirst(g.honest, gamePrizes) {
				if g.favourite(g.honest[w.Leaf].Tag) {
					return true
				}
			}
			return false
		}, 1},
	{"operator", fmt.Sprintf("of %d fakes among %d, a spot audit opens 5 accounts: it finds none", gameFakes, gameEntrants+gameFakes), "the auditor, otherwise",
		func(g *gamble) bool {
			var label [8]byte
			binary.BigEndian.PutUint64(label[:], 1)
			stream := NewStream(NewSeed(Hash{}, g.sigma, nil).AuditKey(), label[:])
			places := make([]int, gameEntrants+gameFakes)
			for i := range places {
				places[i] = i
			}
			shuffle(stream, places)
			for _, at := range places[:5] {
				if at < gameFakes {
					return false
				}
			}
			return true
		}, missed(5, gameFakes, gameEntrants+gameFakes)},
}

// missed is the chance that a sample has none of the marked.
func missed(sample, marked, n int) float64 {
	none := 1.0
	for i := range sample {
		none *= float64(n-marked-i) / float64(n-i)
	}
	return none
}

// TestGameGains: what cannot be seen wins what theory says, and where the table says
// nothing, no more than anybody wins.
func TestGameGains(t *testing.T) {
	const seed = 23
	events := 3000
	if os.Getenv("FUDAI_LONG") != "" {
		events = 300_000
	}
	for i, x := range gains {
		g := &gamble{rng: rand.New(rand.NewPCG(seed, uint64(i)))}
		won := 0.0
		for n := range events {
			if g.deal(n); x.play(g) {
				won++
			}
		}
		n, p := float64(events), x.theory
		sigma := math.Sqrt(n*p*(1-p)) + 1e-9
		t.Logf("| %s | %s | %.4f | %.4f | %+.1f σ | %s |", x.who, x.what, won/n, p, (won-n*p)/sigma, x.seen)
		if math.Abs(won-n*p) > 5*sigma {
			t.Errorf("%s %s: won %.0f of %d, theory says %.1f", x.who, x.what, won, events, n*p)
		}
	}
	t.Logf("%d events each, seed %d, %d prizes for %d entrants", events, seed, gamePrizes, gameEntrants)
}
