// Package wire is the bytes of the viewer protocol, fudai.v1 (PROTOCOL.md).
//
// It encodes what a room and an edge say, decodes what a client says, and knows
// the framing of RFC 6455 and of Server-Sent Events. It is pure and allocates
// nothing on the hot paths: every encoder appends to the caller's slice.
//
// A frame is begun with AppendFrame, filled with items and ended with EndFrame;
// the bytes in between are the same for every viewer and are encoded once.
package wire
