package record

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// version of control and ledger records.
const version = 1

// controlKinds are the kinds ParseControl lets pass.
var controlKinds = func() map[string]bool {
	all := map[string]bool{}
	for _, k := range ControlKinds() {
		all[k] = true
	}
	return all
}()

// ControlKinds lists every kind of control record.
func ControlKinds() []string {
	return []string{CtlRoom, CtlShowStart, CtlShowEnd, CtlMute, CtlUnmute, CtlPin, CtlUnpin, CtlProduct, CtlCard,
		CtlAttr, CtlAnswer, CtlQuestion, CtlPrompt, CtlCatalogue, CtlRetract, CtlVerdict, CtlLease, CtlRules, CtlDirect, CtlPlan, CtlWords, CtlCancel, CtlVoid, CtlLogout, CtlBeacon, CtlConfirm, CtlWins, CtlDecoy, CtlCheckpoint}
}

// ParseControl reads a record of fudai.control. It looks at the envelope: what
// Data must hold is the business of who applies it.
func ParseControl(value []byte) (Control, *Refusal) {
	var c Control
	if why, field := parseJSON(value, MaxControl, &c); why != ReasonNone {
		return Control{}, &Refusal{why, field}
	}
	if why, field := c.check(); why != ReasonNone {
		return Control{}, &Refusal{why, field}
	}
	return c, nil
}

func (c *Control) check() (Reason, string) {
	_, roleOK := ParseRole([]byte(c.Role))
	switch {
	case c.V != version:
		return BadVersion, "v"
	case c.ID == "":
		return Missing, "id"
	case !ValidID([]byte(c.ID)):
		return BadID, "id"
	case c.Kind == "":
		return Missing, "kind"
	case !controlKinds[c.Kind]:
		return UnknownKind, "kind"
	case c.Room != "" && !ValidRoom([]byte(c.Room)):
		return BadRoom, "room"
	case c.By == "":
		return Missing, "by"
	case len(c.By) > MaxUser:
		return TooLong, "by"
	case hasControl([]byte(c.By), false):
		return BadText, "by"
	case !roleOK:
		return UnknownRole, "role"
	case c.At < 0 || c.At > maxTime:
		return OutOfRange, "at"
	}
	return ReasonNone, ""
}

// AppendControl appends the JSON of c; Data goes in as it is, byte for byte,
// and must be JSON.
func AppendControl(dst []byte, c *Control) []byte {
	dst = append(dst, `{"v":`...)
	dst = appendNumber(dst, int64(c.V))
	dst = appendText(dst, "id", c.ID)
	dst = appendText(dst, "kind", c.Kind)
	dst = appendText(dst, "room", c.Room)
	dst = appendText(dst, "by", c.By)
	dst = appendText(dst, "role", c.Role)
	dst = appendInt(dst, "at", c.At)
	dst = appendRaw(dst, "data", c.Data)
	return append(dst, '}')
}

// parseJSON reads value into v with encoding/json and says what is wrong in
// the terms of this package.
func parseJSON(value []byte, most int, v any) (Reason, string) {
	switch {
	case len(value) > most:
		return TooLarge, ""
	case !utf8.Valid(value):
		return BadUTF8, ""
	}
	err := json.Unmarshal(value, v)
	if err == nil {
		return ReasonNone, ""
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return NotObject, ""
		}
		return WrongType, wrong.Field
	}
	return BadJSON, ""
}
