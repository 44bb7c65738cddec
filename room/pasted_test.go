package room_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// Six pasted texts, each said with something changed every time, among comments
// that are not: whoever goes on from a snapshot, taken anywhere, writes the same
// frames, and the counts are the true ones.
func TestPastedTextsAfterRestore(t *testing.T) {
	frames, pasted := paste(t, -1)
	if lines := bytes.Count(frames, []byte(`"t":"agg"`)); lines < 20 {
		t.Fatalf("%d lines told: too few to prove anything", lines)
	}
	for _, n := range pasted {
		if !bytes.Contains(frames, fmt.Appendf(nil, `"count":%d,`, n)) {
			t.Errorf("no line was told with the count %d: they were said %v times", n, pasted)
		}
	}
	for restored := range 40 {
		if again, _ := paste(t, restored); !bytes.Equal(again, frames) {
			t.Fatalf("restored after flush %d: other frames", restored)
		}
	}
}

// paste answers the frames, and how often each text was said.
func paste(t *testing.T, restored int) (frames []byte, said [6]int) {
	t.Helper()
	rnd := roomtest.Rand(3)
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Settings: room.Settings{EmissionMS: -1}})
	p := w.P
	var out room.Out
	var f room.Frames
	name := [...]string{"春天", "夏天", "秋日", "冬季", "早晨", "夜里"}
	for flush := range 45 {
		m := record.Comment{Kind: record.Tick}
		m.Marker = record.Marker{Epoch: 1, Seq: uint64(flush + 1), Now: roomtest.Epoch + int64(flush)*200}
		w.Cfg.Keys.SignMarker(&m, 0)
		offset := int64(flush) * 100
		p.Comment(&m, offset, record.Via{}, false, &out)
		for i := range 20 * (max(40-flush, 0) / max(40-flush, 1)) { // then nobody speaks, and every count is told
			offset++
			text := fmt.Appendf(nil, "%d 我自己说的话 %d 和别人都不一样 %d 谁也不会跟着说", offset, offset, rnd.Next())
			if i%2 == 0 {
				k := rnd.N(len(said))
				said[k]++
				text = fmt.Appendf(nil, "%s%s %d", strings.Repeat(name[k], 8), "我们一起给主播加油打气今天也要开开心心地听歌呀", rnd.N(1000))
			}
			id := fmt.Appendf(nil, "m%d", offset)
			p.Comment(&record.Comment{Kind: record.Say, Role: record.Viewer, Room: []byte("demo"), User: fmt.Appendf(nil, "u%d", rnd.N(500)), Name: id, ID: id, Text: text},
				offset, record.Via{}, false, &out)
		}
		out.Reset()
		f.Reset()
		p.Flush(room.Flush{Seed: uint64(flush), Now: roomtest.Epoch + int64(flush)*200, Millis: 200}, &f)
		for i := range f.Frames {
			frames = append(frames, f.Frames[i].Value...)
		}
		if flush == restored {
			next := room.New(w.Cfg)
			if err := next.Restore(p.AppendSnapshot(nil)); err != nil {
				t.Fatal(err)
			}
			p = next
		}
	}
	return frames, said
}
