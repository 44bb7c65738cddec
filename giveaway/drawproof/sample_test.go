package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// sampler makes finished events from a seed: all kinds, honest in every part.
type sampler struct {
	t       testing.TB
	rng     *rand.Rand
	engine  ed25519.PrivateKey
	logKey  ed25519.PrivateKey
	eyes    []ed25519.PrivateKey // witness i has eyes[i]
	glass   []ed25519.PrivateKey // mirror i has glass[i]
	receipt ed25519.PrivateKey
	vrf     ed25519.PrivateKey
	local   LocalKey
	sigmas  map[uint64][]byte // of the local chain
	golden  golden
	count   int
	matrix  []byte // see matrixBundle
	watched bool   // two witnesses and two mirrors see every seal in time
}

func newSampler(t testing.TB, seed uint64) *sampler {
	key := func(name string) []byte { k := sha256.Sum256([]byte(name)); return k[:] }
	local, err := NewLocalKey(key("local"))
	if err != nil {
		t.Fatal(err)
	}
	s := &sampler{
		t: t, rng: rand.New(rand.NewPCG(seed, 1)), local: local,
		engine: ed25519.NewKeyFromSeed(key("engine")), receipt: ed25519.NewKeyFromSeed(key("receipt")),
		vrf:    ed25519.NewKeyFromSeed(key("vrf")),
		logKey: ed25519.NewKeyFromSeed(key("log")), sigmas: map[uint64][]byte{}, golden: readGolden(t),
	}
	for i := range 3 {
		s.eyes = append(s.eyes, ed25519.NewKeyFromSeed(key(fmt.Sprint("witness ", i))))
	}
	s.glass = []ed25519.PrivateKey{ed25519.NewKeyFromSeed(key("mirror 0")), s.eyes[0]}
	return s
}

func (s *sampler) sigma(round uint64) []byte {
	if s.sigmas[round] == nil {
		s.sigmas[round] = s.local.Sign(round)
	}
	return s.sigmas[round]
}

func (s *sampler) chance(percent int) bool { return s.rng.IntN(100) < percent }

func (s *sampler) between(lo, hi int) int { return lo + s.rng.IntN(hi-lo+1) }

func public(key ed25519.PrivateKey) Hash { return Hash(key.Public().(ed25519.PublicKey)) }

// samplePlan embeds Plan as giveaway does, with members of its own.
type samplePlan struct {
	Plan
	Room  string            `json:"room"`
	Title string            `json:"title"`
	Rules map[string]string `json:"rules"`
}

func (s *sampler) plan() Plan {
	p := Plan{
		Event: fmt.Sprintf("evt-%06d", s.count), Selection: SelectLot, Alternates: uint32(s.between(0, 5)),
		Draws: uint32(s.between(1, 3)), MaxWeight: uint32(s.between(1, 8)), GraceMs: 5000,
		SealBudgetMs: int64(s.between(0, 9000)), AppendTimes: AppendTimesFact, LadderStep: uint64(s.between(1, 20)),
		EngineKey: public(s.engine), ReceiptKey: public(s.receipt), TagKeyCommit: TagKeyCommit(s.key()),
		Disqualify: []string{"FALSE_ADDRESS", "STAFF"}, ClaimTTLMs: 60_000, Beacon: s.local.Chain(1000, 3),
	}
	if s.chance(30) {
		p.AppendTimes = AppendTimesLog
	}
	for i, partition := range s.rng.Perm(9)[:s.between(1, 3)] {
		p.Partitions = append(p.Partitions, uint32(10*i+partition))
	}
	if s.chance(60) {
		p.Caps = []json.RawMessage{json.RawMessage(`{"n":1,"periodMs":86400000}`)}
	}
	if s.chance(20) {
		p.Selection, p.Partitions = SelectFirst, p.Partitions[:1]
	}
	if s.chance(10) { // a red-packet rain: many tiers, each cut by itself
		for i := range s.between(4, 12) {
			p.Prizes = append(p.Prizes, Prize{ID: fmt.Sprintf("w%d", i), Qty: uint32(s.between(1, 6))})
			p.Prizes[i].Split = s.split(uint64(p.Prizes[i].Qty))
		}
	} else {
		for i := range s.between(1, 3) {
			p.Prizes = append(p.Prizes, s.prize(i))
		}
	}
	p.CloseAt = int64(1_010_000 + 1000*s.between(0, 60))
	if s.chance(15) { // a published round of the public beacon
		p.Beacon = Quicknet()
		g := s.golden.Beacon[s.rng.IntN(len(s.golden.Beacon))]
		p.CloseAt = p.Beacon.RoundTime(g.Round) - p.GraceMs - p.SealBudgetMs
	}
	if s.watched || s.chance(60) {
		p.Log = s.publicLog()
	}
	if s.chance(30) {
		p.VRF = &VRF{public(s.vrf)}
	}
	p.OpenAt = p.CloseAt - int64(s.between(1000, 60_000))
	p.Round = p.RoundFor(p.CloseAt)
	return p
}

