package broadcast

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// topRooms is how many rooms have series of their own: the ones with most
// viewers at the time of the scrape. One series a room would be as many as there
// are rooms.
const topRooms = 10

// fullest is a collector of the rooms with most viewers.
type fullest struct {
	rooms           *rooms
	viewers, frames *prometheus.Desc
}

func newFullest(rs *rooms) *fullest {
	labels := []string{"room"}
	return &fullest{rooms: rs,
		viewers: prometheus.NewDesc("fudai_edge_top_room_viewers", "Connections in the ten rooms that have most of them here.", labels, nil),
		frames:  prometheus.NewDesc("fudai_edge_top_room_seq", "Number of the last frame of those rooms.", labels, nil)}
}

func (f *fullest) Describe(ch chan<- *prometheus.Desc) { ch <- f.viewers; ch <- f.frames }

func (f *fullest) Collect(ch chan<- prometheus.Metric) {
	type held struct {
		*room
		n int32
	}
	var top []held
	for _, r := range f.rooms.all() {
		n := r.online()
		if n == 0 || len(top) == topRooms && n <= top[topRooms-1].n {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, n, func(h held, n int32) int { return cmp.Compare(n, h.n) })
		top = slices.Insert(top, at, held{r, n})
		top = top[:min(len(top), topRooms)]
	}
	for _, h := range top {
		ch <- prometheus.MustNewConstMetric(f.viewers, prometheus.GaugeValue, float64(h.n), h.name)
		ch <- prometheus.MustNewConstMetric(f.frames, prometheus.GaugeValue, float64(h.view().seq), h.name)
	}
}
