package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// looks gives every folded character of another script the ASCII letter or
// digit it looks like, 0 for none. The data speaks of characters as written,
// the table is asked after lower-casing, so a letter without a look-alike of
// its own takes that of its capital.
func looks(f *folding, data map[rune]byte) []uint8 {
	table := make([]uint8, lastRune+1)
	for r := rune(0x80); r <= lastRune; r++ {
		if f.entries[r] != other<<24 { // only what folds to itself is ever asked
			continue
		}
		b, ok := data[r]
		if !ok {
			b = data[unicode.ToUpper(r)]
		}
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		table[r] = b
	}
	return table
}

func readLookalikes(name string) (map[rune]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := map[rune]byte{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		code, ascii, ok := strings.Cut(lines.Text(), "\t")
		r, err := strconv.ParseUint(code, 16, 32)
		if !ok || err != nil || len(ascii) != 1 {
			return nil, fmt.Errorf("%s:%d: want a code point, a tab and one letter", name, n)
		}
		data[rune(r)] = ascii[0]
	}
	return data, lines.Err()
}
