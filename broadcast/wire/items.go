package wire

import (
	"maps"
	"slices"
)

// Items that are rare: what staff does, and what is added up. Each appends one
// item with its comma (PROTOCOL.md 3).

// Pin is an item "pin", and a member of state.pins.
type Pin struct {
	Pin    string
	Offset int64 // of the comment; 0 for a text of its own
	Name   string
	Text   string
	Tr     Translations
}

// Translations are a text in other languages, by language tag.
type Translations = map[string]string

// appendTr appends translations in the order of their languages, or nothing.
func appendTr(dst []byte, tr Translations) []byte {
	if len(tr) == 0 {
		return dst
	}
	return object(append(dst, `,"tr":`...), func(dst []byte) []byte {
		for _, lang := range slices.Sorted(maps.Keys(tr)) {
			dst = appendText(dst, lang, tr[lang])
		}
		return dst
	})
}

func (p *Pin) members(dst []byte) []byte {
	dst = appendText(dst, "pin", p.Pin)
	dst = appendNonZero(dst, "o", p.Offset)
	dst = appendText(dst, "n", p.Name)
	return appendTr(appendText(dst, "x", p.Text), p.Tr)
}

// AppendPin appends a pin.
func AppendPin(dst []byte, p *Pin) []byte { return append(p.members(item(dst, "pin")), '}') }

// AppendUnpin takes a pin off.
func AppendUnpin(dst []byte, pin string) []byte {
	return append(appendText(item(dst, "unpin"), "pin", pin), '}')
}

// Product is a product on air or on a card. The zero Product is none.
type Product struct {
	Item, Title, Image, URL string
	Link                    int64
	Price, Was              int64  // minor units: fen, cents, pence
	Currency                string // of both; absent: CNY
	Stock                   int64
	Facts                   []string
	AsOf                    int64 // Unix ms
}

func (p *Product) members(dst []byte) []byte {
	dst = appendText(dst, "item", p.Item)
	dst = appendNonZero(dst, "link", p.Link)
	dst = appendText(dst, "title", p.Title)
	dst = appendNonZero(dst, "price", p.Price)
	dst = appendNonZero(dst, "was", p.Was)
	dst = appendText(dst, "currency", p.Currency)
	dst = appendNonZero(dst, "stock", p.Stock)
	dst = appendText(dst, "image", p.Image)
	dst = appendText(dst, "url", p.URL)
	if len(p.Facts) > 0 {
		dst = appendList(append(dst, `,"facts":`...), p.Facts)
	}
	return appendNonZero(dst, "as_of", p.AsOf)
}

// AppendProduct appends the product on air; the zero Product takes it off.
func AppendProduct(dst []byte, p *Product) []byte {
	return append(p.members(item(dst, "product")), '}')
}

// Card is an item "card": a product card or a coupon drop.
type Card struct {
	Card, Kind, Title, Text string
	Product                 *Product
	Amount                  int64  // minor units
	Currency                string // of it; absent: CNY
	Until                   int64  // Unix ms
}

// AppendCard appends a card.
func AppendCard(dst []byte, c *Card) []byte {
	dst = item(dst, "card")
	dst = appendText(dst, "card", c.Card)
	dst = appendText(dst, "kind", c.Kind)
	dst = appendText(dst, "title", c.Title)
	dst = appendText(dst, "text", c.Text)
	if c.Product != nil {
		dst = object(append(dst, `,"product":`...), c.Product.members)
	}
	dst = appendNonZero(dst, "amount", c.Amount)
	dst = appendText(dst, "currency", c.Currency)
	dst = appendNonZero(dst, "until", c.Until)
	return append(dst, '}')
}

// InlineAttr is the longest attribute value, in bytes, that a frame carries.
const InlineAttr = 1 << 10

