package room

import "github.com/fudai-live/fudai/room/record"

// Out is what folding says at once. The caller owns it, hands it to several
// calls and resets it when it has passed everything on.
type Out struct {
	Outcomes []record.Outcome // of records whose fate is decided; a Held one may be followed by another
	Receipts []Receipts       // entries that wait for the owner's signature, by event
	Refused  []Refused        // records that change nothing, for the dead letters
	Why      []Why            // of comments that a rule or a giveaway decided about, for the history
	Review   []Sighting       // with Config.Review: what an outside reviewer may judge
	Asked    Asked
}

// Sighting is a comment for an outside reviewer: one that is held until somebody
// decides, or one that is on its way to the screen and may be taken back.
type Sighting struct {
	Offset             int64
	Room, Handle, Text string
	Held               bool
	Rule, Category     string // of the verdict, if a rule found something
	Score              int    // of the verdict
}

// Asked is what became of questions since the last Reset.
type Asked struct {
	Questions int64   // recognised among allowed comments
	Repeated  int64   // of those, answered at once with what the host said before
	Told      int64   // askers told of answers
	Waits     []int64 // ms from the first question of a cluster to its first answer
}

// Why explains a verdict, so that it can be replayed and disputed.
type Why struct {
	Offset     int64
	Code       record.Code // of a passphrase: what its giveaway said; else CodeNone
	Rule       string      // list and word, or detector
	Version    string      // of the rule set
	View       string      // what of the text was looked at
	Start, End int         // byte span of the text
	By         string      // of a verdict that came by command: who decided
}

// Receipts are the leaves of one event that were promised since the last Reset.
type Receipts struct {
	Room, Event string
	Plan        [32]byte // hash of the event's plan, which the signature covers
	Leaves      []record.Receipt
}

// Refused is a well-formed record that cannot be folded.
type Refused struct {
	Offset int64
	Reason string // see the Refuse constants
	Field  string
}

// Reasons of Refused.
const (
	RefusedNoRoom       = "no-room"        // the room does not exist and may not be made by a record
	RefusedTooManyRooms = "too-many-rooms" // Settings.MaxRooms, and none is idle
	RefusedMarker       = "bad-signature"  // a Tick, Open or Close the engine key did not sign, or of an old epoch
)

// Reset empties o and keeps its capacity.
func (o *Out) Reset() {
	o.Outcomes, o.Refused, o.Why, o.Review = o.Outcomes[:0], o.Refused[:0], o.Why[:0], o.Review[:0]
	for i := range o.Receipts {
		o.Receipts[i].Leaves = o.Receipts[i].Leaves[:0]
	}
	o.Receipts = o.Receipts[:0]
	o.Asked = Asked{Waits: o.Asked.Waits[:0]}
}

// promise adds a leaf to the receipts of an event.
func (o *Out) promise(room, event string, plan [32]byte, leaf record.Receipt) {
	for i := range o.Receipts {
		if r := &o.Receipts[i]; r.Event == event && r.Room == room {
			r.Leaves = append(r.Leaves, leaf)
			return
		}
	}
	if n := len(o.Receipts); n < cap(o.Receipts) {
		o.Receipts = o.Receipts[:n+1]
		r := &o.Receipts[n]
		r.Room, r.Event, r.Plan, r.Leaves = room, event, plan, append(r.Leaves[:0], leaf)
		return
	}
	o.Receipts = append(o.Receipts, Receipts{Room: room, Event: event, Plan: plan, Leaves: []record.Receipt{leaf}})
}

// waiter is the socket, if any, that waits for the outcome of a record.
type waiter struct {
	via    record.Via
	offset int64
	has    bool
}

// Details of an outcome. Those of Ineligible and Unknown are a giveaway's
// conditions by number, except DetailFollow on a comment.
const (
	DetailNone     uint8 = iota
	DetailUser           // Muted: staff silenced this user
	DetailRole           // Muted: nobody of this role may speak now
	DetailRule           // Blocked, Muted: a moderation rule; Held: waits for a look
	DetailRate           // Limited: too fast
	DetailUnique         // Limited: unique mode, the text was said already
	DetailProbable       // Duplicate: by the bloom filters only, wrong once in a million
	DetailQueue          // Expired: too many comments are held already
	DetailStaff          // Blocked, Shown: decided by a person
	DetailFollow         // Ineligible, Unknown: the room is for followers
	// Categories of moderation, on Blocked, Held and Muted.
	DetailOther     uint8 = 32
	DetailProfanity uint8 = 33
	DetailContact   uint8 = 34
	DetailAds       uint8 = 35
	DetailFraud     uint8 = 36
	DetailPersonal  uint8 = 37
	DetailRaid      uint8 = 38
	DetailInsult    uint8 = 39
	DetailSpam      uint8 = 40
	DetailLink      uint8 = 41
)

var categories = map[string]uint8{
	"": DetailRule, "profanity": DetailProfanity, "contact": DetailContact, "ads": DetailAds, "fraud": DetailFraud,
	"personal": DetailPersonal, "raid": DetailRaid, "insult": DetailInsult, "spam": DetailSpam, "link": DetailLink,
}

// categoryName is the inverse of category, "" for what is none of the known.
func categoryName(detail uint8) string {
	for name, d := range categories {
		if d == detail {
			return name
		}
	}
	return ""
}

// category is the detail of a moderation category.
func category(name string) uint8 {
	if d, ok := categories[name]; ok {
		return d
	}
	return DetailOther
}

// tell appends the outcome of w's record. Its Via is zero where no socket waits
// for it: then it is for the history alone.
func tell(dst []record.Outcome, w waiter, code record.Code, detail uint8, retryMS int64) []record.Outcome {
	retry := min((retryMS+99)/100, 1<<16-1)
	return append(dst, record.Outcome{Via: w.via, Code: code, Detail: detail, Retry: uint16(retry), Offset: w.offset})
}
