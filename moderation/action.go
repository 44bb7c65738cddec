package moderation

import (
	"fmt"
	"time"
)

// Action is what is done with a comment, mildest first, so that the strongest
// of several findings is their maximum.
type Action uint8

const (
	Allow  Action = iota // everybody sees it
	Flag                 // everybody sees it; queued for a look after the fact
	Mask                 // others see it with spans replaced, the sender sees the original
	Low                  // everybody may see it, in the lowest display class
	Shadow               // only the sender sees it, for Expiry; then the sender is told
	Hold                 // nobody sees it until approved; the sender is told
	Block                // nobody sees it; the sender sees why
	Mute                 // as Block, and the sender is silent for Expiry
)

var actionNames = [...]string{"allow", "flag", "mask", "low", "shadow", "hold", "block", "mute"}

func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return fmt.Sprintf("action(%d)", uint8(a))
}

// parseAction is the inverse of String.
func parseAction(s string) (Action, bool) {
	for i, name := range actionNames {
		if s == name {
			return Action(i), true
		}
	}
	return Allow, false
}

// Verdict is the outcome for one comment and its whole explanation.
type Verdict struct {
	Action   Action
	Masked   bool   // spans must be masked for others whenever the text is shown, also after a Hold is approved
	Rule     string // list and word, detector or score that decided; "" if allowed
	Category string // "" if allowed
	View     string // the view that matched: canon, tight, leet, squeeze, sound, or the detector's
	Start    int    // Start and End are the byte span in the original text;
	End      int    // [0, len(text)) when the whole text decided
	Version  string // of the rule set

	// Expiry is how long a Shadow (at most MaxShadow) or Mute lasts.
	Expiry time.Duration

	// Would is the action that lists in dry run would have taken beyond Action,
	// and WouldRule the rule; Allow and "" if none.
	Would     Action
	WouldRule string

	// Tight is a 64-bit hash of the text without separators, case, width and
	// long repeats, equal for near-duplicates. A text of symbols or emoji
	// alone hashes as written. It is not keyed: never key an index that an
	// attacker must not collide in with it.
	Tight uint64

	// Score orders review queues: 0 harmless to 1000 surely offensive, and 0
	// when the rule set has no score section or the text nothing in Chinese.
	Score int
}

// MaxShadow bounds how long a comment may be hidden from others without its
// sender being told.
const MaxShadow = 10 * time.Minute

// Role is what the sender is in the room.
type Role uint8

const (
	Viewer Role = iota
	Moderator
	Host
	System // the shop's own service, and bridges
)

// Sender is what Judge may know of who speaks. The zero value is a viewer of
// whom nothing is known.
type Sender struct {
	// Reputation in thousandths, 1 to 1000; 0 is unknown and judged as 500.
	Reputation uint16
	// Age of the account, meant only when AgeKnown.
	Age      time.Duration
	AgeKnown bool
	Role     Role
	// Shield is set while the room defends itself against a raid: senders
	// with a low reputation or a new account are then held first, and links are
	// refused.
	Shield bool
}

const (
	lowReputation     = 300
	trustedReputation = 800
	newAccount        = 10 * time.Minute
)

func (s Sender) reputation() uint16 {
	if s.Reputation == 0 {
		return 500
	}
	return min(s.Reputation, 1000)
}

// staff are trusted with contacts, links and tone; block lists bind them too.
func (s Sender) staff() bool { return s.Role != Viewer }

// doubtful senders are held first while the shield is up.
func (s Sender) doubtful() bool {
	return s.reputation() < lowReputation || s.AgeKnown && s.Age < newAccount
}
