package broadcast

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

func give(event, state string) string {
	return fmt.Sprintf(`{"t":"give","event":%q,"state":%q,"open_at":1,"close_at":2}`, event, state)
}

// Only the frame in which a card goes from not open to open is an opening: what a
// state told, what was open before, and what stands behind a hole have none.
func TestWhichFrameOpens(t *testing.T) {
	for _, c := range []struct {
		name   string
		states string // cards of the state that comes first
		frames []string
		want   string
	}{
		{"announced, then open", "", []string{give("a", "announced"), give("a", "open")}, "a"},
		{"open at once, in a room that is followed", "", []string{"", give("a", "open")}, "a"},
		{"open in the first frame that was read", "", []string{give("a", "open")}, ""},
		{"open by the state, counted up since", give("a", "open"), []string{give("a", "open"), give("a", "open")}, ""},
		{"announced by the state", give("a", "announced"), []string{give("a", "open"), give("a", "open")}, "a"},
		{"two at once", "", []string{"", give("a", "open") + "," + give("b", "open"), give("a", "closing")}, "a b"},
		{"first seen behind a hole", "", []string{"", "hole", give("a", "open")}, ""},
	} {
		r, seq := newRoom("demo", 1, 0), uint64(0)
		cfg := DefaultConfig()
		if c.states != "" {
			r.snapshot(&record.Meta{Kind: record.FrameState}, []byte(`{"gives":[`+c.states+`]}`), 0, 0)
		}
		for _, items := range c.frames {
			if seq++; items != "hole" {
				r.batch(&record.Meta{Kind: record.FrameBatch, Seq: seq}, []byte(`{"items":[`+items+`]}`), 0, 0, &cfg)
			}
		}
		var got []string
		if list := r.opened.Load(); list != nil {
			for _, f := range *list {
				got = append(got, f.event)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: opened %q, want %q", c.name, got, c.want)
		}
	}
}

// A loop gives each opening the time of the first write after it; what was there
// before the loop had a viewer of the room gets none, and what a room forgets is
// forgotten.
func TestWhenAnOpeningIsWritten(t *testing.T) {
	early, late := time.Unix(100, 0), time.Unix(200, 0)
	before, first, second := []openFrame{{"a"}}, []openFrame{{"a"}, {"b"}}, []openFrame{{"b"}, {"c"}}
	o := openings{seen: &before}
	o.note(&first, early)
	o.note(&second, late)
	if _, ok := o.at["a"]; ok || len(o.at) != 2 || !o.at["b"].Equal(early) || !o.at["c"].Equal(late) {
		t.Errorf("%v", o.at)
	}
}
