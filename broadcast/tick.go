package broadcast

import (
	"math/bits"
	"time"

	"github.com/fudai-live/fudai/broadcast/wire"
)

// farewellStep is how often a loop that drains says goodbye to some, in ms.
const farewellStep = 20

// farewell is the way through a loop's connections when the edge goes away: in
// waves, so that they do not all come to the next edge at once.
type farewell struct {
	on   bool
	slot uint32 // next
	each int    // slots a wave
	at   int64  // of the last wave, Unix ms
}

func (f *farewell) begin(l *loop, within time.Duration) {
	waves := max(1, int(within.Milliseconds()/farewellStep))
	f.on, f.slot, f.at = true, 0, l.nowMS
	f.each = max(16, (len(l.pages)*pageSize+waves-1)/waves)
}

// tick does what time asks for: once a second for every connection, and while
// the edge drains a wave of goodbyes.
func (l *loop) tick() {
	for l.farewell.on && l.nowMS-l.farewell.at >= farewellStep {
		l.farewell.at += farewellStep // a loop that was late makes up for it: who is not told in time is cut off
		l.wave()
	}
	if l.sec == l.lastTick {
		return
	}
	l.lastTick = l.sec
	_, most := l.e.back()
	d := duties{ping: seconds(l.e.cfg.PingAfter), silent: seconds(l.e.cfg.SilentAfter), stall: seconds(l.e.cfg.StallAfter), window: windowOf(most)}
	l.each(func(c *conn) { l.check(c, &d) })
	l.publish()
}

func seconds(d time.Duration) uint32 { return uint32(d / time.Second) }

// duties are what connections are checked against, in seconds.
type duties struct {
	ping, silent, stall uint32
	window              uint8
}

// windowOf is the size of a window to come back in, by doublings of a second.
func windowOf(most int64) uint8 { return uint8(bits.Len64(uint64(max(most, 0)) / 1000)) }

// windowEvery is how often, in seconds, an idle connection is told the window
// anew if it has doubled. Who joined an empty edge was told a second; of 18,000 who
// lost their connections at once 5,400 chose the same second, now it is 4,100, and
// the difference grows with the logarithm of the crowd.
const windowEvery = 16

// check looks after one connection, once a second.
func (l *loop) check(c *conn, d *duties) {
	if c.stuck > 0 && l.sec > c.stuck && !c.is(closing) && c.local != nil {
		c.local.room.slow.Add(1)
	}
	switch {
	case c.is(closing):
		if l.sec-c.stuck >= closeWait {
			l.drop(c)
		}
	case c.stuck > 0 && l.sec-c.stuck >= d.stall:
		l.e.metrics.drops.stalled.Inc()
		l.goodbye(c, wire.CloseSlow, "nothing could be sent for too long")
	case !c.who.guest() && int64(c.who.expires)*1000 <= l.nowMS:
		l.goodbye(c, wire.CloseToken, "the token expired")
	case c.window < d.window && (l.sec+c.slot)%windowEvery == 0 && c.busy == nil:
		l.private(c, l.hello(c, c.local.newest()))
	case c.is(sse):
		if l.sec-c.seen >= d.ping {
			l.send(c, []byte(": \n\n")) // a comment, so that proxies keep the stream
		}
		l.watchTick(c)
	case l.sec-c.seen >= d.silent:
		l.goodbye(c, wire.CloseSilent, "silent for too long")
	case l.sec-c.seen >= d.ping && !c.is(pinged):
		c.set(pinged)
		l.out = wire.AppendHeader(l.out[:0], wire.OpPing, 0)
		l.send(c, l.out)
	default:
		l.watchTick(c)
	}
}

// wave says goodbye to the next slots.
func (l *loop) wave() {
	f := &l.farewell
	end := min(f.slot+uint32(f.each), uint32(len(l.pages)*pageSize))
	for ; f.slot < end; f.slot++ {
		if c := l.conn(f.slot); c.is(live) {
			l.goodbye(c, wire.CloseDrain, "this edge goes away")
		}
	}
	if int(f.slot) == len(l.pages)*pageSize {
		f.slot = 0 // whoever arrived meanwhile
	}
}

// counts64 are a loop's counters until they are published: a counter that
// several loops add to for each viewer would cost more than the write.
type counts64 struct {
	comments uint64 // delivered: one comment to one viewer
	writes   uint64
	bytes    uint64
}

// publish adds the loop's counters to the metrics.
func (l *loop) publish() {
	m := l.e.metrics
	m.deliveries.Add(float64(l.count.comments))
	m.writes.Add(float64(l.count.writes))
	m.bytes.Add(float64(l.count.bytes))
	m.busy[l.index].Add(l.busy.Seconds())
	l.count, l.busy = counts64{}, 0
}
