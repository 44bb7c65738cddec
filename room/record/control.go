package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Control is one record of fudai.control: what staff and configuration ask for.
// The header "sig" is HMAC-SHA-256 of the value under the control key, so that
// only a desk, a studio or a tool with the key can write one that counts.
type Control struct {
	V    int             `json:"v"`  // 1
	ID   string          `json:"id"` // command id; the same id again is the same command
	Kind string          `json:"kind"`
	Room string          `json:"room,omitempty"` // empty: every room (one record a partition)
	By   string          `json:"by"`             // who asked
	Role string          `json:"role"`           // as which role
	At   int64           `json:"at"`             // their clock, Unix ms: data
	Data json.RawMessage `json:"data,omitempty"`
}

// Kinds of control record and the data they carry.
const (
	CtlRoom      = "room"       // RoomSettings: makes or changes a room
	CtlShowStart = "show-start" // ShowData
	CtlShowEnd   = "show-end"   // ShowData
	CtlMute      = "mute"       // MuteData; also ban
	CtlUnmute    = "unmute"     // MuteData
	CtlPin       = "pin"        // PinData
	CtlUnpin     = "unpin"      // PinData
	CtlProduct   = "product"    // ProductData: product on air
	CtlCard      = "card"       // CardData: product card or coupon drop, an item of its own
	CtlAttr      = "attr"       // AttrData: a versioned room attribute
	CtlAnswer    = "answer"     // AnswerData: the host answered
	CtlQuestion  = "question"   // QuestionData: a cluster of questions moves to another state
	CtlPrompt    = "prompt"     // PromptData: a text before the host
	CtlCatalogue = "catalogue"  // CatalogueData: what the shop says of its goods
	CtlRetract   = "retract"    // RetractData: take a shown comment back
	CtlVerdict   = "verdict"    // VerdictData: hook or reviewer on a held comment
	CtlLease     = "lease"      // LeaseData: a moderator works on held comments
	CtlRules     = "rules"      // RulesData: a rule set, whole
	CtlDirect    = "direct"     // DirectData: a line to one user on all devices
	CtlPlan      = "plan"       // a giveaway plan (giveaway.Plan); schedules it
	CtlCancel    = "cancel"     // EventData: before it opens
	CtlWords     = "words"      // WordsData: what a giveaway's card says in other languages
	CtlVoid      = "void"       // EventData: as drawproof allows
	CtlLogout    = "logout"     // LogoutData: edges close what it names; rooms do nothing
	CtlBeacon    = "beacon"     // BeaconData: a round of public randomness, from anybody
	CtlWins      = "wins"       // giveaway.Wins: what was won in the shop's other rooms, for caps

	CtlConfirm    = "confirm"    // ConfirmData: the platform on the winner of a large prize
	CtlDecoy      = "decoy"      // DecoyData: a giveaway that is none, for programs to enter
	CtlCheckpoint = "checkpoint" // CheckpointData: a head of the transparency log
)

// RoomSettings makes or changes a room. A nil field stays as it is.
type RoomSettings struct {
	Shop       *string `json:"shop,omitempty"`
	Title      *string `json:"title,omitempty"`
	SlowMS     *int64  `json:"slow_ms,omitempty"`      // least time between two comments of a user
	MuteAll    *string `json:"mute_all,omitempty"`     // highest role that may not speak; "" lifts it
	Followers  *int64  `json:"followers_ms,omitempty"` // only who follows at least so long; -1 lifts it
	Unique     *bool   `json:"unique,omitempty"`       // no text twice in the window
	Budget     *int    `json:"budget,omitempty"`       // comments shown a second, 1..1000
	VideoDelay *int64  `json:"video_delay_ms,omitempty"`
	Stream     *string `json:"stream,omitempty"` // HLS or MP4 address for the stage
	Closed     *bool   `json:"closed,omitempty"`
	Shield     *string `json:"shield,omitempty"` // against raids: auto, on, off
}

// ShowData names one run of a room from on air to off air.
type ShowData struct {
	Show  string `json:"show"`
	Title string `json:"title,omitempty"`
	Open  string `json:"open,omitempty"` // at the end: "finish" or "void" what is still open
}

