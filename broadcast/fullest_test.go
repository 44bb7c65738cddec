package broadcast

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// However many rooms there are, ten have series: those with most viewers.
func TestFullest(t *testing.T) {
	rs := newRooms(2)
	for i := range 300 {
		r := rs.open(fmt.Append(nil, "room", i), 0)
		r.viewers[i%2].Store(int32(i * 7 % 300))
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(newFullest(rs))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if len(f.Metric) != topRooms {
			t.Errorf("%s has %d series, want %d", f.GetName(), len(f.Metric), topRooms)
		}
		for _, m := range f.Metric {
			if f.GetName() == "fudai_edge_top_room_viewers" && m.GetGauge().GetValue() < 290 {
				t.Errorf("%s has %v viewers and is among the first ten", m.Label[0].GetValue(), m.GetGauge().GetValue())
			}
		}
	}
}
