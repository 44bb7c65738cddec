package record

import (
	"errors"
	"fmt"
)

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
