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

// What operators are given speaks of what there is: every metric and label of
// the alerts and the dashboard is measured by a running node, every alert has its
// section in the runbook, and the manifests set flags that the program has.
func TestDeployIsTrue(t *testing.T) {
	n := start(t, t.TempDir())
	var measured string
	wait(t, patience, "the log to acknowledge something, of which one measure is", func() bool {
		_, measured = n.get("", "/metrics")
		return strings.Contains(measured, "fudai_log_ack_seconds_bucket")
	})
	var alerts struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	read(t, "alerts.yaml", &alerts, yaml.Unmarshal)
	exprs, names := map[string]string{}, []string{}
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			exprs[r.Alert] = r.Expr
			names = append(names, r.Alert)
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	read(t, "dashboard.json", &board, json.Unmarshal)
	for _, p := range board.Panels {
		for i, target := range p.Targets {
			exprs[fmt.Sprint(p.Title, " ", i)] = target.Expr
		}
	}
	for of, expr := range exprs {
		for _, m := range selector.FindAllStringSubmatch(expr, -1) {
			if !strings.Contains(measured, "\n"+m[1]+" ") && !strings.Contains(measured, "\n"+m[1]+"{") {
				t.Errorf("%s: %s is not measured", of, m[1])
			}
			if label := m[2]; label != "" && !strings.Contains(label, "~") && !regexp.MustCompile(`(?m)^`+m[1]+`\{[^}]*`+regexp.QuoteMeta(label)).MatchString(measured) {
				t.Errorf("%s: %s has no {%s}", of, m[1], label)
			}
		}
	}
	for of, expr := range exprs {
		for _, m := range grouped.FindAllStringSubmatch(expr, -1) {
			for label := range strings.SplitSeq(m[1], ", ") {
				if label != "instance" && !regexp.MustCompile(`(?m)^`+m[2]+`\{[^}]*\b`+label+`="`).MatchString(measured) {
					t.Errorf("%s: %s has no label %s", of, m[2], label)
				}
			}
		}
	}
	runbook := string(must(os.ReadFile("../../deploy/runbook.md")))
	var sections []string
	for _, m := range regexp.MustCompile(`(?m)^## (Fudai\w+)$`).FindAllStringSubmatch(runbook, -1) {
		sections = append(sections, m[1])
	}
	slices.Sort(names)
	slices.Sort(sections)
	if !slices.Equal(names, sections) || len(names) < 10 {
		t.Errorf("the runbook has %q, alerts are %q", sections, names)
	}
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
