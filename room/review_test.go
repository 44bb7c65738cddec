package room_test

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// With a reviewer the room shows what is held and what is on its way to the
// screen; verdicts on both come back in one command, and who decided is told.
func TestReviewerSeesAndDecides(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Review: true})
	w.Tick(200)
	stage(w, "demo", "", ruleText("v1", "hold", "alpha"))
	seen := map[string]room.Sighting{}
	for i, text := range []string{"alpha one", "alpha two", "gamma three", "call 13812345678 four"} {
		w.Out.Reset()
		w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: fmt.Appendf(nil, "u%d", i), Name: []byte("n"),
			ID: fmt.Appendf(nil, "m%d", i), Text: []byte(text)}, fmt.Sprint("m", i))
		for _, s := range w.Out.Review {
			seen[text] = s
		}
	}
	w.Out.Reset()
	w.Send(&record.Comment{Kind: record.Say, Role: record.Host, Room: []byte("demo"), User: []byte("boss"), ID: []byte("h"), Text: []byte("welcome")}, "h")
	if len(w.Out.Review) > 0 {
		t.Error("what the host says is reviewed")
	}
	one, two, three, four := seen["alpha one"], seen["alpha two"], seen["gamma three"], seen["call 13812345678 four"]
	if !one.Held || one.Category != "ads" || one.Rule != "a/alpha" || len(one.Handle) != record.HandleSize || three.Held || three.Room != "demo" {
		t.Errorf("%+v %+v", one, three)
	}
	if four.Text == "call 13812345678 four" {
		t.Errorf("personal data went to the reviewer: %q", four.Text)
	}
	if again := w.P.Awaiting(); len(again) != 2 || again[0].Offset != one.Offset || again[0].Handle != one.Handle || again[0].Text != "alpha one" || again[0].Category != "ads" {
		t.Errorf("awaiting: %+v", again)
	}
	var frames room.Frames
	w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + w.Now, Millis: 200}, &frames)
	w.Out.Reset()
	w.Command(record.CtlVerdict, "demo", fmt.Sprintf(`{"verdicts":[{"offset":%d,"action":"allow","rule":"hook"},{"offset":%d,"action":"block","rule":"hook/ads","reason":"x"},{"offset":%d,"action":"block","reason":"x"}]}`,
		one.Offset, two.Offset, three.Offset))
	codes := map[int64]record.Code{}
	for _, o := range w.Out.Outcomes {
		codes[o.Offset] = o.Code
	}
	if codes[two.Offset] != record.Blocked || codes[three.Offset] != record.Retracted || len(w.P.Awaiting()) != 0 {
		t.Errorf("%v", codes)
	}
	by := map[int64]room.Why{}
	for _, y := range w.Out.Why {
		by[y.Offset] = y
	}
	if len(by) != 3 || by[one.Offset].By != "host" || by[two.Offset].Rule != "hook/ads" {
		t.Errorf("why: %+v", w.Out.Why)
	}
	w.Out.Reset()
	w.Command(record.CtlVerdict, "demo", `{"verdicts":[{"offset":1,"action":"allow"},{"offset":2,"action":"explode"}]}`)
	if len(w.Out.Refused) != 1 {
		t.Error("a command with a wrong verdict was not refused")
	}
}
