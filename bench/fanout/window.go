//go:build linux

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// window is some seconds of one variant.
type window struct {
	seconds float64
	tally   *tally
	server  time.Duration // CPU of the server and its children
	apart   time.Duration // of the other roles, if they have a process of their own
	broker  time.Duration
	viewers time.Duration
	others  float64 // cores that neither they nor this program kept busy
	said    int64   // comments the log took
	refused int64
	writes  float64 // by the server's own count
	queue   int64   // bytes the kernel owed the viewer it owed most, at the end
	stuck   int64   // and all of them
}

// settle is how long a window goes on after the last comment, so that the last
// frame is in it.
const settle = 700 * time.Millisecond

// calmest is how busy other programs may keep the machine when a window begins.
var calmest float64

// calm waits for it, 20 seconds at most: the machine may be shared.
func calm() {
	if calmest <= 0 {
		return
	}
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
		before := busy()
		time.Sleep(time.Second)
		if (busy() - before).Seconds() <= calmest {
			return
		}
	}
}

// spent reads the CPU time of processes, those that there are.
func spent(all ...*process) (sum time.Duration) {
	for _, p := range all {
		if p != nil {
			sum += cpu(p.pid())
		}
	}
	return sum
}

// watch runs what for a window of viewers at the server given.
func watch(crowds []*process, server, apart, broker *process, what func() error) (w window, err error) {
	calm()
	if err := begin(crowds); err != nil {
		return w, err
	}
	began, all, me := time.Now(), busy(), self()
	s, a, b, v := spent(server), spent(apart), spent(broker), spent(crowds...)
	if err := what(); err != nil {
		return w, err
	}
	w.server, w.apart, w.broker, w.viewers = spent(server)-s, spent(apart)-a, spent(broker)-b, spent(crowds...)-v
	w.seconds = time.Since(began).Seconds()
	w.others = max(0, (busy()-all-w.server-w.apart-w.broker-w.viewers-(self()-me)).Seconds()/w.seconds)
	w.tally, err = finish(crowds)
	return w, err
}

// window measures a talk.
func (s *stage) window(t talk, d time.Duration) (w window, err error) {
	var taken, refused int64
	before := s.metric("fudai_edge_writes_total")
	w, err = watch(s.crowds, s.server, s.others, s.broker, func() error {
		ctx, stop := context.WithTimeout(context.Background(), d)
		defer stop()
		taken, refused = s.say(ctx, t)
		time.Sleep(settle)
		return s.alive()
	})
	time.Sleep(1100 * time.Millisecond) // loops publish once a second
	w.said, w.refused, w.writes = taken, refused, s.metric("fudai_edge_writes_total")-before
	return w, err
}

// perWrite is the server's CPU for one frame to one viewer.
func (w *window) perWrite() time.Duration {
	return w.server / time.Duration(max(1, w.tally.Frames))
}

// perMillion is the server's CPU for a million comments delivered, in seconds.
func (w *window) perMillion() float64 {
	return w.server.Seconds() / (float64(max(1, w.tally.deliveries())) / 1e6)
}

// whole is the way of every comment-bearing frame to every viewer, in ms: from
// when its newest comment was handed to the log's client.
func (w *window) whole() spread {
	s := spread{}
	for _, a := range w.tally.Seen {
		if a.Newest > 0 {
			s.add(a, a.Newest/1e6)
		}
	}
	return s
}

// edge is the same from the time of the frame's record in the log.
func (w *window) edge(f *framesRead) spread {
	s := spread{}
	for _, a := range w.tally.Seen {
		if at := f.when(a.Seq); at > 0 && a.Comments > 0 {
			s.add(a, at)
		}
	}
	return s
}

// lastViewer is how long after the newest comment the last viewer had a frame:
// the median over frames.
func (w *window) lastViewer() time.Duration {
	newest := map[uint64]int64{}
	for _, a := range w.tally.Seen {
		newest[a.Seq] = max(newest[a.Seq], a.Newest)
	}
	var late []time.Duration
	for seq, last := range w.tally.last() {
		if newest[seq] > 0 {
			late = append(late, time.Duration(last-newest[seq]))
		}
	}
	return median(late)
}

// spreadOut is how long after the first viewer of a process the last one had
// a frame: the median over frames.
func (w *window) spreadOut() time.Duration {
	first := map[uint64]int64{}
	for _, a := range w.tally.Seen {
		if f := first[a.Seq]; f == 0 || a.First < f {
			first[a.Seq] = a.First
		}
	}
	var took []time.Duration
	for seq, last := range w.tally.last() {
		took = append(took, time.Duration(last-first[seq]))
	}
	return median(took)
}

// shown is the share of what was said that was in frames, and arrived the share
// of that which reached its viewers within the window.
func (w *window) shown(viewers int) (shown, arrived float64) {
	comments := map[uint64]int{}
	for _, a := range w.tally.Seen {
		comments[a.Seq] = a.Comments
	}
	var sum float64
	for _, n := range comments {
		sum += float64(n)
	}
	return sum / float64(max(1, w.said)), float64(w.tally.deliveries()) / max(1, sum*float64(viewers))
}

// size is the mean frame in bytes and comments.
func (w *window) size() (bytes, comments float64) {
	var n float64
	for _, a := range w.tally.Seen {
		bytes += float64(a.Size) * float64(a.Viewers)
		comments += float64(a.Comments) * float64(a.Viewers)
		n += float64(a.Viewers)
	}
	return bytes / max(1, n), comments / max(1, n)
}

// cores says how busy each process was.
func (w *window) cores() string {
	s := fmt.Sprintf("cores: server %.2f", w.server.Seconds()/w.seconds)
	if w.apart > 0 {
		s += fmt.Sprintf(" other roles %.2f", w.apart.Seconds()/w.seconds)
	}
	if w.broker > 0 {
		s += fmt.Sprintf(" broker %.2f", w.broker.Seconds()/w.seconds)
	}
	return s + fmt.Sprintf(" viewers %.2f others %.2f", w.viewers.Seconds()/w.seconds, w.others)
}

func (w *window) trouble() string {
	var s []string
	note := func(what string, n uint64) {
		if n > 0 {
			s = append(s, fmt.Sprintf("%s %d", what, n))
		}
	}
	note("frames missed", w.tally.Lost)
	note("gaps told", w.tally.Gaps)
	note("of strange length", w.tally.Strange)
	for _, why := range slices.Sorted(maps.Keys(w.tally.Closed)) {
		note("closed "+why, w.tally.Closed[why])
	}
	if w.refused > 0 {
		note("not taken by the log", uint64(w.refused))
	}
	if s == nil {
		return ""
	}
	return "  [" + strings.Join(s, ", ") + "]"
}

func median[T ~int64 | ~float64](v []T) T {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
