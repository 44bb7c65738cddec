package kafkalog

import "time"

// The topics. What each holds is on the page of package room/record.
const (
	Comments   = "fudai.comments"
	Control    = "fudai.control"
	Ledger     = "fudai.ledger"
	Frames     = "fudai.frames"
	Replies    = "fudai.replies"
	Awards     = "fudai.awards"
	History    = "fudai.history"
	Snapshots  = "fudai.snapshots"
	Presence   = "fudai.presence"
	DeadLetter = "fudai.deadletter"
)

// Partitions of every topic but awards, which has one. Fixed for good: rooms
// are placed by it.
const Partitions int32 = 64

const (
	// maxMessageBytes is what every topic takes as one batch (Kafka's own default).
	maxMessageBytes = 1_048_588
	// batchOverhead is the header of a batch, with room to spare.
	batchOverhead = 128
)

// Spec is what one topic must look like.
type Spec struct {
	Name       string
	Partitions int32
	Compact    bool          // cleanup.policy=compact; delete otherwise
	Retention  time.Duration // at least this long; unused when compacted
	Segment    time.Duration // how long a segment file is written to; deletion works by whole segments
	// DevBytes is what one partition may hold on the embedded broker. All
	// topics together stay below 512 MB; see the test.
	DevBytes int64
	// Ledger says that the topic lives on the ledger's cluster.
	Ledger bool
}

const (
	hour = time.Hour
	day  = 24 * hour
	// longest is three years and a leap day: what the law of advertising
	// campaigns asks to keep in the strictest place Fudai was built for.
	longest = (3*365 + 1) * day
)

// Specs returns the topics of an installation.
func Specs() []Spec {
	return []Spec{
		{Name: Comments, Partitions: Partitions, Retention: 6 * hour, Segment: hour, DevBytes: 2 << 20},
		{Name: Control, Partitions: Partitions, Retention: 365 * day, Segment: 7 * day, DevBytes: 256 << 10},
		{Name: Ledger, Partitions: Partitions, Retention: longest, Segment: 7 * day, DevBytes: 1 << 20, Ledger: true},
		{Name: Frames, Partitions: Partitions, Retention: 15 * time.Minute, Segment: 5 * time.Minute, DevBytes: 1 << 20},
		{Name: Replies, Partitions: Partitions, Retention: 15 * time.Minute, Segment: 5 * time.Minute, DevBytes: 512 << 10},
		{Name: Awards, Partitions: 1, Retention: longest, Segment: 7 * day, DevBytes: 8 << 20, Ledger: true},
		{Name: History, Partitions: Partitions, Retention: 60 * day, Segment: day, DevBytes: 512 << 10},
		{Name: Snapshots, Partitions: Partitions, Compact: true, Segment: hour, DevBytes: 1 << 20},
		{Name: Presence, Partitions: Partitions, Retention: 15 * time.Minute, Segment: 5 * time.Minute, DevBytes: 128 << 10},
		{Name: DeadLetter, Partitions: Partitions, Retention: 7 * day, Segment: day, DevBytes: 128 << 10},
	}
}

// specOf is indexed once: routing asks for every record.
var specOf = func() map[string]Spec {
	m := make(map[string]Spec)
	for _, s := range Specs() {
		m[s.Name] = s
	}
	return m
}()
