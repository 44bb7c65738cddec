package main

import (
	"bufio"
	"fmt"
	"os/exec"
	"strings"
	"unicode"
	"unicode/utf8"

	"os"
	"path/filepath"

	"golang.org/x/text/unicode/norm"
)

// The kinds of an entry, kept in its top byte. They are repeated in
// moderation/fold.go; a test there checks one character of every kind.
const (
	other     = iota // a letter of another script; value 0 means itself
	drop             // invisible or a stacked mark: not there at all
	separator        // space, punctuation, symbol, emoji
	sequence         // several entries; value indexes sequences
	letter           // a to z
	digit            // 0 to 9
	han              // value 0 means itself
	flagged          // a regional indicator: an emoji, and in disguise a letter
)

type folding struct {
	entries   []uint32
	sequences []uint32 // length, then that many entries
}

func fold(simplified map[rune]rune) *folding {
	f := &folding{entries: make([]uint32, lastRune+1)}
	for r := rune(0); r <= lastRune; r++ {
		f.entries[r] = f.entry(r, simplified)
	}
	return f
}

func (f *folding) entry(r rune, simplified map[rune]rune) uint32 {
	if v, ok := drawn(r); ok {
		return letter<<24 | uint32(v)
	}
	switch {
	case r >= 0x1F1E6 && r <= 0x1F1FF:
		return flagged<<24 | uint32('a'+r-0x1F1E6)
	case invisible(r):
		return drop << 24
	}
	seq := plain(r, simplified)
	entries := make([]uint32, 0, len(seq))
	for _, c := range seq {
		if e := single(c, r); e>>24 != drop {
			entries = append(entries, e)
		}
	}
	switch len(entries) {
	case 0:
		return drop << 24
	case 1:
		return entries[0]
	}
	at := len(f.sequences)
	f.sequences = append(f.sequences, uint32(len(entries)))
	f.sequences = append(f.sequences, entries...)
	return sequence<<24 | uint32(at)
}

// plain is r without its compatibility form, its case, its Latin marks and
// its traditional shape.
func plain(r rune, simplified map[rune]rune) []rune {
	if !utf8.ValidRune(r) {
		return []rune{' '}
	}
	var out []rune
	for _, c := range norm.NFKC.String(string(r)) {
		c = unicode.ToLower(c)
		switch {
		case stroked[c] != "":
			out = append(out, []rune(stroked[c])...)
		case unicode.In(c, unicode.Latin, unicode.Greek, unicode.Cyrillic):
			for _, d := range norm.NFD.String(string(c)) {
				if !unicode.Is(unicode.Mn, d) {
					out = append(out, d)
				}
			}
		case simplified[c] != 0:
			out = append(out, simplified[c])
		default:
			out = append(out, c)
		}
	}
	return out
}

func single(c, from rune) uint32 {
	value := uint32(0)
	if c != from {
		value = uint32(c)
	}
	switch {
	case c >= 'a' && c <= 'z':
		return letter<<24 | uint32(c)
	case unicode.Is(unicode.Nd, c):
		return digit<<24 | uint32('0'+digitValue(c))
	case invisible(c):
		return drop << 24
	case unicode.Is(unicode.Han, c):
		return han<<24 | value
	case unicode.IsLetter(c), unicode.IsMark(c), unicode.Is(unicode.No, c), unicode.Is(unicode.Nl, c):
		return other<<24 | value
	}
	return separator << 24
}

// digitValue relies on decimal digits standing in runs of ten from zero.
func digitValue(c rune) int {
	zero := c
	for unicode.Is(unicode.Nd, zero-1) && c-zero < 9 {
		zero--
	}
	if c >= 0x1D7CE && c <= 0x1D7FF {
		return int(c-0x1D7CE) % 10
	}
	return int(c - zero)
}

// invisible characters and marks that stack on anything are removed; marks
// that belong to one script (Thai vowels, Arabic points) are letters there.
func invisible(c rune) bool {
	switch c {
	case 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, 0x180E, 0x17B4, 0x17B5:
		return true
	}
	if unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Variation_Selector, c) || unicode.Is(unicode.Me, c) {
		return true
	}
	return unicode.Is(unicode.Mn, c) && unicode.In(c, unicode.Inherited, unicode.Common, unicode.Latin, unicode.Cyrillic, unicode.Greek)
}

// stroked letters have no decomposition in Unicode.
var stroked = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ħ': "h", 'ŧ': "t", 'ı': "i", 'ȷ': "j", 'ð': "d",
}

// drawn lists letters that neither NFKC nor the confusables data resolve:
// negative circled and squared letters, and small capitals.
func drawn(r rune) (rune, bool) {
	switch {
	case r >= 0x1F150 && r <= 0x1F169:
		return 'a' + r - 0x1F150, true
	case r >= 0x1F170 && r <= 0x1F189:
		return 'a' + r - 0x1F170, true
	}
	const capitals = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ\uffffʏᴢ"
	i := 0
	for _, c := range capitals {
		if c == r && r != utf8.RuneError && r != 0xffff {
			return rune('a' + i), true
		}
		i++
	}
	return 0, false
}

// readSimplified reads OpenCC's single-character table from the module cache.
func readSimplified() (map[rune]rune, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/longbridgeapp/opencc").Output()
	if err != nil {
		return nil, fmt.Errorf("find opencc in the module cache: %w", err)
	}
	file, err := os.Open(filepath.Join(strings.TrimSpace(string(dir)), "dictionary", "TSCharacters.txt"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	table := map[rune]rune{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		from, to, _ := strings.Cut(lines.Text(), "\t")
		to, _, _ = strings.Cut(to, " ") // the first choice is the usual one
		f, n := utf8.DecodeRuneInString(from)
		t, m := utf8.DecodeRuneInString(to)
		if n == len(from) && m == len(to) && f != t {
			table[f] = t
		}
	}
	return table, lines.Err()
}
