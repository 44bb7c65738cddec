package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// A command that is accepted stands in the room's partition, signed, and the
// answer says where.
func TestCommandIsWritten(t *testing.T) {
	o := newOffice(t)
	code, body := o.send(o.token(record.Moderator, false), "demo", `{"id":"c1","kind":"mute","data":{"user":"u1","seconds":60,"reason":"spam"}}`)
	if code != 202 || len(o.log.recs) != 1 {
		t.Fatalf("%d %s, %d records", code, body, len(o.log.recs))
	}
	rec := o.log.recs[0]
	if rec.Topic != kafkalog.Control || rec.Partition != kafkalog.Partition("demo") || string(rec.Key) != "demo" {
		t.Errorf("written to %s/%d under key %q", rec.Topic, rec.Partition, rec.Key)
	}
	if !o.keys.VerifyControl(rec.Value, rec.Header("sig")) {
		t.Error("the signature does not verify")
	}
	ctl, bad := record.ParseControl(rec.Value)
	if bad != nil || ctl.ID != "c1" || ctl.By != "staff" || ctl.Role != "moderator" {
		t.Errorf("written %+v, %v", ctl, bad)
	}
	var where struct{ Partition, Offset int64 }
	if json.Unmarshal([]byte(body), &where) != nil || where.Partition != int64(rec.Partition) || where.Offset != 0 {
		t.Errorf("answered %s", body)
	}
}

// Who may send what: the table, by every role.
func TestPermissions(t *testing.T) {
	o := newOffice(t)
	plan := fmt.Sprintf(`{"kind":"plan","data":{"event":"e1","kind":"lottery","title":"福袋","openAt":%d,"closeAt":%d,"prizes":[{"id":"p","title":"杯","qty":1}]}}`,
		time.Now().Add(time.Minute).UnixMilli(), time.Now().Add(2*time.Minute).UnixMilli())
	for _, c := range []struct {
		role   record.Role
		market bool
		body   string
		want   int
	}{
		{record.Viewer, false, `{"kind":"mute","data":{"user":"u","reason":"x"}}`, 403},
		{record.Assistant, false, `{"kind":"mute","data":{"user":"u","reason":"x"}}`, 403},
		{record.Moderator, false, `{"kind":"mute","data":{"user":"u","reason":"x"}}`, 202},
		{record.Assistant, false, `{"kind":"pin","data":{"pin":"p1","text":"看这里"}}`, 202},
		{record.Moderator, false, `{"kind":"show-start","data":{"show":"s1"}}`, 403},
		{record.Host, false, `{"kind":"show-start","data":{"show":"s1"}}`, 202},
		{record.Moderator, false, `{"kind":"rules","data":{"version":"1","yaml":"version: 1"}}`, 403},
		{record.Host, false, `{"kind":"rules","data":{"version":"1","yaml":"version: 1"}}`, 202},
		{record.Service, false, `{"kind":"rules","data":{"version":"1","yaml":"x"}}`, 400},
		{record.Viewer, false, plan, 403},
		{record.Viewer, true, plan, 202},
		{record.Host, false, plan, 202},
		{record.Host, false, `{"kind":"dance","data":{}}`, 403},
	} {
		if code, body := o.send(o.token(c.role, c.market), "demo", c.body); code != c.want {
			t.Errorf("%s (marketer %t) sends %.40s: %d %s, want %d", c.role, c.market, c.body, code, body, c.want)
		}
	}
	if code, _ := o.send(o.token(record.Host, false, "other"), "demo", `{"kind":"show-start","data":{"show":"s1"}}`); code != 403 {
		t.Errorf("a token for another room: %d, want 403", code)
	}
	if code, _ := o.send("nonsense", "demo", `{"kind":"pin","data":{"pin":"p"}}`); code != 401 {
		t.Errorf("a bad token: %d, want 401", code)
	}
}

