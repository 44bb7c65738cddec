package automaton

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"github.com/fudai-live/fudai/moderation/internal/corpus"
)

// naiveMatches is what the automaton must find, found without one.
func naiveMatches(patterns [][]rune, text []rune) (all []Match) {
	for id, p := range patterns {
		for at := 0; len(p) > 0 && at+len(p) <= len(text); at++ {
			if slices.Equal(text[at:at+len(p)], p) {
				all = append(all, Match{int32(id), int32(at), int32(at + len(p))})
			}
		}
	}
	return all
}

func sortMatches(m []Match) {
	slices.SortFunc(m, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pattern, b.Pattern))
	})
}

func checkMatches(t *testing.T, patterns [][]rune, text []rune) {
	t.Helper()
	got := New(patterns).AppendMatches(nil, text)
	ends := slices.IsSortedFunc(got, func(a, b Match) int { return cmp.Compare(a.End, b.End) })
	want := naiveMatches(patterns, text)
	sortMatches(got)
	sortMatches(want)
	if !slices.Equal(got, want) || !ends {
		t.Fatalf("text %q, patterns %q\ngot  %v (ends in order: %v)\nwant %v", string(text), patterns, got, ends, want)
	}
}

func TestAutomatonFindsEveryOccurrence(t *testing.T) {
	for _, c := range []struct{ patterns, text string }{
		{"he she his hers", "ushers"},
		{"a aa aaa aaaa", "aaaaaa"},
		{"ab ab bab", "abab"}, // equal patterns both report
		{"傻逼 逼 大傻 大傻逼样", "大傻逼 大傻逼样"},
		{"x", ""},
		{"", "anything"},
		{"abcd bc", "abce"}, // the inner word of a path that fails
		{"\U0010FFFF a", "a\U0010FFFFa"},
	} {
		var patterns [][]rune
		for _, p := range strings.Split(c.patterns, " ") {
			patterns = append(patterns, []rune(p))
		}
		checkMatches(t, patterns, []rune(c.text))
	}
}

// Few letters make every kind of overlap likely.
func TestAutomatonAgainstNaiveSearch(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 1))
		letters := 1 + random.IntN(5)
		word := func(most int) []rune {
			w := make([]rune, random.IntN(most))
			for i := range w {
				w[i] = rune('a' + random.IntN(letters)*0x1F3)
			}
			return w
		}
		patterns := make([][]rune, random.IntN(40))
		for i := range patterns {
			patterns[i] = word(7)
		}
		t.Logf("seed %d", seed)
		checkMatches(t, patterns, word(200))
	}
}

func FuzzAutomaton(f *testing.F) {
	f.Add("he she hers", "ushers")
	f.Add("傻逼 逼样", "大傻逼样")
	f.Fuzz(func(t *testing.T, words, text string) {
		var patterns [][]rune
		for _, w := range strings.Split(words, " ") {
			patterns = append(patterns, []rune(w))
		}
		if len(patterns) > 100 || len(text) > 1000 {
			t.Skip()
		}
		checkMatches(t, patterns, []rune(text))
		if !utf8.ValidString(words) || !utf8.ValidString(text) {
			return // as runes all invalid bytes are one; as strings they are not
		}
		for _, w := range strings.Split(words, " ") { // and against the standard library
			if w == "" {
				continue
			}
			found := len(New([][]rune{[]rune(w)}).AppendMatches(nil, []rune(text))) > 0
			if found != strings.Contains(text, w) {
				t.Fatalf("%q in %q: %v, strings.Contains says otherwise", w, text, found)
			}
		}
	})
}

func (a *Automaton) bytes() int {
	return len(a.classIndex)*2 + len(a.classCells)*2 + len(a.root)*4 +
		len(a.nodes)*int(unsafe.Sizeof(node{})) + len(a.outputs)*int(unsafe.Sizeof(output{}))
}

func TestAutomatonIsSmallAndDoesNotAllocate(t *testing.T) {
	patterns, comments := corpus.Draw()
	a := New(patterns)
	if size := a.bytes(); size > 2<<20 {
		t.Errorf("%d patterns take %d bytes, more than 2 MiB", len(patterns), size)
	}
	var buffer []Match
	found := 0
	for _, c := range comments {
		buffer = a.AppendMatches(buffer[:0], c)
		found += len(buffer)
		if want := naiveMatches(patterns, c); len(want) != len(buffer) {
			t.Fatalf("%q: %d matches, want %d", string(c), len(buffer), len(want))
		}
		if testing.Short() {
			break
		}
	}
	if n := testing.AllocsPerRun(10, func() {
		for _, c := range comments[:100] {
			buffer = a.AppendMatches(buffer[:0], c)
		}
	}); n != 0 {
		t.Errorf("%v allocations a run, want none", n)
	}
	t.Logf("%d bytes, %d slots, %d matches in %d comments", a.bytes(), len(a.nodes), found, len(comments))
}

func BenchmarkAutomatonBuild(b *testing.B) {
	patterns, _ := corpus.Draw()
	b.ReportAllocs()
	for b.Loop() {
		New(patterns)
	}
}

func BenchmarkAutomatonMatch(b *testing.B) {
	patterns, comments := corpus.Draw()
	a := New(patterns)
	var buffer []Match
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buffer = a.AppendMatches(buffer[:0], comments[i%len(comments)])
	}
}