// AppendAttr appends version ver of an attribute; a removed one has neither
// value nor a version that can be asked for (ver 0).
func AppendAttr(dst []byte, name string, ver int64, value string) []byte {
	dst = appendText(item(dst, "attr"), "name", name)
	dst = appendInt(dst, "ver", ver)
	if ver > 0 && len(value) <= InlineAttr {
		dst = AppendString(append(dst, `,"value":`...), value)
	}
	return append(dst, '}')
}

// Answer is an item "answer": what the host said to a question.
type Answer struct {
	Cluster, Text, Question string
	AsOf                    int64        // Unix ms
	Tr                      Translations // of Text
}

// AppendAnswer appends an answer.
func AppendAnswer(dst []byte, a *Answer) []byte {
	dst = appendText(item(dst, "answer"), "cluster", a.Cluster)
	dst = appendText(dst, "x", a.Text)
	dst = appendText(dst, "q", a.Question)
	return append(appendTr(appendNonZero(dst, "as_of", a.AsOf), a.Tr), '}')
}

// AppendCheckpoint appends a head of the transparency log, as a signed note.
func AppendCheckpoint(dst []byte, note string) []byte {
	return append(appendText(item(dst, "checkpoint"), "note", note), '}')
}

// AppendRetract takes the comments at offsets back.
func AppendRetract(dst []byte, offsets []int64, why string) []byte {
	dst = append(item(dst, "retract"), `,"o":[`...)
	for i, o := range offsets {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendNumber(dst, o)
	}
	return append(appendText(append(dst, ']'), "why", why), '}')
}

// Show is an item "show", and state.show.
type Show struct {
	Show, Title string
	On          bool
	Since       int64 // Unix ms; of state only
}

func (s *Show) members(dst []byte) []byte {
	dst = appendText(dst, "show", s.Show)
	dst = appendText(dst, "title", s.Title)
	dst = appendBool(dst, "on", s.On)
	return appendNonZero(dst, "since", s.Since)
}

// AppendShow appends the start or end of a show.
func AppendShow(dst []byte, s *Show) []byte { return append(s.members(item(dst, "show")), '}') }

// Settings is an item "set", and state.set.
type Settings struct {
	SlowMS, FollowersMS int64 // FollowersMS < 0: everybody may speak
	MuteAll             string
	Unique, Closed      bool
	Shield              bool // the room defends itself against a raid
	Budget              int64
	VideoDelayMS        int64
	Stream              string
}

func (s *Settings) members(dst []byte) []byte {
	dst = appendNonZero(dst, "slow_ms", s.SlowMS)
	dst = appendText(dst, "mute_all", s.MuteAll)
	if s.FollowersMS >= 0 {
		dst = appendInt(dst, "followers_ms", s.FollowersMS)
	}
	if s.Unique {
		dst = appendBool(dst, "unique", true)
	}
	if s.Closed {
		dst = appendBool(dst, "closed", true)
	}
	if s.Shield {
		dst = appendBool(dst, "shield", true)
	}
	dst = appendNonZero(dst, "budget", s.Budget)
	dst = appendNonZero(dst, "video_delay_ms", s.VideoDelayMS)
	return appendText(dst, "stream", s.Stream)
}

// AppendSet appends the room's settings.
func AppendSet(dst []byte, s *Settings) []byte { return append(s.members(item(dst, "set")), '}') }

// AppendBuy appends an item t, "buy" or "gift": count of an item bought or
// given; offset is that of the newest, name of who did it.
func AppendBuy(dst []byte, t string, offset int64, name []byte, itemID, title string, count int64) []byte {
	dst = appendInt(item(dst, t), "o", offset)
	dst = appendText(dst, "n", name)
	dst = appendText(dst, "item", itemID)
	dst = appendText(dst, "title", title)
	return append(appendInt(dst, "count", count), '}')
}

// AppendJoin appends that a viewer worth a line came in.
func AppendJoin(dst []byte, name []byte, fan int64) []byte {
	return append(appendNonZero(appendText(item(dst, "join"), "n", name), "f", fan), '}')
}
