package drawproof

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// shape says what a value of a parsed document must look like. Shapes are data
// so that the three verifiers can state the same bounds in the same order.
type shape func(path string, v any) error

func text() shape {
	return func(path string, v any) error {
		_, err := asText(path, v)
		return err
	}
}

func asText(path string, v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%s is not a string", path)
	}
	return s, nil
}

// bounded is text of so many bytes.
func bounded(least, most int) shape {
	return func(path string, v any) error {
		s, err := asText(path, v)
		if err == nil && (len(s) < least || len(s) > most) {
			err = fmt.Errorf("%s has %d bytes, outside %d..%d", path, len(s), least, most)
		}
		return err
	}
}

// name is an id: 1 to 64 printable ASCII bytes without space, quote, backslash.
func name() shape {
	return func(path string, v any) error {
		s, err := asText(path, v)
		if err != nil {
			return err
		}
		bad := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' })
		if s == "" || len(s) > 64 || bad >= 0 {
			return fmt.Errorf("%s %q is not 1 to 64 printable ASCII characters without space, quote and backslash", path, s)
		}
		return nil
	}
}

func oneOf(allowed ...string) shape {
	return func(path string, v any) error {
		s, err := asText(path, v)
		if err == nil && !slices.Contains(allowed, s) {
			err = fmt.Errorf("%s %q is none of %q", path, s, allowed)
		}
		return err
	}
}

func integer(least, most int64) shape {
	return func(path string, v any) error {
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("%s is not an integer", path)
		}
		if n < least || n > most {
			return fmt.Errorf("%s is %d, outside %d..%d", path, n, least, most)
		}
		return nil
	}
}

func u32() shape    { return integer(0, math.MaxUint32) }
func u53() shape    { return integer(0, maxInteger) }
func millis() shape { return integer(0, 1<<43) } // Unix milliseconds, up to the year 2248

// hexOf is lower-case hex of one of the sizes in bytes.
func hexOf(sizes ...int) shape {
	return func(path string, v any) error {
		s, err := asText(path, v)
		if err != nil {
			return err
		}
		if _, err := hex.DecodeString(s); err != nil || s != strings.ToLower(s) || !slices.Contains(sizes, len(s)/2) {
			return fmt.Errorf("%s is not lower-case hex of %v bytes", path, sizes)
		}
		return nil
	}
}

func rows(size int, kind byte) shape {
	return func(path string, v any) error {
		s, err := asText(path, v)
		if err != nil {
			return err
		}
		if _, err := decodeRows([]byte(s), size, kind); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}
}

func list(least, most int, item shape) shape {
	return func(path string, v any) error {
		items, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is not a list", path)
		}
		if len(items) < least || len(items) > most {
			return fmt.Errorf("%s has %d items, outside %d..%d", path, len(items), least, most)
		}
		for i, x := range items {
			if err := item(fmt.Sprintf("%s[%d]", path, i), x); err != nil {
				return err
			}
		}
		return nil
	}
}

// members is the members of an object; a trailing "?" makes one optional.
type members map[string]shape

// closed is an object with these members and no others.
func closed(m members) shape { return object(m, false) }

// open is an object with these members and any others.
func open(m members) shape { return object(m, true) }

func object(m members, others bool) shape {
	return func(path string, v any) error {
		o, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is not an object", path)
		}
		known := 0
		for _, label := range slices.Sorted(maps.Keys(m)) { // sorted, so that an error is the same each time
			s := m[label]
			name, optional := strings.CutSuffix(label, "?")
			x, has := o[name]
			if !has && !optional {
				return fmt.Errorf("%s has no member %q", path, name)
			}
			if has {
				known++
				if err := s(path+"."+name, x); err != nil {
					return err
				}
			}
		}
		if !others && known != len(o) {
			return fmt.Errorf("%s has %d members that do not belong there", path, len(o)-known)
		}
		return nil
	}
}
