package questions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// Suggestion is an answer for the host to approve. There is none rather than a
// guess.
type Suggestion struct {
	From string `json:"from"` // host, catalogue or faq
	Ref  string `json:"ref"`  // the cluster, item or FAQ entry it is from
	Text string `json:"text"`
	AsOf int64  `json:"as_of"` // Unix ms: when it was true
}

// suggest answers the host's earlier answer, else a fact of the catalogue, else
// an approved FAQ entry, else nil.
func (b *Book) suggest(c *cluster, onAir string) *Suggestion {
	if r := c.reply; r != nil && r.Text != "" && !b.stale(c) {
		return &Suggestion{"host", c.name(), r.Text, r.At}
	}
	if s := b.fact(c, onAir); s != nil {
		return s
	}
	if s := b.partsAnswer(c); s != nil {
		return s
	}
	return b.shop.match(c, onAir)
}

// partsAnswer is what the host answered to what was joined to a cluster, the newest.
func (b *Book) partsAnswer(c *cluster) (s *Suggestion) {
	b.parts(c, func(x *cluster) {
		if r := x.reply; x != c && r != nil && r.Text != "" && !b.stale(x) && (s == nil || r.At >= s.AsOf) {
			s = &Suggestion{"host", x.name(), r.Text, r.At}
		}
	})
	return s
}

// stale reports whether a newer fact of the item may contradict the answer.
func (b *Book) stale(c *cluster) bool {
	it := b.shop.item(c.key.Item)
	return it != nil && it.changed >= c.reply.At // at the same Tick: who knows which came first
}

// fact is what the catalogue says: of the item asked about, else of the one on
// air (which the text names), else of the whole shop.
func (b *Book) fact(c *cluster, onAir string) *Suggestion {
	if c.key.Link > 0 {
		return nil // a number nobody put into the catalogue
	}
	of := c.key.Item
	if of == "" {
		of = onAir
	}
	for _, id := range []string{of, WholeShop} {
		it := b.shop.item(id)
		if it == nil {
			continue
		}
		if text := it.say(c); text != "" {
			return &Suggestion{"catalogue", id, text, it.AsOf}
		}
	}
	return nil
}

// say words what the item's record says about the question, "" for nothing.
func (it *item) say(c *cluster) string {
	say := chinese
	if c.latin {
		say = english
	}
	text := ""
	switch c.key.Intent {
	case Price:
		if it.Price != nil {
			text = fmt.Sprintf(say.price, it.money(say.lang, *it.Price))
			if it.Was != nil && *it.Was > *it.Price {
				text += fmt.Sprintf(say.was, it.money(say.lang, *it.Was))
			}
		}
	case Stock:
		switch {
		case it.Stock == nil || c.key.Value != "": // of one size or colour nothing is known
		case *it.Stock == 0:
			text = say.gone
		default:
			text = fmt.Sprintf(say.left, *it.Stock)
		}
	case Size:
		text = listed(say.sizes, say.noSuch, it.Sizes, c.key.Value, sizeLike)
	case Colour:
		text = listed(say.colours, say.noSuch, it.Colours, c.key.Value, colourLike)
	case Link:
		if it.Link != nil && *it.Link > 0 && it.Item != WholeShop && forNumber(c.title()) {
			text = fmt.Sprintf(say.link, *it.Link)
		}
	}
	if text == "" {
		text = it.Facts[c.key.Intent.String()]
	}
	if text == "" || it.Title == nil || *it.Title == "" {
		return text
	}
	return *it.Title + say.colon + text
}

// forNumber reports whether a question of buying asks for the link: others of
// that intent ask for invoices and instalments.
func forNumber(title string) bool {
	for _, w := range []string{"链接", "几号", "哪里买", "在哪买", "怎么买", "怎么拍", "哪里拍", "link", "Link", "buy"} {
		if strings.Contains(title, w) {
			return true
		}
	}
	return false
}

type phrases struct{ lang, price, was, left, gone, sizes, colours, noSuch, link, colon string }

var (
	chinese = phrases{"zh", "现在 %s", "，原价 %s", "还有 %d 件", "已经售罄", "有 %s", "有 %s", "没有%s，有 %s", "%d 号链接", "："}
	english = phrases{"en", "%s now", ", was %s", "%d left", "sold out", "we have %s", "we have %s", "no %s; we have %s", "link no. %d", ": "}
)

// money writes an amount of the item's currency.
func (it *item) money(lang string, minor int64) string {
	currency := ""
	if it.Currency != nil {
		currency = *it.Currency
	}
	return record.Money(lang, currency, minor)
}

