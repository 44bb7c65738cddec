package broadcast

import (
	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// wrongWith says why a message could not become a record; "" if it could.
func wrongWith(m *wire.ClientMessage) string {
	if m.Op == wire.OpSay {
		if len(m.Text) == 0 || !validText(m.Text, record.MaxText) {
			return "text of no or over 2000 bytes"
		}
		return ""
	}
	switch {
	case !record.ValidID(m.Event):
		return "event is not an id"
	case !validNonce(m.Nonce):
		return "nonce is not hex of at most 32 digits"
	case !validText(m.Text, record.MaxText):
		return "text over 2000 bytes"
	case len(m.Form) > record.MaxForm:
		return "form over 4096 bytes"
	case m.Op == wire.OpClaim && len(m.Form) == 0:
		return "claim without a form"
	}
	return ""
}
