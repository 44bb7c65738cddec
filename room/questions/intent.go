package questions

// Intent is what a question is about.
type Intent uint8

// The intents of a live shop. The order is frozen: snapshots hold numbers.
const (
	None     Intent = iota
	Price           // how much, is it a good price
	Coupon          // coupons, deductions, subsidies
	Size            // is there such a size or pack
	Fit             // which size for such a body, car, bed
	Delivery        // when is it sent, when does it arrive
	Fee             // who pays for postage
	Place           // where is it sent from and to, by which carrier, to which address
	Return          // return, exchange, refund, what is broken on arrival
	Material        // what it is made of, what it is like to touch, technical figures
	Colour          // which colours, shades, patterns
	Stock           // is there any left, does it come back
	Link            // where and how to buy, when, how to pay
	Gift            // what comes with it
	Genuine         // is it real, certified, of which brand
	Expiry          // how fresh, how long it keeps
	Usage           // how to use it, who may, does it work, how it tastes
	Warranty        // repair, service after the sale
	Giveaway        // lottery, lucky bag, red packets
	Other           // a question about something else
	intents
)

var intentNames = [intents]string{"", "price", "coupon", "size", "fit", "delivery", "fee", "place", "return", "material",
	"colour", "stock", "link", "gift", "genuine", "expiry", "usage", "warranty", "giveaway", "other"}

func (i Intent) String() string {
	if i < intents {
		return intentNames[i]
	}
	return "unknown"
}

// ParseIntent reads an intent by its name; the empty name is None.
func ParseIntent(name string) (Intent, bool) {
	for i := range intents {
		if intentNames[i] == name {
			return i, true
		}
	}
	return None, false
}

// Intents lists the intents a question may have.
func Intents() []Intent {
	all := make([]Intent, 0, intents-1)
	for i := Price; i < intents; i++ {
		all = append(all, i)
	}
	return all
}

// buys are the intents of somebody about to buy: they weigh a quarter more.
func (i Intent) buys() bool {
	switch i {
	case Price, Coupon, Size, Fit, Stock, Link, Colour, Fee:
		return true
	}
	return false
}

// slotted are the intents whose value (a size, a colour) makes another question:
// to ask for XL is not to ask for S. A question of fit is one question, whoever
// asks for whatever body.
func (i Intent) slotted() bool { return i == Size || i == Colour || i == Stock }
