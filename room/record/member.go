package record

import "github.com/valyala/fastjson"

// member is a member of the JSON object of a comments record, in canonical order.
type member uint8

const (
	mKind member = iota
	mID
	mRoom
	mUser
	mName
	mText
	mTime
	mRole
	mEvent
	mItem
	mNonce
	mForm
	mCount
	mAmount
	mReaction
	mFacts
	mWatch
	mEpoch
	mOwner
	mSeq
	mNow
	mPlan
	mSig
	memberEnd
)

var memberNames = [memberEnd]string{"kind", "id", "room", "user", "name", "text", "time", "role", "event", "item",
	"nonce", "form", "count", "amount", "reaction", "facts", "watch", "epoch", "owner", "seq", "now", "plan", "sig"}

// needs[k] are the members a record of kind k cannot be without.
var needs = func() (t [kindEnd]uint64) {
	set := func(k Kind, members ...member) {
		for _, m := range members {
			t[k] |= 1 << m
		}
	}
	for k := Say; k <= Watched; k++ {
		set(k, mID, mRoom)
		if k != Like && k != Watched { // an edge sums those over users
			set(k, mUser)
		}
	}
	set(Say, mText)
	set(Like, mCount)
	set(Tap, mEvent)
	set(Enter, mEvent)
	set(Claim, mEvent, mForm)
	set(Purchase, mItem)
	set(Gift, mItem)
	set(Fact, mFacts)
	set(Watched, mWatch)
	for k := Tick; k <= Close; k++ {
		set(k, mEpoch, mOwner, mSeq, mNow, mSig)
	}
	set(Open, mRoom, mEvent, mPlan)
	set(Close, mRoom, mEvent, mPlan)
	return t
}()

// Bounds of numbers.
const (
	maxTime   = 253402300799999 // the last millisecond of the year 9999
	maxCount  = 1_000_000       // likes of an edge in 200 ms; units of a purchase
	maxAmount = 1_000_000_000_000
	maxFan    = 10_000
	maxDaySec = 366 * 86400
	maxRegion = 16
	maxUint   = 1<<63 - 1
)

// member reads one member of the record's object.
func (d *Decoder) member(key []byte, v *fastjson.Value) {
	m := findMember(key)
	if m == memberEnd || !d.once(m, v) {
		return
	}
	c, name := d.c, memberNames[m]
	switch m {
	case mKind:
		if b := d.text(v, name, MaxID); len(b) > 0 {
			if c.Kind = ParseKind(b); c.Kind == KindNone {
				d.fail(UnknownKind, name)
			}
		}
	case mRole:
		role, ok := ParseRole(d.text(v, name, MaxID))
		if !ok {
			d.fail(UnknownRole, name)
		}
		c.Role = role
	case mID:
		c.ID = d.id(v, name)
	case mEvent:
		c.Event = d.id(v, name)
	case mItem:
		c.Item = d.id(v, name)
	case mRoom:
		if c.Room = d.str(v, name); c.Room != nil && !ValidRoom(c.Room) {
			d.fail(BadRoom, name)
		}
	case mUser:
		c.User = d.clean(v, name, MaxUser)
		d.present(m, c.User)
	case mName:
		c.Name = d.clean(v, name, MaxName)
	case mText:
		c.Text = d.text(v, name, MaxText)
		d.present(m, c.Text)
	case mForm:
		c.Form = d.base64(v, name, MaxForm)
		d.present(m, c.Form)
	case mNonce:
		c.Nonce = d.hex(v, name, 2*NonceSize)
	case mTime:
		c.ClientTime = d.integer(v, name, 0, maxTime)
	case mCount:
		c.Count = d.integer(v, name, 1, maxCount)
	case mAmount:
		c.Amount = d.integer(v, name, 0, maxAmount)
	case mReaction:
		c.Reaction = d.integer(v, name, 1, MaxReaction)
	case mFacts:
		d.facts(v)
	case mWatch:
		d.watches(v)
	default:
		d.marker(m, v)
	}
}

// present takes an empty member back: empty is the same as absent.
func (d *Decoder) present(m member, b []byte) {
	if len(b) == 0 {
		d.seen &^= 1 << m
	}
}

func (d *Decoder) marker(m member, v *fastjson.Value) {
	k, name := &d.c.Marker, memberNames[m]
	switch m {
	case mEpoch:
		k.Epoch = uint64(d.integer(v, name, 1, maxUint))
	case mSeq:
		k.Seq = uint64(d.integer(v, name, 1, maxUint))
	case mNow:
		k.Now = d.integer(v, name, 1, maxTime)
	case mPlan:
		k.Plan = d.hex(v, name, 64)
	case mSig:
		k.Sig = d.hex(v, name, 128)
	case mOwner:
		if b := d.hex(v, name, 32); b != nil {
			if k.Owner, _ = ParseID128(b); k.Owner == (ID128{}) {
				d.seen &^= 1 << m // nobody is nobody's id
			}
		}
	}
}

// byLetter are the members by their first letter.
var byLetter = func() (t [32][]member) {
	for m := mKind; m < memberEnd; m++ {
		at := &t[memberNames[m][0]%32]
		*at = append(*at, m)
	}
	return t
}()

func findMember(key []byte) member {
	if len(key) == 0 {
		return memberEnd
	}
	for _, m := range byLetter[key[0]%32] {
		if string(key) == memberNames[m] {
			return m
		}
	}
	return memberEnd
}
