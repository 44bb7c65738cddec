package record

// Comment is one record of fudai.comments. The byte slices of a decoded
// Comment alias the Decoder's buffer and hold until its next call; whoever
// keeps one copies it.
type Comment struct {
	Kind  Kind
	Role  Role
	ID    []byte
	Room  []byte
	User  []byte
	Name  []byte
	Text  []byte
	Event []byte // giveaway id: tap, enter, claim
	Item  []byte // product or gift id: purchase, gift
	Nonce []byte // entry nonce, hex as sent: tap, enter
	Form  []byte // sealed claim form, base64 as sent
	// ClientTime is the sender's clock in Unix milliseconds: data, never a decision.
	ClientTime int64
	Count      int64 // likes, units bought or given
	Amount     int64 // fen
	// Reaction is how long after the opening was written to this viewer the entry
	// was read, in ms and less the round trip, as an edge measured it: 1 stands for
	// less, MaxReaction for more; 0: unknown. Of enter, tap and a passphrase.
	Reaction int64
	Facts    Facts
	Watch    []Watch
	Marker   Marker // Tick, Open, Close
	Raw      []byte // the whole value, for history and signatures
}

// Watch is the watch time one edge saw of one user since it last said so.
type Watch struct {
	User    []byte
	Seconds int64
}

// Marker is the owner's part of a Tick, Open or Close.
type Marker struct {
	Epoch uint64
	Owner ID128
	Seq   uint64
	Now   int64  // Unix milliseconds: the room time a Tick sets
	Plan  []byte // plan hash, hex: Open, Close
	Sig   []byte // Ed25519 by the engine key, hex
}

// Role is what a token or a trusted producer says the sender is.
type Role uint8

// The roles in rising order of what their comments may claim.
const (
	Guest Role = iota // watches only
	Viewer
	Assistant
	Moderator
	Host
	Service // a program of the shop
)

var roleNames = [...]string{"guest", "viewer", "assistant", "moderator", "host", "service"}

func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return "unknown"
}

// ParseRole answers the role and whether the name is one. An empty name is a viewer.
func ParseRole(b []byte) (Role, bool) {
	if len(b) == 0 {
		return Viewer, true
	}
	for i, n := range roleNames {
		if string(b) == n {
			return Role(i), true
		}
	}
	return Guest, false
}
