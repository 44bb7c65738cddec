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
	// Batch is the largest batch that is put together for the topic, and the
	// largest that the embedded broker takes; a real cluster takes single
	// records up to 1 MiB everywhere. The embedded broker keeps 1.2 times as
	// much of each partition at least, and in all no more of the topic than
	// that of every partition; all together stay below 512 MB, see the test.
	Batch int
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

// Batches of three sizes: small where records are small and many topics share
// the disk of a developer's machine, medium where one record may be a rule file
// of ten thousand words.
const (
	large  = maxMessageBytes
	medium = 384 << 10
	small  = 128 << 10
)

// Specs returns the topics of an installation.
func Specs() []Spec {
	return []Spec{
		{Name: Comments, Partitions: Partitions, Retention: 6 * hour, Segment: hour, Batch: large},
		{Name: Control, Partitions: Partitions, Retention: longest, Segment: 7 * day, Batch: medium},
		{Name: Ledger, Partitions: Partitions, Retention: longest, Segment: 7 * day, Batch: large, Ledger: true},
		{Name: Frames, Partitions: Partitions, Retention: 15 * time.Minute, Segment: 5 * time.Minute, Batch: 512 << 10},
		{Name: Replies, Partitions: Partitions, Retention: 15 * time.Minute, Segment: 5 * time.Minute, Batch: small},
		{Name: Awards, Partitions: 1, Retention: longest, Segment: 7 * day, Batch: large, Ledger: true},
		{Name: History, Partitions: Partitions, Retention: 60 * day, Segment: day, Batch: large},
		{Name: Snapshots, Partitions: Partitions, Compact: true, Segment: hour, Batch: large},
		{Name: Presence, Partitions: Partitions, Retention: 15 * time.Minute, Segment: 5 * time.Minute, Batch: small},
		{Name: DeadLetter, Partitions: Partitions, Retention: 7 * day, Segment: day, Batch: medium},
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
