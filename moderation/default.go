package moderation

import (
	_ "embed"
	"fmt"
)

//go:embed rules/default.yaml
var defaultRules []byte

//go:embed rules/ldnoobw-zh.txt
var ldnoobwZH string

//go:embed rules/ldnoobw-en.txt
var ldnoobwEN string

// sources are the word lists a rule file may name instead of carrying them.
var sources = map[string]string{
	"ldnoobw-zh": ldnoobwZH,
	"ldnoobw-en": ldnoobwEN,
}

var defaults = mustParse(defaultRules)

func mustParse(file []byte) *RuleSet {
	rs, err := Parse(file)
	if err != nil {
		panic(fmt.Sprintf("moderation: internal error: default rules: %v", err))
	}
	return rs
}

// Default is the rule set that comes with the program. Its parts, and whose
// they are, are in the rules folder.
func Default() *RuleSet { return defaults }

// DefaultFile is the text of the default rules, to begin one's own from.
func DefaultFile() []byte { return append([]byte(nil), defaultRules...) }
