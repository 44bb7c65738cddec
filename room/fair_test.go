package room_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// Five flooders at 40 comments a second each among 3,000 viewers who speak once
// in 20 s compete for 20 places a second. Without a rate limit the draw alone
// must keep the flooders at 3 % of the display, and leave at most 7 % of the
// viewers who spoke unseen.
func TestFloodersGetNoMore(t *testing.T) {
	seconds, seeds := 300, []uint64{1}
	if os.Getenv("FUDAI_LONG") != "" {
		seeds = []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	}
	for _, seed := range seeds {
		limited := crowd(seed, seconds, room.Settings{Budget: 20})
		open := crowd(seed, seconds, room.Settings{Budget: 20, EmissionMS: -1})
		for name, c := range map[string]crowded{"draw alone": open, "with the rate limit": limited} {
			t.Logf("seed %d, %s: flooders %.2f %% of %d shown, %.2f %% of %d viewers never shown, Jain %.3f",
				seed, name, 100*c.flooders, c.shown, 100*c.unseen, c.spoke, c.jain)
			if c.flooders > 0.03 || c.unseen > 0.07 {
				t.Errorf("seed %d, %s: flooders have %.2f %% of the display (most 3), %.2f %% of viewers were never shown (most 7)",
					seed, name, 100*c.flooders, 100*c.unseen)
			}
			if c.shown < 19*seconds {
				t.Errorf("seed %d, %s: %d comments shown in %d s: the display was not full, so it proves nothing", seed, name, c.shown, seconds)
			}
		}
	}
}

type crowded struct {
	flooders, unseen, jain float64
	shown, spoke           int
}

func crowd(seed uint64, seconds int, s room.Settings) (c crowded) {
	const viewers, flooders, tick = 3000, 5, 200
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: s})
	rnd := roomtest.Rand(seed)
	users := make([][]byte, viewers+flooders)
	for i := range users {
		users[i] = fmt.Appendf(nil, "user%04d", i)
	}
	var out room.Out
	var frames room.Frames
	spoke, shown := make([]int, len(users)), make([]int, len(users))
	offset, text := int64(1<<32), []byte(nil)
	who := map[int64]int{}
	say := func(user int) {
		offset++
		text = fmt.Appendf(text[:0], "comment number %d of them all", offset)
		w.P.Comment(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: users[user], Name: users[user],
			ID: text[15:25], Text: text}, offset, record.Via{Ref: uint32(user)}, true, &out)
		who[offset] = user
		spoke[user]++
	}
	clock := int64(0)
	for range seconds * 1000 / tick {
		clock += tick
		offset++
		m := record.Comment{Kind: record.Tick}
		m.Marker = record.Marker{Epoch: 1, Seq: uint64(clock), Now: roomtest.Epoch + clock}
		w.Cfg.Keys.SignMarker(&m, 0)
		w.P.Comment(&m, offset, record.Via{}, false, &out)
		for range 8 * flooders {
			say(viewers + rnd.N(flooders))
		}
		for range viewers / 100 { // one in 20 s each
			say(rnd.N(viewers))
		}
		out.Reset()
		frames.Reset()
		w.P.Flush(room.Flush{Seed: rnd.Next(), Now: roomtest.Epoch + clock, Millis: tick}, &frames)
		for _, o := range frames.Outcomes {
			if o.Code == record.Shown {
				shown[who[o.Offset]]++
			}
		}
	}
	return weigh(spoke, shown, viewers)
}

func weigh(spoke, shown []int, viewers int) (c crowded) {
	var flood, unseen, sum, squares int
	for i, n := range shown {
		c.shown += n
		switch {
		case i >= viewers:
			flood += n
		case spoke[i] > 0:
			c.spoke++
			sum, squares = sum+n, squares+n*n
			if n == 0 {
				unseen++
			}
		}
	}
	c.flooders = float64(flood) / float64(c.shown)
	c.unseen = float64(unseen) / float64(c.spoke)
	c.jain = float64(sum) * float64(sum) / float64(c.spoke*squares)
	return c
}