// listed says which values there are; that one is not there only where the list
// is of its kind (大码 may be XL, but a list of letters says nothing of 42).
func listed(yes, no string, have []string, value string, like func(string) string) string {
	if len(have) == 0 {
		return ""
	}
	all := strings.Join(have, "、")
	if value == "" || slices.ContainsFunc(have, func(v string) bool { return like(v) == like(value) }) {
		return fmt.Sprintf(yes, all)
	}
	for _, v := range have {
		if kind(like(v)) != kind(like(value)) {
			return fmt.Sprintf(yes, all)
		}
	}
	return fmt.Sprintf(no, value, all)
}

// sizeLike is the form in which sizes are compared: xxl is 2xl, 36码 is 36.
func sizeLike(s string) string {
	s = strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(s), " ", ""), "码")
	if n := strings.Count(s, "x"); n > 1 && strings.Trim(s, "x") == "l" {
		return strconv.Itoa(n) + "xl"
	}
	return s
}

func colourLike(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(s), "色"), "的")
}

// kind tells numbers, letters and words apart.
func kind(s string) byte {
	switch {
	case s == "":
		return 0
	case strings.Trim(s, "0123456789.") == "":
		return '0'
	case strings.Trim(s, "0123456789xsml") == "":
		return 'x'
	}
	return 'w'
}

// Thresholds of the FAQ, in thousandths: an entry must be so near, and so much
// nearer than any other.
const (
	nearEnough = 600
	nearMargin = 100
)

// match finds the one approved entry that answers the cluster.
func (s *Shop) match(c *cluster, onAir string) *Suggestion {
	if len(s.faq) == 0 {
		return nil
	}
	of := c.key.Item
	if of == "" && c.key.Link == 0 {
		of = onAir
	}
	canon := moderation.AppendCanon(nil, c.title())
	shingles := appendShingles(nil, canon)
	best, second, sharing := 0, 0, 0
	var found *faq
	for _, f := range s.faq {
		if (f.Item == "" || f.Item == of) && f.about(c.key.Intent) {
			sharing++
		}
	}
	for _, f := range s.faq {
		if f.Item != "" && f.Item != of {
			continue
		}
		near := f.near(c, shingles, sharing == 1)
		if near > best {
			best, second, found = near, best, f
		} else {
			second = max(second, near)
		}
	}
	if best < nearEnough || best-second < nearMargin {
		return nil
	}
	return &Suggestion{"faq", found.ID, found.Answer, found.AsOf}
}

// about reports whether most wordings of an entry are of an intent.
func (f *faq) about(i Intent) bool {
	n := 0
	for k := range f.asks {
		if f.asks[k].reading.Intent == i {
			n++
		}
	}
	return 2*n >= len(f.asks) && n > 0
}

// near is how near an entry is to a cluster, in thousandths: by the nearest
// wording, or by how much of the question stands somewhere in the wordings. The
// same intent helps, the more the less else it may mean, and is enough where one
// entry alone has it; another intent, or another size or colour, speaks against it.
func (f *faq) near(c *cluster, shingles []uint32, only bool) int {
	if len(shingles) == 0 {
		return 0
	}
	dice, same, other := 0, 0, 0
	var all []uint32
	for i := range f.asks {
		a := &f.asks[i]
		if both := len(a.shingles) + len(shingles); both > 0 {
			dice = max(dice, 2000*shared(a.shingles, shingles)/both)
		}
		all = append(all, a.shingles...)
		switch {
		case a.reading.Intent == c.key.Intent && (!c.key.Intent.slotted() || a.value == "" || a.value == c.key.Value):
			same++
		case a.reading.Intent == c.key.Intent:
			return 0
		default:
			other++
		}
	}
	slices.Sort(all)
	held := 900 * shared(slices.Compact(all), shingles) / len(shingles)
	alike := max(dice, held)
	switch {
	case same == 0:
		return dice * 85 / 100
	case c.key.Intent.narrow() && same >= other && only: // the one entry about it
		return 620 + alike*38/100
	case c.key.Intent.narrow() && same >= other:
		return 400 + alike*6/10
	case c.key.Intent == Other:
		return alike
	}
	return 200 + alike*8/10
}

// narrow are the intents that leave little else to ask once they are named.
func (i Intent) narrow() bool {
	switch i {
	case Price, Coupon, Size, Fit, Delivery, Fee, Return, Colour, Stock, Gift, Expiry, Warranty, Giveaway:
		return true
	}
	return false
}
