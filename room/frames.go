package room

import "github.com/fudai-live/fudai/room/record"

// Frame is one record of fudai.frames; the shard fills Meta.Pair.
type Frame struct {
	Room, User string // User: of Audience ToUser
	Meta       record.Meta
	Value      []byte
}

// Frames is what Flush and States fill. Values share one buffer: they hold
// until Reset.
type Frames struct {
	Frames []Frame
	// Outcomes are told when the frames beside them are in the log, and not
	// before: "shown" must be true.
	Outcomes []record.Outcome

	buf []byte
}

// maxKept is the largest buffer Reset keeps.
const maxKept = 1 << 20

// Reset empties f and keeps its capacity.
func (f *Frames) Reset() {
	clear(f.Frames)
	f.Frames, f.Outcomes = f.Frames[:0], f.Outcomes[:0]
	if f.buf = f.buf[:0]; cap(f.buf) > maxKept {
		f.buf = nil
	}
}

// add makes what was appended to buf since from a frame.
func (f *Frames) add(room, user string, m record.Meta, from int) {
	n := len(f.buf)
	f.Frames = append(f.Frames, Frame{Room: room, User: user, Meta: m, Value: f.buf[from:n:n]})
}

// direct is a message to one user.
type direct struct {
	room, user string
	value      []byte
}
