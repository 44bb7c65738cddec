package answer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// Fact is something an answer may rest on, and what the desk shows as its source.
type Fact struct {
	From string `json:"from"` // catalogue or faq
	Ref  string `json:"ref"`  // the item or entry
	Text string `json:"text"`
}

const (
	mostFacts = 24 // of one call
	mostItems = 3  // whose facts are sent where the question names none
	mostFAQ   = 5
	mostFact  = 400 // bytes of one fact; a longer one is not sent rather than cut
)

// factsFor picks what the model may know of a cluster: the same cluster and the
// same catalogue give the same facts in the same order.
func factsFor(shop *record.CatalogueData, c *cluster) (facts []Fact) {
	asked := words(strings.Join(c.asked(), " "))
	for _, it := range near(shop.Items, asked, mostItems, itemWords, func(it *record.ItemData) bool {
		return it.Item != questions.WholeShop && (c.Item == "" || it.Item == c.Item)
	}) {
		facts = append(facts, ofItem(it)...)
	}
	for i := range shop.Items {
		if shop.Items[i].Item == questions.WholeShop {
			facts = append(facts, ofItem(&shop.Items[i])...)
		}
	}
	facts = facts[:min(len(facts), mostFacts-mostFAQ)]
	for _, f := range near(shop.FAQ, asked, mostFAQ, func(f *record.FAQData) string { return strings.Join(f.Questions, " ") + " " + f.Answer },
		func(f *record.FAQData) bool { return f.Item == "" || f.Item == c.Item }) {
		facts = append(facts, Fact{"faq", f.ID, strings.Join(f.Questions[:min(len(f.Questions), 1)], "") + " — " + f.Answer})
	}
	return slices.DeleteFunc(facts, func(f Fact) bool { return len(f.Text) > mostFact })
}

// near answers those that fit and share most with what was asked, in their own
// order where they share as much; at most n.
func near[T any](all []T, asked map[string]bool, n int, text func(*T) string, fits func(*T) bool) (best []*T) {
	type scored struct {
		of    *T
		score int
	}
	var list []scored
	for i := range all {
		if fits(&all[i]) {
			list = append(list, scored{&all[i], shared(words(text(&all[i])), asked)})
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	for _, s := range list[:min(len(list), n)] {
		best = append(best, s.of)
	}
	return best
}

func itemWords(it *record.ItemData) string {
	var b strings.Builder
	for _, f := range ofItem(it) {
		b.WriteString(f.Text + " ")
	}
	return b.String()
}

// ofItem are the facts of one item, each with its title, in a fixed order. What
// it costs is not among them: a price is told by the catalogue or by a person.
func ofItem(it *record.ItemData) (facts []Fact) {
	title := ""
	if it.Title != nil && *it.Title != "" {
		title = *it.Title + ": "
	}
	add := func(format string, args ...any) {
		facts = append(facts, Fact{"catalogue", it.Item, title + fmt.Sprintf(format, args...)})
	}
	if it.Link != nil && *it.Link > 0 {
		add("链接 %d 号", *it.Link)
	}
	if it.Stock != nil {
		add("库存 %s 件", strconv.FormatInt(*it.Stock, 10))
	}
	if len(it.Sizes) > 0 {
		add("尺码 %s", strings.Join(it.Sizes, "、"))
	}
	if len(it.Colours) > 0 {
		add("颜色 %s", strings.Join(it.Colours, "、"))
	}
	for _, intent := range slices.Sorted(keys(it.Facts)) {
		if !never[intent] {
			add("%s", it.Facts[intent])
		}
	}
	return facts
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
