package room

import "github.com/fudai-live/fudai/room/record"

// shedReason says why a comment was not shown. The first ones are outcomes by
// name; the others tell apart what its sender sees as "sampled" or "stale".
type shedReason uint8

const (
	shedDraw    shedReason = iota // the draw chose others
	shedNewer                     // its sender said something newer in the same flush
	shedQueue                     // more came between two flushes than the queue holds
	shedBytes                     // the frame was full
	shedStale                     // older than Settings.StaleMS
	shedLine                      // its line ended before it was shown
	shedCovered                   // an earlier owner's frame covers it and is gone
	shedRetract                   // taken back before it was shown
	shedDuplicate
	shedBlocked
	shedLimited
	shedSlow
	shedMuted
	shedBanned
	shedClosed
	shedExpired
	shedIneligible
	shedUnknown
	shedReasons
)

var shedNames = [shedReasons]string{"draw", "newer", "queue", "bytes", "stale", "line", "covered", "retract",
	"duplicate", "blocked", "limited", "slow", "muted", "banned", "closed", "expired", "ineligible", "unknown"}

func (s shedReason) String() string { return shedNames[s] }

var shedByCode = map[record.Code]shedReason{
	record.Duplicate: shedDuplicate, record.Blocked: shedBlocked, record.Limited: shedLimited, record.Slow: shedSlow,
	record.Muted: shedMuted, record.Banned: shedBanned, record.Closed: shedClosed, record.Expired: shedExpired,
	record.Ineligible: shedIneligible, record.Unknown: shedUnknown, record.Stale: shedStale, record.Sampled: shedDraw,
	record.Retracted: shedRetract,
}

// shedding is the shed ledger of a room: every comment that was not shown, by
// class and reason, since the room was made or this owner began.
type shedding [classes][shedReasons]uint64

func (s *shedding) count(k class, why shedReason) { s[k][why]++ }

func (s *shedding) add(k class, code record.Code) { s[k][shedByCode[code]]++ }

// counter counts what was allowed and what was shown.
type counter struct {
	offered, shown, merged [classes]uint64
	busy                   int64 // room time of the last flush that showed something
}

func (c *counter) quiet(now int64) bool { return now-c.busy > 60_000 }

// Stats are figures for metrics and for the host's panel: what was said, what
// was shown, and what became of the rest.
type Stats struct {
	Rooms   []RoomStats
	Ids     int    // message ids remembered exactly
	Aged    uint64 // and in the bloom filters
	Markers uint64 // open and close markers that did not count
	Stuck   uint64 // ticks at which a giveaway contradicted its ledger
	Directs uint64 // messages to single users lost because nobody flushed
}

// RoomStats are those of one room. Offered = Shown + Merged + Waiting + what of
// Shed was allowed (draw, newer, queue, bytes, stale, line, covered, retract).
type RoomStats struct {
	Room    string       `json:"room"`
	Waiting int          `json:"waiting"` // for a frame: the queue, and what lines will tell
	Queued  int          `json:"queued"`  // of those, the queue that Settings.MaxQueue bounds
	Held    int          `json:"held"`
	Offered uint64       `json:"offered"`
	Shown   uint64       `json:"shown"`
	Merged  uint64       `json:"merged"`
	Shedded uint64       `json:"shed"`
	Classes []ClassStats `json:"classes"` // those with traffic
}

// ClassStats are those of one class of one room.
type ClassStats struct {
	Class   string            `json:"class"`
	Offered uint64            `json:"offered"`
	Shown   uint64            `json:"shown"`
	Merged  uint64            `json:"merged"`
	Shed    map[string]uint64 `json:"shed,omitempty"` // by reason
}

// Stats answers the figures of every room. It is for metrics: call it rarely.
func (p *Partition) Stats() Stats {
	s := Stats{Ids: p.dedupe.exact.n, Markers: p.stats.Markers, Directs: p.stats.Directs, Stuck: p.stats.Stuck}
	for i := range p.dedupe.aged.gen {
		s.Aged += uint64(p.dedupe.aged.gen[i].n)
	}
	for _, r := range p.order {
		s.Rooms = append(s.Rooms, r.stats())
	}
	return s
}

// Heard tells how many comments of viewers each room had since it was asked
// last, whatever became of them: what makes an owner fall behind.
func (p *Partition) Heard(tell func(room string, n uint64)) {
	for _, r := range p.order {
		if r.heard > 0 {
			tell(r.name, r.heard)
			r.heard = 0
		}
	}
}

func (r *room) stats() RoomStats {
	d := &r.display
	s := RoomStats{Room: r.name, Waiting: len(d.waiting), Queued: len(d.waiting), Held: len(r.held)}
	for _, l := range d.lines {
		s.Waiting += len(l.waiting)
	}
	for k := range classes {
		c := ClassStats{Class: k.String(), Offered: d.said.offered[k], Shown: d.said.shown[k], Merged: d.said.merged[k]}
		for why, n := range d.shed[k] {
			if n > 0 {
				if c.Shed == nil {
					c.Shed = map[string]uint64{}
				}
				c.Shed[shedReason(why).String()] = n
				s.Shedded += n
			}
		}
		if c.Offered > 0 || c.Shed != nil {
			s.Classes = append(s.Classes, c)
		}
		s.Offered, s.Shown, s.Merged = s.Offered+c.Offered, s.Shown+c.Shown, s.Merged+c.Merged
	}
	return s
}
