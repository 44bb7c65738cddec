package record

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Keys are derived from one master secret of 32 bytes, so that every owner and
// every edge of an installation has the same ones. They never stand in the log.
type Keys struct {
	Engine  ed25519.PrivateKey // signs Tick, Open, Close
	Receipt ed25519.PrivateKey // signs receipt batches
	Control [32]byte           // authenticates records of fudai.control
	Token   [32]byte           // HMAC tokens
	Dedupe  [32]byte           // keys the message id hashes
	Beacon  [32]byte           // secret of the local beacon
	Log     ed25519.PrivateKey // signs checkpoints of the transparency log
	VRF     ed25519.PrivateKey // the operator's part of draws that ask for one
	Work    [32]byte           // challenges of broadcast/work
	handle  [32]byte
	entry   [32]byte
	event   [32]byte
	history [32]byte
}

// DeriveKeys derives every key from master: HMAC-SHA-256(master, "fudai/v1/" + name).
func DeriveKeys(master [32]byte) *Keys {
	derive := func(name string) (k [32]byte) {
		mac := hmac.New(sha256.New, master[:])
		mac.Write([]byte("fudai/v1/" + name))
		mac.Sum(k[:0])
		return k
	}
	engine, receipt, log, vrf := derive("engine"), derive("receipt"), derive("log"), derive("vrf")
	return &Keys{
		Engine:  ed25519.NewKeyFromSeed(engine[:]),
		Receipt: ed25519.NewKeyFromSeed(receipt[:]),
		Log:     ed25519.NewKeyFromSeed(log[:]),
		VRF:     ed25519.NewKeyFromSeed(vrf[:]),
		Control: derive("control"), Token: derive("token"), Dedupe: derive("dedupe"), Beacon: derive("beacon"), Work: derive("work"),
		handle: derive("handle"), entry: derive("entry"), event: derive("event"),
		history: derive("history"),
	}
}

// HandleSize is the length of a handle: 12 hex digits.
const HandleSize = 12

// AppendHandle appends the public handle of a user in a room: what others see
// in place of the user id, the same on every device of the user.
func (k *Keys) AppendHandle(dst []byte, room, user []byte) []byte {
	mac := hmac.New(sha256.New, k.handle[:])
	mac.Write(room)
	mac.Write([]byte{0})
	mac.Write(user)
	var sum [32]byte
	return hex.AppendEncode(dst, mac.Sum(sum[:0])[:HandleSize/2])
}

// EntryKey is the per-user key from which a client derives its entry nonces.
func (k *Keys) EntryKey(room, user []byte) [16]byte {
	mac := hmac.New(sha256.New, k.entry[:])
	mac.Write(room)
	mac.Write([]byte{0})
	mac.Write(user)
	return [16]byte(mac.Sum(nil)[:16])
}

// Nonce is what a client sends with an entry: bound to the event, the user (by
// the key) and the opening (epoch, the hex of the open card).
func Nonce(entryKey [16]byte, event, epoch []byte) [16]byte {
	mac := hmac.New(sha256.New, entryKey[:])
	mac.Write(event)
	mac.Write([]byte{0})
	mac.Write(epoch)
	return [16]byte(mac.Sum(nil)[:16])
}

// EventKey is the secret of one giveaway, k_event of giveaway/drawproof.
func (k *Keys) EventKey(event []byte) [32]byte {
	mac := hmac.New(sha256.New, k.event[:])
	mac.Write(event)
	return [32]byte(mac.Sum(nil))
}

// SignControl is the header "sig" of a control record.
func (k *Keys) SignControl(value []byte) []byte {
	mac := hmac.New(sha256.New, k.Control[:])
	mac.Write(value)
	return mac.Sum(nil)
}

// VerifyControl reports whether sig is SignControl(value).
func (k *Keys) VerifyControl(value, sig []byte) bool {
	return hmac.Equal(k.SignControl(value), sig)
}

// SignAsk signs the query of a read-only question of an edge or a desk to an
// owner, so that nobody else may ask who entered.
func (k *Keys) SignAsk(query []byte) string {
	mac := hmac.New(sha256.New, k.Control[:])
	mac.Write([]byte("fudai/v1/ask\x00"))
	mac.Write(query)
	return hex.EncodeToString(mac.Sum(nil))
}

// VerifyAsk reports whether sig is SignAsk(query).
func (k *Keys) VerifyAsk(query, sig []byte) bool {
	return hmac.Equal([]byte(k.SignAsk(query)), sig)
}

// AskHeader is the HTTP header of SignAsk; an owner answers at the paths.
const (
	AskHeader    = "Fudai-Ask"
	AskReceipt   = "/internal/receipt"   // room, event, user: the user's receipt, signed
	AskEntry     = "/internal/entry"     // room, event, user: where the user stands
	AskFunnel    = "/internal/funnel"    // room, event: how far viewers have come in a giveaway
	AskSuspects  = "/internal/suspects"  // room, event: who showed a sign of a program, in a giveaway or a decoy
	AskBundle    = "/internal/bundle"    // room, event: the proof of a finished giveaway
	AskSealing   = "/internal/sealing"   // room, event, close: what that close record seals
	AskSampled   = "/internal/sampled"   // room, event: who a spot audit of a drawn giveaway asks about
	AskView      = "/internal/view"      // room: what those who run it may know
	AskCatalogue = "/internal/catalogue" // room: what the shop says of its goods there
	AskRules     = "/internal/rules"     // room: its rules and their stages
	AskCopy      = "/internal/copy"      // room: the commands that make another judge and answer as it does
	AskAwaits    = "/internal/awaits"    // room: which rounds of public randomness its giveaways wait for
)
