package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// History is one record of fudai.history: what was said in the rooms of one
// partition since the one before, what became of it and why, and what staff
// did. Texts are sealed for the installation, bound to their user and place: in
// the topic they end with its retention. A key of each user's own, which can be
// destroyed, they get in the database; a derived one here could not be.
//
// The records of a partition are a chain. Its value after a record that counts
// is SHA-256(value before, record), and every record but a claim carries the
// value before in the header "prev". A record counts by the rule of Fence, and
// once by its Seq: a repeat of an uncertain write, or a zombie's record, is no
// link. A claim (Own) carries nothing: its writer learns the value before by
// reading through it.
type History struct {
	V     int       `json:"v"` // 1
	Epoch uint64    `json:"epoch"`
	Owner string    `json:"owner"`
	Seq   uint64    `json:"seq"` // counts the pair's records from 1; the claim is 0
	Own   bool      `json:"own,omitempty"`
	Now   int64     `json:"now,omitempty"` // the owner's clock when it wrote, Unix ms: data
	To    int64     `json:"to,omitempty"`  // the last offset of comments whose text stands in the chain
	Said  []Saying  `json:"said,omitempty"`
	Fates []Fate    `json:"fates,omitempty"`
	Why   []Because `json:"why,omitempty"`
	Acts  []Act     `json:"acts,omitempty"`
}

// Saying is a comment as it stands at an offset of comments[p].
type Saying struct {
	Offset int64  `json:"o"`
	Room   string `json:"r"`
	Show   string `json:"s,omitempty"`
	ID     string `json:"id"`
	User   string `json:"u"`
	Sealed []byte `json:"x"` // AppendSealed
}

// Fate is what became of the comment at Offset; a later one replaces it.
type Fate struct {
	Offset int64
	Code   Code
	Detail uint8
}

// Because explains a fate: which rule, of which version of the rules, and what
// of the text (a byte span) it went by. Code is set where a giveaway decided.
type Because struct {
	Offset  int64  `json:"o"`
	Code    string `json:"code,omitempty"`
	Rule    string `json:"rule,omitempty"`
	Version string `json:"version,omitempty"`
	View    string `json:"view,omitempty"`
	From    int    `json:"from,omitempty"`
	To      int    `json:"to,omitempty"`
	By      string `json:"by,omitempty"` // who decided, if it was no rule
}

// Act is a control record that took effect.
type Act struct {
	Offset int64           `json:"o"` // in control[p]
	Room   string          `json:"r,omitempty"`
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	By     string          `json:"by"`
	Role   string          `json:"role"`
	At     int64           `json:"at"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// MarshalJSON writes [offset, "code", detail].
func (f Fate) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt([]byte{'['}, f.Offset, 10)
	b = append(append(append(b, ',', '"'), f.Code.String()...), '"', ',')
	return append(strconv.AppendUint(b, uint64(f.Detail), 10), ']'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Fate) UnmarshalJSON(b []byte) error {
	var code string
	parts := []any{&f.Offset, &code, &f.Detail}
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	var ok bool
	if f.Code, ok = ParseCode(code); !ok || len(parts) != 3 {
		return fmt.Errorf("record: fate %.80s", b)
	}
	return nil
}

// ParseHistory reads a record of fudai.history.
func ParseHistory(value []byte) (h History, err error) {
	if err = json.Unmarshal(value, &h); err == nil && h.V != 1 {
		err = fmt.Errorf("version %d, this build reads 1", h.V)
	}
	if err != nil {
		return h, fmt.Errorf("record: bad history record: %w", err)
	}
	return h, nil
}

// Link is the value of the chain after a record that counts.
func Link(before [32]byte, value []byte) (after [32]byte) {
	sum := sha256.New()
	sum.Write(before[:])
	sum.Write(value)
	return [32]byte(sum.Sum(nil))
}

// Chain follows the records of one partition: which count, and whether each
// goes on where the one before ended. It may begin anywhere: only the winner of
// a claim ever writes history, so a record of a greater epoch makes its pair
// current, and what stood before a first claim that was read may be a zombie's.
type Chain struct {
	Fence Fence
	Value [32]byte
	Known bool  // Value is known: from the first record with a prev on
	Sure  bool  // a claim was read: what counts after it is certain
	To    int64 // of the last record that counts
}

// Next folds a record with its header prev (nil for a claim). counts says that
// it is a link; broken, that it does not go on where the chain stands.
func (c *Chain) Next(h *History, value, prev []byte) (counts, broken bool, err error) {
	id, err := ParseID128([]byte(h.Owner))
	if err != nil {
		return false, false, err
	}
	pair := Pair{h.Epoch, id}
	if h.Own {
		if !c.Fence.Own(pair) {
			return false, false, nil
		}
		c.Sure = true
		if c.Known {
			c.Value = Link(c.Value, value)
		}
		return true, false, nil
	}
	taken := c.Fence.Own(pair) // without a claim: it stands before where we began, or is gone
	if !c.Fence.Current(pair) || h.Seq <= c.Fence.Seq {
		return false, false, nil
	}
	c.Fence.Seq = h.Seq
	if taken {
		c.To = 0 // what we took before may have been a zombie's
	}
	if len(prev) != len(c.Value) {
		return true, true, nil
	}
	broken = c.Known && [32]byte(prev) != c.Value && (c.Sure || !taken)
	c.Value, c.Known, c.To = Link([32]byte(prev), value), true, max(c.To, h.To)
	return true, broken, nil
}

// sealNonce is unique for a key: a comment stands at one place.
func sealNonce(partition int32, offset int64) (n [12]byte) {
	binary.BigEndian.PutUint32(n[:], uint32(partition))
	binary.BigEndian.PutUint64(n[4:], uint64(offset))
	return n
}

// HistoryAEAD is the cipher of the texts in fudai.history.
func (k *Keys) HistoryAEAD() cipher.AEAD {
	aead, err := NewTextAEAD(k.history[:])
	if err != nil {
		panic(err) // 32 bytes always are a key
	}
	return aead
}

// NewTextAEAD is AES-256-GCM under a key of 32 bytes.
func NewTextAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// AppendSealed seals what user said at offset of partition: name and text.
func AppendSealed(dst []byte, aead cipher.AEAD, partition int32, offset int64, user, name, text []byte) []byte {
	n := sealNonce(partition, offset)
	at := len(dst)
	dst = append(append(append(dst, name...), 0), text...)
	return aead.Seal(dst[:at], n[:], dst[at:], user)
}

// OpenText reads what AppendSealed wrote.
func OpenText(aead cipher.AEAD, partition int32, offset int64, user string, sealed []byte) (name, text string, err error) {
	n := sealNonce(partition, offset)
	plain, err := aead.Open(nil, n[:], sealed, []byte(user))
	if err != nil {
		return "", "", fmt.Errorf("record: text at partition %d offset %d: %w", partition, offset, err)
	}
	name, text, _ = strings.Cut(string(plain), "\x00")
	return name, text, nil
}

// AppendSaying appends the JSON of a Saying, as encoding/json would, without its
// cost.
func AppendSaying(dst []byte, offset int64, room []byte, show string, id, user, sealed []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"o":`...), offset, 10)
	dst = append(append(append(dst, `,"r":"`...), room...), '"') // a room needs no escape
	if show != "" {
		dst = appendString(append(dst, `,"s":`...), show)
	}
	dst = appendString(append(dst, `,"id":`...), id)
	dst = appendString(append(dst, `,"u":`...), user)
	dst = append(dst, `,"x":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, sealed)
	return append(dst, '"', '}')
}
