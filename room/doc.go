// Package room is one partition of Fudai's log as a pure state machine: many
// live rooms, folded record by record. It decides what becomes of every comment
// (duplicate, limited, muted, blocked, held, shown, merged, sampled out), sums
// likes, keeps pins, products, attributes and shows, hands entries to giveaway
// and texts to moderation, and encodes what the viewers of a room see.
//
// It is not the place for goroutines, Kafka or sockets (room/shard and
// broadcast own those), nor for what a text means (moderation) or who wins
// (giveaway). It reads no clock: room time is the last valid Tick of the log.
//
// # The loop a caller writes
//
//	p := room.New(cfg)
//	p.Restore(snapshot)               // or an empty partition
//	p.Covered(name, &meta)            // once for each frame that frames[p] holds
//	for each record of comments[p] {
//		p.Comment(&c, offset, via, hasVia, &out) // or p.Skip(offset)
//	}
//	p.Control(&ctl, applied, &out)    // where the ledger's Applied says, nowhere else
//	p.Ledger(&decision, offset, &out) // accepted decisions, in order
//	p.Due(&due)                       // what to append next
//	p.Flush(room.Flush{...}, &frames) // every 100 to 200 ms: what viewers see
//	p.States(now, &frames)            // join snapshots
//
// # Two kinds of state
//
// Verdict state is equal to the bit on every owner that folded the same
// records: duplicates, limits, mutes, rules, holds, giveaways, likes, pins,
// attributes. Hash is over it alone, and no Flush touches it. Display state
// (candidates, credit, collapse, seq) follows frames: each frame carries its
// seed, its budget and the offsets it covers, so an owner that takes over
// repeats the selections of the one before and goes on with the same credit.
//
// DESIGN.md says why things are as they are.
package room
