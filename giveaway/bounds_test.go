package giveaway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// TestBoundsOfAPlan holds every bound of a plan at the last value it takes and at the
// first that it does not.
func TestBoundsOfAPlan(t *testing.T) {
	w := newWorld(t)
	text := func(n int) string { return strings.Repeat("x", n) }
	many := func(n int, item func(i int) any) (all []any) {
		for i := range n {
			all = append(all, item(i))
		}
		return all
	}
	type prize = map[string]any
	prizes := func(edit prize) []prize {
		p := prize{"id": "p1", "title": "杯", "qty": 2, "valueFen": 990}
		for k, v := range edit {
			p[k] = v
		}
		return []prize{p}
	}
	cut := func(total, most int64) []prize {
		return prizes(prize{"valueFen": 0, "split": drawproof.Split{Mode: drawproof.SplitEqual, Underfill: drawproof.UnderfillReturn, Total: uint64(total), Min: 1, Max: uint64(most)}})
	}
	phrase := func(i int) any { return fmt.Sprint("口令", i) }
	verified := Condition{Rule: "verified"}
	nested := func(n int) (c Condition) {
		for c = verified; n > 0; n-- {
			c = Condition{Not: &[]Condition{c}[0]}
		}
		return c
	}
	first := func(n int64) []Condition { return []Condition{{Rule: "fan_level", N: n}} }
	region := func(n, bytes int) []Condition {
		c := Condition{Rule: "region"}
		for range n {
			c.In = append(c.In, text(bytes))
		}
		return []Condition{c}
	}
	reason := func(code uint32, zh, en int) []BlockReason { return []BlockReason{{code, text(zh), text(en)}} }
	blocked := func(user int, code uint32) []Blocked { return []Blocked{{text(user), code}} }
	open := w.now + 1000
	for _, x := range []struct {
		what    string
		member  string
		in, out any // the last that is taken, the first that is not
	}{
		{"title", "title", text(MaxTitle), text(MaxTitle + 1)},
		{"title, at least", "title", "x", ""},
		{"version", "v", 1, 2},
		{"kind", "kind", Grab, "raffle"},
		{"texts' language", "texts", map[string]Text{"en": {Title: text(MaxTitle)}}, map[string]Text{"fr": {Title: "x"}}},
		{"texts' title", "texts", map[string]Text{"zh": {Title: text(MaxTitle)}}, map[string]Text{"zh": {Title: text(MaxTitle + 1)}}},
		{"texts' rules", "texts", map[string]Text{"zh": {Rules: text(MaxRules)}}, map[string]Text{"zh": {Rules: text(MaxRules + 1)}}},
		{"draws", "draws", 1, 2},
		{"append times", "appendTimes", drawproof.AppendTimesFact, drawproof.AppendTimesLog},
		{"room", "room", "demo", "other"},
		{"partitions", "partitions", []uint32{7}, []uint32{7, 8}},
		{"close", "closeAt", open + 1, w.now},
		{"window", "closeAt", open + 7*86_400_000, open + 7*86_400_000 + 1},
		{"grace", "graceMs", 60_000, 60_001},
		{"seal budget", "sealBudgetMs", 3_600_000, 3_600_001},
		{"claim time", "claimTtlMs", int64(90 * 86_400_000), int64(90*86_400_000 + 1)},
		{"claim time, at least", "claimTtlMs", 0, -1},
		{"ladder", "ladderStep", 1000, 1001},
		{"ladder, at least", "ladderStep", 1, -1},
		{"round", "round", nil, 77},
		{"beacon", "beacon", w.cfg.Chains[0], drawproof.Chain{Kind: drawproof.ChainLocal}},
		{"quantity", "prizes", prizes(prize{"qty": 1}), prizes(prize{"qty": 0})},
		{"units", "prizes", prizes(prize{"qty": drawproof.MaxUnits, "valueFen": 1}), prizes(prize{"qty": drawproof.MaxUnits + 1, "valueFen": 1})},
		{"alternates", "alternates", drawproof.MaxUnits, drawproof.MaxUnits + 1},
		{"prize's title", "prizes", prizes(prize{"title": text(MaxTitle)}), prizes(prize{"title": text(MaxTitle + 1)})},
		{"prize's title, at least", "prizes", prizes(prize{"title": "x"}), prizes(prize{"title": ""})},
		{"prize's value", "prizes", prizes(prize{"valueFen": 0}), prizes(prize{"valueFen": -1})},
		{"prize's value, at most", "prizes", prizes(prize{"valueFen": int64(4_611_686_018_427)}), prizes(prize{"valueFen": int64(4_611_686_018_428)})},
		{"prizes", "prizes", many(100, func(i int) any { return prizes(prize{"id": fmt.Sprint("p", i)})[0] }), many(101, func(i int) any { return prizes(prize{"id": fmt.Sprint("p", i)})[0] })},
		{"prizes, at least", "prizes", prizes(nil), []any{}},
		{"prizes' ids", "prizes", prizes(nil), append(prizes(nil), prizes(nil)...)},
		{"value of what is cut", "prizes", cut(100, 60), append(cut(100, 60), prizes(prize{"id": "p2", "valueFen": 5, "split": cut(100, 60)[0]["split"]})...)},
		{"phrases", "phrases", many(MaxPhrases, phrase), many(MaxPhrases+1, phrase)},
		{"phrase", "phrases", []string{text(record.MaxName)}, []string{text(record.MaxName + 1)}},
		{"phrase, at least", "phrases", []string{"x"}, []string{"　"}},
		{"conditions", "conditions", many(MaxConditions, func(int) any { return verified }), many(MaxConditions+1, func(int) any { return verified })},
		{"condition's n", "conditions", first(1000), first(1001)},
		{"condition's n, at least", "conditions", first(0), first(-1)},
		{"condition's argument", "conditions", []Condition{verified}, []Condition{{Rule: "verified", N: 1}}},
		{"condition's list", "conditions", []Condition{verified}, []Condition{{Rule: "verified", In: []string{"x"}}}},
		{"condition's depth", "conditions", []Condition{nested(7)}, []Condition{nested(8)}},
		{"condition's forms", "conditions", []Condition{{All: []Condition{verified}}}, []Condition{{All: []Condition{verified}, Any: []Condition{verified}}}},
		{"regions", "conditions", region(100, 2), region(101, 2)},
		{"regions, at least", "conditions", region(1, 1), region(0, 1)},
		{"region", "conditions", region(1, 64), region(1, 65)},
		{"region, at least", "conditions", region(2, 1), region(2, 0)},
		{"weights", "weights", many(MaxWeights, func(int) any { return Weight{verified, 1} }), many(MaxWeights+1, func(int) any { return Weight{verified, 1} })},
		{"weight", "weights", []Weight{{verified, 63}}, []Weight{{verified, 64}}},
		{"weight, at least", "weights", []Weight{{verified, 1}}, []Weight{{verified, 0}}},
		{"largest weight", "maxWeight", drawproof.MaxWeight, drawproof.MaxWeight + 1},
		{"caps", "caps", many(MaxCaps, func(int) any { return Cap{"room", 1, 1} }), many(MaxCaps+1, func(int) any { return Cap{"room", 1, 1} })},
		{"cap's n", "caps", []Cap{{"room", 1, 1}}, []Cap{{"room", 1, 0}}},
		{"cap's period", "caps", []Cap{{"room", MaxHorizon, 1}}, []Cap{{"room", MaxHorizon + 1, 1}}},
		{"cap's period, at least", "caps", []Cap{{"room", 1, 1}}, []Cap{{"room", 0, 1}}},
		{"cap's scope", "caps", []Cap{{"room", 1, 1}}, []Cap{{"galaxy", 1, 1}}},
		{"blocked user", "block", blocked(record.MaxUser, 7), blocked(record.MaxUser+1, 7)},
		{"blocked user, at least", "block", blocked(1, 7), blocked(0, 7)},
		{"blocked twice", "block", blocked(1, 7), append(blocked(1, 7), blocked(1, 8)...)},
		{"code of a block", "block", blocked(1, 999), blocked(1, 1000)},
		{"code of a block, at least", "block", blocked(1, 1), blocked(1, 0)},
		{"blocked users", "block", many(MaxBlock, func(i int) any { return Blocked{fmt.Sprint(i), 1} }), many(MaxBlock+1, func(i int) any { return Blocked{fmt.Sprint(i), 1} })},
		{"reason's code", "reasons", reason(999, 1, 0), reason(1000, 1, 0)},
		{"reason's code, at least", "reasons", reason(1, 0, 1), reason(0, 0, 1)},
		{"reason's zh", "reasons", reason(7, MaxReasonText, 0), reason(7, MaxReasonText+1, 0)},
		{"reason's en", "reasons", reason(7, 0, MaxReasonText), reason(7, 0, MaxReasonText+1)},
		{"reason's text", "reasons", reason(7, 1, 0), reason(7, 0, 0)},
		{"reason twice", "reasons", append(reason(7, 1, 0), reason(8, 1, 0)...), append(reason(7, 1, 0), reason(7, 1, 0)...)},
		{"reasons", "reasons", many(MaxReasons, func(i int) any { return BlockReason{uint32(i + 1), "x", ""} }), many(MaxReasons+1, func(i int) any { return BlockReason{uint32(i + 1), "x", ""} })},
	} {
		taken := func(v any) error {
			p := map[string]any{"event": "e1", "kind": Lottery, "title": "福袋", "openAt": open, "closeAt": open + 10_000, "prizes": prizes(nil)}
			if p[x.member] = v; v == nil {
				delete(p, x.member)
			}
			raw, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Finish(raw, &w.cfg, w.now)
			return err
		}
		if err := taken(x.in); err != nil {
			t.Errorf("%s: the last value is refused: %v", x.what, err)
		}
		if err := taken(x.out); err == nil {
			t.Errorf("%s: the first value outside is taken", x.what)
		}
	}
}

// TestHorizon: a round may lie so far ahead, and no further.
func TestHorizon(t *testing.T) {
	w := newWorld(t)
	for _, x := range []struct {
		ahead int64 // ms from now to the round
		ok    bool
	}{{90 * 86_400_000, true}, {90*86_400_000 + 1000, false}} {
		at := w.now + x.ahead - 1001 // a millisecond of grace and the second of the seal's budget before the round
		raw, _ := json.Marshal(map[string]any{"event": "e1", "kind": Lottery, "title": "福袋", "openAt": at - 1000, "closeAt": at, "graceMs": 1, "sealBudgetMs": 1000,
			"prizes": []map[string]any{{"id": "p1", "title": "杯", "qty": 1}}})
		if _, err := Finish(raw, &w.cfg, w.now); (err == nil) != x.ok {
			t.Errorf("a round %d ms ahead: %v, want it taken: %t", x.ahead, err, x.ok)
		}
	}
}
