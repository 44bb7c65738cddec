package wire

import "strconv"

// MaxState is the most bytes a join snapshot has.
const MaxState = 16 << 10

// State is the join snapshot of a room (PROTOCOL.md 4). Zero members are left out.
type State struct {
	Room           string
	Seq            uint64
	Now            int64
	Title          string
	Checkpoint     string // note of the transparency log, at most 400 bytes
	Show           *Show
	Set            Settings
	Product        *Product
	Pins           []Pin
	Gives          [][]byte // members of each card, as in AppendItem
	Likes          int64
	Online, Unique int64
	Attrs          []Attr // names and versions
	Last           []Comment
}

// Attr is the name and the version of a room attribute.
type Attr struct {
	Name    string
	Version int64
}

// AppendState appends the state in at most MaxState bytes. What does not fit
// goes in this order: the oldest of Last, then Attrs from the end, then Gives
// from the front (the oldest), then Pins from the end.
func AppendState(dst []byte, s *State) []byte {
	f := fitter{from: len(dst), most: MaxState - 2}
	dst = append(dst, `{"op":"state","room":`...)
	dst = AppendString(dst, s.Room)
	dst = appendInt(dst, "seq", int64(s.Seq))
	dst = appendInt(dst, "now", s.Now)
	dst = appendText(dst, "title", s.Title)
	dst = appendText(dst, "checkpoint", s.Checkpoint)
	if s.Show != nil {
		dst = object(append(dst, `,"show":`...), s.Show.members)
	}
	dst = object(append(dst, `,"set":`...), s.Set.members)
	if s.Product != nil {
		dst = object(append(dst, `,"product":`...), s.Product.members)
	}
	dst = appendNonZero(dst, "likes", s.Likes)
	dst = appendNonZero(dst, "online", s.Online)
	dst = appendNonZero(dst, "unique", s.Unique)
	dst = f.list(dst, "pins", len(s.Pins), func(dst []byte, i int) []byte { return object(dst, s.Pins[i].members) })
	dst = f.newest(dst, "gives", len(s.Gives), func(dst []byte, i int) []byte {
		return append(append(append(dst, '{'), s.Gives[i]...), '}')
	})
	dst = f.list(dst, "attrs", len(s.Attrs), func(dst []byte, i int) []byte {
		return object(dst, func(dst []byte) []byte {
			return appendInt(appendText(dst, "name", s.Attrs[i].Name), "ver", s.Attrs[i].Version)
		})
	})
	dst = f.newest(dst, "last", len(s.Last), func(dst []byte, i int) []byte { return AppendComment(dst, &s.Last[i]) })
	return append(dst, '}')
}

// fitter appends lists as far as they fit.
type fitter struct{ from, most int }

// list appends the first elements that fit.
func (f fitter) list(dst []byte, name string, n int, each func([]byte, int) []byte) []byte {
	return f.part(dst, name, 0, n, each)
}

// newest appends the last elements that fit.
func (f fitter) newest(dst []byte, name string, n int, each func([]byte, int) []byte) []byte {
	left, first := f.most-(len(dst)-f.from)-len(name)-6, n
	for at := len(dst); first > 0; first-- {
		left -= len(each(dst, first-1)) - at + 1
		if left < 0 {
			break
		}
	}
	return f.part(dst, name, first, n, each)
}

func (f fitter) part(dst []byte, name string, first, n int, each func([]byte, int) []byte) []byte {
	if first >= n || len(dst)-f.from+len(name)+6 > f.most {
		return dst
	}
	start := len(dst)
	dst = append(append(append(dst, ',', '"'), name...), '"', ':', '[')
	empty := len(dst)
	for i := first; i < n; i++ {
		at := len(dst)
		if at > empty && dst[at-1] != ',' && name != "last" { // items write their own comma
			dst = append(dst, ',')
		}
		dst = each(dst, i)
		if len(dst)-f.from+1 > f.most {
			dst = dst[:at]
			break
		}
	}
	if len(dst) == empty {
		return dst[:start]
	}
	return append(dst, ']')
}

// object appends { members } where members writes a leading comma or nothing.
func object(dst []byte, members func([]byte) []byte) []byte {
	at := len(dst)
	dst = members(append(dst, '{'))
	if len(dst) > at+1 && dst[at+1] == ',' {
		dst = append(dst[:at+1], dst[at+2:]...)
	}
	return append(dst, '}')
}

func appendList(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, s)
	}
	return append(dst, ']')
}

// appendBool appends `,"name":value`.
func appendBool(dst []byte, name string, value bool) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return strconv.AppendBool(dst, value)
}

func appendNumber(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
