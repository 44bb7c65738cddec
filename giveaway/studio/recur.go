package studio

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// maxOccurrences bounds a series.
const maxOccurrences = 366

// ruleParts are the parts of RFC 5545 that a rule may have. HOURLY and finer
// frequencies are out: over a change of clocks they have two readings.
var ruleParts = []string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"}

// Recurrence is when a series happens.
type Recurrence struct {
	Start string `json:"start" doc:"First local time, 2006-01-02T15:04."`
	Zone  string `json:"zone,omitempty" doc:"IANA zone; default the shop's."`
	Rule  string `json:"rule" doc:"RFC 5545: FREQ DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY and COUNT or UNTIL (local)."`
	Fold  string `json:"fold,omitempty" enum:"first,second" doc:"Which of two instants, where clocks go back."`
}

// Occurrence is one time of a series.
type Occurrence struct {
	Local string `json:"local"`
	At    int64  `json:"at,omitempty" doc:"Unix ms."`
	Wrong string `json:"wrong,omitempty" doc:"Why there is no such instant."`
}

// expand lists the occurrences. The rule is expanded on the wall, where a day
// is a day, and each time is looked up in the zone after that: expanding
// instants would repeat or shift those around a change of clocks.
func (r *Recurrence) expand() ([]Occurrence, error) {
	start, err := wall(r.Start)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	options, err := r.options()
	if err != nil {
		return nil, err
	}
	options.Dtstart = start
	rule, err := rrule.NewRRule(*options)
	if err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	var all []Occurrence
	next := rule.Iterator()
	for t, ok := next(); ok; t, ok = next() {
		if len(all) == maxOccurrences {
			return nil, fmt.Errorf("rule: more than %d times", maxOccurrences)
		}
		o := Occurrence{Local: t.Format(wallForms[1])}
		if o.At, err = instant(t, r.Zone, r.Fold); err != nil {
			o.Wrong = err.Error()
		}
		all = append(all, o)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("rule: it never happens")
	}
	return all, nil
}

func (r *Recurrence) options() (*rrule.ROption, error) {
	text := strings.TrimPrefix(r.Rule, "RRULE:")
	if len(text) > 300 {
		return nil, fmt.Errorf("rule: %d bytes, at most 300", len(text))
	}
	for part := range strings.SplitSeq(text, ";") {
		if name, _, _ := strings.Cut(part, "="); !slices.Contains(ruleParts, name) {
			return nil, fmt.Errorf("rule: %.40q is not one of %s", name, strings.Join(ruleParts, ", "))
		}
	}
	o, err := rrule.StrToROption(text)
	if err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	switch {
	case o.Freq != rrule.DAILY && o.Freq != rrule.WEEKLY && o.Freq != rrule.MONTHLY:
		return nil, fmt.Errorf("rule: FREQ must be DAILY, WEEKLY or MONTHLY")
	case o.Count == 0 && o.Until.IsZero():
		return nil, fmt.Errorf("rule: it needs COUNT or UNTIL")
	case o.Count < 0 || o.Count > maxOccurrences || o.Interval < 0 || o.Interval > 1000:
		return nil, fmt.Errorf("rule: COUNT is at most %d, INTERVAL at most 1000", maxOccurrences)
	}
	// Until is a time on the wall too, whatever it was written as.
	o.Until = time.Date(o.Until.Year(), o.Until.Month(), o.Until.Day(), o.Until.Hour(), o.Until.Minute(), o.Until.Second(), 0, time.UTC)
	if o.Count > 0 {
		o.Until = time.Time{}
	}
	return o, nil
}
