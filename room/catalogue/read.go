package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// Import is what a file says, and everything that is wrong with it.
type Import struct {
	Items    []record.ItemData   `json:"items"`
	FAQ      []record.FAQData    `json:"faq"`
	Scripts  []record.ScriptData `json:"scripts"`
	Rows     int                 `json:"rows"` // with something in them, below the headers
	Problems []Problem           `json:"problems"`
	Ignored  []string            `json:"ignored"` // columns and sheets that nobody knows
}

// Problem is one thing to put right. Row counts from 1, as spreadsheets do.
type Problem struct {
	Sheet   string `json:"sheet"`
	Row     int    `json:"row"`
	Column  string `json:"column,omitempty"` // its header
	Message string `json:"message"`
}

// mostProblems bounds what is told at once; a file with more is another file.
const mostProblems = 500

// Read reads a file. An error is of the file as a whole; what is wrong with its
// rows is in the Import, which is to be used only if it has no Problems.
func Read(raw []byte) (*Import, error) {
	all, err := sheets(raw)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	in := &Import{Items: []record.ItemData{}, FAQ: []record.FAQData{}, Scripts: []record.ScriptData{}, Problems: []Problem{}, Ignored: []string{}}
	known := false
	for i := range all {
		r := reading{in: in, s: &all[i], seen: map[string]int{}}
		switch head, kind := r.header(); kind {
		case goods:
			known = true
			r.goods(head)
		case faq:
			known = true
			r.faq(head)
		case scripts:
			known = true
			r.scripts(head)
		default:
			in.Ignored = append(in.Ignored, "sheet "+all[i].name)
		}
	}
	if !known {
		return nil, fmt.Errorf("catalogue: %w", errNoHeader)
	}
	if in.Rows == 0 && len(in.Problems) == 0 {
		return nil, errors.New("catalogue: there is no row below the headers")
	}
	in.check()
	return in, nil
}

// reading reads one sheet.
type reading struct {
	in   *Import
	s    *sheet
	seen map[string]int // ids and the rows they stand in
}

type kind uint8

const (
	unknown kind = iota
	goods
	faq
	scripts
)

// header finds the row of headers among the first ones, for people put a title
// above it, and says what the sheet holds.
func (r *reading) header() (row int, k kind) {
	for row := range min(len(r.s.rows), 10) {
		have := map[string]bool{}
		for _, cell := range r.s.rows[row] {
			have[headed(cell)] = true
		}
		switch {
		case named(have, answers[1].head, answers[1].aliases) && named(have, answers[2].head, answers[2].aliases):
			return row, faq
		case named(have, lines[1].head, lines[1].aliases) && named(have, lines[2].head, lines[2].aliases):
			return row, scripts
		case named(have, columns[0].head, columns[0].aliases):
			return row, goods
		}
	}
	return 0, unknown
}

func named(have map[string]bool, head string, aliases []string) bool {
	if have[headed(head)] {
		return true
	}
	for _, a := range aliases {
		if have[headed(a)] {
			return true
		}
	}
	return false
}

func matches(cell, head string, aliases []string) bool {
	return named(map[string]bool{headed(cell): true}, head, aliases)
}

func (r *reading) fail(row int, column, format string, args ...any) {
	if len(r.in.Problems) < mostProblems {
		r.in.Problems = append(r.in.Problems, Problem{r.s.name, row + 1, column, fmt.Sprintf(format, args...)})
	}
}

// each calls f for every row below head that has something in it.
func (r *reading) each(head int, f func(row int, cells []string)) {
	for row := head + 1; row < len(r.s.rows); row++ {
		cells := r.s.rows[row]
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		r.in.Rows++
		f(row, cells)
	}
}

// cell is the text of a cell, "" and false for an empty one.
func (r *reading) cell(row int, cells []string, i int, head string) (string, bool) {
	if i >= len(cells) {
		return "", false
	}
	v := strings.TrimSpace(strings.Trim(cells[i], "\ufeff\u00a0"))
	if len(v) > maxCell {
		r.fail(row, head, "the cell has %d bytes, at most %d", len(v), maxCell)
		return "", false
	}
	return v, v != ""
}

func (r *reading) goods(head int) {
	at := map[int]*column{}
	for i, cell := range r.s.rows[head] {
		found := false
		for c := range columns {
			if i < maxColumns && matches(cell, columns[c].head, columns[c].aliases) {
				at[i], found = &columns[c], true
			}
		}
		if !found && tidy(cell) != "" {
			r.in.Ignored = append(r.in.Ignored, "column "+tidy(cell))
		}
	}
	r.each(head, func(row int, cells []string) {
		var d record.ItemData
		for i := range cells {
			c := at[i]
			if c == nil {
				continue
			}
			v, ok := r.cell(row, cells, i, c.head)
			if !ok {
				continue
			}
			if c.head == columns[0].head {
				v = tidy(v)
			}
			if err := c.put(&d, v); err != nil {
				r.fail(row, c.head, "%v", err)
			}
		}
		switch first, twice := r.seen[d.Item]; {
		case d.Item == "":
			r.fail(row, columns[0].head, "is empty")
		case twice:
			r.fail(row, columns[0].head, "%s stands in row %d already", d.Item, first+1)
		default:
			r.seen[d.Item] = row
			r.try(row, &record.CatalogueData{Items: []record.ItemData{d}})
			r.in.Items = append(r.in.Items, d)
		}
	})
}

