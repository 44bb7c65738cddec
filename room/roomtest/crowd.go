package roomtest

import (
	"encoding/binary"
	"sort"

	"github.com/fudai-live/fudai/room/record"
)

// Crowd draws comments in the shape of a recording, at any size: who speaks,
// how long, how many ask, how much is repeated. Texts are put together from
// words of our own. A seed gives the same crowd everywhere.
type Crowd struct {
	shape  *Shape
	rnd    Rand
	scale  int     // users for each one recorded
	weight []int   // of Talkers, cumulated: messages
	base   []int   // first user of each of Talkers
	next   []int   // message of each of Talkers
	hot    []int64 // of Hot, cumulated, in ten thousandths
	recent [][]byte
	said   int
	quant  float64 // of the last second
	mean   float64 // of PerSecond between its twentieths
	id     [16]byte
	user   [11]byte
}

// NewCrowd is a crowd that will say about messages comments.
func NewCrowd(shape *Shape, seed uint64, messages int) *Crowd {
	c := &Crowd{shape: shape, rnd: Rand(seed), scale: max(1, (messages+shape.Messages/2)/shape.Messages)}
	users, said := 0, 0
	for _, t := range shape.Talkers {
		c.base, c.next = append(c.base, users), append(c.next, 0)
		users += t[1] * c.scale
		said += t[0] * t[1]
		c.weight = append(c.weight, said)
	}
	sum := int64(0)
	for _, share := range shape.Hot {
		sum += int64(share * 1e4)
		c.hot = append(c.hot, sum)
	}
	for i, x := range shape.PerSecond[1:] {
		c.mean += (x + shape.PerSecond[i]) / 2 / float64(len(shape.PerSecond)-1)
	}
	copy(c.user[:], "u0000000000")
	return c
}

// Second answers how many comments the next second has when rate is the mean.
func (c *Crowd) Second(rate float64) int {
	if c.quant == 0 || c.float() >= c.shape.Lag1 {
		c.quant = c.float()
	}
	return int(rate/c.mean*at(c.shape.PerSecond, c.quant) + 0.5)
}

// at is the quantile q of twentieths.
func at(x []float64, q float64) float64 {
	pos := q * float64(len(x)-1)
	i := min(int(pos), len(x)-2)
	return x[i] + (x[i+1]-x[i])*(pos-float64(i))
}

func (c *Crowd) float() float64 { return float64(c.rnd.Next()>>11) / (1 << 53) }

// Next fills a say: user, name, id and text, good until the next call.
func (c *Crowd) Next(s *record.Comment) {
	total := c.weight[len(c.weight)-1]
	bucket := sort.SearchInts(c.weight, c.rnd.N(total)+1)
	// Those of a bucket take turns, so that each says as much as recorded.
	user := c.base[bucket] + c.next[bucket]%(c.shape.Talkers[bucket][1]*c.scale)
	c.next[bucket]++
	for i := len(c.user) - 1; i > 0; i-- {
		c.user[i], user = byte('0'+user%10), user/10
	}
	c.said++
	const digits = "0123456789abcdef"
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(c.said))
	for i, b := range n {
		c.id[2*i], c.id[2*i+1] = digits[b>>4], digits[b&15]
	}
	s.Kind, s.Role = record.Say, record.Viewer
	s.ID, s.User, s.Name, s.Text = c.id[:], c.user[:], c.user[:], c.text()
}

// text is one of the last ones again, a common one, or a new one.
func (c *Crowd) text() []byte {
	slot := c.said % c.shape.AgainIn
	if len(c.recent) < c.shape.AgainIn {
		c.recent = append(c.recent, nil)
		slot = len(c.recent) - 1
	}
	buf := c.recent[slot][:0]
	draw := int64(c.rnd.N(1e4))
	switch common := c.hot[len(c.hot)-1]; {
	case draw < common:
		k := sort.Search(len(c.hot), func(i int) bool { return c.hot[i] > draw })
		own := Rand(uint64(k) + 1) // its own words, the same each time
		buf = compose(buf, &own, c.shape)
	case draw < common+copied && len(c.recent) > 1:
		buf = append(buf, c.recent[c.rnd.N(len(c.recent))]...)
	}
	if len(buf) == 0 {
		buf = compose(buf, &c.rnd, c.shape)
	}
	c.recent[slot] = buf
	return buf
}

// copied is the share, in ten thousandths, that repeats a recent text though it
// is none of the common ones: so much that repeats come out as recorded.
const copied = 500

var (
	characters = []rune("这件衣服大码有没主播身上多少钱号链接再讲一下可以颜色很好看昨天买的质量不错今次来两已经单了什么时候能发货呀求个优惠券冲快点拍到收谢家人们姐妹买过吗合适显瘦舒薄厚透起球洗掉不会")
	words      = []string{"hello", "from", "everyone", "the", "size", "is", "what", "this", "price", "love", "it", "today", "go", "let's", "nice", "color", "please", "show", "again", "when", "ship", "yes", "no", "good", "so", "cheap", "link", "three", "want", "two", "of", "them", "my", "first", "time", "here"}
	signs      = []string{"😂", "❤️", "🔥", "👍", "!!!", "🌹", "👏"}
)

// compose makes a text of the shape's length and kind.
func compose(dst []byte, rnd *Rand, s *Shape) []byte {
	float := func() float64 { return float64(rnd.Next()>>11) / (1 << 53) }
	length := min(int(at(s.Runes, float())+0.5), record.MaxText/8)
	kind := float()
	for n := 0; n < length; {
		switch {
		case kind < s.Bare:
			dst = append(dst, signs[rnd.N(len(signs))]...)
			n++
		case kind < s.Bare+s.Han:
			dst = append(dst, string(characters[rnd.N(len(characters))])...)
			n++
		default:
			if n > 0 {
				dst, n = append(dst, ' '), n+1
			}
			w := words[rnd.N(len(words))]
			if left := length - n; len(w) > left {
				w = w[:max(left, 1)]
			}
			dst, n = append(dst, w...), n+len(w)
		}
	}
	if float() < s.Questions {
		dst = append(dst, '?')
	}
	return dst
}