func (s *sampler) prize(i int) Prize {
	z := Prize{ID: fmt.Sprintf("p%d", i), Qty: uint32(s.between(1, 6))}
	if s.chance(50) {
		z.Split = s.split(uint64(z.Qty))
	}
	if s.chance(40) {
		z.StepUp = StepUpPlatform
	}
	return z
}

// split cuts a sum into n packets in one of the ways there are. Twelve of the
// largest sums fit into a plan.
func (s *sampler) split(n uint64) *Split {
	z := &Split{Mode: SplitDoubleMean, Underfill: UnderfillReturn, Min: uint64(s.between(1, 10))}
	z.Total = z.Min*n + uint64(s.between(0, 5000))
	if s.chance(5) {
		z.Total = 1<<49 + 12345
	}
	if s.chance(30) {
		z.Mode = SplitEqual
	}
	if s.chance(30) {
		z.Underfill = UnderfillResplit
	} else if s.chance(40) {
		z.Max = (z.Total+n-1)/n + uint64(s.between(0, 50))
	}
	return z
}

func (s *sampler) key() []byte {
	k := sha256.Sum256(fmt.Appendf(nil, "event key %d", s.count))
	return k[:]
}

// bundle is a finished event, signed.
func (s *sampler) bundle() *Bundle {
	s.count++
	p := s.plan()
	b := &Bundle{SealedBy: SealedByOwner}
	s.setPlan(b, p)
	if s.chance(40) {
		b.SealedBy = SealedByStandby
	}
	terms := s.amend(b, p)
	s.mark(b, p, terms)
	s.fill(b, p)
	b.Close.CapOffset = uint64(s.between(0, 99_999))
	b.Close.Round = terms.Round
	if p.Beacon.Kind == ChainLocal && s.chance(10) {
		b.Close.Round += p.LadderStep * uint64(s.between(1, 10))
	}
	b.Result.DrawNo = uint32(s.rng.IntN(int(p.Draws)))
	s.setSigma(b)
	s.prove(b)
	s.assemble(b)
	if p.Log != nil && (s.watched || s.chance(80)) {
		s.log(b, p)
		s.mirror(b, p)
		s.assemble(b)
	}
	b.Claims = s.claims(p, b)
	s.sign(b)
	return b
}

func (s *sampler) setPlan(b *Bundle, p Plan) {
	raw := mustCanonical(samplePlan{
		Plan: p, Room: "room-1", Title: "福袋 \"lucky\"\\\u0001\u2028é😀",
		Rules: map[string]string{"z": "", "€": "1", "\U0001f600": "2", "\ufb33": "3", "a/b": "/"},
	})
	b.Plan = raw
}

// editPlan changes the members that a draw reads and keeps the others.
func (s *sampler) editPlan(b *Bundle, edit func(*Plan)) {
	p, err := ParsePlan(b.Plan)
	if err != nil {
		s.t.Fatal(err)
	}
	edit(&p)
	s.setPlan(b, p)
}

func (s *sampler) setSigma(b *Bundle) {
	b.Sigma = s.sigma(b.Close.Round)
	for _, g := range s.golden.Beacon {
		if g.Round == b.Close.Round {
			b.Sigma = g.Sigma
		}
	}
}

// prove adds the operator's proof where the plan asks for one.
func (s *sampler) prove(b *Bundle) {
	b.Proof = nil
	if p, err := ParsePlan(b.Plan); err == nil && p.VRF != nil {
		_ = b.Assemble() // for the close hash; it says that the proof is missing
		b.Proof = Prove(s.vrf, b.CloseHash, b.Sigma)
	}
}

