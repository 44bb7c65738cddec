package room

import "unsafe"

// view is b as a string without a copy, for callees that neither keep nor
// change it while b changes: the hot path must not allocate for every text.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesOf is s as bytes that nobody may write.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
