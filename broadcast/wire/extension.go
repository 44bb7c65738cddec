package wire

import "strings"

// Deflate is what a server answers an offer that AcceptsDeflate takes: each
// message by itself (RFC 7692 7.1.1), so that one compression serves everybody.
const Deflate = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// AcceptsDeflate reads the Sec-WebSocket-Extensions of a client: whether one of
// its offers is permessage-deflate as this server does it. An offer that wants a
// smaller window of the server, or has a parameter that RFC 7692 does not name,
// is declined, as the RFC asks.
func AcceptsDeflate(header string) bool {
	for offer := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(offer, ";")
		if strings.EqualFold(strings.TrimSpace(name), "permessage-deflate") && acceptable(params) {
			return true
		}
	}
	return false
}

func acceptable(params string) bool {
	if strings.TrimSpace(params) == "" {
		return true
	}
	seen := map[string]bool{}
	for param := range strings.SplitSeq(params, ";") {
		key, value, valued := strings.Cut(strings.TrimSpace(param), "=")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.Trim(strings.TrimSpace(value), `"`)
		if seen[key] {
			return false
		}
		seen[key] = true
		switch key {
		case "server_no_context_takeover", "client_no_context_takeover":
			if valued {
				return false
			}
		case "server_max_window_bits":
			if value != "15" {
				return false
			}
		case "client_max_window_bits": // whatever the client keeps to, we can read
			if valued && !bits(value) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// bits reports whether s is 8 to 15, without leading zeros.
func bits(s string) bool {
	return len(s) == 1 && (s == "8" || s == "9") || len(s) == 2 && s >= "10" && s <= "15"
}
