package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxNote bounds a checkpoint note with the log's signature alone, in bytes:
// names have at most 64.
const MaxNote = 400

// errNote is wrapped by every refusal of OpenNote.
var errNote = errors.New("checkpoint")

// OpenNote reads a checkpoint that this log signed (C2SP signed-note and
// tlog-checkpoint), without cosignatures and extensions: of one head there is
// one such note.
func (l *PublicLog) OpenNote(note string) (size uint64, root Hash, err error) {
	refuse := func(format string, args ...any) (uint64, Hash, error) {
		return 0, Hash{}, fmt.Errorf("%w: "+format, append([]any{errNote}, args...)...)
	}
	lines := strings.Split(note, "\n")
	if len(note) > MaxNote || len(lines) != 6 || lines[3] != "" || lines[5] != "" {
		return refuse("%d bytes in %d lines, want origin, size, root, an empty line and one signature", len(note), len(lines)-1)
	}
	if lines[0] != l.Origin {
		return refuse("it is of %.80q, the log is %s", lines[0], l.Origin)
	}
	size, err = strconv.ParseUint(lines[1], 10, 53)
	if err != nil || strconv.FormatUint(size, 10) != lines[1] {
		return refuse("size %.40q is no decimal number below 2^53", lines[1])
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(raw) != len(root) {
		return refuse("root %.80q is no hash", lines[2])
	}
	text, named := strings.CutPrefix(lines[4], "— "+l.Origin+" ")
	sig, err := base64.StdEncoding.Strict().DecodeString(text)
	id := l.KeyID()
	if !named || err != nil || base64.StdEncoding.EncodeToString(sig) != text || len(sig) != len(id)+ed25519.SignatureSize || [4]byte(sig) != id {
		return refuse("it bears no signature of %s by the key that is known", l.Origin)
	}
	root = Hash(raw)
	body := CheckpointBody(l.Origin, size, root)
	if !strings.HasPrefix(note, string(body)) || !ed25519.Verify(l.Key[:], body, sig[len(id):]) {
		return refuse("size %d is not signed by the key of %s", size, l.Origin)
	}
	return size, root, nil
}

// KeyID stands before a signature: which key of this name made it.
func (l *PublicLog) KeyID() [4]byte {
	h := sha256.Sum256(append([]byte(l.Origin+"\n\x01"), l.Key[:]...))
	return [4]byte(h[:4])
}
