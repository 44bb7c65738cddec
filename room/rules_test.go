package room_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

func ruleText(version, action, words string) string {
	return fmt.Sprintf("version: %s\nlists:\n  - id: a\n    category: ads\n    severity: 4\n    action: %s\n    words: [%s]\n", version, action, words)
}

func stage(w *roomtest.World, roomName, stage, yaml string) int {
	data, _ := json.Marshal(record.RulesData{YAML: yaml, Stage: stage})
	w.Out.Reset()
	w.Command(record.CtlRules, roomName, string(data))
	return len(w.Out.Refused)
}

// say answers what becomes of a text at once, "" if it competes for the display.
func say(w *roomtest.World, text string) string {
	w.Out.Reset()
	w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: fmt.Appendf(nil, "u%d", len(w.Log)), Name: []byte("n"),
		ID: fmt.Appendf(nil, "m%d", len(w.Log)), Text: []byte(text)}, "x")
	for _, o := range w.Out.Outcomes {
		return o.Code.String()
	}
	return ""
}

// A rule set goes from shadow to force and back: in shadow it only counts, and
// what it counted says what it will do.
func TestRuleStages(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	expect := func(text, want string) {
		t.Helper()
		if got := say(w, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	view := func() room.RulesView {
		v, ok := w.P.Rules("demo")
		if !ok {
			t.Fatal("no room")
		}
		return v
	}
	stage(w, "demo", record.StageEnforce, ruleText("v1", "block", "alpha"))
	expect("alpha goods", "blocked")
	expect("beta goods", "")

	stage(w, "demo", record.StageShadow, ruleText("v2", "hold", "beta"))
	expect("alpha goods again", "blocked")
	expect("beta goods again", "")
	expect("something else", "")
	s := view().Room.Shadow
	if s == nil || s.Version != "v2" || s.Judged != 3 || s.Changed != 2 || s.Would["hold"] != 1 || s.Done["block"] != 1 {
		t.Fatalf("shadow: %+v", s)
	}
	if len(s.Rules) != 1 || s.Rules[0].Rule != "a/beta" || len(s.Examples) != 2 || s.Examples[1].Would != "hold" || s.Examples[1].View != "canon" || s.Examples[1].To != 4 {
		t.Errorf("shadow: %+v", s)
	}
	if err := w.Takeover(); err != nil {
		t.Fatal(err)
	}
	if again := view().Room.Shadow; again == nil || again.Judged != 3 || len(again.Examples) != 2 {
		t.Errorf("after a takeover: %+v", again)
	}

	stage(w, "demo", record.StagePromote, "")
	expect("alpha is free now", "")
	expect("beta is not", "held")
	if v := view().Room; v.Now.Version != "v2" || v.Now.By != "host" || v.Before == nil || v.Before.Version != "v1" || v.Shadow != nil {
		t.Errorf("promoted: %+v", v)
	}
	stage(w, "demo", record.StageRevert, "")
	expect("alpha is not any more", "blocked")
	expect("beta is free again", "")
	stage(w, "demo", record.StageRevert, "")
	expect("beta: a revert can be reverted", "held")

	stage(w, "", record.StageShadow, ruleText("all", "block", "gamma"))
	expect("gamma everywhere", "")
	if s := view().All.Shadow; s == nil || s.Would["block"] != 1 {
		t.Errorf("of all rooms: %+v", s)
	}
	stage(w, "", record.StageDrop, "")
	if s := view().All.Shadow; s != nil {
		t.Errorf("dropped: %+v", s)
	}
	for name, refused := range map[string]int{
		"promote": stage(w, "demo", record.StagePromote, ""), "shadow without rules": stage(w, "demo", record.StageShadow, ""),
		"unknown": stage(w, "demo", "sideways", ""), "broken": stage(w, "demo", record.StageShadow, "lists: [1, 2"),
	} {
		if refused != 1 {
			t.Errorf("%s: not refused", name)
		}
	}
	expect("beta: what is refused changes nothing", "held")
}

// A list in dry run acts on nothing and is counted.
func TestDryRunListIsCounted(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	stage(w, "demo", "", strings.Replace(ruleText("v1", "block", "alpha"), "    action:", "    dry_run: true\n    action:", 1))
	for range 3 {
		if got := say(w, "alpha goods"); got != "" {
			t.Errorf("a dry run: %s", got)
		}
	}
	if v, _ := w.P.Rules("demo"); v.Room.Would["a/alpha"] != 3 {
		t.Errorf("counted: %v", v.Room.Would)
	}
}

// Rules are compiled by whoever drives the partition, if it likes: the fold asks
// and takes the answer.
func TestRulesAreCompiledOutside(t *testing.T) {
	asked := []string{}
	cfg := room.Config{AutoCreate: true}
	cfg.Compile = compileNoting(&asked)
	w := roomtest.NewWorld(cfg)
	w.Tick(200)
	text := ruleText("v1", "block", "alpha")
	stage(w, "demo", "", text)
	if len(asked) != 1 || asked[0] != text || say(w, "alpha") != "blocked" {
		t.Errorf("asked for %q", asked)
	}
}

func compileNoting(asked *[]string) func(string) (*moderation.RuleSet, error) {
	return func(yaml string) (*moderation.RuleSet, error) {
		*asked = append(*asked, yaml)
		return moderation.Parse([]byte(yaml))
	}
}
