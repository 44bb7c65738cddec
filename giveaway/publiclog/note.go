package publiclog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Algorithms of the keys of signed notes.
const (
	algEd25519     = 0x01
	algCosignature = 0x04
)

// MaxNote bounds a checkpoint with all its signatures, in bytes.
const MaxNote = 64 << 10

// Key is a named Ed25519 key of a log or of a witness.
type Key struct {
	name string
	alg  byte
	key  ed25519.PublicKey
}

// NewLogKey is the key by which a log signs checkpoints.
func NewLogKey(name string, key ed25519.PublicKey) Key { return Key{name, algEd25519, key} }

// NewWitnessKey is the key by which a witness cosigns.
func NewWitnessKey(name string, key ed25519.PublicKey) Key { return Key{name, algCosignature, key} }

// ParseKey reads the text form of a key, "name+hash+key".
func ParseKey(text string) (k Key, err error) {
	refuse := func(why string) (Key, error) { return Key{}, fmt.Errorf("key %.120q: %s", text, why) }
	name, rest, _ := strings.Cut(text, "+")
	hash, encoded, found := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algEd25519 && raw[0] != algCosignature {
		return refuse("want name+hash+base64 of an Ed25519 key, of a log or of a witness")
	}
	if !validName(name) {
		return refuse("the name is not 1 to 64 printable characters without space, quote, backslash and plus")
	}
	k = Key{name, raw[0], raw[1:]}
	if fmt.Sprintf("%08x", k.KeyHash()) != hash {
		return refuse("the hash does not fit the key")
	}
	return k, nil
}

// validName is a name that signed notes and plans both allow.
func validName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '+' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// String is the text form.
func (k Key) String() string {
	return fmt.Sprintf("%s+%08x+%s", k.name, k.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{k.alg}, k.key...)))
}

// Witness reports whether the key is one that cosigns.
func (k Key) Witness() bool { return k.alg == algCosignature }

// Hash is the key as a plan names it.
func (k Key) Hash() drawproof.Hash { return drawproof.Hash(k.key) }

// Name is the key's name (note.Verifier).
func (k Key) Name() string { return k.name }

// KeyHash is the key's id in a signature line (note.Verifier).
func (k Key) KeyHash() uint32 {
	h := sha256.New()
	h.Write(append([]byte(k.name+"\n"), k.alg))
	h.Write(k.key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// Verify checks a signature (note.Verifier).
func (k Key) Verify(msg, sig []byte) bool {
	if k.alg == algEd25519 {
		return ed25519.Verify(k.key, msg, sig)
	}
	at, sig, err := SplitCosignature(sig)
	return err == nil && ed25519.Verify(k.key, drawproof.CosignatureMessage(at, msg), sig)
}

// SplitCosignature parts what a witness signed into time, in Unix s, and
// signature.
func SplitCosignature(raw []byte) (at int64, sig []byte, err error) {
	if len(raw) != 8+ed25519.SignatureSize {
		return 0, nil, fmt.Errorf("cosignature has %d bytes, want %d", len(raw), 8+ed25519.SignatureSize)
	}
	t := binary.BigEndian.Uint64(raw)
	if t > 1<<33 {
		return 0, nil, fmt.Errorf("cosignature of the year %d", 1970+t/31_556_952)
	}
	return int64(t), raw[8:], nil
}

// Checkpoint is a head of a log.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Body is the text that log and witnesses sign.
func (c Checkpoint) Body() []byte {
	return drawproof.CheckpointBody(c.Origin, uint64(c.Size), drawproof.Hash(c.Root))
}

// ParseCheckpoint reads the text of a checkpoint. Lines behind the third are
// extensions; they are signed, and mean nothing here.
func ParseCheckpoint(body string) (c Checkpoint, err error) {
	lines := strings.SplitN(body, "\n", 4)
	if len(lines) < 4 || !strings.HasSuffix(body, "\n") {
		return c, errors.New("checkpoint has fewer than three lines")
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, fmt.Errorf("checkpoint size %.40q is no decimal number", lines[1])
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(raw) != len(c.Root) || c.Origin == "" || base64.StdEncoding.EncodeToString(raw) != lines[2] {
		return c, fmt.Errorf("checkpoint root %.80q is no hash, or it has no origin", lines[2])
	}
	c.Root = tlog.Hash(raw)
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint. It fails unless the log signed it,
// under its own name.
func OpenCheckpoint(raw []byte, log Key, witnesses ...Key) (c Checkpoint, n *note.Note, err error) {
	if len(raw) > MaxNote {
		return c, nil, fmt.Errorf("checkpoint has %d bytes, most are %d", len(raw), MaxNote)
	}
	all := []note.Verifier{log}
	for _, w := range witnesses {
		all = append(all, w)
	}
	if n, err = note.Open(raw, note.VerifierList(all...)); err != nil {
		return c, nil, fmt.Errorf("checkpoint: %w", err)
	}
	signed := false
	for _, s := range n.Sigs {
		signed = signed || s.Name == log.name && s.Hash == log.KeyHash()
	}
	if c, err = ParseCheckpoint(n.Text); err == nil && (!signed || c.Origin != log.name) {
		err = fmt.Errorf("checkpoint of %.80q is not signed by %s", c.Origin, log.name)
	}
	return c, n, err
}

// SignatureLine is a signature as it stands below a note.
func SignatureLine(k Key, sig []byte) string {
	raw := append(binary.BigEndian.AppendUint32(nil, k.KeyHash()), sig...)
	return "— " + k.name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
}

// Cosign is what a witness puts below a checkpoint that it saw at Unix time at.
func Cosign(key ed25519.PrivateKey, at int64, body []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(at)), ed25519.Sign(key, drawproof.CosignatureMessage(at, body))...)
}
