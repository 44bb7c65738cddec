package drawproof

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxDepth bounds how deep arrays and objects nest.
const MaxDepth = 32

// Canonical brings JSON into the one form that is hashed: RFC 8785, restricted
// to objects, arrays, strings and integers of magnitude below 2^53. Anything
// else, a doubled member or bad UTF-8 included, is an error.
func Canonical(src []byte) ([]byte, error) {
	v, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	return appendJSON(make([]byte, 0, len(src)), v), nil
}

// parseCanonical reads JSON that must already be in canonical form.
func parseCanonical(src []byte) (any, error) {
	v, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(appendJSON(make([]byte, 0, len(src)), v), src) {
		return nil, errors.New("not in canonical form (member order, spacing, escapes or number form)")
	}
	return v, nil
}

func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case []any:
		dst = append(dst, '[')
		for i, x := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, x)
		}
		return append(dst, ']')
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, compareUTF16)
		dst = append(dst, '{')
		for i, k := range keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, k), ':')
			dst = appendJSON(dst, v[k])
		}
		return append(dst, '}')
	}
	panic(fmt.Sprintf("drawproof: %T in a parsed document", v))
}

// compareUTF16 orders member names by UTF-16 code units, as RFC 8785 does. That
// is the order of code points but for those above U+FFFF, whose first unit is a
// surrogate and so stands below U+E000.
func compareUTF16(a, b string) int {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y {
			return cmp.Or(cmp.Compare(firstUnit(x), firstUnit(y)), cmp.Compare(x, y))
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

func firstUnit(r rune) rune {
	if r > 0xffff {
		return 0xd800
	}
	return r
}

func appendString(dst []byte, s string) []byte {
	const short = "\b\t\n\f\r\"\\"
	const names = "btnfr\"\\"
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x20 && c != '"' && c != '\\':
			dst = append(dst, c)
		case strings.IndexByte(short, c) >= 0:
			dst = append(dst, '\\', names[strings.IndexByte(short, c)])
		default:
			dst = fmt.Appendf(dst, `\u%04x`, c)
		}
	}
	return append(dst, '"')
}
