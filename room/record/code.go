package record

// Code says what became of a record: the one answer its sender gets. The same
// names stand in replies, the viewer protocol, metrics and history.
type Code uint8

// Codes. Every record a viewer's socket sent gets exactly one final code;
// Held may be followed by the decision on it.
const (
	CodeNone Code = iota
	// Good outcomes.
	Shown    // in a frame of the room
	Merged   // shown as part of an aggregated line ("666 ×132")
	Masked   // shown with a span hidden from others
	Counted  // a like or a fact, added up
	Entered  // an entry; its receipt follows
	Claimed  // a claim was taken
	Answered // a question the host already answered; the answer comes privately
	// Not shown, and nobody did anything wrong.
	Sampled   // more was said than a room can read; a fair draw left it out
	Stale     // older than the display window when it reached the room; in history
	Duplicate // the same message id again, exactly or probably
	// Waiting.
	Held // waits for a moderator
	// Refused; Retry says when to try again where that makes sense.
	Blocked    // by a rule; the reason names its category
	Limited    // the sender's rate
	Slow       // slow mode of the room
	Muted      // the sender is muted
	Banned     // the sender is banned
	Closed     // the room takes no comments now
	Expired    // held and not decided in time
	Ineligible // a condition of the giveaway said no; Detail names it
	Unknown    // a fact the condition needs is not known; Detail names it
	Early      // before the open marker
	Late       // after the close marker; Offset is the marker's
	Already    // the user is in already; Offset is the first entry's
	NoEvent    // no such giveaway in the room
	BadEntry   // passphrase or nonce does not match
	Malformed  // dead-lettered
	Retracted  // shown first, taken back by a later verdict
	LowShown   // shown in the lowest class; told to the sender as shown
	codeEnd
)

var codeNames = [codeEnd]string{"", "shown", "merged", "masked", "counted", "entered", "claimed", "answered",
	"sampled", "stale", "duplicate", "held", "blocked", "limited", "slow", "muted", "banned", "closed", "expired",
	"ineligible", "unknown", "early", "late", "already", "no-event", "bad-entry", "malformed", "retracted", "shown-low"}

func (c Code) String() string {
	if c < codeEnd {
		return codeNames[c]
	}
	return "code-unknown"
}

// ParseCode reads a code by its name.
func ParseCode(name string) (Code, bool) {
	for c := Shown; c < codeEnd; c++ {
		if codeNames[c] == name {
			return c, true
		}
	}
	return CodeNone, false
}

// Codes lists every code, for metrics that start at zero.
func Codes() []Code {
	all := make([]Code, 0, codeEnd)
	for c := Shown; c < codeEnd; c++ {
		all = append(all, c)
	}
	return all
}
