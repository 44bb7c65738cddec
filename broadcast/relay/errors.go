package relay

import (
	"context"
	"errors"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// ErrGone: the parent ended, or the socket to it broke.
var ErrGone = errors.New("relay: the parent process is gone")

// known are the errors that callers tell apart. Their place is their code.
var known = []error{nil, kafkalog.ErrFull, kafkalog.ErrUnknown, kafkalog.ErrTooLarge, kafkalog.ErrClosed, kafkalog.ErrOutOfRange,
	kafkalog.ErrCorrupt, context.Canceled, context.DeadlineExceeded}

// relayed is an error of the parent: its text, and which of the known it is.
type relayed struct {
	text string
	is   error
}

func (e *relayed) Error() string { return e.text }
func (e *relayed) Unwrap() error { return e.is }

func (b body) failure(err error) body {
	if err == nil {
		return b.num(0)
	}
	code := len(known)
	for i, k := range known[1:] {
		if errors.Is(err, k) {
			code = i + 1
			break
		}
	}
	return b.num(int64(code)).text(err.Error())
}

func (r *reader) failure() error {
	code := r.num()
	if code == 0 {
		return nil
	}
	e := &relayed{text: r.text()}
	if code > 0 && code < int64(len(known)) {
		e.is = known[code]
	}
	return e
}
