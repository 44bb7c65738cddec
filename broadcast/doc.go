// Package broadcast is the edge: it accepts viewers, says who they are, carries
// what they do to the log and what their rooms say back to them.
//
// Hertz serves HTTP and the upgrade; then the socket leaves it and lives in one
// of a few event loops, one a core. A loop owns its connections: nothing else
// reads, writes or closes them, so a connection needs no lock, no goroutine and,
// while idle, no buffer. A frame's bytes are made once and shared by all; a
// viewer that falls behind is a cursor into its room's ring, not a queue.
//
// The edge decides as little as possible: it never changes what a room says, and
// what becomes of a message is the room's word, passed on. DESIGN.md says why
// each part is as it is; PROTOCOL.md in package wire is what clients see.
package broadcast
