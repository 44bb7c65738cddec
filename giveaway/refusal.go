package giveaway

import "strings"

// RuleOf names the rule by which a room refused a command about giveaways, as
// its error says it, so that those who sent it can be told in their own words:
// a dead letter carries the sentence alone. "room-said" stands for every other.
func RuleOf(sentence string) string {
	for _, r := range rulesOf {
		if holdsAll(sentence, r.says) {
			return r.rule
		}
	}
	return "room-said"
}

func holdsAll(s string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

// rulesOf are the sentences of this package's refusals; the first that fits is
// taken. A test makes a real room say each of them.
var rulesOf = []struct {
	rule string
	says []string
}{
	{"room-phrase", []string{"plan: passphrase ", " is that of event "}},
	{"room-full", []string{"plan: room has ", " giveaways under way"}},
	{"room-other", []string{"plan: event ", "which is final"}},
	{"room-over", []string{"plan: event ", " is over; its id"}},
	{"room-late", []string{"plan: it closes at ", " already"}},
	{"room-beacon", []string{"plan: beacon ", " is not one of this installation's"}},
	{"room-keys", []string{"plan: ", ", this installation's is "}},
	{"extend-often", []string{"extend: giveaway ", " was extended "}},
	{"extend-closed", []string{"extend: giveaway ", "\" is "}},
	{"extend-long", []string{"extend: giveaway ", " would be open for "}},
	{"extend-earlier", []string{"extend: giveaway ", "it can only close later"}},
	{"extend-short", []string{"extend: closing at ", " leaves the round "}},
	{"end-begun", []string{"only before its opening can it be cancelled"}},
	{"end-early", []string{"before its opening it is cancelled, not void"}},
	{"end-sealed", []string{" is sealed: it is void only if "}},
	{"end-drawn", []string{": a draw stands"}},
	{"room-none", []string{"no giveaway \""}},
}