// What is wrong with a command is told, all of it at once, and nothing is written.
func TestBadCommands(t *testing.T) {
	o := newOffice(t)
	host := o.token(record.Service, false)
	for body, want := range map[string][]string{
		`{`: {"JSON"},
		`{"kind":"room","data":{"budget":0,"slow_ms":-1}}`:                              {"budget", "slow_ms"},
		`{"kind":"room","data":{"budgte":5}}`:                                           {"budgte"},
		`{"kind":"mute","data":{"user":"","seconds":-1}}`:                               {"user", "seconds"},
		`{"kind":"retract","data":{}}`:                                                  {"offsets", "reason"},
		`{"kind":"void","data":{"event":"e1"}}`:                                         {"reason"},
		`{"kind":"plan","data":{"event":"e1","kind":"lottery"}}`:                        {"prize", "title"},
		`{"kind":"confirm","data":{"event":"e1","user":"","outcome":"yes","ref":"张三"}}`: {"user", "outcome", "ref"},
		`{"id":"has space","kind":"pin","data":{"pin":"p"}}`:                            {"id"},
	} {
		code, answer := o.send(host, "demo", body)
		if code != 400 {
			t.Errorf("%s: %d %s, want 400", body, code, answer)
		}
		for _, w := range want {
			if !strings.Contains(answer, w) {
				t.Errorf("%s: the answer does not name %q: %s", body, w, answer)
			}
		}
	}
	if len(o.log.recs) != 0 {
		t.Errorf("%d bad commands were written", len(o.log.recs))
	}
}

// A log that does not acknowledge is told, with what to do.
func TestLogDown(t *testing.T) {
	o := newOffice(t)
	o.log.fail = kafkalog.ErrUnknown
	if code, body := o.send(o.token(record.Host, false), "demo", `{"id":"c9","kind":"show-start","data":{"show":"s1"}}`); code != 503 || !strings.Contains(body, "same id") {
		t.Errorf("%d %s", code, body)
	}
}

// Ending a show with a giveaway open asks what is to become of it.
func TestShowEndAsks(t *testing.T) {
	o := newOffice(t)
	m := record.Meta{Kind: record.FrameState, Pair: record.Pair{Epoch: 1, Owner: record.ID128{1}}, Seq: 1}
	state := kafkalog.Record{Key: []byte("demo"), Value: []byte(`{"op":"state","gives":[{"event":"e1","state":"open"},{"event":"e2","state":"announced"},{"event":"e3","state":"sealed"},{"event":"e4","state":"open","hidden":true},{"event":"e0","state":"settled"}]}`),
		Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}
	p := kafkalog.Partition("demo")
	o.tail[p]([]kafkalog.Record{state}, 1)
	host := o.token(record.Host, false)
	code, body := o.send(host, "demo", `{"kind":"show-end","data":{"show":"s1"}}`)
	if code != 409 || !strings.Contains(body, `"events":["e1","e2","e3"]`) {
		t.Errorf("%d %s", code, body)
	}
	if code, body := o.send(host, "demo", `{"kind":"show-end","data":{"show":"s1","open":"finish"}}`); code != 202 || len(o.log.recs) != 1 {
		t.Errorf("%d %s: %d records", code, body, len(o.log.recs))
	}
	// Void ends what has not closed, before it ends the show.
	if code, body := o.send(host, "demo", `{"kind":"show-end","data":{"show":"s1","open":"void"}}`); code != 202 {
		t.Errorf("%d %s", code, body)
	}
	var said []string
	for _, rec := range o.log.recs[1:] {
		ctl, bad := record.ParseControl(rec.Value)
		if bad != nil {
			t.Fatal(bad)
		}
		said = append(said, ctl.Kind+string(ctl.Data))
	}
	if want := []string{`void{"event":"e1","code":"show","reason":""}`, `cancel{"event":"e2","code":"show","reason":""}`, `show-end{"show":"s1","open":"void"}`}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	// A zombie's state does not count.
	old := m
	old.Pair.Epoch = 0
	state.Headers[0].Value = record.AppendMeta(nil, &old)
	state.Value = []byte(`{"op":"state"}`)
	o.tail[p]([]kafkalog.Record{state}, 2)
	if code, _ := o.send(host, "demo", `{"kind":"show-end","data":{"show":"s1"}}`); code != 409 {
		t.Errorf("a stale owner's state was believed: %d", code)
	}
}