func (r *reading) faq(head int) {
	r.each(head, func(row int, cells []string) {
		var d record.FAQData
		for i, h := range r.s.rows[head] {
			for c := range answers {
				if v, ok := r.cell(row, cells, i, answers[c].head); ok && matches(h, answers[c].head, answers[c].aliases) {
					answers[c].put(&d, v)
				}
			}
		}
		if d.ID == "" {
			d.ID = fmt.Sprintf("row%d", row+1)
		}
		if first, twice := r.seen[d.ID]; twice {
			r.fail(row, answers[0].head, "%s stands in row %d already", d.ID, first+1)
			return
		}
		r.seen[d.ID] = row
		r.try(row, &record.CatalogueData{FAQ: []record.FAQData{d}})
		r.in.FAQ = append(r.in.FAQ, d)
	})
}

func (r *reading) scripts(head int) {
	r.each(head, func(row int, cells []string) {
		var d record.ScriptData
		for i, h := range r.s.rows[head] {
			for c := range lines {
				if v, ok := r.cell(row, cells, i, lines[c].head); ok && matches(h, lines[c].head, lines[c].aliases) {
					lines[c].put(&d, v)
				}
			}
		}
		if d.ID == "" {
			d.ID = fmt.Sprintf("row%d", row+1)
		}
		if first, twice := r.seen[d.ID]; twice {
			r.fail(row, lines[0].head, "%s stands in row %d already", d.ID, first+1)
			return
		}
		r.seen[d.ID] = row
		r.try(row, &record.CatalogueData{Scripts: []record.ScriptData{d}})
		r.in.Scripts = append(r.in.Scripts, d)
	})
}

// try asks the room's own rules, so that what is previewed as good is taken.
func (r *reading) try(row int, d *record.CatalogueData) {
	err := new(questions.Book).Change(d, 1)
	if err == nil {
		return
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		for _, prefix := range []string{"items[0]: ", "faq[0]: ", "scripts[0]: "} {
			line = strings.TrimPrefix(line, prefix)
		}
		r.fail(row, "", "%s", line)
	}
}

// Count says in which currency the prices are whose rows name none: that of the
// shop. CNY is not said.
func (in *Import) Count(currency string) {
	if record.CurrencyOf(currency) == record.CNY {
		return
	}
	for i := range in.Items {
		if d := &in.Items[i]; d.Currency == nil && (d.Price != nil || d.Was != nil) {
			d.Currency = &currency
		}
	}
}

// check looks at all rows together: two goods under one link number.
func (in *Import) check() {
	links := map[int]string{}
	for i := range in.Items {
		d := &in.Items[i]
		if d.Link == nil || *d.Link == 0 {
			continue
		}
		if other, taken := links[*d.Link]; taken {
			in.Problems = append(in.Problems, Problem{"", 0, columns[2].head, fmt.Sprintf("%d is the link number of both %s and %s", *d.Link, other, d.Item)})
		}
		links[*d.Link] = d.Item
	}
	if err := new(questions.Book).Change(&record.CatalogueData{Items: in.Items, FAQ: in.FAQ, Scripts: in.Scripts}, 1); err != nil && len(in.Problems) == 0 {
		in.Problems = append(in.Problems, Problem{Message: err.Error()})
	}
}

// maxPart keeps a command well below the bound of a control record.
const maxPart = 120 << 10

// Parts are the commands that bring the import in, for a show whose link numbers
// these are ("": of every show) and with what was true at asOf. The first one
// replaces what was there before, if asked for.
func (in *Import) Parts(show string, replace bool, asOf int64) (parts []record.CatalogueData) {
	part := record.CatalogueData{Replace: replace}
	size := 0
	room := func(v any) {
		raw, _ := json.Marshal(v) // strings and numbers
		if size += len(raw) + 8; size > maxPart {
			parts, part, size = append(parts, part), record.CatalogueData{}, len(raw)
		}
	}
	for _, d := range in.Items {
		if d.AsOf = asOf; d.Link != nil {
			d.Show = &show
		}
		room(d)
		part.Items = append(part.Items, d)
	}
	for _, d := range in.FAQ {
		d.AsOf = asOf
		room(d)
		part.FAQ = append(part.FAQ, d)
	}
	for _, d := range in.Scripts {
		room(d)
		part.Scripts = append(part.Scripts, d)
	}
	return append(parts, part)
}
