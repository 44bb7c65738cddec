package wire

// AppendFrame begins a frame: seq counts the room's frames from 1, from and to
// are the comments offsets it covers (from < offset <= to), now is room time.
// Items follow; each encoder below writes its own comma.
func AppendFrame(dst []byte, room string, seq uint64, from, to, now int64) []byte {
	dst = append(dst, `{"op":"frame","room":`...)
	dst = AppendString(dst, room)
	dst = appendInt(dst, "seq", int64(seq))
	dst = appendInt(dst, "from", from)
	dst = appendInt(dst, "to", to)
	dst = appendInt(dst, "now", now)
	return append(dst, `,"items":[`...)
}

// EndFrame ends what AppendFrame began.
func EndFrame(dst []byte) []byte { return append(dst, ']', '}') }

// item begins an item of type t, with a comma unless it is the first.
func item(dst []byte, t string) []byte {
	if n := len(dst); n > 0 && dst[n-1] != '[' {
		dst = append(dst, ',')
	}
	dst = append(dst, `{"t":"`...)
	dst = append(dst, t...)
	return append(dst, '"')
}

// Comment is an item "c".
type Comment struct {
	Offset   int64
	ID       []byte
	Handle   []byte
	Name     []byte
	Text     []byte
	Class    string
	FanLevel int64
}

// AppendComment appends a comment.
func AppendComment(dst []byte, c *Comment) []byte {
	dst = item(dst, "c")
	dst = appendInt(dst, "o", c.Offset)
	dst = appendText(dst, "id", c.ID)
	dst = appendText(dst, "h", c.Handle)
	dst = appendText(dst, "n", c.Name)
	dst = appendText(dst, "x", c.Text)
	dst = appendText(dst, "k", c.Class)
	dst = appendNonZero(dst, "f", c.FanLevel)
	return append(dst, '}')
}

// Aggregate is an item "agg": one line for many equal comments.
type Aggregate struct {
	Key    string
	Text   []byte
	Count  int64
	Users  int64
	Names  []string
	Offset int64
}

// AppendAggregate appends an aggregated line.
func AppendAggregate(dst []byte, a *Aggregate) []byte {
	dst = item(dst, "agg")
	dst = appendText(dst, "key", a.Key)
	dst = appendText(dst, "x", a.Text)
	dst = appendInt(dst, "count", a.Count)
	dst = appendInt(dst, "users", a.Users)
	dst = append(dst, `,"names":[`...)
	for i, n := range a.Names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, n)
	}
	dst = append(dst, ']')
	dst = appendInt(dst, "o", a.Offset)
	return append(dst, '}')
}

// AppendLikes appends an item "likes".
func AppendLikes(dst []byte, delta, total int64) []byte {
	dst = item(dst, "likes")
	dst = appendInt(dst, "d", delta)
	dst = appendInt(dst, "total", total)
	return append(dst, '}')
}

// AppendOnline appends an item "online".
func AppendOnline(dst []byte, now, unique int64) []byte {
	dst = item(dst, "online")
	dst = appendInt(dst, "n", now)
	dst = appendInt(dst, "u", unique)
	return append(dst, '}')
}

// AppendItem appends an item of type t whose other members are the JSON object
// members (without braces, without leading comma); for the rare items whose
// encoding is not on a hot path.
func AppendItem(dst []byte, t string, members []byte) []byte {
	dst = item(dst, t)
	if len(members) > 0 {
		dst = append(dst, ',')
		dst = append(dst, members...)
	}
	return append(dst, '}')
}
