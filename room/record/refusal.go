package record

// Refusal says why a record is not well formed and which member is to blame
// ("" for the record as a whole). A Refusal a Decoder answered holds until the
// Decoder's next call.
type Refusal struct {
	Reason Reason
	Field  string
}

func (r *Refusal) Error() string {
	if r.Field == "" {
		return "record refused: " + r.Reason.String()
	}
	return "record refused: " + r.Reason.String() + ": " + r.Field
}
