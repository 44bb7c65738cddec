package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// What a room refuses after the desk has accepted it is told to its staff, once
// each and the last ones only, with the rules of giveaways by name.
func TestRefusedLater(t *testing.T) {
	o := newOffice(t)
	sent := time.Now().UnixMilli()
	no := func(room string, c record.Control, why error) {
		c.V, c.Room, c.By, c.Role, c.At = 1, room, "staff", "host", sent
		p, value := kafkalog.Partition(room), record.AppendControl(nil, &c)
		problems, sig := o.keys.Refuse(p, 9, value, why)
		rec := kafkalog.Record{Key: []byte(room), Value: value, Partition: p, Headers: []kafkalog.Header{
			{Key: "reason", Value: []byte(record.ReasonCommand)}, {Key: "offset", Value: []byte("9")}, {Key: "problems", Value: problems}, {Key: "sig", Value: sig}}}
		if n := o.tail[2*kafkalog.Partitions+p]([]kafkalog.Record{rec}, 0); n != 1 {
			t.Fatalf("%d of 1 record taken", n)
		}
	}
	heard := func(tok string) (int, []Refused) {
		w := ut.PerformRequest(o.h.Engine, "GET", "/v1/rooms/demo/refused", nil, ut.Header{Key: "Authorization", Value: "Bearer " + tok})
		var v struct{ Refused []Refused }
		if w.Code == 200 && json.Unmarshal(w.Body.Bytes(), &v) != nil {
			t.Fatal(w.Body.String())
		}
		return w.Code, v.Refused
	}
	host := o.token(record.Host, false)
	if code, all := heard(host); code != 200 || all == nil || len(all) != 0 {
		t.Fatalf("%d %v", code, all)
	}
	plan := record.Control{ID: "c1", Kind: record.CtlPlan, Data: []byte(`{"event":"bag-1","kind":"bag"}`)}
	no("demo", plan, errors.Join(record.Breaks(giveaway.RulePhrase, "another has it"), record.Breaks(giveaway.RuleFull, "room has 16")))
	no("demo", plan, errors.New("again"))
	no("demo", record.Control{ID: "c2", Kind: record.CtlPlan, Data: []byte(`{"extend":{"event":"bag-2","byMs":9}}`)}, record.Breaks(giveaway.RuleClosed, "it is drawn"))
	no("demo", record.Control{ID: "c3", Kind: record.CtlLease, Data: []byte(`{}`)}, errors.New("somebody else works on it"))
	no("other", record.Control{ID: "c4", Kind: record.CtlPin, Data: []byte(`{}`)}, errors.New("five are pinned"))
	sent = time.Now().Add(-2 * refusedWithin).UnixMilli()
	no("demo", record.Control{ID: "c5", Kind: record.CtlPin, Data: []byte(`{}`)}, errors.New("told again by a new owner, hours later"))
	sent = time.Now().UnixMilli()
	_, all := heard(host)
	if len(all) != 2 || all[0].Event != "bag-1" || fmt.Sprint(all[0].Rules) != "[room-phrase room-full]" || all[0].By != "staff" ||
		all[1].Event != "bag-2" || fmt.Sprint(all[1].Rules) != "[extend-closed]" {
		t.Fatalf("%+v", all)
	}
	for i := range 2 * refusedMost {
		no("demo", record.Control{ID: fmt.Sprintf("p%d", i), Kind: record.CtlPin, Data: []byte(`{}`)}, errors.New("five are pinned"))
	}
	if _, all = heard(host); len(all) != refusedMost || all[refusedMost-1].ID != fmt.Sprintf("p%d", 2*refusedMost-1) {
		t.Fatalf("%d kept: %+v", len(all), all)
	}
	if code, _ := heard(o.token(record.Viewer, false)); code != 403 {
		t.Errorf("a viewer: %d", code)
	}
	if code, _ := heard(o.token(record.Host, false, "other")); code != 403 {
		t.Errorf("another room's host: %d", code)
	}
}
