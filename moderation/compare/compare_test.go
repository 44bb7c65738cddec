// Package compare times the automaton beside the public Go matchers that did
// best in a wider comparison, on the same patterns and comments. It is a
// module of its own so that they stay out of the product.
//
//	cd moderation/compare && go test -bench . -cpu 1
package compare

import (
	"runtime"
	"testing"

	bobusumisu "github.com/BobuSumisu/aho-corasick"
	"github.com/anknown/ahocorasick"

	"github.com/fudai-live/fudai/moderation/internal/automaton"
	"github.com/fudai-live/fudai/moderation/internal/corpus"
)

func texts(runes [][]rune) (all []string) {
	for _, r := range runes {
		all = append(all, string(r))
	}
	return all
}

// The engines must agree before their times mean anything.
func TestEnginesFindTheSame(t *testing.T) {
	patterns, comments := corpus.Draw()
	own := automaton.New(patterns)
	byByte := bobusumisu.NewTrieBuilder().AddStrings(texts(patterns)).Build()
	distinct := map[string]bool{}
	for _, p := range patterns {
		distinct[string(p)] = true
	}
	for _, c := range comments {
		seen := map[[2]int32]bool{} // they report equal patterns once
		for _, m := range own.AppendMatches(nil, c) {
			seen[[2]int32{m.Start, m.End}] = true
		}
		if other := byByte.MatchString(string(c)); len(other) != len(seen) {
			t.Fatalf("%q: %d and %d matches", string(c), len(seen), len(other))
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	patterns, comments := corpus.Draw()
	strings := texts(comments)
	b.Run("own", func(b *testing.B) {
		a := automaton.New(patterns)
		var buffer []automaton.Match
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			buffer = a.AppendMatches(buffer[:0], comments[i%len(comments)])
		}
	})
	b.Run("BobuSumisu", func(b *testing.B) {
		a := bobusumisu.NewTrieBuilder().AddStrings(texts(patterns)).Build()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a.MatchString(strings[i%len(strings)])
		}
	})
	b.Run("anknown", func(b *testing.B) {
		a := new(goahocorasick.Machine)
		if err := a.Build(patterns); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a.MultiPatternSearch(comments[i%len(comments)], false)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	patterns, _ := corpus.Draw()
	strings := texts(patterns)
	for _, c := range []struct {
		name  string
		build func() any
	}{
		{"own", func() any { return automaton.New(patterns) }},
		{"BobuSumisu", func() any { return bobusumisu.NewTrieBuilder().AddStrings(strings).Build() }},
		{"anknown", func() any {
			a := new(goahocorasick.Machine)
			if err := a.Build(patterns); err != nil {
				b.Fatal(err)
			}
			return a
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var kept any
			for b.Loop() {
				kept = c.build()
			}
			runtime.GC()
			var with, without runtime.MemStats
			runtime.ReadMemStats(&with)
			runtime.KeepAlive(kept)
			kept = nil
			runtime.GC()
			runtime.ReadMemStats(&without)
			b.ReportMetric(float64(int64(with.HeapAlloc)-int64(without.HeapAlloc))/(1<<20), "MiB")
		})
	}
}
