package record

// Bounds of the public records. Bytes, unless the name says otherwise.
const (
	MaxComment  = 8 << 10  // one record of fudai.comments
	MaxWatched  = 64 << 10 // one watched record: 500 users of up to 128 bytes
	MaxRoom     = 64       // [A-Za-z0-9._-]
	MaxUser     = 128      // UTF-8, NFC
	MaxID       = 64       // message id, unique per (room, user)
	MaxEvent    = 64
	MaxName     = 96
	MaxText     = 2000
	MaxForm     = 4096      // base64, as it stands in the record
	MaxLink     = 64        // a device, pay account, address or phone segment, as the shop has hashed it
	NonceSize   = 16        // of an entry nonce; 32 hex digits in the record
	MaxWatch    = 500       // users in one watched record
	MaxReaction = 60_000    // ms; a longer one stands as this
	MaxControl  = 256 << 10 // one record of fudai.control
	MaxLedger   = 900_000   // one record of fudai.ledger; longer decisions are chunked
)

// FastReaction is how soon after an opening an entry is a sign that no person
// made it, ms: people need 200 to 600. A sign and no proof, for who watches the
// countdown may tap into it.
const FastReaction = 120

// ValidRoom reports whether b is a room id: 1 to 64 of [A-Za-z0-9._-].
func ValidRoom(b []byte) bool { return validName(b, MaxRoom) }

// ValidID reports whether b is a message, event or item id: 1 to 64 bytes,
// printable ASCII without space, quote and backslash.
func ValidID(b []byte) bool {
	if len(b) == 0 || len(b) > MaxID {
		return false
	}
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func validName(b []byte, most int) bool {
	if len(b) == 0 || len(b) > most {
		return false
	}
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
