package room_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// town is a room with ordinary talk, and raiders who come now and then.
type town struct {
	t     *testing.T
	w     *roomtest.World
	crowd *roomtest.Crowd
	rnd   roomtest.Rand
	n     int
	codes map[record.Code]int
}

func newTown(t *testing.T, seed uint64) *town {
	w := roomtest.NewWorld(room.Config{AutoCreate: true})
	w.Tick(200)
	return &town{t: t, w: w, crowd: roomtest.NewCrowd(roomtest.Recorded(), seed, 20_000), rnd: roomtest.Rand(seed), codes: map[record.Code]int{}}
}

func (v *town) say(c *record.Comment) {
	v.n++
	c.Kind, c.Role, c.Room = record.Say, record.Viewer, []byte("demo")
	c.ID = fmt.Appendf(nil, "m%d", v.n)
	v.w.Out.Reset()
	v.w.Send(c, string(c.ID))
	for _, o := range v.w.Out.Outcomes {
		v.codes[o.Code]++
	}
}

// seconds lets time pass with so many ordinary comments and raiders a second.
func (v *town) seconds(n, talk, raiders int) {
	for range n {
		for tick := range 5 {
			for i := range talk {
				if i%5 == tick {
					var c record.Comment
					v.crowd.Next(&c)
					c.Facts.Known, c.Facts.CreatedAt = record.FactCreated, roomtest.Epoch-400*86400_000
					v.say(&c)
				}
			}
			for i := range raiders {
				if i%5 == tick {
					c := record.Comment{User: fmt.Appendf(nil, "raider%d", v.n), Name: []byte("x"), Text: []byte("都去隔壁 look at bad-place.com")}
					c.Facts.Known, c.Facts.CreatedAt = record.FactCreated, roomtest.Epoch+v.w.Now-60_000
					v.say(&c)
				}
			}
			v.w.Tick(200)
		}
	}
}

func (v *town) shield() room.Shield {
	view, _ := v.w.P.View("demo")
	return view.Shield
}

// Ordinary talk, a rush of buyers' comments and a giveaway's passphrases are no
// raid; strangers who all say the same are, and the shield stays up until five
// minutes are quiet.
func TestRaidPutsUpTheShield(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		v := newTown(t, seed)
		v.seconds(120, 10, 0)
		if s := v.shield(); s.Up {
			t.Fatalf("seed %d: ordinary talk is taken for a raid: %+v", seed, s)
		}
		v.seconds(40, 40, 0) // four times as many of the same kind
		if s := v.shield(); s.Up {
			t.Errorf("seed %d: a rush is taken for a raid: %+v", seed, s)
		}
		v.seconds(60, 10, 0)
		v.seconds(30, 10, 60)
		s := v.shield()
		if !s.Up || s.Since == 0 {
			t.Fatalf("seed %d: no shield after 30 s of a raid: %+v", seed, s)
		}
		if err := v.w.Takeover(); err != nil {
			t.Fatal(err)
		}
		state, _ := v.w.P.State("demo", roomtest.Epoch+v.w.Now, nil)
		if !strings.Contains(string(state), `"shield":true`) || !strings.Contains(string(state), `"slow_ms":30000`) {
			t.Errorf("seed %d: viewers and edges are not told: %.300s", seed, state)
		}
		before := v.codes[record.Blocked] + v.codes[record.Held]
		v.seconds(5, 0, 10)
		if got := v.codes[record.Blocked] + v.codes[record.Held] - before; got < 50 {
			t.Errorf("seed %d: %d of 50 raiders were stopped behind the shield", seed, got)
		}
		v.seconds(240, 2, 0)
		if !v.shield().Up {
			t.Errorf("seed %d: the shield came down after four minutes", seed)
		}
		for range 5 * 120 {
			v.w.Tick(200) // nobody speaks, and time passes
		}
		if s := v.shield(); s.Up {
			t.Errorf("seed %d: the shield is up after six quiet minutes: %+v", seed, s)
		}
		for range 5 * 120 { // what is held expires, limits run out
			v.w.Tick(200)
		}
		var frames room.Frames
		v.w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + v.w.Now, Millis: 200}, &frames)
		v.w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + v.w.Now, Millis: 200}, &frames)
		v.w.Tick(200)
		v.w.P.Flush(room.Flush{Seed: 1, Now: roomtest.Epoch + v.w.Now, Millis: 200}, &frames)
		if v.w.P.Active() {
			t.Errorf("seed %d: a silent room still asks for Ticks", seed)
		}
	}
}

// Staff put it up and take it down with one word, and that stands.
func TestShieldByHand(t *testing.T) {
	v := newTown(t, 1)
	v.seconds(1, 5, 0)
	v.w.Command(record.CtlRoom, "demo", `{"shield":"on"}`)
	if s := v.shield(); !s.Up || s.Mode != "on" {
		t.Errorf("%+v", s)
	}
	v.say(&record.Comment{User: []byte("visitor"), Text: []byte("see bad-place.com")})
	if v.codes[record.Blocked] == 0 {
		t.Errorf("a link behind the shield: %v", v.codes)
	}
	v.w.Command(record.CtlRoom, "demo", `{"shield":"off"}`)
	v.seconds(120, 10, 0)
	v.seconds(40, 10, 80)
	if s := v.shield(); s.Up || s.Mode != "off" {
		t.Errorf("%+v", s)
	}
	v.w.Out.Reset()
	v.w.Command(record.CtlRoom, "demo", `{"shield":"maybe"}`)
	if len(v.w.Out.Refused) != 1 {
		t.Error("a word that is none was taken")
	}
}

// Somebody whom rules refused is held behind the shield; whoever speaks well
// since, or long ago, is not.
func TestReputationForgets(t *testing.T) {
	speak := func(w *roomtest.World, n int, text string) record.Code {
		w.Out.Reset()
		w.Send(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: []byte("bob"), Name: []byte("bob"),
			ID: fmt.Appendf(nil, "b%d", n), Text: fmt.Appendf(nil, "%s %d", text, n)}, "b")
		for _, o := range w.Out.Outcomes {
			return o.Code
		}
		return record.Shown
	}
	for name, c := range map[string]struct {
		mend func(w *roomtest.World)
		want record.Code
	}{
		"at once": {func(*roomtest.World) {}, record.Held},
		"after twelve praises": {func(w *roomtest.World) {
			for i := range 12 {
				w.Tick(61_000)
				speak(w, 100+i, "好看的衣服")
			}
		}, record.Shown},
	} {
		w := roomtest.NewWorld(room.Config{AutoCreate: true})
		w.Tick(200)
		stage(w, "demo", "", ruleText("v1", "block", "alpha"))
		for i := range 4 {
			if got := speak(w, i, "alpha"); got != record.Blocked {
				t.Fatalf("%s: %s", name, got)
			}
			w.Tick(2000)
		}
		c.mend(w)
		w.Command(record.CtlRoom, "demo", `{"shield":"on"}`)
		w.Tick(61_000)
		if got := speak(w, 50, "今天天气"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
