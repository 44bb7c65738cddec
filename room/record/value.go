package record

import (
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// str reads a string, nil if v is none.
func (d *Decoder) str(v *fastjson.Value, name string) []byte {
	if v.Type() != fastjson.TypeString {
		d.fail(WrongType, name)
		return nil
	}
	b, _ := v.StringBytes()
	if b == nil {
		b = []byte{}
	}
	return b
}

// text reads a string of at most most bytes that may hold line breaks and tabs.
func (d *Decoder) text(v *fastjson.Value, name string, most int) []byte {
	b := d.str(v, name)
	if len(b) > most {
		d.fail(TooLong, name)
	}
	if hasControl(b, true) {
		d.fail(BadText, name)
	}
	return b
}

// clean reads a string of at most most bytes without control characters.
func (d *Decoder) clean(v *fastjson.Value, name string, most int) []byte {
	b := d.str(v, name)
	if len(b) > most {
		d.fail(TooLong, name)
	}
	if hasControl(b, false) {
		d.fail(BadText, name)
	}
	return b
}

// hasControl reports C0, DEL and C1 characters; space says whether tab, line
// feed and carriage return may stand.
func hasControl(b []byte, space bool) bool {
	for i, c := range b {
		switch {
		case c >= ' ' && c < 0x7f || c >= 0x80 && c != 0xc2:
		case c == 0xc2: // U+0080 to U+00BF: C1 is up to U+009F
			if i+1 < len(b) && b[i+1] < 0xa0 {
				return true
			}
		case space && (c == '\t' || c == '\n' || c == '\r'):
		default:
			return true
		}
	}
	return false
}

// id reads a message, event or item id.
func (d *Decoder) id(v *fastjson.Value, name string) []byte {
	b := d.str(v, name)
	if b != nil && !ValidID(b) {
		d.fail(BadID, name)
	}
	return b
}

// hex reads exactly n lower-case hex digits and leaves them as they are.
func (d *Decoder) hex(v *fastjson.Value, name string, n int) []byte {
	b := d.str(v, name)
	if b == nil {
		return nil
	}
	if !validHex(b, n) {
		d.fail(BadHex, name)
		return nil
	}
	return b
}

func validHex(b []byte, n int) bool {
	if len(b) != n {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// base64 reads standard base64 with padding, at most most characters.
func (d *Decoder) base64(v *fastjson.Value, name string, most int) []byte {
	b := d.str(v, name)
	if len(b) > most {
		d.fail(TooLong, name)
		return b
	}
	digits := b
	for pad := 0; pad < 2 && len(digits) > 0 && digits[len(digits)-1] == '='; pad++ {
		digits = digits[:len(digits)-1]
	}
	bad := len(b)%4 != 0
	for _, c := range digits {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/':
		default:
			bad = true
		}
	}
	if bad {
		d.fail(BadBase64, name)
	}
	return b
}

// integer reads a whole number of [least, most]. fastjson's own GetInt64
// answers 0 for what it cannot represent.
func (d *Decoder) integer(v *fastjson.Value, name string, least, most int64) int64 {
	if v.Type() != fastjson.TypeNumber {
		d.fail(WrongType, name)
		return 0
	}
	n, why := parseInt(v.MarshalTo(d.number[:0]))
	if why == ReasonNone && (n < least || n > most) {
		why = OutOfRange
	}
	if why != ReasonNone {
		d.fail(why, name)
		return 0
	}
	return n
}

// parseInt reads a number lex let pass.
func parseInt(b []byte) (n int64, why Reason) {
	negative := b[0] == '-'
	if negative {
		b = b[1:]
	}
	over := false
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, NotInteger
		}
		over = over || n > (maxUint-int64(c-'0'))/10
		n = n*10 + int64(c-'0')
	}
	if over {
		return 0, OutOfRange
	}
	if negative {
		n = -n
	}
	return n, ReasonNone
}

func (d *Decoder) boolean(v *fastjson.Value, name string) bool {
	t := v.Type()
	if t != fastjson.TypeTrue && t != fastjson.TypeFalse {
		d.fail(WrongType, name)
	}
	return t == fastjson.TypeTrue
}

// ValidUser reports whether b is a user id: 1 to 128 bytes of UTF-8 without
// control characters. That it is NFC is the producer's duty: two forms of one
// name are two users.
func ValidUser(b []byte) bool {
	return len(b) > 0 && len(b) <= MaxUser && utf8.Valid(b) && !hasControl(b, false)
}
