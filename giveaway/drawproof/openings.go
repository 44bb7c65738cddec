package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// OpeningsFormat is the first thing a verifier reads in a file of openings.
const OpeningsFormat = "drawproof/v1/openings"

// MaxUser bounds a user id, in bytes.
const MaxUser = 255

// Openings is what an auditor is given of a drawn event: who the entrants of its
// sample are. It is confidential, as it holds the event key: with that key and a
// guess anybody can test whether a user entered.
type Openings struct {
	Format    string    `json:"format"`
	Event     string    `json:"event"`
	CloseHash Hash      `json:"closeHash"`
	EventKey  Hash      `json:"eventKey"`
	Openings  []Opening `json:"openings"` // ascending by index; one that cannot be given is left out
	Signature Bytes     `json:"signature"`
}

// Opening shows who stands behind one leaf of the sealed list.
type Opening struct {
	Index   uint64   `json:"index"` // in the sealed list
	User    string   `json:"user"`
	Path    []Hash   `json:"path"`    // from the leaf to the root of the close record
	Receipt Receipt  `json:"receipt"` // its tag, weight and place are the leaf
	Account *Account `json:"account,omitempty"`
}

// Account is what the platform states about a user; the installation only passes
// it on. Absent members are unknown.
type Account struct {
	At         int64  `json:"at"`                   // Unix ms it was gathered
	CreatedAt  *int64 `json:"createdAt,omitempty"`  // Unix ms the account was made
	FollowedAt *int64 `json:"followedAt,omitempty"` // Unix ms since when it follows the shop; 0: does not
	Verified   *int   `json:"verified,omitempty"`   // 1: the platform has verified who it is
	Phone      string `json:"phone,omitempty"`      // segment of the number, as the platform hashed it
}

// says reports whether there is anything that an auditor could hold against the
// platform's own accounts.
func (a *Account) says() bool {
	return a != nil && (a.CreatedAt != nil || a.FollowedAt != nil || a.Verified != nil || a.Phone != "")
}

var openingsShape = closed(members{
	"format": oneOf(OpeningsFormat), "event": name(), "closeHash": hexOf(32), "eventKey": hexOf(32), "signature": hexOf(64),
	"openings": list(0, SampleSize, closed(members{
		"index": u53(), "user": bounded(1, MaxUser), "path": list(0, 64, hexOf(32)), "receipt": receiptShape,
		"account?": closed(members{"at": millis(), "createdAt?": millis(), "followedAt?": millis(), "verified?": integer(0, 1), "phone?": bounded(1, 64)}),
	})),
})

// Opener holds what only the operator has.
type Opener struct {
	EventKey        [32]byte
	Engine, Receipt ed25519.PrivateKey
}

// Open makes the file of openings for the sample of a bundle. who answers the user
// at a place of the sealed list and what is known of the account; ok is false where
// that is not known any more, and the opening is left out. It fails where a user is not the one
// of the leaf.
func (o Opener) Open(bundle []byte, who func(index uint32) (user string, account *Account, ok bool)) ([]byte, error) {
	e := &evidence{}
	if err := errors.Join(e.read(bundle), e.unpack(bundle), e.readPlan()); err != nil {
		return nil, err
	}
	e.compute()
	out := Openings{Format: OpeningsFormat, Event: e.plan.Event, CloseHash: e.closeHash, EventKey: o.EventKey, Openings: []Opening{}}
	tree := EntrantTree(e.Entrants)
	var leaves []Leaf
	for _, i := range e.sample() {
		user, account, ok := who(i)
		if !ok {
			continue
		}
		leaf, salt := e.Entrants[i], Salt(o.EventKey[:], user)
		if Tag(e.plan.Event, user, salt) != leaf.Tag {
			return nil, fmt.Errorf("entrant %d of %s is not user %q", i, e.plan.Event, user)
		}
		leaves = append(leaves, leaf)
		out.Openings = append(out.Openings, Opening{Index: uint64(i), User: user, Path: tree.Prove(uint64(i)).Path, Account: account,
			Receipt: Receipt{e.plan.Event, e.planHash, leaf.Tag, salt[:], leaf.Weight, leaf.Partition, leaf.Offset, Proof{}, nil}})
	}
	batch := ReceiptTree(leaves) // one signature for all, as at the entry
	signature := SignReceipts(o.Receipt, e.plan.Event, e.planHash, batch)
	for i := range out.Openings {
		out.Openings[i].Receipt.Proof, out.Openings[i].Receipt.Signature = batch.Prove(uint64(i)), signature
	}
	return out.Sign(o.Engine)
}

// Sign sets format and signature and gives the file's bytes.
func (o *Openings) Sign(engine ed25519.PrivateKey) ([]byte, error) {
	o.Format, o.Signature = OpeningsFormat, nil
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("openings: %w", err)
	}
	v, err := parseJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("openings: %w", err)
	}
	doc := v.(map[string]any)
	doc["signature"] = fmt.Sprintf("%x", ed25519.Sign(engine, openingsMessage(doc)))
	return appendJSON(nil, doc), nil
}

// openingsMessage is what the engine key signs: all members but the signature.
func openingsMessage(doc map[string]any) []byte {
	sum := sha256.Sum256(unsigned(doc))
	return append([]byte(domainOpenings), sum[:]...)
}
