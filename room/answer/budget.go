package answer

// budget counts what a room used in one period: a show, a day.
type budget struct {
	of            string // the period
	calls, tokens int
}

// begin names the period; another one begins at nothing.
func (b *budget) begin(of string) {
	if b.of != of {
		*b = budget{of: of}
	}
}

// affords reports whether one more call of so many tokens is within the bounds.
func (b *budget) affords(reserve, calls, tokens int) bool {
	return b.calls+1 <= calls && b.tokens+reserve <= tokens
}

// take counts a call with the most that it may cost.
func (b *budget) take(reserve int) { b.calls, b.tokens = b.calls+1, b.tokens+reserve }

// settle replaces what was reserved by what it cost, if its period still runs.
func (b *budget) settle(of string, reserved, cost int) {
	if b.of == of {
		b.tokens += cost - reserved
	}
}
