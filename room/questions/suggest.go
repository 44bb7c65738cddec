package questions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fudai-live/fudai/moderation"
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
	return b.shop.match(c)
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
	for _, id := range []string{c.key.Item, onAir, WholeShop} {
		it := b.shop.item(id)
		if it == nil {
			continue
		}
		if text := it.say(c); text != "" {
			return &Suggestion{"catalogue", id, text, it.AsOf}
		}
		if c.key.Item != "" && id == c.key.Item && c.key.Intent.slotted() {
			return nil // the sizes of another item are no answer
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
			text = fmt.Sprintf(say.price, yuan(*it.Price))
			if it.Was != nil && *it.Was > *it.Price {
				text += fmt.Sprintf(say.was, yuan(*it.Was))
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
		if it.Link != nil && *it.Link > 0 && it.Item != WholeShop {
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

type phrases struct{ price, was, left, gone, sizes, colours, noSuch, link, colon string }

var (
	chinese = phrases{"现在 %s 元", "，原价 %s 元", "还有 %d 件", "已经售罄", "有 %s", "有 %s", "没有%s，有 %s", "%d 号链接", "："}
	english = phrases{"%s yuan now", ", was %s yuan", "%d left", "sold out", "we have %s", "we have %s", "no %s; we have %s", "link no. %d", ": "}
)

// yuan is an amount of fen in yuan, without a fraction of nothing.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
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
func (s *Shop) match(c *cluster) *Suggestion {
	if len(s.faq) == 0 {
		return nil
	}
	canon := moderation.AppendCanon(nil, c.title())
	shingles := appendShingles(nil, canon)
	best, second := 0, 0
	var found *faq
	for _, f := range s.faq {
		if f.Item != "" && f.Item != c.key.Item {
			continue
		}
		near := 0
		for i := range f.asks {
			near = max(near, f.asks[i].near(c, shingles))
		}
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

// near is how near a wording is to a cluster, in thousandths.
func (a *ask) near(c *cluster, shingles []uint32) int {
	if a.reading.Intent != c.key.Intent || c.key.Intent.slotted() && a.value != "" && a.value != c.key.Value {
		return 0
	}
	both := len(a.shingles) + len(shingles)
	if both == 0 {
		return 0
	}
	dice := 2000 * shared(a.shingles, shingles) / both
	if c.key.Intent == Other {
		return dice
	}
	return 300 + dice*7/10
}
