// Package record is the schema of every topic: what a record says, how it is
// encoded, and what is refused.
//
// The JSON of fudai.comments is the public way in: any service in any language
// may produce it (Decoder.Comment reads it, AppendComment writes it). Records
// of the owner (Tick, Open, Close markers) stand between the viewers' records
// in the same partition and are signed by the engine key.
//
// The package is pure: bytes in, values out. It decides only whether a record
// is well formed, never whether what it asks for is allowed.
//
// # Topics and forms
//
//	comments   JSON, Comment; header "via" names the socket that waits for the outcome
//	control    JSON, Control; header "sig" is the staff signature (control.go)
//	ledger     JSON, Ledger; header "crc" is CRC-32C of the value
//	frames     the viewer's bytes as they are; header "meta" is Meta, 88 bytes
//	replies    binary, Outcomes or Receipts
//	deadletter the refused value as it was; headers say where, why and which field;
//	           of a command also by which rules, signed (refused.go)
package record
