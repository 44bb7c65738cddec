// Package shard owns partitions of the log and folds them: it carries records
// from Kafka into the pure state machine of package room and carries what that
// decided back to Kafka. It decides little itself.
//
// # Who owns a partition
//
// The consumer group only hints. A candidate appends Own{epoch+1} to ledger[p],
// reads on until it sees its own record, and owns p only if the fence
// (record.Fence) then names it. It says so in frames[p] too, whose readers fence
// the same way, and goes on after the last frame that counts. An owner appends
// heartbeats to frames[p]; a partition that is silent for Config.Silence, while
// the watcher's own fetches succeed, may be claimed by anybody. A wrong
// suspicion costs one claim, not correctness: the zombie's records do not count.
//
// # What an owner does
//
// One goroutine a partition: fold comments; every Config.Turn at most, decide
// and show. A decision is appended to ledger[p] as one record and takes effect
// when it is read back; until then no comment is folded, so every reader of the
// two logs applies it after the same comment. Frames are appended one batch at
// a time; their outcomes go to the senders only after Kafka acknowledged them.
// While an append is on its way the next batch grows: back-pressure makes
// batches, never queues.
//
// # Bounds
//
// Each topic of a partition has a queue of Config.Queue deliveries; when it is
// full the tailer takes nothing more from that partition, and the log keeps it.
package shard
