// Package rehearse is the stage of a rehearsal (彩排): a log in memory that
// nobody else reads or writes, a room on it whose owner is the real state
// machine (room.Partition: limits, moderation, giveaways, frames), and a crowd
// of simulated viewers, trolls among them, whose network dips. The room is made
// as a copy of the real one has it (Imitate), and knows no way back to it.
//
// Time is the rehearsal's own and runs as fast as it is computed. Everything is
// signed with keys made for this rehearsal, so nothing that comes out of it can
// pass for a result of the installation. It holds no connection to anything
// real: what is cut are the sinks, not the parts before them.
package rehearse
