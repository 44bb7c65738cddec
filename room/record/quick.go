package record

import "unicode/utf8"

// quick reads a record as nearly all are: one object of plain strings and whole
// numbers, with facts at most. Whatever else it meets - an escape, a fraction,
// null, a name it does not know, anything wrong - it leaves to the whole
// decoder: it may be faster, never of another opinion (FuzzQuick). What it hands
// out aliases value.
func (d *Decoder) quick(value []byte, c *Comment) bool {
	if !utf8.Valid(value) {
		return false
	}
	*c = Comment{Role: Viewer, Raw: value}
	d.seen = 0
	s := reader{b: value}
	if !s.take('{') || !d.members(&s, c) || s.i != len(value) || missing(c, d.seen) != "" {
		return false
	}
	if c.Count == 0 && (c.Kind == Purchase || c.Kind == Gift) {
		c.Count = 1
	}
	return true
}

func (d *Decoder) members(s *reader, c *Comment) bool {
	for {
		name, ok := s.string()
		if !ok || !s.take(':') {
			return false
		}
		m := findMember(name)
		if m == memberEnd || d.seen&(1<<m) != 0 {
			return false
		}
		d.seen |= 1 << m
		switch m {
		case mTime:
			c.ClientTime, ok = s.integer(0, maxTime)
		case mCount:
			c.Count, ok = s.integer(1, maxCount)
		case mAmount:
			c.Amount, ok = s.integer(0, maxAmount)
		case mReaction:
			c.Reaction, ok = s.integer(1, MaxReaction)
		case mFacts:
			ok = s.take('{') && d.plainFacts(s, &c.Facts)
		default:
			ok = s.said(m, c)
		}
		if !ok {
			return false
		}
		if !s.take(',') {
			return s.take('}')
		}
	}
}

func (d *Decoder) plainFacts(s *reader, f *Facts) bool {
	for {
		name, ok := s.string()
		if !ok || !s.take(':') {
			return false
		}
		bit, at := FactSet(0), 0
		for i := range factNames {
			if string(name) == factNames[i] {
				bit, at = 1<<i, i
			}
		}
		if bit == 0 || f.Known&bit != 0 {
			return false
		}
		f.Known |= bit
		switch bit {
		case FactFollow:
			f.FollowedAt, ok = s.integer(0, maxTime)
		case FactFan:
			f.FanLevel, ok = s.integer(0, maxFan)
		case FactRegion:
			var b []byte
			if b, ok = s.string(); ok && len(b) <= maxRegion {
				f.Region = d.region(b)
			} else {
				return false
			}
		case FactVerified:
			f.Verified, ok = s.boolean()
		case FactAdult:
			f.Adult, ok = s.boolean()
		case FactCreated:
			f.CreatedAt, ok = s.integer(0, maxTime)
		case FactWatch:
			f.WatchSec, ok = s.integer(0, maxDaySec)
		default:
			var b []byte
			if b, ok = s.string(); !ok || len(b) == 0 || len(b) > MaxLink {
				return false
			}
			*f.links()[at-firstLink] = string(b)
		}
		if !ok {
			return false
		}
		if !s.take(',') {
			return s.take('}')
		}
	}
}

// reader is a place in a record.
type reader struct {
	b []byte
	i int
}

// take goes past c and the one space that some producers write behind it.
func (s *reader) take(c byte) bool {
	if s.i >= len(s.b) || s.b[s.i] != c {
		return false
	}
	if s.i++; c != '}' && s.i < len(s.b) && s.b[s.i] == ' ' {
		s.i++
	}
	return true
}

// common[c] is true for the bytes of a string that stand for themselves and can
// be no part of a control character: C1 begins with 0xc2, as some signs do.
var common = func() (t [256]bool) {
	for c := ' '; c < 256; c++ {
		t[c] = c != '"' && c != '\\' && c != 0x7f && c != 0xc2
	}
	return t
}()

func (s *reader) string() ([]byte, bool) {
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return nil, false
	}
	from := s.i + 1
	for i, c := range s.b[from:] {
		if !common[c] {
			s.i = from + i + 1
			return s.b[from : from+i : from+i], c == '"'
		}
	}
	return nil, false
}

// said reads a member that is a string.
func (s *reader) said(m member, c *Comment) bool {
	v, ok := s.string()
	if !ok {
		return false
	}
	switch m {
	case mKind:
		c.Kind = ParseKind(v)
		return c.Kind != KindNone
	case mRole:
		c.Role, ok = ParseRole(v)
		return ok && len(v) > 0
	case mID:
		c.ID = v
		return ValidID(v)
	case mEvent:
		c.Event = v
		return ValidID(v)
	case mItem:
		c.Item = v
		return ValidID(v)
	case mRoom:
		c.Room = v
		return ValidRoom(v)
	case mUser:
		c.User = v
		return len(v) > 0 && len(v) <= MaxUser
	case mName:
		c.Name = v
		return len(v) <= MaxName
	case mText:
		c.Text = v
		return len(v) > 0 && len(v) <= MaxText
	case mNonce:
		c.Nonce = v
		return validHex(v, 2*NonceSize)
	}
	return false
}

// integer reads a whole number of [least, most]; what might be none is left.
func (s *reader) integer(least, most int64) (n int64, ok bool) {
	from := s.i
	for s.i < len(s.b) && s.i-from < 18 && s.b[s.i]-'0' <= 9 {
		n = n*10 + int64(s.b[s.i]-'0')
		s.i++
	}
	digits := s.i - from
	if digits == 0 || digits > 1 && s.b[from] == '0' || s.i >= len(s.b) || s.b[s.i] != ',' && s.b[s.i] != '}' {
		return 0, false
	}
	return n, n >= least && n <= most
}

func (s *reader) boolean() (v, ok bool) {
	rest := s.b[s.i:]
	switch {
	case hasPrefix(rest, "true"):
		s.i += 4
		return true, true
	case hasPrefix(rest, "false"):
		s.i += 5
		return false, true
	}
	return false, false
}
