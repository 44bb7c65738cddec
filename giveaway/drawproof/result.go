package drawproof

import "crypto/sha256"

// Result is what the beacon made of a sealed event.
type Result struct {
	CloseHash  Hash        `json:"closeHash"`
	DrawNo     uint32      `json:"drawNo"`
	Winners    []Award     `json:"winners"`
	Alternates []Alternate `json:"alternates"`
	Cutoff     Cutoff      `json:"cutoff"`
	Returned   uint64      `json:"returned"` // fen of red packets that nobody was there to take
}

// Award is one winning rank.
type Award struct {
	Rank   uint32 `json:"rank"` // from 1
	Tag    Hash   `json:"tag"`
	Score  Hash   `json:"score"`
	Prize  string `json:"prize"`
	Amount uint64 `json:"amount"` // fen; 0 where the prize is no red packet
	Grant  Hash   `json:"grant"`
}

// Alternate is one rank behind the winners.
type Alternate struct {
	Rank  uint32 `json:"rank"`
	Tag   Hash   `json:"tag"`
	Score Hash   `json:"score"`
	Grant Hash   `json:"grant"`
}

// Cutoff lets anybody who lost check it alone: a score above Winner did not
// win. Empty where there is no such rank.
type Cutoff struct {
	Winner    Bytes `json:"winner"`    // score of the last winner
	Alternate Bytes `json:"alternate"` // score of the last alternate
}

var (
	awardShape = closed(members{
		"rank": u32(), "tag": hexOf(32), "score": hexOf(32), "prize": name(), "amount": u53(), "grant": hexOf(32),
	})
	alternateShape = closed(members{"rank": u32(), "tag": hexOf(32), "score": hexOf(32), "grant": hexOf(32)})
	resultShape    = closed(members{
		"closeHash": hexOf(32), "drawNo": u32(), "winners": list(0, MaxUnits, awardShape),
		"alternates": list(0, MaxUnits, alternateShape),
		"cutoff":     closed(members{"winner": hexOf(0, 32), "alternate": hexOf(0, 32)}), "returned": u53(),
	})
)

// Hash names the result.
func (r Result) Hash() Hash {
	return sha256.Sum256(append([]byte(domainResult), mustCanonical(r)...))
}

// Sealed is everything that is fixed when the beacon speaks.
type Sealed struct {
	Plan      Plan
	PlanHash  Hash // of the plan itself, before amendments
	CloseHash Hash
	Entrants  []Leaf // in tree order
}

// Draw turns the beacon's signature, and the operator's part where the plan asks
// for one (Plan.Beta), into the result of draw number no.
func (s Sealed) Draw(sigma, beta []byte, no uint32) Result {
	seed := NewSeed(s.CloseHash, sigma, beta)
	ranked := s.rank(seed.DrawKey(no))
	r := Result{CloseHash: s.CloseHash, DrawNo: no, Winners: []Award{}, Alternates: []Alternate{}}
	r.Cutoff.Winner, r.Cutoff.Alternate = Bytes{}, Bytes{}
	units := min(s.Plan.Units(), len(ranked))
	for i, w := range ranked[units:] {
		rank := uint32(units + i + 1)
		r.Alternates = append(r.Alternates, Alternate{rank, w.Tag, w.Score, s.grant(rank, w)})
		r.Cutoff.Alternate = w.Score[:]
	}
	for i, w := range ranked[:units] {
		rank := uint32(i + 1)
		r.Winners = append(r.Winners, Award{Rank: rank, Tag: w.Tag, Score: w.Score, Grant: s.grant(rank, w)})
		r.Cutoff.Winner = w.Score[:]
	}
	r.assign(s.Plan.Prizes, seed.SplitKey(no))
	return r
}

func (s Sealed) rank(key [32]byte) []Winner {
	k := s.Plan.Units() + int(s.Plan.Alternates)
	if s.Plan.Selection == SelectFirst {
		return DrawFirst(s.Entrants, k)
	}
	return Draw(key, s.Entrants, k)
}

func (s Sealed) grant(rank uint32, w Winner) Hash {
	if s.Plan.Selection == SelectFirst {
		l := s.Entrants[w.Leaf]
		return GrantIDFirst(s.PlanHash, l.Partition, l.Offset)
	}
	return GrantID(s.CloseHash, rank)
}

// assign gives the tiers their ranks and cuts the red packets.
func (r *Result) assign(prizes []Prize, splitKey [32]byte) {
	rest := r.Winners
	for _, prize := range prizes {
		here := rest[:min(int(prize.Qty), len(rest))]
		rest = rest[len(here):]
		for i := range here {
			here[i].Prize = prize.ID
		}
		if prize.Split == nil {
			continue
		}
		packets := int(prize.Qty)
		if prize.Split.Underfill == UnderfillResplit {
			packets = len(here)
		}
		returned := prize.Split.Total
		for i, amount := range prize.Split.Amounts(splitKey, prize.ID, packets) {
			if i < len(here) {
				here[i].Amount = amount
				returned -= amount
			}
		}
		r.Returned += returned
	}
}
