package questions

// Reading is what Recognise makes of a text. Places are in the canon view.
type Reading struct {
	Question bool
	Intent   Intent // None where it is no question
	Link     int    // "3号链接": 3; 0: none
	// Value is the size or the colour that is asked for, canon[ValueAt:ValueEnd].
	ValueAt, ValueEnd int
	Latin             bool // written without Han characters
}

// What the signs of a question are worth; the sum decides.
const (
	signAsk      = 5 // a word that asks, a choice (好不好), a final 吗
	signMark     = 3 // a question mark
	signFinal    = 3 // 不 or 没 at the end of a clause
	signHalf     = 1
	signAgainst  = -2
	questionFrom = 3
)

// maxCanon bounds what is looked at: a question of a live room is short.
const maxCanon = 200

// Recognise reads a text whose canon view (moderation) is canon. It is a
// function of both alone and allocates nothing.
func Recognise(text []byte, canon []rune) (r Reading) {
	if len(canon) > maxCanon {
		canon = canon[:maxCanon]
	}
	s := scan{canon: canon, han: false}
	s.run()
	if r.Latin = !s.han; r.Latin {
		s.opening()
	}
	if s.content && marked(text) {
		s.sign += signMark
	}
	if !s.content || s.sign < questionFrom {
		return r
	}
	r.Question = true
	if s.named || r.Latin {
		r.Link = s.link()
	}
	r.Intent = s.intent(&r)
	return r
}

// marked reports a question mark in text.
func marked(text []byte) bool {
	for i, b := range text {
		if b == '?' || b == 0xEF && i+2 < len(text) && text[i+1] == 0xBC && text[i+2] == 0x9F {
			return true
		}
	}
	return false
}

// scan is one pass over a canon view.
type scan struct {
	canon   []rune
	sign    int
	score   [intents]int16
	first   [intents]int16 // where the intent was named first, from 1
	han     bool
	content bool // there is a letter or a digit
	there   bool // it asks what there is (有)
	named   bool // something may be named by its number (号, 链接)
	digits  int  // of the longest number
	numbers int
}

// run matches the longest words from left to right and looks for the signs that
// no word list holds.
func (s *scan) run() {
	run := 0
	for i := 0; i < len(s.canon); {
		r := s.canon[i]
		if r >= '0' && r <= '9' {
			if run++; run == 1 {
				s.numbers++
			}
			s.digits, s.content = max(s.digits, run), true
		} else if run = 0; r != ' ' {
			s.content = true
			s.note(r)
		}
		s.signs(i)
		w := lexicon.at(s.canon, i)
		if w == nil {
			i++
			continue
		}
		s.take(w, i)
		for _, r := range w.runes {
			s.note(r)
		}
		for n := i + 1; n < i+len(w.runes); n++ {
			s.signs(n)
		}
		i += len(w.runes)
	}
}

// note looks at a character for what later steps ask.
func (s *scan) note(r rune) {
	switch {
	case r < 0x3400:
	case r <= 0x9FFF:
		s.han = true
		s.there = s.there || r == '有'
		s.named = s.named || r == '号' || r == '链'
	}
}

func (s *scan) take(w *word, at int) {
	switch {
	case w.flags&flagAsk != 0 && (s.denies(w, at) || s.told(w, at)):
	case w.flags&flagAsk != 0:
		s.sign += signAsk
	case w.flags&flagHalf != 0:
		s.sign += signHalf
	}
	if w.flags&flagNot != 0 {
		s.sign += signAgainst
	}
	if w.intent != None {
		s.score[w.intent] += int16(w.weight)
		if s.first[w.intent] == 0 {
			s.first[w.intent] = int16(at + 1)
		}
	}
}

