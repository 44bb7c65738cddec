package wire

import "strconv"

// AppendEvent appends a message in Server-Sent Events form. The payload is
// JSON on one line, as every encoder here writes it; a stray line break is
// carried as the specification says. A message without a seq has no id line,
// which leaves the client's Last-Event-ID alone.
func AppendEvent(dst []byte, seq uint64, payload []byte) []byte {
	if seq > 0 {
		dst = append(dst, "id: "...)
		dst = strconv.AppendUint(dst, seq, 10)
		dst = append(dst, '\n')
	}
	dst = append(dst, "data: "...)
	for _, c := range payload {
		switch c {
		case '\n':
			dst = append(dst, "\ndata: "...)
		case '\r':
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '\n', '\n')
}

// SSEKeepAlive is a comment line: it keeps proxies from closing a quiet stream.
const SSEKeepAlive = ":\n\n"
