package questions

// link finds "3号链接", "链接3" or, where nothing else is counted in 号, "3号".
func (s *scan) link() int {
	c := s.canon
	for i := range c {
		switch {
		case c[i] == '号' && i > 0:
			n, from := number(c, i)
			if n <= 0 || n > 999 || from > 0 && (c[from-1] == '月' || c[from-1] == '.') {
				continue
			}
			if has(c, i+1, "链接") || has(c, i+1, "宝贝") || !sized(c, from, i+1) {
				return n
			}
		case has(c, i, "链接") && i+2 < len(c):
			at := i + 2
			if c[at] == ' ' {
				at++
			}
			end := at
			for end < len(c) && c[end] >= '0' && c[end] <= '9' {
				end++
			}
			if n, _ := number(c, end); end > at && n > 0 && n <= 999 && end-at <= 3 {
				return n
			}
		case has(c, i, "link ") || has(c, i, "item ") || has(c, i, "no "):
			at := i
			for at < len(c) && c[at] != ' ' {
				at++
			}
			end := at + 1
			for end < len(c) && c[end] >= '0' && c[end] <= '9' {
				end++
			}
			if n, _ := number(c, end); end > at+1 && n > 0 && n <= 999 {
				return n
			}
		}
	}
	return 0
}

// sized reports that a number before 号 counts something other than links: a
// date, a shade, a finger.
func sized(c []rune, from, after int) bool {
	for _, w := range [...]string{"圈口", "粉", "色", "发", "到", "能", "前", "以前", "之前", "口红", "的脚", "脚", "码", "字", "线", "电池"} {
		if has(c, after, w) {
			return true
		}
	}
	return from > 1 && (c[from-1] == '选' || c[from-1] == '穿' || c[from-1] == '十')
}

func has(c []rune, at int, word string) bool {
	for _, r := range word {
		if at >= len(c) || c[at] != r {
			return false
		}
		at++
	}
	return true
}

// number reads the number that ends before end, in digits or as Chinese numerals
// up to ninety-nine; from is where it begins, -1 is none.
func number(c []rune, end int) (n, from int) {
	from = end
	for from > 0 && c[from-1] >= '0' && c[from-1] <= '9' {
		from--
	}
	if from < end {
		if end-from > 4 {
			return -1, from
		}
		for _, r := range c[from:end] {
			n = n*10 + int(r-'0')
		}
		return n, from
	}
	unit, ten, seen := 0, 0, false
	for from > 0 {
		r := c[from-1]
		if r == '十' && ten == 0 {
			ten, seen = 10, true
		} else if d := numeral(r); d > 0 && (unit == 0 && ten == 0 || ten == 10) {
			if ten == 10 {
				ten = d * 10
				if ten == 10 {
					ten = 11 // 一十: nothing may stand before
				}
			} else {
				unit = d
			}
			seen = true
		} else {
			break
		}
		from--
	}
	if !seen {
		return -1, end
	}
	if ten == 11 {
		ten = 10
	}
	return ten + unit, from
}