// mixed plays a room in which every class wants more than its share, and answers
// what each got and all frames.
func mixed(t *testing.T, seed uint64, seconds int) (shown map[string]int, all []byte) {
	t.Helper()
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{Budget: 20, EmissionMS: -1}})
	rnd := roomtest.Rand(seed)
	var out room.Out
	var frames room.Frames
	offset := int64(1 << 32)
	shown = map[string]int{}
	say := func(role record.Role, user, text string, fan int64) {
		offset++
		c := record.Comment{Kind: record.Say, Role: role, Room: []byte("demo"), User: []byte(user), Name: []byte(user),
			ID: fmt.Appendf(nil, "m%d", offset), Text: fmt.Appendf(nil, "%d: %s %d", rnd.Next(), text, offset)}
		c.Facts.Known, c.Facts.FanLevel = record.FactFan, fan
		w.P.Comment(&c, offset, record.Via{Ref: 1}, true, &out)
	}
	for tick := range seconds * 5 {
		clock := int64(tick+1) * 200
		offset++
		m := record.Comment{Kind: record.Tick}
		m.Marker = record.Marker{Epoch: 1, Seq: uint64(clock), Now: roomtest.Epoch + clock}
		w.Cfg.Keys.SignMarker(&m, 0)
		w.P.Comment(&m, offset, record.Via{}, false, &out)
		for range 400 { // a flood of nothing in particular
			say(record.Viewer, fmt.Sprint("u", rnd.N(3000)), "come on let us go", 0)
		}
		for i := range 4 {
			say(record.Viewer, fmt.Sprint("q", rnd.N(3000)), "how much is number", 0)
			say(record.Viewer, fmt.Sprint("p", rnd.N(3000)), "a friend of the shop", 30)
			say(record.Host, "boss", "welcome all of you", 0)
			say(record.Moderator, fmt.Sprint("mod", i), "please be kind", 0)
		}
		out.Reset()
		frames.Reset()
		w.P.Flush(room.Flush{Seed: rnd.Next(), Now: roomtest.Epoch + clock, Millis: 200}, &frames)
		for i := range frames.Frames {
			all = append(all, frames.Frames[i].Value...)
		}
	}
	for _, c := range w.P.Stats().Rooms[0].Classes {
		shown[c.Class] = int(c.Shown)
	}
	return shown, all
}

// A flood in one class leaves the others what is theirs of 20 places a second:
// 11 % for the host, 5 % for moderators, a sixth each for questions and friends
// of the shop, a third for everybody else.
func TestClassMinimumsHold(t *testing.T) {
	const seconds = 60
	shown, _ := mixed(t, 1, seconds)
	t.Logf("shown in %d s: %v", seconds, shown)
	for class, least := range map[string]float64{"host": 0.11, "moderator": 0.056, "question": 0.16, "paid": 0.16, "normal": 0.31} {
		if want := int(least * 20 * seconds * 0.97); shown[class] < want {
			t.Errorf("%s: %d shown, its share is %d", class, shown[class], want)
		}
	}
	if sum := shown["host"] + shown["moderator"] + shown["question"] + shown["paid"] + shown["normal"] + shown["low"]; sum > 20*seconds+40 {
		t.Errorf("%d shown in all, %d are the budget", sum, 20*seconds)
	}
}

// The same seeds give the same selection, byte for byte; other seeds another one.
func TestSameSeedSameSelection(t *testing.T) {
	_, a := mixed(t, 5, 10)
	_, b := mixed(t, 5, 10)
	_, c := mixed(t, 6, 10)
	if !bytes.Equal(a, b) {
		t.Error("the same seeds gave another selection")
	}
	if bytes.Equal(a, c) {
		t.Error("other seeds gave the same selection")
	}
}
