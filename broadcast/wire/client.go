package wire

import (
	"github.com/valyala/fastjson"
)

// ClientOp is what a client's message asks for.
type ClientOp uint8

// The ops of PROTOCOL.md 5. OpUnknown is a message this version does not know;
// it is answered and otherwise ignored.
const (
	OpUnknown ClientOp = iota
	OpSay
	OpLike
	OpTap
	OpEnter
	OpClaim
	OpAuth
	OpMe
	OpPingText
	OpWork
	clientOpEnd
)

var clientOps = [clientOpEnd]string{"", "say", "like", "tap", "enter", "claim", "auth", "me", "ping", "work"}

func (o ClientOp) String() string {
	if o > OpUnknown && o < clientOpEnd {
		return clientOps[o]
	}
	return "unknown"
}

// ClientOps lists the ops, for metrics; the first is OpUnknown.
func ClientOps() []ClientOp {
	all := make([]ClientOp, 0, clientOpEnd)
	for o := OpUnknown; o < clientOpEnd; o++ {
		all = append(all, o)
	}
	return all
}

// ClientMessage is one message of a client. The slices alias the ClientDecoder
// and hold until its next call.
type ClientMessage struct {
	Op    ClientOp
	ID    []byte
	Text  []byte
	Event []byte
	Nonce []byte
	Form  []byte
	Token []byte
	Re    int64 // offset answered; 0: none
	N     int64 // likes
	T     int64 // ping: the client's clock, sent back

	Challenge, Solution []byte // of work
}

// ClientDecoder reads clients' messages. It is not safe for concurrent use.
type ClientDecoder struct{ p fastjson.Parser }

// Decode reads b, which is UTF-8 of at most MaxClient bytes, into m. why is
// empty for a well-formed message and says what is wrong with any other.
// Whether ids, texts and numbers are in bounds is the edge's to judge.
func (d *ClientDecoder) Decode(b []byte, m *ClientMessage) (why string) {
	*m = ClientMessage{}
	root, err := d.p.ParseBytes(b)
	if err != nil {
		return "not JSON"
	}
	object, err := root.Object()
	if err != nil {
		return "not a JSON object"
	}
	op := false
	object.Visit(func(key []byte, v *fastjson.Value) {
		if v.Type() == fastjson.TypeNull || why != "" {
			return
		}
		op = op || string(key) == "op"
		if !m.member(string(key), v) {
			why = "member of the wrong type: " + clip(string(key))
		}
	})
	if why == "" && !op {
		why = "no op"
	}
	return why
}

// member takes one member; members nobody knows are ignored.
func (m *ClientMessage) member(key string, v *fastjson.Value) bool {
	switch key {
	case "op":
		var op []byte
		if !text(&op, v) {
			return false
		}
		m.Op = parseClientOp(op)
		return true
	case "id":
		return text(&m.ID, v)
	case "text":
		return text(&m.Text, v)
	case "event":
		return text(&m.Event, v)
	case "nonce":
		return text(&m.Nonce, v)
	case "form":
		return text(&m.Form, v)
	case "token":
		return text(&m.Token, v)
	case "challenge":
		return text(&m.Challenge, v)
	case "solution":
		return text(&m.Solution, v)
	case "re":
		return number(&m.Re, v)
	case "n":
		return number(&m.N, v)
	case "t":
		return number(&m.T, v)
	}
	return true
}

func parseClientOp(b []byte) ClientOp {
	for o := OpSay; o < clientOpEnd; o++ {
		if string(b) == clientOps[o] {
			return o
		}
	}
	return OpUnknown
}

func text(dst *[]byte, v *fastjson.Value) bool {
	b, err := v.StringBytes()
	*dst = b
	return err == nil
}

func number(dst *int64, v *fastjson.Value) bool {
	n, err := v.Int64()
	*dst = n
	return err == nil
}

// clip bounds what a message may put into its own refusal.
func clip(s string) string {
	const most = 32
	if len(s) > most {
		return s[:most]
	}
	return s
}
