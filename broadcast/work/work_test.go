package work

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew; a difference is a change of the protocol")

const now = int64(1_790_000_000_000)

var key = [32]byte{1, 2, 3}

// vector is one of testdata/vectors.json, which the SDK's test reads too.
type vector struct {
	Room, User string
	Bits       uint8
	Now        int64
	Challenge  string
	Seed       string
	Solution   string
}

// The published vectors: the key is 01 02 03 and zeros, and a solution the smallest one.
func TestVectors(t *testing.T) {
	const file = "testdata/vectors.json"
	var all []vector
	for i, bits := range []uint8{0, 1, 4, 8, 12, 13} {
		v := vector{Room: "demo", User: []string{"u-17", "用户", "u-17"}[i%3], Bits: bits, Now: now + int64(i)}
		v.Challenge = Ask(&key, v.Room, v.User, bits, v.Now)
		s := seed([]byte(v.Challenge))
		v.Seed = hex.EncodeToString(s[:])
		var err error
		if v.Solution, err = Solve(v.Challenge, bits); err != nil {
			t.Fatal(err)
		}
		if f := Check(&key, v.Room, v.User, []byte(v.Challenge), []byte(v.Solution), bits, v.Now); f != "" {
			t.Errorf("%d bits: %s", bits, f)
		}
		all = append(all, v)
	}
	got, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if got = append(got, '\n'); *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the vectors are\n%s", got)
	}
}