// MuteData silences a user (or lifts it) in the room, for Seconds or for good (0).
type MuteData struct {
	User    string `json:"user"`
	Seconds int64  `json:"seconds,omitempty"`
	Ban     bool   `json:"ban,omitempty"`
	Reason  string `json:"reason"`
}

// PinData pins a comment or a text.
type PinData struct {
	Pin    string `json:"pin"`
	Offset int64  `json:"offset,omitempty"`
	Name   string `json:"name,omitempty"`
	Text   string `json:"text,omitempty"`

	Tr Translations `json:"tr,omitempty"`
}

// ProductData is the product on air; an empty Item takes it off.
type ProductData struct {
	Item  string `json:"item"`
	Link  int    `json:"link,omitempty"` // "3号链接" of this show
	Title string `json:"title,omitempty"`
	Price int64  `json:"price,omitempty"` // minor units: fen, cents, pence
	Was   int64  `json:"was,omitempty"`   // the same
	Stock int64  `json:"stock,omitempty"`
	// Currency is that of the price, one of Currencies; absent: CNY.
	Currency string   `json:"currency,omitempty"`
	Image    string   `json:"image,omitempty"`
	URL      string   `json:"url,omitempty"`
	Facts    []string `json:"facts,omitempty"`
	AsOf     int64    `json:"as_of,omitempty"` // Unix ms
}

// CardData is a card in the stream of its own: a product or a coupon drop.
type CardData struct {
	Card    string       `json:"card"`
	Kind    string       `json:"kind"` // product, coupon
	Title   string       `json:"title"`
	Text    string       `json:"text,omitempty"`
	Product *ProductData `json:"product,omitempty"`
	Amount  int64        `json:"amount,omitempty"` // minor units
	Until   int64        `json:"until,omitempty"`  // Unix ms
	// Currency is that of the amount; absent: CNY.
	Currency string `json:"currency,omitempty"`
}

// AttrData sets (or, with Delete, removes) a room attribute: at most 100 of 4 KiB.
type AttrData struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Delete bool   `json:"delete,omitempty"`
}

// AnswerData is the host's answer to a cluster of questions, to the one that the
// comments at Offsets asked, or to Users. Those who asked are told privately on
// all their devices, unless ToRoom or Pin tells the whole room.
type AnswerData struct {
	Cluster string   `json:"cluster,omitempty"`
	Offsets []int64  `json:"offsets,omitempty"`
	Text    string   `json:"text,omitempty"`
	Spoken  bool     `json:"spoken,omitempty"` // 口播已答
	ToRoom  bool     `json:"to_room,omitempty"`
	Pin     bool     `json:"pin,omitempty"` // question and answer as a pin
	Users   []string `json:"users,omitempty"`

	Tr Translations `json:"tr,omitempty"` // of Text
}

// QuestionData moves a cluster of questions to a State, or says by hand what it
// asks: exactly one of State, Into, Part and Out.
type QuestionData struct {
	Cluster string `json:"cluster,omitempty"`
	State   string `json:"state,omitempty"` // open, onscreen or dismissed
	// Into joins the cluster, or the one that the comment at Offset asked, to
	// another; Part undoes that.
	Into   string `json:"into,omitempty"`
	Offset *int64 `json:"offset,omitempty"`
	Part   bool   `json:"part,omitempty"`
	// Out takes what the comment at this offset asked out of the cluster, with
	// all that says the same; undone by Offset and Into.
	Out *int64 `json:"out,omitempty"`
}

// Check answers what is wrong with the form of q.
func (q *QuestionData) Check() error {
	n := 0
	for _, given := range []bool{q.State != "", q.Into != "", q.Part, q.Out != nil} {
		if given {
			n++
		}
	}
	switch {
	case n != 1:
		return fmt.Errorf("%d of state, into, part and out are given: want one of them", n)
	case q.Offset != nil && (q.Into == "" || q.Cluster != ""):
		return errors.New("offset stands in place of cluster, and with into alone")
	case q.Offset == nil && q.Cluster == "":
		return errors.New("cluster is empty: name one of the view's questions")
	}
	return nil
}

