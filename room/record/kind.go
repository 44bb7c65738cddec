package record

// Kind says what a record of fudai.comments does.
type Kind uint8

// The public kinds. A viewer's socket may send the first five; the others come
// from services that may write to the topic.
const (
	KindNone Kind = iota
	Say           // a comment
	Like          // Count likes, summed by the edge every 200 ms
	Tap           // a tap in a flash grab (Event)
	Enter         // an entry to a giveaway (Event, Text = passphrase)
	Claim         // a claim of a prize (Event, Form sealed to the event's key)
	Purchase      // an order was paid (Item, Count, Amount in fen)
	Fact          // facts about User from an authorised source
	Gift          // a gift was given (Item, Count, Amount in fen)
	Join          // a viewer worth a line came in (VIP, fan level); never one a viewer
	Leave         //
	Watched       // watch seconds of up to 500 users, from an edge (Watch)
	// The owner's own records, signed by the engine key (Marker).
	Tick
	Open
	Close
	kindEnd
)

var kindNames = [kindEnd]string{"", "say", "like", "tap", "enter", "claim", "purchase", "fact", "gift", "join", "leave", "watched", "tick", "open", "close"}

func (k Kind) String() string {
	if k < kindEnd {
		return kindNames[k]
	}
	return "unknown"
}

// Viewer reports whether a viewer's socket may send the kind.
func (k Kind) Viewer() bool { return k >= Say && k <= Claim }

// Engine reports whether only a partition's owner may write the kind.
func (k Kind) Engine() bool { return k >= Tick && k < kindEnd }

// ParseKind is the inverse of String; it answers KindNone for anything else.
func ParseKind(b []byte) Kind {
	for k := Say; k < kindEnd; k++ {
		if string(b) == kindNames[k] {
			return k
		}
	}
	return KindNone
}
