package giveaway

import (
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// A plan may ask for the phrase or something else; one that does not name the
// phrase demands it, as ever.
func TestPhraseInTheTree(t *testing.T) {
	fan := Condition{Rule: "fan_level", N: 5}
	says := Condition{Rule: "phrase"}
	level := &record.Facts{Known: record.FactFan, FanLevel: 5}
	low := &record.Facts{Known: record.FactFan, FanLevel: 1}
	for name, row := range map[string]struct {
		conditions []Condition
		facts      *record.Facts
		text       string
		want       record.Code
	}{
		"phrase or level, by phrase":    {[]Condition{{Any: []Condition{says, fan}}}, low, "福气到", record.Entered},
		"phrase or level, by level":     {[]Condition{{Any: []Condition{says, fan}}}, level, "", record.Entered},
		"phrase or level, neither":      {[]Condition{{Any: []Condition{says, fan}}}, low, "", record.Ineligible},
		"phrase or level, not known":    {[]Condition{{Any: []Condition{says, fan}}}, &record.Facts{}, "", record.Unknown},
		"without the phrase":            {[]Condition{{Not: &says}}, low, "", record.Entered},
		"without the phrase, saying it": {[]Condition{{Not: &says}}, low, "福气到", record.Ineligible},
		"beside the tree, as ever":      {[]Condition{fan}, level, "", record.BadEntry},
		"beside the tree, said":         {[]Condition{fan}, level, "福气到", record.Entered},
	} {
		w := newWorld(t)
		plan := lottery(w, "e1", 1)
		plan["conditions"] = row.conditions
		if err := w.control(record.CtlPlan, plan); err != nil {
			t.Fatal(name, err)
		}
		w.turn()
		w.now += 1500
		w.turn()
		if r := w.enterAs("e1", "u", row.text, row.facts); r.Code != row.want {
			t.Errorf("%s: %s, want %s", name, r.Code, row.want)
		}
	}
	w := newWorld(t)
	plan := lottery(w, "e1", 1)
	plan["conditions"], plan["phrases"] = []Condition{says}, []string{}
	if err := w.control(record.CtlPlan, plan); err == nil || !strings.Contains(err.Error(), "there is none") {
		t.Error(err)
	}
}
