package drawproof

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// golden is testdata/golden.json: the vector of the published specification,
// computed with its Python reference. It is never edited, only added to.
type golden struct {
	Event    string `json:"event"`
	EventKey string `json:"eventKeyPreimage"`
	Plan     string `json:"plan"`
	Entrants []struct {
		UID       string `json:"uid"`
		Weight    uint32 `json:"weight"`
		Partition uint32 `json:"partition"`
		Offset    uint64 `json:"offset"`
	} `json:"entrants"`
	Excluded []struct {
		UID    string `json:"uid"`
		Reason uint32 `json:"reason"`
	} `json:"excluded"`
	CapOffset    uint64  `json:"capOffset"`
	Round        uint64  `json:"round"`
	Ranges       []Range `json:"ranges"`
	Sigma        Bytes   `json:"sigma"`
	PlanHash     Hash    `json:"planHash"`
	Root         Hash    `json:"root"`
	ExcludedRoot Hash    `json:"excludedRoot"`
	CloseHash    Hash    `json:"closeHash"`
	PRK          Hash    `json:"prk"`
	DrawKey      Hash    `json:"drawKey"`
	Ranks        []struct {
		UID    string `json:"uid"`
		Ticket uint32 `json:"ticket"`
		Score  string `json:"scorePrefix"`
	} `json:"ranks"`
	Beacon []struct {
		Round uint64 `json:"round"`
		Sigma Bytes  `json:"sigma"`
	} `json:"beacon"`
}

func readGolden(t testing.TB) golden {
	t.Helper()
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGoldenVector(t *testing.T) {
	g := readGolden(t)
	key := sha256.Sum256([]byte(g.EventKey))
	tag := func(uid string) Hash { return Tag(g.Event, uid, Salt(key[:], uid)) }
	same := func(name string, got, want Hash) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}

	plan, err := Canonical([]byte(g.Plan))
	if err != nil || string(plan) != g.Plan {
		t.Fatalf("plan in canonical form is %s (%v)", plan, err)
	}
	same("plan hash", PlanHash(plan), g.PlanHash)

	names := map[Hash]string{}
	var leaves []Leaf
	var excluded []Excluded
	c := Close{Event: g.Event, PlanHash: g.PlanHash, CapOffset: g.CapOffset, Round: g.Round, Ranges: g.Ranges}
	for _, e := range g.Entrants {
		leaves = append(leaves, Leaf{tag(e.UID), e.Weight, e.Partition, e.Offset})
		names[tag(e.UID)] = e.UID
		c.Entrants++
		c.TotalWeight += uint64(e.Weight)
	}
	for _, x := range g.Excluded {
		excluded = append(excluded, Excluded{tag(x.UID), x.Reason})
		c.Excluded++
	}
	SortLeaves(leaves)
	SortExcluded(excluded)
	c.Root, c.ExcludedRoot = EntrantRoot(leaves), ExcludedRoot(excluded)
	same("root", c.Root, g.Root)
	same("excluded root", c.ExcludedRoot, g.ExcludedRoot)
	same("close hash", c.Hash(), g.CloseHash)

	seed := NewSeed(c.Hash(), g.Sigma, nil)
	same("seed", Hash(seed), g.PRK)
	same("draw key", seed.DrawKey(0), g.DrawKey)
	winners := Draw(seed.DrawKey(0), leaves, len(leaves))
	for i, w := range winners {
		want := g.Ranks[i]
		if names[w.Tag] != want.UID || w.Ticket != want.Ticket || hex.EncodeToString(w.Score[:4]) != want.Score {
			t.Errorf("rank %d is %s ticket %d score %s, want %+v", i+1, names[w.Tag], w.Ticket, w.Score, want)
		}
	}
}

func TestGoldenBeacon(t *testing.T) {
	q := Quicknet()
	for _, b := range readGolden(t).Beacon {
		if err := VerifyBeacon(q, b.Round, b.Sigma); err != nil {
			t.Errorf("published round %d: %v", b.Round, err)
		}
		msg := roundMessage(b.Round + 1)
		if verifyGnark(q.PublicKey, msg[:], b.Sigma) == nil {
			t.Errorf("gnark-crypto takes round %d for round %d", b.Round, b.Round+1)
		}
		if verifyCircl(q.PublicKey, msg[:], b.Sigma) == nil {
			t.Errorf("circl takes round %d for round %d", b.Round, b.Round+1)
		}
	}
	if at := q.RoundAt(1776643200000); at != 27946612 { // 2026-04-20T00:00:00Z
		t.Errorf("round at 2026-04-20 is %d, want 27946612", at)
	}
}
