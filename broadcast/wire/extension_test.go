package wire

import "testing"

func TestAcceptsDeflate(t *testing.T) {
	for header, want := range map[string]bool{
		"":                   false,
		"permessage-deflate": true,
		"permessage-deflate; client_max_window_bits":                                   true, // browsers
		"x-webkit-deflate-frame, Permessage-Deflate ; client_no_context_takeover":      true,
		"permessage-deflate; server_no_context_takeover; client_max_window_bits=9":     true,
		`permessage-deflate; client_max_window_bits="15"`:                              true,
		"permessage-deflate; server_max_window_bits=15":                                true,
		"permessage-deflate; server_max_window_bits=10":                                false, // our windows are whole
		"permessage-deflate; server_max_window_bits=10, permessage-deflate":            true,  // the second offer
		"permessage-deflate; server_max_window_bits":                                   false,
		"permessage-deflate; client_max_window_bits=16":                                false,
		"permessage-deflate; client_max_window_bits=08":                                false,
		"permessage-deflate; client_no_context_takeover=1":                             false,
		"permessage-deflate; client_no_context_takeover; client_no_context_takeover":   false,
		"permessage-deflate; mode=fast":                                                false,
		"permessage-bzip2":                                                             false,
		"permessage-deflate-2":                                                         false,
		"permessage-deflate; client_max_window_bits=15; server_max_window_bits=\"15\"": true,
	} {
		if got := AcceptsDeflate(header); got != want {
			t.Errorf("%q: %t", header, got)
		}
	}
}
