package moderation

// Canon is the canon view of the text that Judge looked at last: for others that
// read the text too, so that it is folded once. It holds until the next Judge.
func (s *Scratch) Canon() []rune { return s.canon.runes }