// PromptData puts a script of the library, or a line, before the host; with
// neither nothing stands there any more.
type PromptData struct {
	Script string `json:"script,omitempty"`
	Text   string `json:"text,omitempty"`
}

// CatalogueData upserts and deletes goods, approved answers and scripts of a room, all
// or nothing. With Replace what was there before goes first.
type CatalogueData struct {
	Replace bool         `json:"replace,omitempty"`
	Items   []ItemData   `json:"items,omitempty"`
	FAQ     []FAQData    `json:"faq,omitempty"`
	Scripts []ScriptData `json:"scripts,omitempty"`
}

// WithoutDeletions is d without what it deletes: what can be checked without
// knowing what is there.
func (d *CatalogueData) WithoutDeletions() *CatalogueData {
	n := &CatalogueData{Replace: d.Replace}
	for i := range d.Items {
		if !d.Items[i].Delete {
			n.Items = append(n.Items, d.Items[i])
		}
	}
	for i := range d.FAQ {
		if !d.FAQ[i].Delete {
			n.FAQ = append(n.FAQ, d.FAQ[i])
		}
	}
	for i := range d.Scripts {
		if !d.Scripts[i].Delete {
			n.Scripts = append(n.Scripts, d.Scripts[i])
		}
	}
	return n
}

// ItemData is what the shop says of one product; a nil field stays as it is.
// The item "*" is the whole shop: its Facts hold for every product.
type ItemData struct {
	Item   string  `json:"item"`
	Delete bool    `json:"delete,omitempty"`
	Title  *string `json:"title,omitempty"`
	Link   *int    `json:"link,omitempty"`  // "3号链接"
	Show   *string `json:"show,omitempty"`  // the show whose link number that is; "": of every show
	Price  *int64  `json:"price,omitempty"` // minor units: fen, cents, pence
	Was    *int64  `json:"was,omitempty"`   // the same
	// Currency is that of both, one of Currencies; never said: CNY.
	Currency *string  `json:"currency,omitempty"`
	Stock    *int64   `json:"stock,omitempty"`
	Sizes    []string `json:"sizes,omitempty"`
	Colours  []string `json:"colours,omitempty"`
	// Facts are answers word for word by intent: "delivery": "48 小时内发货". An
	// empty one removes it.
	Facts map[string]string `json:"facts,omitempty"`
	AsOf  int64             `json:"as_of,omitempty"` // Unix ms; 0: when it was folded
}

// FAQData is an approved answer and the wordings of the question it answers.
type FAQData struct {
	ID        string   `json:"id"`
	Delete    bool     `json:"delete,omitempty"`
	Questions []string `json:"questions,omitempty"`
	Answer    string   `json:"answer,omitempty"`
	Item      string   `json:"item,omitempty"`  // "": whatever is asked about
	AsOf      int64    `json:"as_of,omitempty"` // Unix ms
}

// ScriptData is a short text for the host to say, or to answer with: of the shop
// or of one Item.
type ScriptData struct {
	ID     string `json:"id"`
	Delete bool   `json:"delete,omitempty"`
	Title  string `json:"title,omitempty"` // when to say it: 开场, 催单
	Text   string `json:"text,omitempty"`
	Item   string `json:"item,omitempty"`
}

// RetractData takes shown comments back.
type RetractData struct {
	Offsets []int64 `json:"offsets,omitempty"`
	User    string  `json:"user,omitempty"` // every comment of the user that is still on screen
	Reason  string  `json:"reason"`
}

// VerdictData decides a held comment, or takes back one that was shown.
type VerdictData struct {
	Offset int64  `json:"offset"`
	Action string `json:"action,omitempty"` // moderation.Action by name: allow, mask, block
	Reason string `json:"reason,omitempty"`
	Rule   string `json:"rule,omitempty"`
	// Undoable lets a refusal wait ten seconds for an action "undo" by whoever
	// refused; until then the comment stays unseen and its sender untold.
	Undoable bool `json:"undoable,omitempty"`

	// Verdicts are decided instead, if there are any: of a hook's batch, or of
	// all comments that say the same.
	Verdicts []VerdictData `json:"verdicts,omitempty"`
}

// MaxVerdicts bounds the verdicts of one command.
const MaxVerdicts = 200

