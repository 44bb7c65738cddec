package claimform

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Field is one question beside the address.
type Field struct {
	ID       string   `json:"id" doc:"1 to 32 of a-z, 0-9 and _."`
	Title    string   `json:"title" doc:"As winners read it."`
	Options  []string `json:"options,omitempty" doc:"The only answers there are; none: any text."`
	Optional bool     `json:"optional,omitempty"`
}

// Form is what a winner wrote.
type Form struct {
	Name    string            `json:"name,omitempty"`
	Phone   string            `json:"phone,omitempty"`
	Address string            `json:"address,omitempty"`
	Note    string            `json:"note,omitempty"`
	Answers map[string]string `json:"answers,omitempty" doc:"By id of the prize's fields."`
}

// Wrong is one thing that is wrong with a question or an answer.
type Wrong struct{ Field, Rule, Message string }

// Bounds of questions and answers, in bytes.
const (
	MaxFields  = 10
	maxTitle   = 90
	maxOptions = 50
	MaxAnswer  = 300
)

// Empty reports whether nothing was written.
func (f *Form) Empty() bool {
	return f.Name == "" && f.Phone == "" && f.Address == "" && f.Note == "" && len(f.Answers) == 0
}

// CheckFields answers everything that is wrong with the questions of a prize.
func CheckFields(fields []Field) (all []Wrong) {
	need := func(ok bool, i int, member, rule, message string) {
		if !ok {
			all = append(all, Wrong{fmt.Sprintf("fields[%d].%s", i, member), rule, message})
		}
	}
	seen := map[string]bool{}
	need(len(fields) <= MaxFields, MaxFields, "id", "count", fmt.Sprintf("a form asks at most %d questions beside the address", MaxFields))
	for i, f := range fields {
		need(f.ID != "" && len(f.ID) <= 32 && strings.Trim(f.ID, "abcdefghijklmnopqrstuvwxyz0123456789_") == "", i, "id", "name", "an id has 1 to 32 of a-z, 0-9 and _")
		need(!seen[f.ID], i, "id", "twice", "two questions have the id "+f.ID)
		need(f.Title != "" && len(f.Title) <= maxTitle && utf8.ValidString(f.Title), i, "title", "length", fmt.Sprintf("a title has 1 to %d bytes", maxTitle))
		need(len(f.Options) != 1 && len(f.Options) <= maxOptions, i, "options", "count", fmt.Sprintf("say none, or 2 to %d options", maxOptions))
		for j, o := range f.Options {
			need(o != "" && len(o) <= maxTitle && utf8.ValidString(o) && !slices.Contains(f.Options[:j], o), i, "options", "option", fmt.Sprintf("option %d is empty, too long or there twice", j))
		}
		seen[f.ID] = true
	}
	return all
}

// Check answers everything that is wrong with a form: send says that the prize
// is sent to somebody. Where a form gives an address it is a whole one.
func (f *Form) Check(fields []Field, send bool) (all []Wrong) {
	send = send || f.Name+f.Phone+f.Address != ""
	for _, part := range []struct {
		name, value string
		least, most int
	}{{"name", f.Name, 1, 100}, {"phone", f.Phone, 5, 40}, {"address", f.Address, 1, 500}, {"note", f.Note, 0, 500}} {
		if !send {
			part.least = 0
		}
		if !fits(part.value, part.least, part.most) {
			all = append(all, Wrong{part.name, "length", part.name + " is missing or too long"})
		}
	}
	known := map[string]bool{}
	for _, q := range fields {
		known[q.ID] = true
		answer, least := f.Answers[q.ID], 1
		if q.Optional {
			least = 0
		}
		switch {
		case !fits(answer, least, MaxAnswer):
			all = append(all, Wrong{"answers." + q.ID, "length", q.Title + " is missing or too long"})
		case answer != "" && len(q.Options) > 0 && !slices.Contains(q.Options, answer):
			all = append(all, Wrong{"answers." + q.ID, "option", q.Title + ": choose one of " + strings.Join(q.Options, ", ")})
		}
	}
	for id := range f.Answers {
		if !known[id] {
			all = append(all, Wrong{"answers", "unknown", fmt.Sprintf("nobody asked for %.40q", id)})
			break
		}
	}
	return all
}

func fits(s string, least, most int) bool {
	return len(strings.TrimSpace(s)) >= least && len(s) <= most && utf8.ValidString(s)
}

// Line is the answers in one line, in the order of the questions, for a list.
func (f *Form) Line(fields []Field) string {
	var parts []string
	for _, q := range fields {
		if a := f.Answers[q.ID]; a != "" {
			parts = append(parts, q.Title+"："+a)
		}
	}
	return strings.Join(parts, "；")
}
