package record

// Reason says why a record was refused: the label of a counter and the header
// "reason" of a dead letter.
type Reason uint8

// Reasons. The first group is found before a member is looked at, so the
// Refusal names no field.
const (
	ReasonNone   Reason = iota
	TooLarge            // more bytes than the topic allows
	BadUTF8             // bytes that are not UTF-8, or an escaped half of a surrogate pair
	BadJSON             // not one JSON text (RFC 8259)
	TooDeep             // nested deeper than any record needs
	NotObject           // JSON, but not an object
	Missing             // a member the kind needs is not there, null or empty
	WrongType           // a string where a number belongs, and so on
	NotInteger          // a number with fraction or exponent
	OutOfRange          // a number or a list outside its bounds
	TooLong             // a string over its bound
	Repeated            // the same member twice: readers would disagree which one counts
	UnknownKind         // no kind of this topic
	UnknownRole         // no role
	BadRoom             // not 1..64 of [A-Za-z0-9._-]
	BadID               // not 1..64 of printable ASCII without space, quote, backslash
	BadText             // a control character where none may be
	BadHex              // not lower-case hex digits of the right length
	BadBase64           // a sealed form that is not base64
	BadVersion          // a version this build does not read
	WrongKey            // the record's key is not its room
	BadSignature        // not signed by who may say this
	BadHeader           // a header that cannot be read
	reasonEnd
)

var reasonNames = [reasonEnd]string{"", "too-large", "bad-utf8", "bad-json", "too-deep", "not-object", "missing",
	"wrong-type", "not-integer", "out-of-range", "too-long", "repeated", "unknown-kind", "unknown-role", "bad-room",
	"bad-id", "bad-text", "bad-hex", "bad-base64", "bad-version", "wrong-key", "bad-signature", "bad-header"}

func (r Reason) String() string {
	if r < reasonEnd {
		return reasonNames[r]
	}
	return "reason-unknown"
}

// Reasons lists every reason, for metrics that start at zero.
func Reasons() []Reason {
	all := make([]Reason, 0, reasonEnd)
	for r := TooLarge; r < reasonEnd; r++ {
		all = append(all, r)
	}
	return all
}
