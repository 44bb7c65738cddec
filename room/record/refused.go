package record

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ReasonCommand is the header "reason" of a dead letter of a command that was
// well formed, signed, and refused by its room.
const ReasonCommand = "command-refused"

// RuleSaid is the rule of a refusal that has no code of its own, or was written
// down before there were codes: its sentence says all.
const RuleSaid = "room-said"

// Problem is one reason for which a command was refused.
type Problem struct {
	Rule string `json:"rule"` // stable: pages have words for it
	Says string `json:"says"` // the room's own words, for an operator
}

// breach is an error with the code of the rule that was broken.
type breach struct {
	rule string
	error
}

func (b *breach) Unwrap() error { return b.error }

// Breaks is an error that carries the code of the rule that was broken.
func Breaks(rule, format string, args ...any) error {
	return &breach{rule, fmt.Errorf(format, args...)}
}

// ProblemsOf takes an error of a fold apart: each of joined ones is a problem.
func ProblemsOf(err error) []Problem {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Problem
		for _, e := range joined.Unwrap() {
			all = append(all, ProblemsOf(e)...)
		}
		return all
	}
	p := Problem{RuleSaid, err.Error()}
	if b := (*breach)(nil); errors.As(err, &b) {
		p.Rule = b.rule
	}
	return []Problem{p}
}

// Refused is a command that its room refused, as its dead letter tells it.
type Refused struct {
	Control  Control
	Offset   int64 // of the command, in control[p]
	Problems []Problem
	// Signed: an owner wrote it. The letters of before there were codes are not;
	// nothing that costs anybody anything may follow from those.
	Signed bool
}

// Why is all of it in the room's own words, a line each.
func (r *Refused) Why() string {
	var lines []string
	for _, p := range r.Problems {
		lines = append(lines, p.Says)
	}
	return strings.Join(lines, "\n")
}

// Refuse gives the headers "problems" and "sig" of the dead letter of a command
// at an offset of control[p].
func (k *Keys) Refuse(p int32, offset int64, value []byte, err error) (problems, sig []byte) {
	problems, bad := json.Marshal(ProblemsOf(err))
	if bad != nil {
		panic("record: problems of a command: " + bad.Error()) // strings only
	}
	return problems, k.signRefused(p, offset, problems, value)
}

func (k *Keys) signRefused(p int32, offset int64, problems, value []byte) []byte {
	mac := hmac.New(sha256.New, k.Control[:])
	mac.Write([]byte("fudai/v1/refused\x00"))
	var place [16]byte
	binary.BigEndian.PutUint32(place[:], uint32(p))
	binary.BigEndian.PutUint64(place[4:], uint64(offset))
	binary.BigEndian.PutUint32(place[12:], uint32(len(problems)))
	mac.Write(place[:])
	mac.Write(problems)
	mac.Write(value)
	return mac.Sum(nil)
}

// ReadRefused reads a dead letter of partition p; header answers its headers.
// It is none of a refused command, or one that somebody forged, where ok is
// false. A letter without a code, of an older build, reads as [RuleSaid].
func (k *Keys) ReadRefused(p int32, value []byte, header func(string) []byte) (r Refused, ok bool) {
	if string(header("reason")) != ReasonCommand {
		return r, false
	}
	c, bad := ParseControl(value)
	if bad != nil {
		return r, false
	}
	r.Control = c
	_, _ = fmt.Sscanf(string(header("offset")), "%d", &r.Offset)
	problems, sig := header("problems"), header("sig")
	if problems == nil && sig == nil {
		for line := range strings.Lines(string(header("field"))) {
			r.Problems = append(r.Problems, Problem{RuleSaid, strings.TrimSpace(line)})
		}
		return r, true
	}
	r.Signed = hmac.Equal(k.signRefused(p, r.Offset, problems, value), sig)
	return r, r.Signed && json.Unmarshal(problems, &r.Problems) == nil && len(r.Problems) > 0
}
