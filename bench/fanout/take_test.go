//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// stream is what a server sends in a window, and what a viewer must make of it.
func stream(r *rand.Rand) (b []byte, frames int, comments uint64) {
	b = wire.AppendText(b, []byte(`{"op":"hello","v":1,"room":"r","seq":3}`))
	for seq := uint64(4); seq < 30; seq++ {
		f := wire.AppendFrame(nil, "r", seq, 1, 2, 3)
		n := r.IntN(5) * r.IntN(40)
		for i := range n {
			f = wire.AppendComment(f, &wire.Comment{Offset: int64(i), ID: []byte(stampID(1_700_000_000_000_000_000+int64(i), i)), Text: []byte("有没有大码 {\"t\":\"c\",")})
		}
		b = wire.AppendText(b, wire.EndFrame(f))
		comments += uint64(n)
		frames++
		if r.IntN(4) == 0 {
			b = wire.AppendText(b, wire.AppendGap(nil, "r", 1, 2, wire.GapSlow))
		}
	}
	return b, frames, comments
}

// However the bytes are cut, and wherever they are skipped, the same is counted.
func TestTakeAnyCuts(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		b, frames, comments := stream(r)
		c := &crowd{viewers: make([]viewer, 3), seen: map[uint64]*arrival{}, counts: true, buf: make([]byte, 1<<10)}
		c.tally.Closed = map[string]uint64{}
		at := make([]int, len(c.viewers))
		for done := 0; done < len(c.viewers); {
			i := r.IntN(len(c.viewers))
			v := &c.viewers[i]
			if at[i] == len(b) {
				continue
			}
			n := min(1+r.IntN(2000), len(b)-at[i])
			if v.skip > len(c.buf) {
				n = min(n, v.skip)
				c.passed(v, n)
			} else {
				c.took(i, b[at[i]:at[i]+n], int64(at[i]))
			}
			if at[i] += n; at[i] == len(b) {
				done++
			}
		}
		got := fmt.Sprint(c.tally.Frames, c.tally.Bytes, c.tally.Lost, c.tally.Strange)
		want := fmt.Sprint(3*frames, 3*len(b), 0, 0)
		for _, a := range c.seen {
			c.tally.Seen = append(c.tally.Seen, a)
		}
		if got != want || c.tally.deliveries() != 3*comments {
			t.Fatalf("seed %d: frames, bytes, lost, strange %s, want %s; %d comments, want %d", seed, got, want, c.tally.deliveries(), 3*comments)
		}
	}
}

func TestLostFramesAreCounted(t *testing.T) {
	c := &crowd{viewers: make([]viewer, 1), seen: map[uint64]*arrival{}, counts: true}
	for _, seq := range []uint64{5, 6, 9} {
		c.took(0, wire.AppendText(nil, wire.EndFrame(wire.AppendFrame(nil, "r", seq, 1, 2, 3))), 1)
	}
	if c.tally.Lost != 2 || c.tally.Frames != 3 {
		t.Errorf("lost %d of frames 5, 6, 9, want 2; %d came, want 3", c.tally.Lost, c.tally.Frames)
	}
}

func TestStamps(t *testing.T) {
	f := wire.AppendFrame(nil, "r", 1, 1, 2, 3)
	for i, at := range []int64{1_700_000_000_000_000_005, 1_700_000_000_000_000_001, 1_700_000_000_000_000_003} {
		f = wire.AppendComment(f, &wire.Comment{ID: []byte(stampID(at, i))})
	}
	if n, oldest, newest := stamps(wire.EndFrame(f)); n != 3 || oldest != 1_700_000_000_000_000_001 || newest != 1_700_000_000_000_000_005 {
		t.Errorf("%d comments from %d to %d", n, oldest, newest)
	}
}

func TestQuantiles(t *testing.T) {
	s := spread{}
	a := &arrival{}
	for ms := range int64(1000) {
		a.at((5_000 + ms) * 1e6)
	}
	s.add(a, 4_990)
	if q := s.quantiles(.5, .99, .999, 1); fmt.Sprint(q) != "[509 999 1008 1009]" {
		t.Errorf("quantiles %v", q)
	}
}

// A template's places are where floor and peer write, and a viewer reads them.
func TestTemplate(t *testing.T) {
	f := wire.AppendFrame(nil, "r", 17, 1, 2, 3)
	f = wire.EndFrame(wire.AppendComment(f, &wire.Comment{ID: []byte(stampID(1_700_000_000_000_000_000, 1)), Text: []byte("x")}))
	m, err := newTemplate(f)
	if err != nil {
		t.Fatal(err)
	}
	copy(m.payload[m.seq:], "000000000042")
	copy(m.payload[m.stamp:], stampID(1_800_000_000_000_000_000, 1)[1:1+stampDigits])
	if _, _, newest := stamps(m.payload); seqOf(m.payload) != 42 || newest != 1_800_000_000_000_000_000 {
		t.Errorf("seq %d at %d in %s", seqOf(m.payload), newest, m.payload)
	}
}
