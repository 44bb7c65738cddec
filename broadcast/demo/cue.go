package demo

import "time"

// cue is one thing that happens at a time of an act. do is one of the types below.
type cue struct {
	at time.Duration // from the act's beginning
	do any
}

type (
	// said is a viewer's comment.
	said struct {
		who   int // -1 until the director seats it
		text  string
		ask   int  // 1 + the place of the question it asks; 0: none
		entry bool // it is the bag's passphrase: once a viewer, in any language
	}
	// hosted is the host's own comment, helped the helper's.
	hosted struct{ text string }
	helped struct{ text string }
	// answered is the host's answer to a question of the act.
	answered struct {
		ask  int
		text string
	}
	// ordered is a paid order, gave a gift, joined an arrival worth a line.
	ordered struct{ who, units int }
	gave    struct{ who, gift, units int }
	joined  struct{ who int }
	// liked is likes, summed as an edge sums them.
	liked struct{ n int }
	// aired puts the product on air, pinned pins its offer, carded shows its
	// card or its coupon, bagged announces its lucky bag, rained a red-packet rain.
	aired  struct{ product *Product }
	pinned struct{ product *Product }
	carded struct {
		product *Product
		coupon  bool
	}
	bagged struct{ product *Product }
	rained struct{}
	// caught is a viewer's tap on a falling packet.
	caught struct{ who int }
)
