// Package kafkalog is the log of a Fudai installation: Kafka, behind the
// smallest interface the rest of the shell needs.
//
// A caller opens one [Log] a process. [Log.Produce] queues a record and tells
// the outcome later; [Log.Append] writes one batch to one partition and waits,
// and never resends on its own, because the ledger is decided by read-back. A
// [Tailer] follows any number of partitions with one fetch a broker; a slow
// taker of one partition pushes back to the log, never to memory, and disturbs
// no other partition. [Log.Read] replays a range. [Log.Assign] suggests who
// should own which partition, and is never more than a hint.
//
// It is not a general Kafka client. There are no consumer-group offsets, no
// transactions and no regular expressions of topics: offsets live in snapshots
// and ownership lives in the ledger.
//
// # What goes over the wire
//
// Connections, TLS, SASL, group membership and administration are kafka-go's.
// Fetch and produce requests travel through its Transport but are encoded and
// decoded here, for four reasons, each of which cost somebody data:
//
//   - a bad checksum in the second batch of a response is swallowed by the
//     library's decoder, and one in the first fails every partition of it;
//   - a batch that holds only transaction markers, or nothing after
//     compaction, leaves its reader at the same offset for ever;
//   - a full list of 300 partitions in every request is most of the cost of
//     an idle process, so the fetches here are incremental (KIP-227);
//   - a record must not keep a 4 MiB response alive.
//
// # Two clusters
//
// The ledger and the awards may live on a cluster of their own
// (Config.LedgerBrokers). The Log routes by topic; callers do not care.
package kafkalog
