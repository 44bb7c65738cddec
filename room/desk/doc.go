// Package desk is the API through which people and programs run a show: it
// checks who asks, checks what they ask for, and writes it to fudai.control.
// What a command does, and when, is decided by the owner of the room; the desk
// only answers where in the log the command stands.
//
//	POST /v1/rooms/{room}/commands   {"kind","id","data"} → {"id","partition","offset"}
//	GET  /v1/rooms                   rooms with a State frame, newest first
//	GET  /v1/rooms/{room}            the room's last State, as its viewers got it
//	GET  /v1/rooms/{room}/view       staff: what is held, who is muted, what became of everything said
//	GET  /v1/rooms/{room}/bundle/{event}  what `fudai verify` reads, once it is finished
//
// A command id makes a command idempotent: the same id again is the same
// command. A mute may name its user by "offset", that of a comment. Which role may send which kind stands in one table, roles.go.
package desk