// Each planted fault is refused as what it is.
func TestFaults(t *testing.T) {
	const bits = 6
	challenge := Ask(&key, "demo", "u", bits, now)
	solution, _ := Solve(challenge, bits)
	other := [32]byte{9}
	numbers := func(change func(n []uint32)) string {
		b, _ := hex.DecodeString(solution)
		n := make([]uint32, Parts)
		for i := range n {
			n[i] = binary.BigEndian.Uint32(b[4*i:])
		}
		change(n)
		for i := range n {
			binary.BigEndian.PutUint32(b[4*i:], n[i])
		}
		return hex.EncodeToString(b)
	}
	flip := func(at int) string {
		b, _ := base64.RawURLEncoding.DecodeString(challenge)
		b[at] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	end := now/1000*1000 + Life*1000
	for _, c := range []struct {
		what, room, user, challenge, solution string
		key                                   *[32]byte
		least                                 uint8
		at                                    int64
		want                                  Fault
	}{
		{"good", "demo", "u", challenge, solution, &key, bits, now, ""},
		{"in capitals", "demo", "u", challenge, strings.ToUpper(solution), &key, bits, now, ""},
		{"asked for less", "demo", "u", challenge, solution, &key, bits - 1, now, ""},
		{"in its last moment", "demo", "u", challenge, solution, &key, bits, end - 1, ""},
		{"expired", "demo", "u", challenge, solution, &key, bits, end, Expired},
		{"another user's", "demo", "v", challenge, solution, &key, bits, now, Foreign},
		{"another room's", "demo2", "u", challenge, solution, &key, bits, now, Foreign},
		{"room and user shifted", "dem", "o\x00u", challenge, solution, &key, bits, now, Foreign},
		{"another house's", "demo", "u", challenge, solution, &other, bits, now, Foreign},
		{"made easier", "demo", "u", flip(1), solution, &key, 0, now, Foreign},
		{"made to last", "demo", "u", flip(2), solution, &key, bits, now, Foreign},
		{"of another version", "demo", "u", flip(0), solution, &key, bits, now, Malformed},
		{"too easy", "demo", "u", challenge, solution, &key, bits + 1, now, Easy},
		{"one number twice", "demo", "u", challenge, numbers(func(n []uint32) { n[1] = n[0] }), &key, bits, now, Wrong},
		{"out of order", "demo", "u", challenge, numbers(slices.Reverse), &key, bits, now, Wrong},
		{"one that does not hit", "demo", "u", challenge, numbers(func(n []uint32) { n[7]++ }), &key, bits, now, Wrong},
		{"another challenge's", "demo", "u", Ask(&key, "demo", "u", bits, now+1000), solution, &key, bits, now, Wrong},
		{"short", "demo", "u", challenge, solution[2:], &key, bits, now, Malformed},
		{"no hex", "demo", "u", challenge, "zz" + solution[2:], &key, bits, now, Malformed},
		{"no challenge", "demo", "u", "", solution, &key, bits, now, Malformed},
		{"no base64", "demo", "u", "!" + challenge[1:], solution, &key, bits, now, Malformed},
	} {
		if got := Check(c.key, c.room, c.user, []byte(c.challenge), []byte(c.solution), c.least, c.at); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if _, err := Solve(challenge, MaxBits+1); err != ErrNoSolution {
		t.Errorf("more than may be asked: %v", err)
	}
}

// Check never fails otherwise than by a fault it names, takes nothing that this
// key did not make for this user, and whatever it takes keeps being taken as it
// is and by nobody else.
func FuzzCheck(f *testing.F) {
	challenge := Ask(&key, "demo", "u", 3, now)
	solution, _ := Solve(challenge, 3)
	f.Add([]byte(challenge), []byte(solution), uint8(3), now)
	f.Add([]byte(challenge), []byte(strings.Repeat("0", 64)), uint8(3), now)
	f.Add([]byte(challenge[:30]), []byte("zz"), uint8(0), int64(-1))
	f.Fuzz(func(t *testing.T, challenge, solution []byte, least uint8, at int64) {
		fault := Check(&key, "demo", "u", challenge, solution, least, at)
		if fault != "" {
			if !slices.Contains(Faults(), fault) {
				t.Fatalf("unknown fault %q", fault)
			}
			return
		}
		b, err := base64.RawURLEncoding.Strict().DecodeString(string(challenge))
		if err != nil || Ask(&key, "demo", "u", b[1], (int64(b[2])<<32|int64(binary.BigEndian.Uint32(b[3:]))-Life)*1000) != string(challenge) {
			t.Fatal("taken, and not made here")
		}
		if other := Check(&key, "demo", "v", challenge, solution, least, at); other != Foreign {
			t.Fatalf("good for another user too: %q", other)
		}
	})
}

// What is asked grows with the crowd, and stops.
func TestBits(t *testing.T) {
	for _, c := range []struct {
		users, from int
		want        uint8
	}{
		{0, 256, 0}, {1, 256, 0}, {80, 256, 0}, {255, 256, 0}, {256, 256, 12}, {511, 256, 12}, {512, 256, 13}, {1024, 256, 14},
		{2048, 256, 15}, {4096, 256, 16}, {7000, 256, 16}, {1 << 30, 256, 16}, {1, 1, 12}, {2, 1, 13}, {100_000, 0, 0}, {5, -1, 0},
	} {
		if got := Bits(c.users, c.from); got != c.want {
			t.Errorf("%d users from %d: %d bits, want %d", c.users, c.from, got, c.want)
		}
	}
}

// A table of crowds, an evening's: who is asked for what among how many that
// come to one edge from the rest of the country.
func TestCrowds(t *testing.T) {
	const from = 256
	for _, c := range []struct {
		what        string
		others      int // users of the rest of the country, from 50,000 networks
		users       int // of the network in question, in ten minutes
		askedAtMost int // of them
		askedFor    uint8
	}{
		{"a household", 100_000, 6, 0, 0},
		{"a carrier's translator", 100_000, 80, 0, 0},
		{"an office", 100_000, 200, 0, 0},
		{"a campus", 20_000, 600, 365, 13},
		{"a farm", 20_000, 6_000, 5_800, 16},
	} {
		var crowd Crowd
		rng := rand.New(rand.NewPCG(1, uint64(c.users)))
		for range c.others {
			crowd.Add(hash(uint64(rng.IntN(50_000))), rng.Uint64(), now)
		}
		asked, hardest := 0, uint8(0)
		for range c.users {
			if b := Bits(crowd.Add(hash(1<<40), rng.Uint64(), now), from); b > 0 {
				asked++
				hardest = max(hardest, b)
			}
		}
		t.Logf("%s: %d users, %d asked, up to %d bits", c.what, c.users, asked, hardest)
		if asked > c.askedAtMost || asked < c.askedAtMost*8/10 || hardest != c.askedFor {
			t.Errorf("%s: %d of %d asked for up to %d bits, want about %d and %d", c.what, asked, c.users, hardest, c.askedAtMost, c.askedFor)
		}
	}
}

// hash spreads numbers as a keyed hash would.
func hash(n uint64) uint64 { return rand.New(rand.NewPCG(n, 77)).Uint64() }

// The same users again are the same users, and after ten minutes nobody was here.
func TestCrowdForgets(t *testing.T) {
	var c Crowd
	come := func(at int64) (n int) {
		for u := range uint64(400) {
			n = c.Add(5, hash(u), at)
		}
		return n
	}
	first := come(now)
	if first < 360 || first > 440 {
		t.Errorf("400 users are estimated as %d", first)
	}
	if again := come(now + halfWindow - 1); again != first {
		t.Errorf("the same users again: %d, then %d", first, again)
	}
	if n := c.Add(5, hash(0), now+2*halfWindow-1); n != first {
		t.Errorf("within ten minutes %d of %d are remembered", n, first)
	}
	if n := c.Add(5, hash(0), now+4*halfWindow); n != 1 {
		t.Errorf("long after them %d are there, want 1", n)
	}
	if n := c.Add(5, hash(1), now-10*halfWindow); n != 2 {
		t.Errorf("with a clock put back %d are there, want 2", n)
	}
}

// Solving takes about the hashes that the package says, and rarely twice as many:
// counted, not timed.
func TestSpread(t *testing.T) {
	const bits, mean = 8, Parts << 8
	var all []int
	for i := range 400 {
		challenge := Ask(&key, "demo", "u", bits, now+int64(i)*1000)
		solution, err := Solve(challenge, bits)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := hex.DecodeString(solution)
		all = append(all, int(binary.BigEndian.Uint32(b[4*(Parts-1):]))+1)
	}
	slices.Sort(all)
	sum := 0
	for _, n := range all {
		sum += n
	}
	if avg := sum / len(all); avg < mean*9/10 || avg > mean*11/10 {
		t.Errorf("%d hashes in the mean, want about %d", avg, mean)
	}
	if p99 := all[len(all)*99/100]; p99 > mean*22/10 {
		t.Errorf("one in a hundred takes %d hashes, more than 2.2 means", p99)
	}
}

func BenchmarkSolve(b *testing.B) {
	s := seed([]byte("x"))
	for i := 0; b.Loop(); i++ {
		hits(&s, uint32(i), 32)
	}
}

func BenchmarkCheck(b *testing.B) {
	challenge := Ask(&key, "demo", "u", 8, now)
	solution, _ := Solve(challenge, 8)
	for b.Loop() {
		if Check(&key, "demo", "u", []byte(challenge), []byte(solution), 8, now) != "" {
			b.Fatal("refused")
		}
	}
}

func BenchmarkCrowd(b *testing.B) {
	var c Crowd
	rng := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		c.Add(rng.Uint64(), rng.Uint64(), now)
	}
}
