package drawproof

import (
	"errors"
	"fmt"
)

// Ways to cut a sum of money.
const (
	SplitDoubleMean = "double-mean"
	SplitEqual      = "equal"
)

// What becomes of packets that nobody took.
const (
	UnderfillReturn  = "return"  // cut for all packets; the rest goes back
	UnderfillResplit = "resplit" // cut again over those who came
)

const (
	// MaxPackets bounds the packets of one prize.
	MaxPackets = 1_000_000
	maxInteger = 1<<53 - 1
)

// Split says how the sum of one prize is cut into packets. Money is in fen (rule R1).
type Split struct {
	Mode      string `json:"mode"`
	Total     uint64 `json:"total"`
	Min       uint64 `json:"min"`
	Max       uint64 `json:"max"` // 0: no maximum
	Underfill string `json:"underfill"`
}

// Check reports all reasons why the sum cannot be cut into n packets.
func (s Split) Check(n uint64) error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if s.Mode != SplitDoubleMean && s.Mode != SplitEqual {
		refuse("split mode %q is neither %q nor %q", s.Mode, SplitDoubleMean, SplitEqual)
	}
	if s.Underfill != UnderfillReturn && s.Underfill != UnderfillResplit {
		refuse("underfill %q is neither %q nor %q", s.Underfill, UnderfillReturn, UnderfillResplit)
	}
	if n < 1 || n > MaxPackets {
		return errors.Join(append(errs, fmt.Errorf("%d packets are outside 1..%d", n, MaxPackets))...)
	}
	if s.Total > maxInteger {
		refuse("total of %d hundredths is above %d", s.Total, uint64(maxInteger))
	}
	if s.Min < 1 {
		refuse("least packet must be at least one hundredth")
	}
	if s.Min > s.Total/n {
		refuse("%d packets of at least %d hundredths need more than %d hundredths", n, s.Min, s.Total)
	}
	if s.Max != 0 {
		s.checkMax(n, refuse)
	}
	return errors.Join(errs...)
}

func (s Split) checkMax(n uint64, refuse func(string, ...any)) {
	if s.Underfill == UnderfillResplit {
		refuse("a maximum cannot be kept when fewer share the same total; use underfill %q", UnderfillReturn)
	}
	if s.Max < s.Min {
		refuse("largest packet of %d hundredths is below the least of %d", s.Max, s.Min)
	}
	if mean := (s.Total + n - 1) / n; s.Max < mean {
		refuse("%d packets of at most %d hundredths cannot hold %d hundredths", n, s.Max, s.Total)
	}
}

// Amounts cuts the sum into n packets, whose order is that of the ranks. The
// result sums to Total and every packet keeps Min and Max. The split must have
// passed Check for the same n.
func (s Split) Amounts(key [32]byte, prize string, n int) []uint64 {
	if n == 0 {
		return nil
	}
	stream := NewStream(key, appendPrefixed(nil, prize))
	amounts := make([]uint64, n)
	if s.Mode == SplitEqual {
		each, rest := s.Total/uint64(n), s.Total%uint64(n)
		for i := range amounts {
			amounts[i] = each
			if uint64(i) < rest {
				amounts[i]++
			}
		}
	} else {
		s.doubleMean(stream, amounts)
	}
	// By itself the double mean gives later packets a wider spread; shuffled,
	// every place has the same distribution.
	shuffle(stream, amounts)
	return amounts
}

// doubleMean draws each packet from Min up to about twice the mean of what is
// left, and narrows the range so that the packets after it can still keep Min
// and Max. Narrowing needs no retries, where rejecting a whole cut would.
func (s Split) doubleMean(stream *Stream, amounts []uint64) {
	rem := s.Total
	for i := range amounts {
		left := uint64(len(amounts) - i)
		if left == 1 {
			amounts[i] = rem
			return
		}
		lo, hi := s.Min, s.Min+2*(rem-left*s.Min)/left
		if s.Max != 0 {
			hi = min(hi, s.Max)
			if others := (left - 1) * s.Max; rem > others {
				lo = max(lo, rem-others)
			}
			hi = max(hi, lo)
		}
		amounts[i] = lo + stream.Below(hi-lo+1)
		rem -= amounts[i]
	}
}
