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
