package kafkalog

import (
	"errors"
	"fmt"
)

var (
	// ErrFull: the bound on records or bytes in flight is reached. Nothing
	// was queued; the caller sheds or waits.
	ErrFull = errors.New("kafkalog: too much in flight")

	// ErrUnknown: the record may or may not be in the log (a timeout, or a
	// connection lost after sending). Read back before resending.
	ErrUnknown = errors.New("kafkalog: outcome unknown")

	// ErrTooLarge: the record or batch is above what a topic takes. It was
	// not sent.
	ErrTooLarge = errors.New("kafkalog: record too large")

	// ErrClosed: the log was closed.
	ErrClosed = errors.New("kafkalog: closed")

	// ErrOutOfRange: the offset asked for is not in the log; see RangeError.
	ErrOutOfRange = errors.New("kafkalog: offset out of range")

	// ErrCorrupt: a batch does not match its checksum or its own lengths; see
	// CorruptError.
	ErrCorrupt = errors.New("kafkalog: corrupt batch")

	// ErrTopics: the topics of the cluster are not what Fudai needs; the text
	// says which, why, and what to do.
	ErrTopics = errors.New("kafkalog: topics are not as they must be")
)

// RangeError says that Offset of a partition is no longer, or not yet, in the
// log, which holds [First, End).
type RangeError struct {
	Topic      string
	Partition  int32
	Offset     int64
	First, End int64
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("kafkalog: %s/%d: offset %d is not in the log, which holds [%d, %d)",
		e.Topic, e.Partition, e.Offset, e.First, e.End)
}

func (e *RangeError) Unwrap() error { return ErrOutOfRange }

// CorruptError says that the batch at or after Offset cannot be trusted.
type CorruptError struct {
	Topic     string
	Partition int32
	Offset    int64 // base offset of the batch, or the one asked for if that is not readable either
	Reason    string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("kafkalog: %s/%d: batch at offset %d is corrupt: %s (compare the replicas of this partition, or restore it from a copy; nothing behind this offset was delivered)",
		e.Topic, e.Partition, e.Offset, e.Reason)
}

func (e *CorruptError) Unwrap() error { return ErrCorrupt }