// LeaseData says that whoever asks works on held comments, for 15 s of room
// time or until they are decided or released: others neither take nor decide them.
type LeaseData struct {
	Offsets []int64 `json:"offsets"`
	Release bool    `json:"release,omitempty"`
}

// MaxLeases bounds the comments of one lease.
const MaxLeases = 50

// RulesData is a step of the roll-out of a rule set, of a room or of all rooms.
type RulesData struct {
	Version string `json:"version,omitempty"`
	YAML    string `json:"yaml,omitempty"`  // of enforce and shadow; empty: as the installation has them
	Stage   string `json:"stage,omitempty"` // see the Stage constants
}

// Stages of a rule set.
const (
	StageEnforce = "enforce" // in force at once; also the empty stage
	StageShadow  = "shadow"  // judged beside the rules in force and counted, without effect
	StagePromote = "promote" // what is in shadow is in force from now on
	StageRevert  = "revert"  // the rules before those in force are in force again
	StageDrop    = "drop"    // the shadow ends
)

// DirectData is a private line to one user.
type DirectData struct {
	User string          `json:"user"`
	Kind string          `json:"kind"`
	Text string          `json:"text,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

// ConfirmData is the platform's word on somebody who won a prize that asks for it:
// whether it could confirm them. Ref is its own reference, for whoever looks into
// it later: an id, nothing about the person.
type ConfirmData struct {
	Event   string `json:"event"`
	User    string `json:"user"`
	Outcome string `json:"outcome"` // confirmed, refused
	Ref     string `json:"ref"`     // 1 to MaxID, as every id
}

// Check reports everything that is wrong with it by itself.
func (c *ConfirmData) Check() error {
	var errs []error
	if !ValidID([]byte(c.Event)) || c.User == "" || len(c.User) > MaxUser {
		errs = append(errs, fmt.Errorf("event %.80q is not an id, or user has %d bytes, want 1 to %d", c.Event, len(c.User), MaxUser))
	}
	if c.Outcome != "confirmed" && c.Outcome != "refused" {
		errs = append(errs, fmt.Errorf("outcome is %.80q: say confirmed or refused", c.Outcome))
	}
	if !ValidID([]byte(c.Ref)) {
		errs = append(errs, fmt.Errorf("ref is not an id: 1 to %d printable ASCII characters without space", MaxID))
	}
	return errors.Join(errs...)
}

// DecoyData announces a decoy (giveaway.Events), or has one forgotten.
type DecoyData struct {
	Event   string `json:"event"`
	Title   string `json:"title,omitempty"` // what a program reads; at most 200 bytes
	OpenAt  int64  `json:"openAt,omitempty"`
	CloseAt int64  `json:"closeAt,omitempty"` // Unix ms
	Forget  bool   `json:"forget,omitempty"`  // with whom it caught
}

// maxDecoyMs bounds how long a decoy may be open.
const maxDecoyMs = 24 * 3600 * 1000

// Check answers what is wrong with the form of d.
func (d *DecoyData) Check() error {
	switch {
	case !ValidID([]byte(d.Event)):
		return errors.New("decoy: event is not an id")
	case d.Forget:
		return nil
	case len(d.Title) > 200 || !utf8.ValidString(d.Title):
		return fmt.Errorf("decoy: title has %d bytes, at most 200 of UTF-8", len(d.Title))
	case d.OpenAt <= 0 || d.CloseAt <= d.OpenAt || d.CloseAt-d.OpenAt > maxDecoyMs:
		return fmt.Errorf("decoy: open from %d to %d, want 1 ms to a day", d.OpenAt, d.CloseAt)
	}
	return nil
}

// BeaconData hands in a round of public randomness.
type BeaconData struct {
	Chain string `json:"chain"` // chain hash, hex
	Round uint64 `json:"round"`
	Sig   string `json:"sig"` // hex
}

// CheckpointData tells a room a head of the transparency log under which what
// was decided in it stands.
type CheckpointData struct {
	Note string `json:"note"` // C2SP tlog-checkpoint with the log's signature alone
}

// LogoutData takes back a user's tokens: one by its id, or all issued before.
type LogoutData struct {
	User  string `json:"user"`
	Token string `json:"token,omitempty"`
}
