package record

import "unicode/utf8"

// maxDepth is the deepest nesting of a comments record: the object, facts or
// watch, and one pair of watch. One level is left for members of later versions.
const maxDepth = 4

// lex checks what fastjson lets pass: raw control characters, unknown escapes,
// halves of surrogate pairs, numbers like 01, NaN, and nesting without end. It
// looks at tokens only; that they stand in the right order is the parser's to say.
//
// fastjson.Validate was tried: twice the time, and it knows no surrogates.
func lex(b []byte) Reason {
	if !utf8.Valid(b) {
		return BadUTF8
	}
	depth := 0
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '"':
			next, why := lexString(b, i+1)
			if why != ReasonNone {
				return why
			}
			i = next
		case '{', '[':
			if depth++; depth > maxDepth {
				return TooDeep
			}
			i++
		case '}', ']':
			depth--
			i++
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			n := lexNumber(b[i:])
			if n == 0 || !ends(b[i+n:]) {
				return BadJSON
			}
			i += n
		case 't', 'f', 'n':
			n := lexWord(b[i:])
			if n == 0 || !ends(b[i+n:]) {
				return BadJSON
			}
			i += n
		case ':', ',', ' ', '\t', '\n', '\r':
			i++
		default:
			return BadJSON
		}
	}
	return ReasonNone
}

// plain[c] is true for the bytes of a string that stand for themselves.
var plain = func() (t [256]bool) {
	for c := ' '; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// lexString answers the index after the closing quote of the string whose
// first character is b[i].
func lexString(b []byte, i int) (int, Reason) {
	for i < len(b) {
		c := b[i]
		if plain[c] {
			i++
			continue
		}
		if c == '"' {
			return i + 1, ReasonNone
		}
		if c != '\\' {
			return 0, BadJSON
		}
		n, why := lexEscape(b[i:])
		if why != ReasonNone {
			return 0, why
		}
		i += n
	}
	return 0, BadJSON
}

// lexEscape answers the length of the escape b begins with; a surrogate pair
// is one escape of 12 bytes.
func lexEscape(b []byte) (int, Reason) {
	if len(b) < 2 {
		return 0, BadJSON
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, ReasonNone
	case 'u':
	default:
		return 0, BadJSON
	}
	high, ok := hex4(b[2:])
	switch {
	case !ok:
		return 0, BadJSON
	case high < 0xd800 || high > 0xdfff:
		return 6, ReasonNone
	case high > 0xdbff || len(b) < 12 || b[6] != '\\' || b[7] != 'u':
		return 0, BadUTF8
	}
	low, ok := hex4(b[8:])
	if !ok {
		return 0, BadJSON
	}
	if low < 0xdc00 || low > 0xdfff {
		return 0, BadUTF8
	}
	return 12, ReasonNone
}

func hex4(b []byte) (x uint32, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		x = x<<4 | uint32(c)
	}
	return x, true
}

// lexNumber answers the length of the number b begins with, 0 if it is none.
func lexNumber(b []byte) int {
	i := 0
	if b[i] == '-' {
		i++
	}
	whole := digits(b[i:])
	if whole == 0 || whole > 1 && b[i] == '0' {
		return 0
	}
	i += whole
	if i < len(b) && b[i] == '.' {
		n := digits(b[i+1:])
		if n == 0 {
			return 0
		}
		i += 1 + n
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		n := digits(b[i:])
		if n == 0 {
			return 0
		}
		i += n
	}
	return i
}

// ends reports whether a number or word may end before b. fastjson takes 1-2 for
// a number as long as nobody looks at its value.
func ends(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	switch b[0] {
	case ',', ']', '}', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

func digits(b []byte) (n int) {
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}

func lexWord(b []byte) int {
	for _, w := range [...]string{"true", "false", "null"} {
		if len(b) >= len(w) && string(b[:len(w)]) == w {
			return len(w)
		}
	}
	return 0
}
