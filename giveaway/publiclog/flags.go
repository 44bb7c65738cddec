package publiclog

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Flags is what an operator may tell about the transparency log.
type Flags struct {
	LogOrigin  string   `help:"Name of the transparency log, best host/path of a domain of yours; default fudai/ and digits of its key. It must not change." placeholder:"NAME"`
	LogWitness []string `help:"Keys of the witnesses who watch the log (name+hash+key, as fudai witness prints its own). Two or more raise the grade of draws." placeholder:"KEY"`
	LogMirror  []string `help:"Keys of those who hold each sealed list before its draw (fudai witness --mirror; the key is the one it prints). One is needed for the best grade of draws." placeholder:"KEY"`
}

// MarginMs is how long before its round witnesses must have seen a seal.
const MarginMs = 2000

// Origin is the log's name.
func (f *Flags) Origin(keys *record.Keys) string {
	if f.LogOrigin != "" {
		return f.LogOrigin
	}
	return "fudai/" + hex.EncodeToString(keys.Log.Public().(ed25519.PublicKey)[:8])
}

// Witnesses are the keys, ascending by name.
func (f *Flags) Witnesses() ([]Key, error) { return keysOf(f.LogWitness) }

// Mirrors are the keys of those who hold sealed lists, ascending by name.
func (f *Flags) Mirrors() ([]Key, error) { return keysOf(f.LogMirror) }

func keysOf(texts []string) (all []Key, err error) {
	for _, text := range texts {
		k, bad := ParseKey(text)
		if bad == nil && !k.Witness() {
			bad = fmt.Errorf("key %.120q is that of a log, not of a witness", text)
		}
		err = errors.Join(err, bad)
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b Key) int { return strings.Compare(a.name, b.name) })
	return all, err
}

// Policy is what plans say of the log and its witnesses.
func (f *Flags) Policy(keys *record.Keys) *drawproof.PublicLog {
	p := &drawproof.PublicLog{Origin: f.Origin(keys), Key: drawproof.Hash(keys.Log.Public().(ed25519.PublicKey)),
		Quorum: drawproof.LeastQuorum, MarginMs: MarginMs, Witnesses: []drawproof.Witness{}}
	witnesses, _ := f.Witnesses()
	mirrors, _ := f.Mirrors()
	p.Witnesses, p.Mirrors = append(p.Witnesses, named(witnesses)...), named(mirrors)
	return p
}

// named are keys as a plan names them.
func named(all []Key) (list []drawproof.Witness) {
	for _, k := range all {
		if k.name != "" { // it could not be read, which is said elsewhere
			list = append(list, drawproof.Witness{Name: k.name, Key: k.Hash()})
		}
	}
	return list
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	witnesses, err := f.Witnesses()
	mirrors, bad := f.Mirrors()
	err = errors.Join(err, bad)
	if f.LogOrigin != "" && !validName(f.LogOrigin) {
		err = errors.Join(err, fmt.Errorf("log-origin %.80q is not 1 to 64 printable characters without space, quote, backslash and plus", f.LogOrigin))
	}
	if n, m := len(witnesses), len(mirrors); n > drawproof.MaxWitnesses || m > drawproof.MaxMirrors {
		err = errors.Join(err, fmt.Errorf("%d witnesses and %d mirrors are more than %d and %d", n, m, drawproof.MaxWitnesses, drawproof.MaxMirrors))
	}
	p := drawproof.PublicLog{Origin: "x", Witnesses: named(witnesses), Mirrors: named(mirrors)}
	if bad := p.Check(drawproof.Hash{}); bad != nil {
		err = errors.Join(err, fmt.Errorf("log-witness, log-mirror: %w", bad))
	}
	return err
}
