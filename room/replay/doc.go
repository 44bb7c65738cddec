// Package replay plays a recording of a room's comments into the log, at its
// own pace or faster, the way any service that produces to fudai.comments would.
//
// A recording is JSON lines, each in one of two forms:
//
//	{"t_ms":1200,"user":"u1","text":"hello"}          the short one; "name" may be there
//	{"kind":"purchase","user":"u1","item":"sku-1",…}  a record of fudai.comments, whole or
//	                                                  without room and id; "t_ms" may be there,
//	                                                  else "time" says when
//
// Message ids are the prefix and the line's own id, or its number: the same
// recording played twice with one prefix is shown once. A line that makes no
// well-formed record is counted and told, and the rest goes on.
//
// It is not a load generator (see bench): it has one producer and one room.
package replay
