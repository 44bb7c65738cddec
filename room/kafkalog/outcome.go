package kafkalog

import (
	"fmt"

	"github.com/segmentio/kafka-go"
)

// outcome is what a broker's answer means for the batch that was sent.
type outcome uint8

const (
	written outcome = iota
	refused         // not appended, and never will be as it is
	tooLarge
	notYet  // not appended; may be sent again without doubt
	unknown // may have been appended
)

// outcomeOf reads an error code of produce. Codes that are not known count as
// unknown: that is the case in which nobody resends blindly.
func outcomeOf(code kafka.Error) outcome {
	switch code {
	case 0:
		return written
	case kafka.MessageSizeTooLarge, kafka.RecordListTooLarge:
		return tooLarge
	case kafka.UnknownTopicOrPartition, kafka.LeaderNotAvailable, kafka.NotLeaderForPartition,
		kafka.BrokerNotAvailable, kafka.ReplicaNotAvailable, kafka.NotEnoughReplicas,
		kafka.FencedLeaderEpoch, kafka.UnknownLeaderEpoch, kafka.ThrottlingQuotaExceeded,
		kafka.InvalidMessage: // the checksum did not survive the way
		return notYet
	case kafka.InvalidTopic, kafka.InvalidRequiredAcks, kafka.TopicAuthorizationFailed,
		kafka.ClusterAuthorizationFailed, kafka.InvalidTimestamp, kafka.UnsupportedVersion,
		kafka.PolicyViolation, kafka.InvalidRecord, kafka.UnsupportedCompressionType,
		kafka.InvalidRequest, kafka.UnsupportedForMessageFormat:
		return refused
	}
	return unknown
}

// staleLeader says that the answer means: ask who leads.
func staleLeader(code kafka.Error) bool {
	switch code {
	case kafka.NotLeaderForPartition, kafka.LeaderNotAvailable, kafka.UnknownTopicOrPartition,
		kafka.ReplicaNotAvailable, kafka.BrokerNotAvailable, kafka.FencedLeaderEpoch, kafka.UnknownLeaderEpoch,
		kafka.KafkaStorageError:
		return true
	}
	return false
}

// produceError is what a caller is told.
func produceError(p partition, code kafka.Error, text string) error {
	if text != "" {
		text = " (" + text + ")"
	}
	switch outcomeOf(code) {
	case written:
		return nil
	case tooLarge:
		return fmt.Errorf("%w: %s: %w%s", ErrTooLarge, p, code, text)
	case unknown:
		return fmt.Errorf("%w: %s: %w%s", ErrUnknown, p, code, text)
	}
	return fmt.Errorf("kafkalog: %s: not written: %w%s", p, code, text)
}