func numeral(r rune) int {
	switch r {
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

// size finds the size that is asked for: letters (2xl), a number before 码, or a
// word of the trade.
func (s *scan) size() (from, end int) {
	c := s.canon
	for i := range c {
		if i > 0 && (latin(c[i-1]) || c[i-1] >= '0' && c[i-1] <= '9') {
			continue
		}
		end = i
		for end < len(c) && c[end] >= '0' && c[end] <= '9' {
			end++
		}
		digits := end - i
		for end < len(c) && c[end] == 'x' {
			end++
		}
		if end < len(c) && (c[end] == 's' || c[end] == 'm' || c[end] == 'l') && digits <= 1 && (end+1 == len(c) || !latin(c[end+1])) {
			return i, end + 1
		}
		if digits > 0 {
			end = i + digits
			if end < len(c) && c[end] == ' ' && has(c, end+1, "5") { // 35.5: the dot is a separator
				end += 2
			}
			if end < len(c) && (c[end] == '码' || c[end] == '寸' || has(c, end, "ml") || digits >= 2 && s.there && (end == len(c) || c[end] == '的' || c[end] == '有' || c[end] == '吗')) {
				return i, end
			}
		}
	}
	return s.slot(Size)
}

// colour finds the colour that is asked for.
func (s *scan) colour() (from, end int) {
	c := s.canon
	for i := range c {
		switch c[i] {
		case '黑', '白', '红', '蓝', '粉', '绿', '黄', '紫', '灰', '米', '咖', '棕', '橙', '银', '金', '杏', '青', '驼':
			if i+1 < len(c) && (c[i+1] == '色' || c[i+1] == '的' || c[i+1] == '滴') {
				return i, i + 1
			}
		}
	}
	return s.slot(Colour)
}

// slotWords are the sizes and colours that have a name.
var slotWords = parseLexicon(`
size 1 - 大码 小码 均码 加大 加长 加肥 半码 大号 小号 中号 特大号 小瓶 大瓶 迷你 小包装 整箱 儿童码 童码
colour 1 - 卡其 焦糖色 奶茶色 咖啡色 豆沙 藏青 军绿 墨绿 酒红 雾霾蓝 米白 裸色
colour 1 - black white red blue pink green yellow purple grey gray beige brown navy orange gold silver`)

// slot finds the first named value of a kind.
func (s *scan) slot(kind Intent) (from, end int) {
	for i := range s.canon {
		if w := slotWords.at(s.canon, i); w != nil && w.intent == kind {
			return i, i + len(w.runes)
		}
	}
	return 0, 0
}

// linkWeight is what the words 链接 and 号 of a link's number weigh.
const linkWeight = 5

// intent decides what the question is about, and finds its slot.
func (s *scan) intent(r *Reading) Intent {
	var sizeAt, sizeEnd, colourAt, colourEnd int
	if s.score[Size] > 0 || s.there || s.score[Stock] > 0 || s.score[Colour] > 0 {
		sizeAt, sizeEnd = s.size()
	}
	if s.score[Colour] > 0 || s.score[Stock] > 0 {
		colourAt, colourEnd = s.colour()
	}
	if sizeEnd > 0 {
		s.score[Size] += 3
	}
	if s.numbers >= 2 && s.digits >= 2 && s.score[Fit] > 0 {
		s.score[Fit] += 4 // 160 100斤 …
	}
	if r.Link > 0 && s.score[Link] > 0 {
		s.score[Link] -= min(s.score[Link], linkWeight) // 3号链接多少钱 asks for the price
		if s.score[Link] == 0 {
			s.score[Link] = 1
		}
	}
	best := None
	for i := Price; i < intents; i++ {
		if s.score[i] > s.score[best] || s.score[i] == s.score[best] && s.score[i] > 0 && s.first[i] != 0 && s.first[i] < s.first[best] {
			best = i
		}
	}
	if best == None || s.score[best] < 2 && !(best == Link && r.Link > 0) {
		best = Other
	}
	switch {
	case best == Colour && s.score[Stock] >= 5 && colourEnd > 0, best == Stock && colourEnd > 0: // 黑色补不补
		best = Stock
		r.ValueAt, r.ValueEnd = colourAt, colourEnd
	case best == Colour && sizeEnd > 0: // 红色那个有M吗
		best = Size
		r.ValueAt, r.ValueEnd = sizeAt, sizeEnd
	case best == Size && s.score[Stock] >= 5:
		best = Stock
		r.ValueAt, r.ValueEnd = sizeAt, sizeEnd
	case best == Colour:
		r.ValueAt, r.ValueEnd = colourAt, colourEnd
	case best == Size || best == Stock:
		r.ValueAt, r.ValueEnd = sizeAt, sizeEnd
	}
	return best
}