// signs looks at one place for a choice (A不A) and for a clause that ends in a
// word that asks only there.
func (s *scan) signs(i int) {
	c := s.canon
	switch c[i] {
	case '不', '没', '唔':
		if n := s.choice(i); n > 0 {
			if !s.said(i, n) {
				s.sign += signAsk // 好不好, 新鲜不新鲜, 返场不返
			}
			return
		}
		if i > 0 && c[i] != '唔' && s.ends(i+1) && !s.begins(i) {
			s.sign += signFinal
		}
	case '还':
		if i > 0 && i+1 < len(c) && c[i+1] == '是' && !s.begins(i) {
			s.sign += signAsk // a choice; at the beginning it is a preference
		}
	case '吧':
		if s.ends(i + 1) {
			s.sign += signHalf
		}
	case '得':
		if i > 1 && s.ends(i+1) && c[i-1] == '没' {
			s.sign += signFinal
		}
	case '么', '木', '否':
		if i > 1 && s.ends(i+1) && c[i-1] != '什' && c[i-1] != '怎' && c[i-1] != '那' && c[i-1] != '这' {
			s.sign += signFinal
		}
	case '有':
		if i > 1 && s.ends(i+1) && (c[i-1] == '没' || c[i-1] == '木') && !s.said(i-1, 1) {
			s.sign += signFinal
		}
	}
}

// choice is how many characters before the negation at i stand behind it too
// (1: 好不好, 2: 新鲜不新鲜 and 返场不返), 0 if it offers no choice.
func (s *scan) choice(i int) int {
	c := s.canon
	switch {
	case i == 0 || i+1 >= len(c) || c[i+1] < 0x3400:
	case c[i-1] == c[i+1]:
		return 1
	case i > 1 && c[i-2] == c[i+1]:
		return 2
	}
	return 0
}

// said reports whether the same negation stands before the n characters before
// the one at i: who says 不晚不晚, 没有没有 or 不知道不知道 says no twice and
// asks nothing.
func (s *scan) said(i, n int) bool { return i > n && s.canon[i-n-1] == s.canon[i] }

// denies reports whether a word that is a choice (是不是) is only the middle of
// a negation said twice (不是不是).
func (s *scan) denies(w *word, at int) bool {
	return len(w.runes) > 2 && w.runes[0] == w.runes[2] && at > 0 && s.canon[at-1] == w.runes[1] && negates(w.runes[1])
}

func negates(r rune) bool { return r == '不' || r == '没' || r == '唔' }

// openers begin an English question.
var openers = [...]string{"is ", "are ", "am ", "can ", "could ", "does ", "do ", "did ", "will ", "would ", "should ", "has ", "have you ",
	"any ", "anyone ", "got any ", "got size ", "may ", "which ", "was ", "isn t ", "don t you "}

// subjects before an opener make it tell instead of ask: "this is my size".
var subjects = [...]string{"this ", "that ", "it ", "i ", "we ", "he ", "she ", "they "}

// opening looks at how an English clause begins.
func (s *scan) opening() {
	for i := range s.canon {
		if i > 0 && s.canon[i-1] != ' ' || s.tells(i) {
			continue
		}
		for _, o := range openers {
			if has(s.canon, i, o) && (i == 0 || i < 6) {
				s.sign += signMark
				return
			}
		}
	}
}

// tells reports whether all before i is one subject.
func (s *scan) tells(i int) bool {
	for _, w := range subjects {
		if len(w) == i && has(s.canon, 0, w) {
			return true
		}
	}
	return false
}

// begins reports whether the clause begins at i.
func (s *scan) begins(i int) bool { return i == 0 || s.canon[i-1] == ' ' }

// ends reports whether a clause ends before i, but for the particles and the
// forms of address that may follow a question.
func (s *scan) ends(i int) bool {
	for ; i < len(s.canon); i++ {
		switch s.canon[i] {
		case ' ':
			return true
		case '啊', '呀', '哦', '哟', '哇', '呐', '咯', '㗎', '亲', '宝', '姐', '哈', '噢', '喔', '啦':
			continue
		}
		return false
	}
	return true
}
