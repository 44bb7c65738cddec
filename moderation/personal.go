package moderation

// The detectors of personal data. Their order is the order in which equal
// findings explain a verdict.
const (
	phone = iota
	idCard
	bankCard
	email
	account // WeChat and QQ ids that need no word beside them
	link
	detectors
)

var detectorNames = [detectors]string{"phone", "id_card", "bank_card", "email", "account", "link"}

// detect looks for personal data where the traits make it possible at all:
// most texts have neither seven digits nor a dot nor an @.
func (rs *RuleSet) detect(text string, t traits, j *judgement) {
	if rs.policy.personals == 0 {
		return
	}
	if t.digits >= 7 {
		j.numbers(text)
	}
	if t.at || t.dot {
		j.addresses(text)
	}
	if t.has(kindDigit) && t.has(kindLetter) {
		j.accounts()
	}
}

// numbers judges every number in canon that could be somebody's.
func (j *judgement) numbers(text string) {
	v := &j.s.canon
	for i := 0; i < len(v.runes); i++ {
		if digitAt(v, i) < 0 {
			continue
		}
		// A number of several groups is tried first as a whole; what is not
		// one number may still be several.
		whole := readNumber(v, i, true)
		if j.number(text, &whole) {
			i = whole.end - 1
			continue
		}
		if group := readNumber(v, i, false); whole.parts > 1 && j.number(text, &group) {
			i = group.end - 1
			continue
		}
		for i+1 < len(v.runes) && digitAt(v, i+1) >= 0 {
			i++
		}
	}
}

func (j *judgement) number(text string, num *number) bool {
	v := &j.s.canon
	if num.long {
		return false
	}
	d, end, ok := classify(v, num)
	if !ok || counted(v, num.start) {
		return false
	}
	start, stop := v.span(num.start, end)
	j.personal(d, start, stop)
	return true
}

// classify says what a number is, if it is anything, and where it ends in canon.
func classify(v *view, num *number) (detector, end int, ok bool) {
	digits := num.digits[:num.n]
	switch {
	case identity(v, num, &end):
		return idCard, end, true
	case mobile(num), landline(num):
		return phone, num.end, true
	case len(digits) >= 13 && card(num) && luhn(digits):
		return bankCard, num.end, true
	}
	return 0, 0, false
}

// mobile is a Chinese mobile number, with or without its country code. Groups
// must be those that people write: 150 160 170 is a row of sizes.
func mobile(num *number) bool {
	digits := num.digits[:num.n]
	parts := *num
	switch {
	case num.n == 13 && string(digits[:2]) == "86":
		digits = digits[2:]
		parts.drop(2)
	case num.n == 15 && string(digits[:4]) == "0086":
		digits = digits[4:]
		parts.drop(4)
	}
	if len(digits) != 11 || digits[0] != '1' || digits[1] < '3' {
		return false
	}
	return parts.parts == 1 || parts.grouped(3, 4, 4) || parts.grouped(3, 8) || parts.grouped(7, 4) ||
		parts.grouped(4, 3, 4) || parts.grouped(4, 4, 3) || parts.grouped(3, 3, 5) || parts.grouped(5, 6) || parts.single() || parts.pairs()
}

// drop takes n leading digits off the groups.
func (num *number) drop(n int) {
	num.n -= n
	if int(num.groups[0]) > n {
		num.groups[0] -= uint8(n)
		return
	}
	for num.parts > 0 && n > 0 {
		n -= int(num.groups[0])
		copy(num.groups[:], num.groups[1:])
		num.parts--
	}
}

// pairs are groups of at most two digits: a number spelled out.
func (num *number) pairs() bool {
	for _, g := range num.groups[:num.parts] {
		if g > 2 {
			return false
		}
	}
	return true
}

func landline(num *number) bool {
	return num.digits[0] == '0' && (num.grouped(3, 8) || num.grouped(4, 7) || num.grouped(4, 8))
}

// card numbers begin with an issuer's digits and are written whole or in fours.
func card(num *number) bool {
	if num.n > 19 || num.digits[0] < '3' || num.digits[0] > '6' {
		return false
	}
	if num.parts == 1 || num.grouped(6, 13) {
		return true
	}
	for _, g := range num.groups[:num.parts-1] {
		if g != 4 {
			return false
		}
	}
	return num.groups[num.parts-1] <= 4
}

// identity is a Chinese identity number: region, date of birth, order, check.
// Its check may be the letter X behind 17 digits.
func identity(v *view, num *number, end *int) bool {
	*end = num.end
	check := byte('X')
	switch {
	case num.n == 18:
		check = num.digits[17]
	case num.n == 17 && num.end < len(v.runes) && v.runes[num.end] == 'x':
		*end++
	default:
		return false
	}
	if num.parts != 1 && !num.grouped(6, 8, 4) && !num.grouped(6, 8, 3) && !num.grouped(6, 4, 4, 4) && !num.single() && !num.grouped(3, 3, 4, 4, 4) {
		return false
	}
	d := num.digits[:17]
	year, month, day := string(d[6:8]), (d[10]-'0')*10+d[11]-'0', (d[12]-'0')*10+d[13]-'0'
	return (year == "19" || year == "20") && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		d[0] != '0' && identityCheck(d) == check
}

// counted says whether the words before a number make it a thing of the shop:
// the number of an order, a parcel, an article.
func counted(v *view, at int) bool {
	from := max(at-6, 0)
	for i := from; i+1 < at; i++ {
		switch [2]rune{v.runes[i], v.runes[i+1]} {
		case [2]rune{'订', '单'}, [2]rune{'单', '号'}, [2]rune{'快', '递'}, [2]rune{'运', '单'}, [2]rune{'货', '号'},
			[2]rune{'款', '号'}, [2]rune{'物', '流'}, [2]rune{'条', '码'}, [2]rune{'编', '码'}, [2]rune{'编', '号'}, [2]rune{'券', '码'}:
			return true
		}
	}
	return endsWith(v.runes[:at], "order ") || endsWith(v.runes[:at], "order no ") || endsWith(v.runes[:at], "tracking ")
}

func endsWith(runes []rune, ascii string) bool {
	if len(runes) < len(ascii) {
		return false
	}
	for i := range len(ascii) {
		if runes[len(runes)-len(ascii)+i] != rune(ascii[i]) {
			return false
		}
	}
	return true
}

// personal takes a finding of a detector. Staff may give the shop's number or
// link; nobody shows an identity number or a card.
func (j *judgement) personal(d, start, end int) {
	a := j.rs.policy.personal[d]
	if d == link && j.user.Shield && !j.user.staff() {
		a = max(a, Block) // links are what a raid is for
	}
	if a == Allow || j.user.staff() && a < Block && d != idCard && d != bankCard {
		return
	}
	name := detectorNames[d]
	j.take(finding{action: a, rule: name, category: "personal", view: name, start: start, end: end})
	if a > Mask && !j.rs.policy.dryRun { // what a reviewer may approve is still not for everybody
		j.s.masks = append(j.s.masks, span{start: start, end: end})
	}
}
