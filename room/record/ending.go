package record

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Why staff end a giveaway without a draw: a closed list, which everybody who was
// in is told in words of their own language (drawproof.md 5.1). A code is never
// given another meaning.
const (
	EndGoods   = "goods"      // the prize is not to be had
	EndMistake = "mistake"    // what viewers were shown of it was wrong
	EndFault   = "fault"      // a technical fault
	EndShow    = "show"       // the show ended early, or something beyond anybody's control
	EndOrdered = "ordered"    // an authority or the platform demands it
	EndOther   = "other"      // none of these: then the text says it, and must
	EndDead    = "dead-chain" // a sealed one whose round never came; no other reason ends it then
)

// EndCodes are the codes in the order in which people choose from them.
var EndCodes = []string{EndGoods, EndMistake, EndFault, EndShow, EndOrdered, EndOther, EndDead}

// MaxEndReason bounds the text of an end, in bytes.
const MaxEndReason = 500

// EventData ends a giveaway and says why.
type EventData struct {
	Event string `json:"event"`
	// Code is one of EndCodes. Commands older than the list have none, and are
	// read as EndOther.
	Code   string `json:"code,omitempty"`
	Reason string `json:"reason"` // viewers read it; may be empty but for EndOther
}

// Check reports everything that is wrong with the reason by itself; which code
// is good in which phase the room says.
func (d *EventData) Check() []string {
	var wrong []string
	if d.Code != "" && !slices.Contains(EndCodes, d.Code) {
		wrong = append(wrong, fmt.Sprintf("code is %q: say one of %s", d.Code, strings.Join(EndCodes, ", ")))
	}
	if d.Reason == "" && (d.Code == "" || d.Code == EndOther) {
		wrong = append(wrong, "reason is empty: those who entered are told why, and code other says nothing by itself")
	}
	if len(d.Reason) > MaxEndReason || !utf8.ValidString(d.Reason) {
		wrong = append(wrong, fmt.Sprintf("reason has %d bytes, at most %d of UTF-8", len(d.Reason), MaxEndReason))
	}
	return wrong
}
