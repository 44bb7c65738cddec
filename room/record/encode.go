package record

import "strconv"

// AppendComment appends the canonical JSON of c: members in the order of the
// table in member.go, the kind first, empty ones left out. Decoder.Comment
// reads it back as c, but for Raw.
func AppendComment(dst []byte, c *Comment) []byte {
	dst = append(dst, `{"kind":"`...)
	dst = append(dst, c.Kind.String()...)
	dst = append(dst, '"')
	dst = appendText(dst, "id", c.ID)
	dst = appendText(dst, "room", c.Room)
	dst = appendText(dst, "user", c.User)
	dst = appendText(dst, "name", c.Name)
	dst = appendText(dst, "text", c.Text)
	dst = appendInt(dst, "time", c.ClientTime)
	if c.Role != Viewer {
		dst = appendText(dst, "role", c.Role.String())
	}
	dst = appendText(dst, "event", c.Event)
	dst = appendText(dst, "item", c.Item)
	dst = appendText(dst, "nonce", c.Nonce)
	dst = appendText(dst, "form", c.Form)
	dst = appendInt(dst, "count", c.Count)
	dst = appendInt(dst, "amount", c.Amount)
	dst = appendInt(dst, "reaction", c.Reaction)
	if c.Facts.Known != 0 {
		dst = appendFacts(dst, &c.Facts)
	}
	if len(c.Watch) > 0 {
		dst = appendWatch(dst, c.Watch)
	}
	return append(appendMarker(dst, &c.Marker), '}')
}

func appendFacts(dst []byte, f *Facts) []byte {
	dst = append(dst, `,"facts":{`...)
	first := len(dst)
	for i, name := range factNames {
		bit := FactSet(1) << i
		if f.Known&bit == 0 {
			continue
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), '"', ':')
		switch bit {
		case FactFollow:
			dst = strconv.AppendInt(dst, f.FollowedAt, 10)
		case FactFan:
			dst = strconv.AppendInt(dst, f.FanLevel, 10)
		case FactRegion:
			dst = appendString(dst, f.Region)
		case FactVerified:
			dst = strconv.AppendBool(dst, f.Verified)
		case FactAdult:
			dst = strconv.AppendBool(dst, f.Adult)
		case FactCreated:
			dst = strconv.AppendInt(dst, f.CreatedAt, 10)
		case FactWatch:
			dst = strconv.AppendInt(dst, f.WatchSec, 10)
		default:
			dst = appendString(dst, *f.links()[i-firstLink])
		}
	}
	return append(dst, '}')
}

func appendWatch(dst []byte, watch []Watch) []byte {
	dst = append(dst, `,"watch":[`...)
	for i := range watch {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		dst = appendString(dst, watch[i].User)
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, watch[i].Seconds, 10)
		dst = append(dst, ']')
	}
	return append(dst, ']')
}

func appendMarker(dst []byte, m *Marker) []byte {
	dst = appendInt(dst, "epoch", int64(m.Epoch))
	if m.Owner != (ID128{}) {
		dst = append(dst, `,"owner":"`...)
		dst = appendHex(dst, m.Owner[:])
		dst = append(dst, '"')
	}
	dst = appendInt(dst, "seq", int64(m.Seq))
	dst = appendInt(dst, "now", m.Now)
	dst = appendText(dst, "plan", m.Plan)
	return appendText(dst, "sig", m.Sig)
}

// appendInt appends `,"name":n` unless n is 0.
func appendInt(dst []byte, name string, n int64) []byte {
	if n == 0 {
		return dst
	}
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return strconv.AppendInt(dst, n, 10)
}

// appendText appends `,"name":"s"` unless s is empty.
func appendText[T ~string | ~[]byte](dst []byte, name string, s T) []byte {
	if len(s) == 0 {
		return dst
	}
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return appendString(dst, s)
}

const hexDigits = "0123456789abcdef"

func appendHex(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

// appendString appends s as a JSON string with the fewest escapes there are.
// s is UTF-8; a record that is not would be refused by who reads it.
func appendString[T ~string | ~[]byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if plain[c] {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(dst, s[start:]...), '"')
}
