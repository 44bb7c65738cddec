package questions

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// Bounds of a Shop.
const (
	MaxItems   = 500
	MaxFAQ     = 500
	MaxList    = 40      // sizes, colours, wordings of one entry
	maxFact    = 500     // bytes of one fact or answer
	maxShop    = 1 << 20 // bytes of all texts together
	WholeShop  = "*"     // the item whose facts hold for every item
	maxLinkNum = 999
)

// Shop is what the shop says of its goods and which answers it approved. It
// changes mid-show by control records; every fact carries the time it is of.
type Shop struct {
	items   []*item   // by id
	faq     []*faq    // by id
	scripts []*script // by id
	bytes   int
}

// item is one product. A nil or empty field is not known, and then nothing is
// said about it.
type item struct {
	record.ItemData
	changed int64 // room time of the last change
	bytes   int
}

// faq is an approved answer and the questions it answers.
type faq struct {
	record.FAQData
	asks  []ask
	bytes int
}

// ask is one wording of a FAQ entry, read once.
type ask struct {
	reading  Reading
	value    string
	shingles []uint32
}

func newAsk(text string) ask {
	canon := moderation.AppendCanon(nil, text)
	r := Recognise([]byte(text), canon)
	if !r.Question { // 大码: what it is about counts, not how it is put
		s := scan{canon: canon}
		s.run()
		r.Link = s.link()
		r.Intent = s.intent(&r)
	}
	return ask{r, string(canon[r.ValueAt:r.ValueEnd]), appendShingles(nil, canon)}
}

func (s *Shop) item(id string) *item {
	if i, ok := s.find(id); ok {
		return s.items[i]
	}
	return nil
}

func (s *Shop) find(id string) (int, bool) {
	return slices.BinarySearchFunc(s.items, id, func(it *item, id string) int { return cmpString(it.Item, id) })
}

func (s *Shop) findFAQ(id string) (int, bool) {
	return slices.BinarySearchFunc(s.faq, id, func(f *faq, id string) int { return cmpString(f.ID, id) })
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// byLink is the item under a link number of a show. An item that names no show
// keeps its number in every show.
func (s *Shop) byLink(link int, show string) string {
	fallback := ""
	for _, it := range s.items {
		if it.Link == nil || *it.Link != link {
			continue
		}
		if it.Show == nil || *it.Show == "" {
			fallback = it.Item
		} else if *it.Show == show && show != "" {
			return it.Item
		}
	}
	return fallback
}

// Change upserts and deletes, all or nothing; the error says everything that is wrong.
func (b *Book) Change(d *record.CatalogueData, now int64) error {
	next := b.shop.clone()
	if d.Replace {
		next = Shop{}
	}
	var errs []error
	for i := range d.Items {
		if err := next.put(&d.Items[i], now); err != nil {
			errs = append(errs, fmt.Errorf("items[%d]: %w", i, err))
		}
	}
	for i := range d.FAQ {
		if err := next.putFAQ(&d.FAQ[i], now); err != nil {
			errs = append(errs, fmt.Errorf("faq[%d]: %w", i, err))
		}
	}
	for i := range d.Scripts {
		if err := next.putScript(&d.Scripts[i]); err != nil {
			errs = append(errs, fmt.Errorf("scripts[%d]: %w", i, err))
		}
	}
	if len(next.scripts) > MaxScripts {
		errs = append(errs, fmt.Errorf("%d scripts: at most %d", len(next.scripts), MaxScripts))
	}
	if len(next.items) > MaxItems || len(next.faq) > MaxFAQ || next.bytes > maxShop {
		errs = append(errs, fmt.Errorf("%d items, %d answers, %d bytes: at most %d, %d and %d", len(next.items), len(next.faq), next.bytes, MaxItems, MaxFAQ, maxShop))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	b.shop = next
	return nil
}

// Catalogue answers what the shop says, as Change takes it.
func (b *Book) Catalogue() (d record.CatalogueData) {
	for _, it := range b.shop.items {
		d.Items = append(d.Items, it.ItemData)
	}
	for _, f := range b.shop.faq {
		d.FAQ = append(d.FAQ, f.FAQData)
	}
	for _, s := range b.shop.scripts {
		d.Scripts = append(d.Scripts, s.ScriptData)
	}
	return d
}

// OnAir takes what a product on air says of itself as facts of its item.
func (b *Book) OnAir(p *record.ProductData, now int64) {
	if p.Item == "" || len(b.shop.items) >= MaxItems && b.shop.item(p.Item) == nil {
		return
	}
	d := record.ItemData{Item: p.Item, AsOf: p.AsOf}
	if p.Title != "" {
		d.Title = &p.Title
	}
	if p.Link > 0 {
		d.Link, d.Show = &p.Link, &b.show
	}
	if p.Price > 0 {
		d.Price, d.Was, d.Currency = &p.Price, &p.Was, &p.Currency
	}
	if p.Stock > 0 { // 0 is also what a product that says nothing of its stock has
		d.Stock = &p.Stock
	}
	b.shop.put(&d, now) // what it cannot take is not known, no more
}

func (s *Shop) clone() Shop {
	return Shop{slices.Clone(s.items), slices.Clone(s.faq), slices.Clone(s.scripts), s.bytes}
}

func (s *Shop) putFAQ(d *record.FAQData, now int64) error {
	at, have := s.findFAQ(d.ID)
	switch {
	case !record.ValidID([]byte(d.ID)):
		return fmt.Errorf("id %.80q is not an id: 1 to %d printable ASCII characters", d.ID, record.MaxID)
	case d.Delete && !have:
		return fmt.Errorf("answer %q is not there", d.ID)
	case !d.Delete && (d.Answer == "" || len(d.Answer) > maxFact):
		return fmt.Errorf("answer of %d bytes: want 1 to %d", len(d.Answer), maxFact)
	case !d.Delete && (len(d.Questions) == 0 || len(d.Questions) > MaxList):
		return fmt.Errorf("%d wordings of the question: want 1 to %d", len(d.Questions), MaxList)
	case d.Item != "" && !record.ValidID([]byte(d.Item)):
		return fmt.Errorf("item %.80q is not an id", d.Item)
	}
	if have {
		s.bytes -= s.faq[at].bytes
		s.faq = slices.Delete(s.faq, at, at+1)
	}
	if d.Delete {
		return nil
	}
	f := &faq{FAQData: *d, bytes: 100 + len(d.ID) + len(d.Answer)}
	if f.AsOf == 0 {
		f.AsOf = now
	}
	for _, q := range d.Questions {
		if q == "" || len(q) > maxFact {
			return fmt.Errorf("a wording of %d bytes: want 1 to %d", len(q), maxFact)
		}
		f.asks = append(f.asks, newAsk(q))
		f.bytes += 2*len(q) + 100
	}
	s.bytes += f.bytes
	s.faq = slices.Insert(s.faq, at, f)
	return nil
}
