package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

func ruleFile(version, action, words string) string {
	return fmt.Sprintf("version: %s\nlists:\n  - id: a\n    category: ads\n    severity: 4\n    action: %s\n    words: [%s]\n", version, action, words)
}

// owned serves what the owner of a room knows, as the desk finds it.
func (o *office) owned(name string, answer any) {
	owner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != record.AskRules || !o.keys.VerifyAsk([]byte(r.URL.RawQuery), []byte(r.Header.Get(record.AskHeader))) {
			o.t.Errorf("%s is not a signed question for the rules", r.URL)
		}
		json.NewEncoder(w).Encode(answer)
	}))
	o.t.Cleanup(owner.Close)
	m := record.Meta{Kind: record.FrameHeartbeat, Pair: record.Pair{Epoch: 2, Owner: record.ID128{2}}}
	beat := kafkalog.Record{Value: []byte(strings.TrimPrefix(owner.URL, "http://")), Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}
	o.tail[kafkalog.Partition(name)]([]kafkalog.Record{beat}, 1)
}

func (o *office) post(tok, path string, body any) (int, string) {
	b, _ := json.Marshal(body)
	w := ut.PerformRequest(o.h.Engine, "POST", path, &ut.Body{Body: bytes.NewReader(b), Len: len(b)}, ut.Header{Key: "Authorization", Value: "Bearer " + tok})
	return w.Code, w.Body.String()
}

// log writes what was said in a room, a minute between two comments.
func (o *office) said(name string, texts ...string) {
	p := kafkalog.Partition(name)
	for i, text := range texts {
		tick := record.Comment{Kind: record.Tick}
		tick.Marker = record.Marker{Epoch: 1, Owner: record.ID128{1}, Seq: uint64(i + 1), Now: 1_790_000_000_000 + int64(i)*60_000}
		o.keys.SignMarker(&tick, p)
		say := record.Comment{Kind: record.Say, Role: record.Viewer, ID: fmt.Appendf(nil, "m%d", i), Room: []byte(name), User: []byte("u"), Text: []byte(text)}
		for _, c := range []*record.Comment{&tick, &say} {
			o.log.recs = append(o.log.recs, kafkalog.Record{Topic: kafkalog.Comments, Partition: p, Value: record.AppendComment(nil, c)})
		}
	}
}

// A dry run says what other rules would have done with the last ten minutes,
// beside those in force, and changes nothing.
func TestDryRun(t *testing.T) {
	o := newOffice(t)
	var v room.RulesView
	v.Room.Now = room.RuleText{Version: "v1", YAML: ruleFile("v1", "block", "alpha")}
	o.owned("demo", v)
	o.said("demo", "alpha goods", "beta goods", "beta  GOODS", "b.e.t.a goods", "gamma")
	o.said("other", "beta elsewhere")
	before := len(o.log.recs)
	moderator := o.token(record.Moderator, false, "demo")
	code, body := o.post(moderator, "/v1/rooms/demo/rules/dry-run", map[string]any{"yaml": ruleFile("v2", "hold", "beta")})
	var run dryRun
	if code != 200 || json.Unmarshal([]byte(body), &run) != nil {
		t.Fatalf("%d %s", code, body)
	}
	if run.Comments != 5 || run.Changed != 4 || run.Would["hold"] != 3 || run.Done["block"] != 1 || run.Would["allow"] != 2 {
		t.Errorf("%s", body)
	}
	if len(run.Rules) != 1 || run.Rules[0] != (room.RuleHits{Rule: "a/beta", Hits: 3}) || run.Texts[0].Times != 3 || run.Texts[0].Would != "hold" || run.Texts[0].View == "" {
		t.Errorf("%s", body)
	}
	if !strings.HasSuffix(run.InForce, "+v1") || !strings.HasSuffix(run.Version, "+v2") || len(o.log.recs) != before {
		t.Errorf("%s beside %s; %d records written", run.Version, run.InForce, len(o.log.recs)-before)
	}
	if code, body := o.post(moderator, "/v1/rooms/demo/rules/dry-run", map[string]any{"yaml": "lists: [{id: a}]\nversion: 1 2"}); code != 400 || !strings.Contains(body, "category") || !strings.Contains(body, "version") {
		t.Errorf("broken rules: %d %s", code, body)
	}
	if code, _ := o.post(o.token(record.Viewer, false, "demo"), "/v1/rooms/demo/rules/dry-run", map[string]any{"yaml": ruleFile("v2", "hold", "beta")}); code != 403 {
		t.Errorf("a viewer: %d", code)
	}
}

// Only the last minutes are read, by the owner's clock.
func TestDryRunLooksBackMinutes(t *testing.T) {
	o := newOffice(t)
	o.owned("demo", room.RulesView{})
	texts := make([]string, 3*firstStep)
	for i := range texts {
		texts[i] = "beta goods"
	}
	o.said("demo", texts...)
	code, body := o.post(o.token(record.Moderator, false, "demo"), "/v1/rooms/demo/rules/dry-run", map[string]any{"yaml": ruleFile("v2", "hold", "beta"), "minutes": 30})
	var run dryRun
	if code != 200 || json.Unmarshal([]byte(body), &run) != nil || run.Comments < 30 || run.Comments > firstStep {
		t.Errorf("%d %s", code, body)
	}
}

// A command with broken rules is refused with every mistake, a stage that is
// none with those there are.
func TestRulesAreChecked(t *testing.T) {
	o := newOffice(t)
	host := o.token(record.Host, false, "demo")
	for _, c := range []struct{ data, want string }{
		{`{"yaml":"lists: [{id: a}]\nversion: 1 2"}`, "category"},
		{`{"stage":"sideways"}`, "promote"},
		{`{"stage":"promote","yaml":"x"}`, "takes no yaml"},
		{`{"stage":"shadow"}`, "needs yaml"},
		{`{"version":"v9","yaml":` + quote(ruleFile("v2", "hold", "beta")) + `}`, "v9"},
	} {
		if code, body := o.send(host, "demo", `{"kind":"rules","data":`+c.data+`}`); code != 400 || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", c.data, code, body)
		}
	}
	for _, data := range []string{`{"stage":"shadow","yaml":` + quote(ruleFile("v2", "hold", "beta")) + `}`, `{"stage":"revert"}`, `{}`} {
		if code, body := o.send(host, "demo", `{"kind":"rules","data":`+data+`}`); code != 202 {
			t.Errorf("%s: %d %s", data, code, body)
		}
	}
	if code, _ := o.send(o.token(record.Moderator, false, "demo"), "demo", `{"kind":"rules","data":{"stage":"revert"}}`); code != 403 {
		t.Errorf("a moderator: %d", code)
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