// Staff see handles; a mute names its user by a comment.
func TestMuteBySayingWhichComment(t *testing.T) {
	o := newOffice(t)
	p := kafkalog.Partition("demo")
	o.log.recs = append(o.log.recs, kafkalog.Record{Topic: kafkalog.Comments, Partition: p,
		Value: []byte(`{"kind":"say","id":"1","room":"demo","user":"u-17","name":"n","text":"x"}`)})
	moderator := o.token(record.Moderator, false, "demo")
	if code, body := o.send(moderator, "demo", `{"id":"m1","kind":"mute","data":{"offset":0,"seconds":60,"reason":"spam"}}`); code != 202 {
		t.Fatalf("%d %s", code, body)
	}
	ctl, bad := record.ParseControl(o.log.recs[len(o.log.recs)-1].Value)
	var mute record.MuteData
	if bad != nil || json.Unmarshal(ctl.Data, &mute) != nil || mute.User != "u-17" || mute.Seconds != 60 {
		t.Errorf("written: %+v %v", mute, bad)
	}
	if code, body := o.send(moderator, "demo", `{"kind":"mute","data":{"offset":7,"reason":"spam"}}`); code != 404 || !strings.Contains(body, "offset 7") {
		t.Errorf("a comment that is not there: %d %s", code, body)
	}
	if code, body := o.send(moderator, "demo", `{"kind":"mute","data":{"offset":0,"reason":"spam","oops":1}}`); code != 400 {
		t.Errorf("an unknown member beside it: %d %s", code, body)
	}
}

// What the owner knows is asked from the owner, whose address its heartbeats say.
func TestViewIsTheOwners(t *testing.T) {
	o := newOffice(t)
	get := func(tok string) (int, string) {
		w := ut.PerformRequest(o.h.Engine, "GET", "/v1/rooms/demo/view", nil, ut.Header{Key: "Authorization", Value: "Bearer " + tok})
		return w.Code, w.Body.String()
	}
	assistant := o.token(record.Assistant, false, "demo")
	if code, body := get(assistant); code != 503 || !strings.Contains(body, "nobody owns") {
		t.Errorf("nobody owns it: %d %s", code, body)
	}
	owner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != record.AskView || !o.keys.VerifyAsk([]byte(r.URL.RawQuery), []byte(r.Header.Get(record.AskHeader))) {
			t.Errorf("%s is not a signed question for the view", r.URL)
		}
		w.Write([]byte(`{"room":"` + r.URL.Query().Get("room") + `","held":[]}`))
	}))
	defer owner.Close()
	beat := func(epoch uint64, address string) kafkalog.Record {
		m := record.Meta{Kind: record.FrameHeartbeat, Pair: record.Pair{Epoch: epoch, Owner: record.ID128{byte(epoch)}}}
		return kafkalog.Record{Value: []byte(address), Headers: []kafkalog.Header{{Key: "meta", Value: record.AppendMeta(nil, &m)}}}
	}
	o.tail[kafkalog.Partition("demo")]([]kafkalog.Record{beat(2, strings.TrimPrefix(owner.URL, "http://")), beat(1, "127.0.0.1:1")}, 2)
	if code, body := get(assistant); code != 200 || body != `{"room":"demo","held":[]}` {
		t.Errorf("%d %s", code, body)
	}
	for _, tok := range []string{o.token(record.Viewer, false, "demo"), o.token(record.Host, false, "other"), "forged"} {
		if code, _ := get(tok); code != 403 {
			t.Errorf("who may not look gets %d", code)
		}
	}
}

// A catalogue file is previewed without a trace, refused with all its problems,
// and written as commands that the room takes.
func TestCatalogueFile(t *testing.T) {
	o := newOffice(t)
	host := o.token(record.Host, false, "demo")
	post := func(tok, query, file string) (int, string) {
		w := ut.PerformRequest(o.h.Engine, "POST", "/v1/rooms/demo/catalogue"+query, &ut.Body{Body: bytes.NewBufferString(file), Len: len(file)},
			ut.Header{Key: "Authorization", Value: "Bearer " + tok})
		return w.Code, w.Body.String()
	}
	good, bad := "商品编号,商品名称,链接号,价格\na,锅,3,59.9\n", "商品编号,价格\na,五十\n,1\n"
	if code, body := post(host, "", good); code != 200 || !strings.Contains(body, `"price":5990`) || strings.Contains(body, `"applied":true`) {
		t.Errorf("preview: %d %s", code, body)
	}
	if code, body := post(host, "?apply=true", bad); code != 409 || !strings.Contains(body, `"row":2`) || !strings.Contains(body, `"row":3`) {
		t.Errorf("problems: %d %s", code, body)
	}
	if code, _ := post(host, "", "nothing"); code != 400 {
		t.Errorf("no catalogue at all: %d", code)
	}
	if code, _ := post(o.token(record.Viewer, false, "demo"), "", good); code != 403 {
		t.Errorf("a viewer: %d", code)
	}
	if len(o.log.recs) != 0 {
		t.Fatalf("%d commands were written by now", len(o.log.recs))
	}
	if code, body := post(host, "?apply=true&replace=true&show=s1&id=i1", good); code != 202 || !strings.Contains(body, `"applied":true`) {
		t.Fatalf("apply: %d %s", code, body)
	}
	ctl, refused := record.ParseControl(o.log.recs[0].Value)
	var data record.CatalogueData
	if refused != nil || ctl.ID != "i1.0" || ctl.Kind != record.CtlCatalogue || json.Unmarshal(ctl.Data, &data) != nil || !data.Replace || *data.Items[0].Show != "s1" {
		t.Errorf("written %+v, %v", ctl, refused)
	}
	w := ut.PerformRequest(o.h.Engine, "GET", "/v1/catalogue/template?format=csv", nil)
	if code, body := post(host, "", w.Body.String()); w.Code != 200 || code != 200 || !strings.Contains(body, `"problems":[]`) {
		t.Errorf("the template itself: %d, %d %s", w.Code, code, body)
	}
}

