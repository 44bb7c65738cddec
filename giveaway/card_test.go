package giveaway

import (
	"reflect"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Viewers read who has more tickets, who says whether a condition holds, and who
// has won too often to win again.
func TestCardTellsWeightsAndSources(t *testing.T) {
	w := newWorld(t)
	fan, seen := Condition{Rule: "fan_level", N: 3}, Condition{Rule: "watch", N: 60}
	plan := lottery(w, "e1", 1)
	plan["conditions"] = []Condition{fan, {Any: []Condition{{Not: &seen}, {Rule: "region", In: []string{"CN-44"}}}}}
	plan["weights"] = []Weight{{When: fan, Add: 2}, {When: Condition{All: []Condition{seen}}, Add: 9}}
	plan["maxWeight"] = 8
	plan["caps"] = []Cap{{Scope: ScopeShop, PeriodMs: 86_400_000, N: 2}}
	if err := w.control(record.CtlPlan, plan); err != nil {
		t.Fatal(err)
	}
	w.turn()
	c := w.card("e1")
	wantRules := []cardRule{{Rule: "fan_level", Args: []string{"3"}, From: FromPlatform}, {Rule: "tree", Tree: &cardTree{Any: []cardTree{
		{Not: &cardTree{Rule: "watch", N: 60, From: FromEngine}}, {Rule: "region", In: []string{"CN-44"}, From: FromPlatform}}}}}
	if !reflect.DeepEqual(c.Conditions, wantRules) {
		t.Errorf("conditions %+v", c.Conditions)
	}
	wantWeights := []cardWeight{{cardRule{Rule: "fan_level", Args: []string{"3"}, From: FromPlatform}, 2},
		{cardRule{Rule: "tree", Tree: &cardTree{All: []cardTree{{Rule: "watch", N: 60, From: FromEngine}}}}, 9}}
	if want := []cardCap{{ScopeShop, 86_400_000, 2}}; !reflect.DeepEqual(c.Caps, want) {
		t.Errorf("caps %+v", c.Caps)
	}
	if !reflect.DeepEqual(c.Weights, wantWeights) || c.MaxWeight != 8 {
		t.Errorf("weights %+v, at most %d", c.Weights, c.MaxWeight)
	}
}

// Where every entrant has one ticket, or the order decides, a card has no weights.
func TestCardWithoutWeights(t *testing.T) {
	w := newWorld(t)
	bonus := []Weight{{When: Condition{Rule: "verified"}, Add: 2}}
	for i, change := range []func(map[string]any){
		func(map[string]any) {},
		func(p map[string]any) { p["weights"], p["maxWeight"] = bonus, 1 },
		func(p map[string]any) { p["weights"], p["kind"], p["selection"] = bonus, Grab, drawproof.SelectFirst },
	} {
		event := string(rune('a' + i))
		plan := lottery(w, event, 1)
		plan["phrases"] = []string{"福气" + event}
		change(plan)
		if err := w.control(record.CtlPlan, plan); err != nil {
			t.Fatal(err)
		}
		w.turn()
		if c := w.card(event); c.Weights != nil || c.MaxWeight != 0 {
			t.Errorf("%s: weights %+v, at most %d", event, c.Weights, c.MaxWeight)
		}
	}
}
