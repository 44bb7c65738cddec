package moderation

// number is a run of digits in canon, groups of it parted by single
// separators. Chinese numerals count as digits.
type number struct {
	start, end int // in canon
	digits     [maxDigits]byte
	groups     [maxGroups]uint8 // lengths
	n, parts   int
	long       bool // more digits or groups than fit
}

const (
	maxDigits = 20 // the longest number of interest is a card of 19
	maxGroups = 20
)

func digitAt(v *view, i int) int {
	switch v.kinds[i] {
	case kindDigit:
		return int(v.runes[i] - '0')
	case kindHan:
		return numeral(v.runes[i])
	}
	return -1
}

// readNumber reads the number that begins at i in canon. With parted, single
// separators inside it are stepped over. It stops, long, at what no number of
// interest reaches, so that a text of digits alone is not read again and
// again from each of its groups.
func readNumber(v *view, i int, parted bool) (num number) {
	num.start, num.end = i, i
	group := 0
	for ; i < len(v.runes) && num.n <= maxDigits; i++ {
		d := digitAt(v, i)
		if d < 0 {
			if parted && group > 0 && v.kinds[i] == kindSeparator && i+1 < len(v.runes) && digitAt(v, i+1) >= 0 {
				num.part(group)
				group = 0
				continue
			}
			break
		}
		if num.n < maxDigits {
			num.digits[num.n] = byte('0' + d)
		}
		num.n++
		group++
		num.end = i + 1
	}
	num.part(group)
	num.long = num.n > maxDigits || num.parts > maxGroups
	return num
}

func (num *number) part(length int) {
	if num.parts < maxGroups {
		num.groups[num.parts] = uint8(min(length, 255))
	}
	num.parts++
}

// grouped says whether the groups have the given lengths.
func (num *number) grouped(lengths ...uint8) bool {
	if len(lengths) != num.parts {
		return false
	}
	for i, n := range lengths {
		if num.groups[i] != n {
			return false
		}
	}
	return true
}

// single says whether the number is spelled digit by digit.
func (num *number) single() bool { return num.parts == num.n }

// luhn is the check of card numbers.
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// identityCheck is the last character of a Chinese identity number by its
// first 17 digits (ISO 7064 MOD 11-2).
func identityCheck(digits []byte) byte {
	sum := 0
	for i, d := range digits[:17] {
		sum += int(d-'0') * (1 << (17 - i) % 11)
	}
	return "10X98765432"[sum%11]
}
