package moderation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation/internal/corpus"
)

// A broken file is refused with every mistake and its line.
func TestParseReportsEveryProblem(t *testing.T) {
	const file = `version: "a b"
surprise: 1
mute: soon
shadow: {enabled: false, expiry: 11m}
categories:
  profanity: {level: 5}
lists:
  - id: one
    category: insult
    action: shadow
    words: [坏词, "!!", x]
  - id: one
    action: destroy
    views: [canon, smell]
    sound: block
    words: [好]
    sounds: [abc]
  - {id: none, category: ads}
  - {id: src, category: ads, source: unknown}
personal: {phone: mask, blood: mask}
links: {action: mask, allow: ["http://x.y/", "shop"]}
score: {flag: 2000}
allow: {a: b}
`
	_, err := Parse([]byte(file))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"line 1: version: want 1 to 64",
		"line 2: rules: unknown key \"surprise\"",
		"line 3: mute: want a time",
		"line 4: shadow.expiry: want a time above 0 and at most 10m0s",
		"line 6: categories.profanity.level: want a number from 0 to 4, not \"5\"",
		"list \"one\": shadow is off",
		"list \"one\": shadow is only for spam and fraud, not for \"insult\"",
		"list \"one\" has the id of the list on line 8",
		"line 13: lists[1].action: unknown action \"destroy\"",
		"line 14: lists[1].views: unknown view \"smell\"",
		"line 15: lists[1].sound: block is too strong here, at most hold",
		"list \"one\": category is missing",
		"list \"none\" has no words",
		"unknown source \"unknown\"",
		"line 20: personal: unknown kind \"blood\"",
		"links.allow: want a host such as shop.example, not \"http://x.y/\"",
		"links.allow: want a host such as shop.example, not \"shop\"",
		"line 22: score.flag",
		"line 23: allow: want a list",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

func TestParseReportsWordsByLine(t *testing.T) {
	_, err := Parse([]byte("version: v\nlists:\n  - id: l\n    category: c\n    words: |\n      坏词\n      !!\n      x\n    sounds:\n      - 啊\n"))
	for _, want := range []string{`line 7: l: word "!!" has no letter`, `line 8: l: word "x" is a single`, `line 10: l: word "啊" has no sound`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

func TestParseRefusesWhatIsNotARuleFile(t *testing.T) {
	for name, file := range map[string]string{
		"empty":         "",
		"a word":        "hello",
		"a list":        "- a",
		"no version":    "lists: []",
		"broken":        "version: [",
		"two documents": "version: a\n---\nversion: b\n",
		"deep":          "version: " + strings.Repeat("[", 10_000),
		"huge":          "version: a\n#" + strings.Repeat("x", maxFileBytes),
		"alias":         "version: a\nallow: &x [a好]\nlists: *x\n",
		"binary":        "\x00\xff\x01",
		"twice":         "version: a\nversion: b\n",
	} {
		if rs, err := Parse([]byte(file)); err == nil || rs != nil {
			t.Errorf("%s: accepted", name)
		} else if !strings.HasPrefix(err.Error(), "rules: line ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Words that look like YAML's numbers and truths are words.
func TestWordsAreTakenAsWritten(t *testing.T) {
	rs := mustRules(t, "version: 2026.10\nlists: [{id: l, category: c, action: block, words: [0888, true, 1e3x, 1.50]}]\n")
	var s Scratch
	if rs.Version() != "2026.10" {
		t.Errorf("version %q", rs.Version())
	}
	for _, text := range []string{"0888", "True", "1.50"} {
		if v := rs.Judge(text, Sender{}, &s); v.Action != Block {
			t.Errorf("%q: %v", text, v.Action)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(testRules)
	f.Add(string(defaultRules))
	f.Add("version: a\nlists:\n- id: x\n")
	f.Fuzz(func(t *testing.T, file string) {
		rs, err := Parse([]byte(file))
		if (rs == nil) == (err == nil) {
			t.Fatalf("rule set %v and error %v", rs, err)
		}
		if rs != nil {
			var s Scratch
			rs.Judge("坏词 13800138000 abc", Sender{}, &s)
		}
	})
}

// BenchmarkParse is a rule change with 10,000 words, text to automaton.
func BenchmarkParse(b *testing.B) {
	patterns, _ := corpus.Draw()
	var file strings.Builder
	file.WriteString("version: big\nlists:\n  - id: big\n    category: ads\n    words: |\n")
	for _, p := range patterns {
		fmt.Fprintf(&file, "      %s\n", string(p))
	}
	text := []byte(file.String())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
