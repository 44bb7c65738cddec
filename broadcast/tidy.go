package broadcast

import (
	"runtime/debug"
	"time"
)

// Hertz frees a connection's buffers in finalizers, into pools: three
// collections pass until they are gone, and an idle process collects every two
// minutes. 18,500 viewers that came at once left 2.6 kB each for that long, five
// times what the edge itself keeps of one. So when a crowd has come and it is
// quiet again, the edge collects by itself; that is some ten milliseconds of CPU
// a time.
const (
	tidyFrom  = 1000            // connections since the last time that make a crowd
	tidyQuiet = 5 * time.Second // in which few come, a twentieth of the crowd at most
	tidyTimes = 3               // finalizers, the pool, its victims
)

// tidy says when it is time.
type tidy struct {
	done uint64 // connections that had come at the last time
	at   time.Time
	came uint64 // at that time
}

// due is asked now and then, with the number of connections that ever came.
func (t *tidy) due(now time.Time, came uint64) bool {
	if now.Sub(t.at) < tidyQuiet {
		return false
	}
	crowd, since := t.came-t.done, came-t.came
	t.at, t.came = now, came
	if crowd < tidyFrom || since > crowd/20 {
		return false
	}
	t.done = came
	return true
}

// giveBack collects and returns what is free to the system.
func giveBack() {
	for range tidyTimes {
		debug.FreeOSMemory()
	}
}
