package questions

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed lexicon.txt
var lexiconText string

// lexicon is built once at start and never changes.
var lexicon = parseLexicon(lexiconText)

// flag says what a word does to a question.
type flag uint8

const (
	flagAsk  flag = 1 << iota // asks
	flagHalf                  // asks by half
	flagNot                   // speaks against a question
	flagStop                  // a function word: no content
)

// word is an entry of the lexicon.
type word struct {
	runes  []rune
	intent Intent
	weight int8
	flags  flag
	latin  bool // must begin and end where a Latin word does
}

// words finds the longest word that begins at a place: buckets by the hash of
// the first two characters, the longest word first, and words of one character
// apart. An automaton would find them all in one pass, but only the longest at a
// place counts here, and few pairs of characters begin a word.
type words struct {
	all   []word
	heads [1<<bucketBits + 1]uint16
}

const bucketBits = 12

func bucket(a, b rune) uint32 {
	return (uint32(a)*0x9E3779B1 ^ uint32(b)*0x85EBCA6B) >> (32 - bucketBits)
}

func (e *word) bucket() uint32 {
	if len(e.runes) == 1 {
		return bucket(e.runes[0], 0)
	}
	return bucket(e.runes[0], e.runes[1])
}

// at answers the longest word that begins at text[i], or nil.
func (w *words) at(text []rune, i int) *word {
	if i+1 < len(text) {
		if e := w.in(bucket(text[i], text[i+1]), text, i); e != nil {
			return e
		}
	}
	return w.in(bucket(text[i], 0), text, i)
}

func (w *words) in(b uint32, text []rune, i int) *word {
	for n := w.heads[b]; n < w.heads[b+1]; n++ {
		e := &w.all[n]
		end := i + len(e.runes)
		if end > len(text) || e.runes[0] != text[i] || !slices.Equal(e.runes, text[i:end]) {
			continue
		}
		if !e.latin || (i == 0 || !latin(text[i-1])) && (end == len(text) || !latin(text[end])) {
			return e
		}
	}
	return nil
}

func latin(r rune) bool { return r >= 'a' && r <= 'z' }

// parseLexicon panics on a broken text: it is part of the program. A word that
// stands twice with the same intent is one; with two intents it is a mistake.
func parseLexicon(text string) *words {
	byText := map[string]word{}
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 4 {
			panic(fmt.Sprintf("lexicon.txt:%d: want intent, weight, flags and words", n+1))
		}
		intent, ok := ParseIntent(strings.Trim(fields[0], "-"))
		weight, err := strconv.ParseInt(fields[1], 10, 8)
		if !ok || err != nil {
			panic(fmt.Sprintf("lexicon.txt:%d: %q is no intent or %q no weight", n+1, fields[0], fields[1]))
		}
		for _, f := range fields[3:] {
			e := word{runes: []rune(strings.ReplaceAll(f, "_", " ")), intent: intent, weight: int8(weight), flags: parseFlags(fields[2], n+1)}
			if e.flags&flagNot == 0 && asking(e.runes) {
				e.flags |= flagAsk // 包邮吗 asks as 包邮 and 吗 would
			}
			e.latin = latin(e.runes[0]) || latin(e.runes[len(e.runes)-1])
			key := string(e.runes)
			if old, twice := byText[key]; twice && old.intent != None && intent != None {
				panic(fmt.Sprintf("lexicon.txt:%d: %q stands twice, as %s and %s", n+1, f, old.intent, intent))
			} else if twice { // what it asks and what it is about may stand apart
				e.flags |= old.flags
				if intent == None {
					e.intent, e.weight = old.intent, old.weight
				}
			}
			byText[key] = e
		}
	}
	return index(byText)
}

// asking reports whether a word holds one that asks.
func asking(runes []rune) bool {
	for _, w := range [...]string{"what ", "where ", "who ", "how ", "which ", "when ", "why "} {
		if has(runes, 0, w) {
			return true
		}
	}
	for i, r := range runes {
		switch r {
		case '吗', '啥', '咋', '几', '哪', '谁', '咩':
			return true
		case '么':
			if i > 0 && (runes[i-1] == '什' || runes[i-1] == '怎') || i == len(runes)-1 && i > 1 {
				return true
			}
		case '多':
			if i+1 < len(runes) && (runes[i+1] == '少' || runes[i+1] == '久' || runes[i+1] == '大') {
				return true
			}
		case '不', '没':
			if i > 0 && i+1 < len(runes) && runes[i-1] == runes[i+1] {
				return true
			}
		}
	}
	return false
}

func parseFlags(s string, line int) (f flag) {
	for _, c := range s {
		switch c {
		case 'q':
			f |= flagAsk | flagStop
		case 'h':
			f |= flagHalf | flagStop
		case 'n':
			f |= flagNot
		case 's':
			f |= flagStop
		case '-':
		default:
			panic(fmt.Sprintf("lexicon.txt:%d: no flag %q", line, c))
		}
	}
	return f
}

func index(byText map[string]word) *words {
	w := &words{}
	for _, e := range byText {
		w.all = append(w.all, e)
	}
	slices.SortFunc(w.all, func(a, b word) int {
		x, y := a.bucket(), b.bucket()
		switch {
		case x != y:
			return int(x) - int(y)
		case len(a.runes) != len(b.runes):
			return len(b.runes) - len(a.runes)
		}
		return slices.Compare(a.runes, b.runes)
	})
	next := 0
	for b := range 1 << bucketBits {
		w.heads[b] = uint16(next)
		for next < len(w.all) && w.all[next].bucket() == uint32(b) {
			next++
		}
	}
	w.heads[1<<bucketBits] = uint16(next)
	return w
}
