package main

import (
	"sort"
	"strings"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// sounds gives every Han character of the basic plane the number, from 1, of
// its most usual toneless syllable. The numbers follow the sorted syllables.
func sounds() ([]uint16, []string) {
	byRune := map[rune]string{}
	set := map[string]bool{}
	for code, readings := range pinyin.PinyinDict {
		first, _, _ := strings.Cut(readings, ",")
		s := toneless(first)
		if code > 0x9FFF || s == "" {
			continue
		}
		byRune[rune(code)] = s
		set[s] = true
	}
	syllables := make([]string, 0, len(set))
	for s := range set {
		syllables = append(syllables, s)
	}
	sort.Strings(syllables)
	table := make([]uint16, 0xA000)
	for r, s := range byRune {
		table[r] = uint16(sort.SearchStrings(syllables, s) + 1)
	}
	return table, syllables
}

func toneless(s string) string {
	s = strings.ReplaceAll(s, "ü", "v")
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case r == '\u0308': // what is left of ü with a tone
			t := strings.TrimSuffix(b.String(), "u")
			b.Reset()
			b.WriteString(t + "v")
		}
	}
	return b.String()
}
