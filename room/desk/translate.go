package desk

import (
	"context"
	"encoding/json"

	"github.com/fudai-live/fudai/room/record"
)

// translate puts into an answer or a pin what it says in other languages, unless
// whoever sends it has. What is said to users by name is between them and the
// host, and is not sent to anybody else.
func (d *Desk) translate(ctx context.Context, room string, req *request) {
	switch req.Kind {
	case record.CtlAnswer:
		beside(req, func(a *record.AnswerData) bool {
			if a.Text == "" || a.Tr != nil || len(a.Users) > 0 && !a.ToRoom && !a.Pin {
				return false
			}
			a.Tr = d.cfg.Translate(ctx, room, a.Text)
			return a.Tr != nil
		})
	case record.CtlPin:
		beside(req, func(n *record.PinData) bool {
			if n.Text == "" || n.Tr != nil {
				return false
			}
			n.Tr = d.cfg.Translate(ctx, room, n.Text)
			return n.Tr != nil
		})
	}
}

// beside changes the data of a command that was checked; whatever goes wrong
// leaves it as it is.
func beside[T any](req *request, change func(*T) bool) {
	v := new(T)
	if json.Unmarshal(req.Data, v) != nil || !change(v) {
		return
	}
	if data, err := json.Marshal(v); err == nil {
		req.Data = data
	}
}
