//go:build linux

package main

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// What a viewer comes back with, and which results it has, is the same however
// the bytes are cut; a frame that did not come whole is asked for again.
func TestKeptAnyCuts(t *testing.T) {
	hello := wire.AppendHello(nil, &wire.Hello{Room: "r", Seq: 3, Resume: "first", BackMin: 200, BackMax: 1400})
	frame := func(seq uint64) []byte { return wire.EndFrame(wire.AppendFrame(nil, "r", seq, 1, 2, 3)) }
	var b []byte
	for _, m := range [][]byte{hello, []byte(`{"op":"state","room":"r","seq":3,"now":1}`), frame(4),
		[]byte(`{"op":"result","room":"r","event":"roll-7","title":"x","state":"sealed"}`), frame(5),
		[]byte(`{"op":"result","room":"r","event":"roll-7","title":"x","state":"drawn","winners":[]}`),
		[]byte(`{"op":"result","room":"r","event":"roll-7","title":"x","state":"drawn","winners":[]}`),
		wire.AppendGap(nil, "r", 6, 8, wire.GapSlow), frame(9), wire.AppendBye(nil, wire.CloseDrain, "away", 300, 900, "second")} {
		b = wire.AppendText(b, m)
	}
	half := wire.AppendText(nil, frame(10))
	b = append(b, half[:len(half)-1]...)
	for cut := range len(b) {
		c := &crowd{viewers: make([]viewer, 1), seen: map[uint64]*arrival{}, counts: true, how: order{Resume: true}}
		c.took(0, b[:cut], 1)
		c.took(0, b[cut:], 1)
		v := &c.viewers[0]
		got := fmt.Sprint(v.had, v.resume, v.least, v.most, v.results, v.again, c.tally.Lost, c.tally.Gaps)
		if want := fmt.Sprint(9, "second", 300, 900, [3]uint64{1 << 7, 1 << 7, 0}, 1, 0, 1); got != want {
			t.Fatalf("cut at %d: %s, want %s", cut, got, want)
		}
	}
}
