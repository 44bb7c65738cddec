package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// selector is a metric in an expression, with what its labels are asked for.
var selector = regexp.MustCompile(`\b(fudai_[a-z_]+)(?:\{([^}]*)\})?`)

// grouped is a metric with the labels that its sum is kept apart by.
var grouped = regexp.MustCompile(`by \(([^)]*)\) \((?:rate\(|increase\()?(fudai_[a-z_]+)`)

// expressions answers what the alerts and the dashboard ask for, by their names,
// and the names of the alerts.
func expressions(t *testing.T) (exprs map[string]string, alerts []string) {
	t.Helper()
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	read(t, "alerts.yaml", &rules, yaml.Unmarshal)
	read(t, "dashboard.json", &board, json.Unmarshal)
	exprs = map[string]string{}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			exprs[r.Alert] = r.Expr
			alerts = append(alerts, r.Alert)
		}
	}
	for _, p := range board.Panels {
		for i, target := range p.Targets {
			exprs[fmt.Sprint(p.Title, " ", i)] = target.Expr
		}
	}
	if len(alerts) < 10 || len(exprs) < len(alerts)+10 {
		t.Fatalf("%d alerts, %d expressions with those of the dashboard", len(alerts), len(exprs))
	}
	return exprs, alerts
}

// Every metric and label that alerts and dashboard ask for is measured by a running node.
func TestWhatIsWatchedIsMeasured(t *testing.T) {
	n := start(t, t.TempDir())
	var measured string
	wait(t, patience, "the log to acknowledge something, of which one measure is", func() bool {
		_, measured = n.get("", "/metrics")
		return strings.Contains(measured, "fudai_log_ack_seconds_bucket")
	})
	has := func(pattern string) bool { return regexp.MustCompile(`(?m)^` + pattern).MatchString(measured) }
	exprs, _ := expressions(t)
	for of, expr := range exprs {
		for _, m := range selector.FindAllStringSubmatch(expr, -1) {
			if !has(m[1] + `[ {]`) {
				t.Errorf("%s: %s is not measured", of, m[1])
			}
			if label := m[2]; label != "" && !strings.Contains(label, "~") && !has(m[1]+`\{[^}]*`+regexp.QuoteMeta(label)) {
				t.Errorf("%s: %s has no {%s}", of, m[1], label)
			}
		}
		for _, m := range grouped.FindAllStringSubmatch(expr, -1) {
			for label := range strings.SplitSeq(m[1], ", ") {
				if label != "instance" && !has(m[2]+`\{[^}]*\b`+label+`="`) { // Prometheus adds the instance
					t.Errorf("%s: %s has no label %s", of, m[2], label)
				}
			}
		}
	}
}

// Whoever is woken by an alert finds its section in the runbook.
func TestRunbookKnowsEveryAlert(t *testing.T) {
	_, alerts := expressions(t)
	var sections []string
	for _, m := range regexp.MustCompile(`(?m)^## (Fudai\w+)$`).FindAllStringSubmatch(string(must(os.ReadFile("../../deploy/runbook.md"))), -1) {
		sections = append(sections, m[1])
	}
	slices.Sort(alerts)
	slices.Sort(sections)
	if !slices.Equal(alerts, sections) {
		t.Errorf("the runbook has %q, alerts are %q", sections, alerts)
	}
}

// The manifests can be read and set what the program has flags for.
func TestManifestsSetFlags(t *testing.T) {
	flags, err := run(t, "serve", "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"compose.yaml", "kubernetes.yaml"} {
		text := string(must(os.ReadFile("../../deploy/" + file)))
		var parsed map[string]any
		read(t, file, &parsed, yaml.Unmarshal)
		for _, m := range regexp.MustCompile(`\b(FUDAI_[A-Z_0-9]+): `).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(flags, "($"+m[1]+")") && !strings.Contains(proxied, m[1]) {
				t.Errorf("%s sets %s, which is no flag", file, m[1])
			}
		}
		for _, args := range regexp.MustCompile(`\["?serve"?,.*\]`).FindAllString(text, -1) {
			for _, m := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(args, -1) {
				if !strings.Contains(flags, "--"+m[1]) {
					t.Errorf("%s says --%s, which is no flag", file, m[1])
				}
			}
		}
	}
}

// proxied are the variables of deploy/haproxy.cfg.
const proxied = "FUDAI_BIND FUDAI_CERT FUDAI_EDGE FUDAI_EDGE_2 FUDAI_DESK"

func read(t *testing.T, file string, into any, parse func([]byte, any) error) {
	t.Helper()
	if err := parse(must(os.ReadFile("../../deploy/"+file)), into); err != nil {
		t.Fatalf("deploy/%s: %v", file, err)
	}
}
