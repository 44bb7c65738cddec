package drawproof

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parser reads the restricted JSON into string, int64, []any, map[string]any.
type parser struct {
	src []byte
	pos int
}

func parseJSON(src []byte) (any, error) {
	if !utf8.Valid(src) {
		return nil, errors.New("not valid UTF-8")
	}
	p := &parser{src: src}
	v, err := p.value(0)
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", p.pos, err)
	}
	if p.peek() != 0 || p.pos != len(src) {
		return nil, fmt.Errorf("at byte %d: more text after the document", p.pos)
	}
	return v, nil
}

// peek skips white space and returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	for ; p.pos < len(p.src); p.pos++ {
		switch c := p.src[p.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (p *parser) value(depth int) (any, error) {
	c := p.peek()
	if (c == '{' || c == '[') && depth == MaxDepth {
		return nil, fmt.Errorf("nested deeper than %d", MaxDepth)
	}
	switch {
	case c == '{':
		return p.object(depth + 1)
	case c == '[':
		return p.array(depth + 1)
	case c == '"':
		return p.text()
	case c == '-' || c >= '0' && c <= '9':
		return p.integer()
	case c == 't' || c == 'f' || c == 'n':
		return nil, errors.New("true, false and null are not allowed; use 0, 1 or leave the member out")
	}
	return nil, fmt.Errorf("unexpected %q", c)
}

// list reads items parted by commas up to the closing byte.
func (p *parser) list(end byte, item func() error) error {
	p.pos++
	if p.peek() == end {
		p.pos++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		switch c := p.peek(); c {
		case ',':
			p.pos++
		case end:
			p.pos++
			return nil
		default:
			return fmt.Errorf("unexpected %q, want ',' or %q", c, end)
		}
	}
}

func (p *parser) array(depth int) (any, error) {
	items := []any{}
	err := p.list(']', func() error {
		v, err := p.value(depth)
		items = append(items, v)
		return err
	})
	return items, err
}

func (p *parser) object(depth int) (any, error) {
	members := map[string]any{}
	err := p.list('}', func() error {
		if c := p.peek(); c != '"' {
			return fmt.Errorf("unexpected %q, want a member name", c)
		}
		name, err := p.text()
		if err != nil {
			return err
		}
		if _, twice := members[name]; twice {
			return fmt.Errorf("member %q stands twice", name)
		}
		if c := p.peek(); c != ':' {
			return fmt.Errorf("unexpected %q, want ':'", c)
		}
		p.pos++
		members[name], err = p.value(depth)
		return err
	})
	return members, err
}

func (p *parser) integer() (any, error) {
	end := p.pos + 1
	for end < len(p.src) && strings.IndexByte("0123456789+-.eE", p.src[end]) >= 0 {
		end++
	}
	text := string(p.src[p.pos:end])
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > maxInteger || n < -maxInteger {
		return nil, fmt.Errorf("%.40q is not an integer of magnitude below 2^53", text)
	}
	if digits := strings.TrimPrefix(text, "-"); digits[0] == '0' && text != "0" {
		return nil, fmt.Errorf("%.40q is not a number in JSON's plain form", text)
	}
	p.pos = end
	return n, nil
}

func (p *parser) text() (string, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.src) { // most strings, long lists above all, have no escapes
		switch c := p.src[p.pos]; {
		case c == '"':
			s := string(p.src[start:p.pos])
			p.pos++
			return s, nil
		case c == '\\':
			return p.escaped(append([]byte(nil), p.src[start:p.pos]...))
		case c < 0x20:
			return "", fmt.Errorf("control character %#02x in a string", c)
		}
		p.pos++
	}
	return "", errors.New("string does not end")
}

func (p *parser) escaped(out []byte) (string, error) {
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			return "", fmt.Errorf("control character %#02x in a string", c)
		case c != '\\':
			out = append(out, c)
		default:
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return "", errors.New("string does not end")
}

func (p *parser) escape() (rune, error) {
	if p.pos == len(p.src) {
		return 0, errors.New("string does not end")
	}
	c := p.src[p.pos]
	p.pos++
	if i := strings.IndexByte(`btnfr"\/`, c); i >= 0 {
		return rune("\b\t\n\f\r\"\\/"[i]), nil
	}
	if c != 'u' {
		return 0, fmt.Errorf(`unknown escape \%c`, c)
	}
	r, err := p.hex4()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if !bytes.HasPrefix(p.src[p.pos:], []byte(`\u`)) {
		return 0, errors.New("half of a surrogate pair")
	}
	p.pos += 2
	low, err := p.hex4()
	if err != nil {
		return 0, err
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, errors.New("half of a surrogate pair")
	}
	return r, nil
}

func (p *parser) hex4() (rune, error) {
	if p.pos+4 > len(p.src) {
		return 0, errors.New("string does not end")
	}
	n, err := strconv.ParseUint(string(p.src[p.pos:p.pos+4]), 16, 16)
	p.pos += 4
	return rune(n), err
}
