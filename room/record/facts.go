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
}

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
}
