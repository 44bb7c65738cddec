package room_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// copied folds the copy of a room of w into an empty partition.
func copied(t *testing.T, w *roomtest.World, name string) (room.Copy, *roomtest.World) {
	t.Helper()
	c, err := w.P.Copy(name)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(c) // as an owner answers it
	if err != nil {
		t.Fatal(err)
	}
	var read room.Copy
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatal(err)
	}
	to := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: read.Settings})
	to.Tick(200)
	for i := range read.Commands {
		value := record.AppendControl(nil, &read.Commands[i])
		ctl, bad := record.ParseControl(value)
		if bad != nil {
			t.Fatalf("command %d is none: %v", i, bad)
		}
		to.Command(ctl.Kind, ctl.Room, string(ctl.Data))
	}
	if len(to.Out.Refused) > 0 {
		t.Fatalf("%+v", to.Out.Refused)
	}
	return read, to
}

// The copy of a room judges, limits and answers as the room does, and a copy of
// the copy is the same; what is done to the copy stays there.
func TestCopy(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{EmissionMS: 700, Burst: 2}})
	w.Tick(200)
	stage(w, "", record.StageEnforce, ruleText("house", "hold", "gamma"))
	stage(w, "demo", record.StageEnforce, ruleText("own", "block", "alpha"))
	for kind, data := range map[string]string{
		record.CtlRoom:      `{"title":"茶","slow_ms":30000,"mute_all":"guest","unique":true,"budget":7,"video_delay_ms":4000,"shield":"off"}`,
		record.CtlCatalogue: `{"items":[{"item":"*","facts":{"delivery":"48 小时内发货"}},{"item":"cup","title":"杯","link":3,"price":3900}],"faq":[{"id":"f1","questions":["会碎吗"],"answer":"不会"}],"scripts":[{"id":"s","title":"开场","text":"欢迎"}]}`,
		record.CtlMute:      `{"user":"noisy","seconds":0,"reason":"spam"}`,
		record.CtlPin:       `{"pin":"p","text":"此刻"}`,
	} {
		w.Command(kind, "demo", data)
	}
	if len(w.Out.Refused) > 0 {
		t.Fatalf("%+v", w.Out.Refused)
	}
	c, to := copied(t, w, "demo")
	if got := to.P.Catalogue("demo"); !reflect.DeepEqual(got, w.P.Catalogue("demo")) || len(got.Items) != 2 || len(got.FAQ) != 1 || len(got.Scripts) != 1 {
		t.Errorf("the copy knows of the goods %+v", got)
	}
	for text, want := range map[string]string{"alpha goods": "blocked", "gamma goods": "held", "fine goods": ""} {
		if a, b := say(w, text), say(to, text); a != want || b != want {
			t.Errorf("%q: the room %q, its copy %q, want %q", text, a, b, want)
		}
	}
	again, err := to.P.Copy("demo")
	if err != nil || c.Settings != again.Settings || c.Settings.EmissionMS != 700 || len(c.Commands) != len(again.Commands) || len(c.Commands) < 4 {
		t.Fatalf("%+v, %v", again, err)
	}
	for i := range c.Commands {
		if a, b := string(c.Commands[i].Data), string(again.Commands[i].Data); a != b {
			t.Errorf("a copy of the copy says\n%s, the copy\n%s", b, a)
		}
	}
	stage(to, "demo", record.StageEnforce, ruleText("other", "allow", "alpha"))
	if a, b := say(w, "alpha again"), say(to, "alpha again"); a != "blocked" || b != "" {
		t.Errorf("after a change of the copy the room %q, the copy %q", a, b)
	}
	rules, err := c.Rules(nil)
	if err != nil {
		t.Fatal(err)
	}
	var scratch moderation.Scratch
	if v := rules.Judge("alpha", moderation.Sender{}, &scratch); v.Action != moderation.Block || v.Version != "house+own" {
		t.Errorf("its rules say %+v", v)
	}
}

// A room that nobody made has the installation's settings and the rules of all
// rooms, and asking makes none. A large catalogue comes in commands that the log takes.
func TestCopyOfNothing(t *testing.T) {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	stage(w, "", record.StageEnforce, ruleText("house", "block", "gamma"))
	c, to := copied(t, w, "nowhere")
	if _, made := w.P.Rules("nowhere"); made || len(c.Commands) != 1 || c.Settings != room.DefaultSettings() || say(to, "gamma") != "blocked" {
		t.Errorf("made %v, %+v", made, c)
	}
	long := make([]byte, 450)
	for i := range long {
		long[i] = 'x'
	}
	for i := range 120 {
		raw, _ := json.Marshal(record.CatalogueData{Items: []record.ItemData{{Item: "i" + string(rune('A'+i/26)) + string(rune('a'+i%26)),
			Facts: map[string]string{"delivery": string(long), "return": string(long), "material": string(long), "fee": string(long)}}}})
		w.Command(record.CtlCatalogue, "demo", string(raw))
	}
	c, to = copied(t, w, "demo")
	if len(to.P.Catalogue("demo").Items) != 120 || len(c.Commands) < 4 {
		t.Errorf("%d goods in %d commands", len(to.P.Catalogue("demo").Items), len(c.Commands))
	}
}