// The host moves a giveaway's close later; what is no extension is refused here.
func TestExtendFromTheDesk(t *testing.T) {
	o := newOffice(t)
	host := o.token(record.Host, false)
	if code, body := o.send(host, "demo", `{"id":"x1","kind":"plan","data":{"extend":{"event":"e1","byMs":60000,"pause":true,"reason":"网络波动"}}}`); code != 202 {
		t.Errorf("%d %s", code, body)
	}
	for _, bad := range []string{`{"event":"e1"}`, `{"byMs":60000}`, `{"event":"e1","byMs":60000,"closeAt":5}`} {
		if code, body := o.send(host, "demo", `{"kind":"plan","data":{"extend":`+bad+`}}`); code != 400 || !strings.Contains(body, "extend") {
			t.Errorf("%s: %d %s", bad, code, body)
		}
	}
	if len(o.log.recs) != 1 {
		t.Errorf("%d commands were written, want 1", len(o.log.recs))
	}
}

// Questions are joined, parted and taken out by hand, and texts put before the
// host: what is no such command is refused here with its reason.
func TestByHandFromTheDesk(t *testing.T) {
	o := newOffice(t)
	host := o.token(record.Host, false)
	for i, good := range []string{
		`"question","data":{"cluster":"q2","into":"q1"}`, `"question","data":{"cluster":"q2","part":true}`,
		`"question","data":{"cluster":"q1","out":0}`, `"question","data":{"offset":0,"into":"q1"}`,
		`"prompt","data":{"script":"open"}`, `"prompt","data":{"text":"还有一分钟开福袋"}`, `"prompt","data":{}`,
		`"catalogue","data":{"scripts":[{"id":"open","title":"开场","text":"欢迎"}]}`,
	} {
		if code, body := o.send(host, "demo", fmt.Sprintf(`{"id":"h%d","kind":%s}`, i, good)); code != 202 {
			t.Errorf("%s: %d %s", good, code, body)
		}
	}
	written := len(o.log.recs)
	for bad, why := range map[string]string{
		`"question","data":{"cluster":"q2"}`:                           "want one of them",
		`"question","data":{"cluster":"q2","into":"q1","part":true}`:   "want one of them",
		`"question","data":{"into":"q1"}`:                              "cluster is empty",
		`"question","data":{"cluster":"q2","offset":4,"state":"open"}`: "in place of cluster",
		`"prompt","data":{"script":"open","text":"x"}`:                 "one of them",
		`"catalogue","data":{"scripts":[{"id":"open"}]}`:               "text of 0 bytes",
		`"prompt","data":{"text":"` + strings.Repeat("x", 1001) + `"}`: "1001 bytes",
		`"question","data":{"cluster":"q2","state":"merged"}`:          "open, onscreen or dismissed",
	} {
		if code, body := o.send(host, "demo", `{"kind":`+bad+`}`); code != 400 || !strings.Contains(body, why) {
			t.Errorf("%s: %d %s", bad, code, body)
		}
	}
	if code, _ := o.send(o.token(record.Viewer, false), "demo", `{"kind":"prompt","data":{"text":"x"}}`); code != 403 {
		t.Errorf("a viewer: %d", code)
	}
	if len(o.log.recs) != written {
		t.Errorf("%d commands were written, want %d", len(o.log.recs), written)
	}
}
