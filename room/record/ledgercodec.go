package record

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// ParseLedger reads a record of fudai.ledger. Kinds of decision are not looked
// at: whoever folds one it does not know must stop, not skip it.
func ParseLedger(value []byte) (Ledger, error) {
	var l Ledger
	if why, field := parseJSON(value, MaxLedger, &l); why != ReasonNone {
		return Ledger{}, fmt.Errorf("ledger: %w", &Refusal{why, field})
	}
	if why, field := l.check(); why != ReasonNone {
		return Ledger{}, fmt.Errorf("ledger: %w", &Refusal{why, field})
	}
	return l, nil
}

func (l *Ledger) check() (Reason, string) {
	switch {
	case l.V != version:
		return BadVersion, "v"
	case l.Epoch < 1 || l.Epoch > maxUint:
		return OutOfRange, "epoch"
	case !validHex([]byte(l.Owner), 32):
		return BadHex, "owner"
	case l.Seq < 1 || l.Seq > maxUint:
		return OutOfRange, "seq"
	}
	for i := range l.Decisions {
		d := &l.Decisions[i]
		switch {
		case d.Kind == "":
			return Missing, "decisions.kind"
		case d.Room != "" && !ValidRoom([]byte(d.Room)):
			return BadRoom, "decisions.room"
		case d.Event != "" && !ValidID([]byte(d.Event)):
			return BadID, "decisions.event"
		case d.Chunk < 0 || d.Of < 0 || d.Chunk > 0 && d.Chunk >= d.Of:
			return OutOfRange, "decisions.chunk"
		}
	}
	return ReasonNone, ""
}

// AppendLedger appends the JSON of l; Data and Public go in as they are, byte
// for byte, and must be JSON.
func AppendLedger(dst []byte, l *Ledger) []byte {
	dst = append(dst, `{"v":`...)
	dst = appendNumber(dst, int64(l.V))
	dst = append(dst, `,"epoch":`...)
	dst = strconv.AppendUint(dst, l.Epoch, 10)
	dst = append(dst, `,"owner":`...)
	dst = appendString(dst, l.Owner)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, l.Seq, 10)
	dst = append(dst, `,"after":`...)
	dst = appendNumber(dst, l.After)
	if l.Own != nil {
		dst = append(dst, `,"own":{"address":`...)
		dst = appendString(dst, l.Own.Address)
		dst = append(dst, `,"node":`...)
		dst = append(appendString(dst, l.Own.Node), '}')
	}
	if l.Release {
		dst = append(dst, `,"release":true`...)
	}
	if len(l.Decisions) > 0 {
		dst = append(dst, `,"decisions":[`...)
		for i := range l.Decisions {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendDecision(dst, &l.Decisions[i])
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// AppendDecision appends the JSON of d as it stands in a ledger record, so that
// an owner can tell how many fit in one.
func AppendDecision(dst []byte, d *Decision) []byte {
	dst = append(dst, `{"kind":`...)
	dst = appendString(dst, d.Kind)
	dst = appendText(dst, "room", d.Room)
	dst = appendText(dst, "event", d.Event)
	dst = appendInt(dst, "chunk", int64(d.Chunk))
	dst = appendInt(dst, "of", int64(d.Of))
	dst = appendRaw(dst, "data", d.Data)
	dst = appendRaw(dst, "public", d.Public)
	if d.Applied != nil {
		dst = append(dst, `,"applied":{"control":`...)
		dst = appendNumber(dst, d.Applied.Control)
		dst = append(dst, `,"after":`...)
		dst = append(appendNumber(dst, d.Applied.After), '}')
	}
	if d.Gap != nil {
		dst = append(dst, `,"gap":{"from":`...)
		dst = appendNumber(dst, d.Gap.From)
		dst = append(dst, `,"to":`...)
		dst = append(appendNumber(dst, d.Gap.To), '}')
	}
	return append(dst, '}')
}

func appendNumber(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendRaw appends `,"name":raw` unless raw is empty. Raw that is not JSON is
// a mistake in the program: a record that holds it would stop every reader.
func appendRaw(dst []byte, name string, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return dst
	}
	if !json.Valid(raw) {
		panic(fmt.Sprintf("record: internal error: member %q is not JSON: %.80q", name, []byte(raw)))
	}
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return append(dst, raw...)
}
