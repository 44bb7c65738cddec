package record

// Facts are what a token, an edge or an authorised source says about a user.
// A fact nobody stated is unknown, which is told apart from no.
type Facts struct {
	Known      FactSet
	FollowedAt int64  // Unix ms since when the user follows the shop; 0: does not
	FanLevel   int64  // 0 and up
	Region     string // ISO 3166-2, "CN-44"; at most 16 bytes
	Verified   bool   // identity verified by the platform
	Adult      bool
	CreatedAt  int64 // Unix ms the account was made
	WatchSec   int64 // watched in this show so far, stamped by the edge
	// What ties accounts to each other, for giveaways that give such accounts one
	// ticket together. The shop has hashed each; they are compared, never shown,
	// never sent on. 1 to MaxLink bytes, none: unknown.
	Device  string
	Pay     string // account that pays
	Address string // where it is shipped to
	Phone   string // segment of the number, not the number
}

// FactLinks are the facts that tie accounts to each other.
const FactLinks = FactDevice | FactPay | FactAddress | FactPhone

// FactSet is the set of facts that were stated.
type FactSet uint16

// One bit a fact.
const (
	FactFollow FactSet = 1 << iota
	FactFan
	FactRegion
	FactVerified
	FactAdult
	FactCreated
	FactWatch
	FactDevice
	FactPay
	FactAddress
	FactPhone
)

// Merge lays what newer states over f.
func (f *Facts) Merge(newer *Facts) {
	f.Known |= newer.Known
	if newer.Known&FactFollow != 0 {
		f.FollowedAt = newer.FollowedAt
	}
	if newer.Known&FactFan != 0 {
		f.FanLevel = newer.FanLevel
	}
	if newer.Known&FactRegion != 0 {
		f.Region = newer.Region
	}
	if newer.Known&FactVerified != 0 {
		f.Verified = newer.Verified
	}
	if newer.Known&FactAdult != 0 {
		f.Adult = newer.Adult
	}
	if newer.Known&FactCreated != 0 {
		f.CreatedAt = newer.CreatedAt
	}
	if newer.Known&FactWatch != 0 && newer.WatchSec > f.WatchSec {
		f.WatchSec = newer.WatchSec
	}
	if newer.Known&FactLinks == 0 {
		return
	}
	from := newer.links()
	for i, to := range f.links() {
		if newer.Known&(FactDevice<<i) != 0 {
			*to = *from[i]
		}
	}
}

// links are the members of FactLinks, in the order of their bits.
func (f *Facts) links() [4]*string { return [4]*string{&f.Device, &f.Pay, &f.Address, &f.Phone} }

// Link is what ties the account to others by a fact of FactLinks; empty: unknown.
func (f *Facts) Link(fact FactSet) string {
	if f.Known&fact == 0 {
		return ""
	}
	for i, s := range f.links() {
		if FactDevice<<i == fact {
			return *s
		}
	}
	return ""
}