func (s *sampler) assemble(b *Bundle) {
	if err := b.Assemble(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sampler) sign(b *Bundle) []byte {
	raw, err := b.Sign(s.engine)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

func (s *sampler) amend(b *Bundle, p Plan) Terms {
	terms := Terms{PlanHash(b.Plan), p.CloseAt, p.Round}
	if p.Beacon.Kind != ChainLocal || !s.chance(40) {
		return terms
	}
	for range s.between(1, 2) {
		a := Amendment{
			Event: p.Event, Previous: terms.Hash, CloseAt: terms.CloseAt + int64(s.between(3000, 30_000)),
			Partition: p.Partitions[s.rng.IntN(len(p.Partitions))], After: uint64(s.between(0, 1100)),
		}
		a.Round = p.RoundFor(a.CloseAt)
		a.Sign(s.engine)
		b.Amendments = append(b.Amendments, a)
		var err error
		if terms, err = terms.Amend(p, a); err != nil {
			s.t.Fatal(err)
		}
	}
	return terms
}

func (s *sampler) mark(b *Bundle, p Plan, terms Terms) {
	late := int64(0)
	if s.chance(10) {
		late = 9000
	}
	for _, partition := range p.Partitions {
		for _, m := range []Marker{
			{Kind: MarkerOpen, Offset: uint64(s.between(0, 1000)), Now: p.OpenAt + int64(s.between(0, 4000))},
			{Kind: MarkerClose, Offset: uint64(s.between(1200, 3000)), Now: terms.CloseAt + late + int64(s.between(0, 4000))},
		} {
			m.Partition, m.Time = partition, m.Now+int64(s.between(0, 900))
			s.signMarker(b, p, terms, &m)
			b.Markers = append(b.Markers, m)
		}
	}
}

func (s *sampler) signMarker(b *Bundle, p Plan, terms Terms, m *Marker) {
	hash := PlanHash(b.Plan)
	if m.Kind == MarkerClose {
		hash = terms.Hash
	}
	m.Signature = SignMarker(s.engine, p.Event, hash, m.Kind, m.Partition, m.Now)
}

func (s *sampler) tag(event string, user int) Hash {
	uid := fmt.Sprintf("user-%d", user)
	return Tag(event, uid, Salt(s.key(), uid))
}

// fill draws entrants and exclusions, each user at a record of their own.
func (s *sampler) fill(b *Bundle, p Plan) {
	places := map[uint32][]int{}
	windows := rangesOf(p, b.Markers)
	for _, w := range windows {
		places[w.Partition] = s.rng.Perm(int(w.Close - w.Open - 1))
	}
	b.Entrants, b.Excluded = EntrantList{}, ExcludedList{}
	for user := range s.between(0, 40) {
		tag := s.tag(p.Event, user)
		if s.chance(15) {
			b.Excluded = append(b.Excluded, Excluded{tag, uint32(s.between(1, 9))})
			continue
		}
		w := windows[s.rng.IntN(len(windows))]
		at := places[w.Partition][0]
		places[w.Partition] = places[w.Partition][1:]
		weight := uint32(s.between(1, int(p.MaxWeight)))
		b.Entrants = append(b.Entrants, Leaf{tag, weight, w.Partition, w.Open + 1 + uint64(at)})
	}
	SortLeaves(b.Entrants)
	SortExcluded(b.Excluded)
}

// claims lets units be claimed, delivered or lost, in turns.
func (s *sampler) claims(p Plan, b *Bundle) []Claim {
	r := b.Result
	turn := OpenClaims(r)
	var all []Claim
	free := map[uint32]int64{}
	for next := 0; len(turn) > 0; {
		c := turn[0]
		turn = turn[1:]
		lost := s.chance(30)
		c.State = []string{ClaimOpen, ClaimClaimed, ClaimSettled}[s.rng.IntN(3)]
		if lost {
			how := s.rng.IntN(3)
			if how == 2 && len(p.Caps) == 0 {
				how = 0 // nobody is skipped for a cap that there is not
			}
			c.State = []string{ClaimExpired, ClaimDisqualified, ClaimSkipped}[how]
			c.Code = []string{"", p.Disqualify[0], SkipCap}[how]
		}
		if p.stepUp(r.Winners[c.Unit-1].Prize) != "" {
			s.review(p, b, &c, free)
		}
		all = append(all, c)
		if lost && next < len(r.Alternates) {
			a := r.Alternates[next]
			next++
			turn = append(turn, Claim{Unit: c.Unit, Rank: a.Rank, Grant: a.Grant, Amount: c.Amount})
		}
	}
	return all
}

// review lets the platform look at a holder, and gives the claim what follows.
func (s *sampler) review(p Plan, b *Bundle, c *Claim, free map[uint32]int64) {
	if c.State == ClaimSkipped || c.State == ClaimOpen && s.chance(20) {
		return
	}
	c.Review = &Review{At: max(free[c.Unit], p.CloseAt+500_000) + int64(s.between(0, 900)), Words: []Word{}}
	now := c.Review.At
	say := func(outcome string) {
		w := Word{Partition: p.Partitions[s.rng.IntN(len(p.Partitions))], After: uint64(s.between(3000, 4000)), Outcome: outcome, Ref: Hash{byte(now)}}
		now += int64(s.between(0, 6000)) // nine words are within the plan's minute
		w.Now = now
		c.Review.Words = append(c.Review.Words, w)
	}
	for range s.rng.IntN(4) {
		say(WordRefused)
	}
	if c.State == ClaimClaimed || c.State == ClaimSettled || s.chance(30) {
		say(WordConfirmed)
	}
	if c.State == ClaimExpired {
		if free[c.Unit] = c.Review.At + p.ClaimTTLMs; !c.Review.Confirmed() {
			c.Code = ExpiredUnconfirmed
		}
	}
}

// decode reads a bundle that is known to be good.
func (s *sampler) decode(raw []byte) *Bundle {
	var b Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		s.t.Fatal(err)
	}
	return &b
}
