package questions

// Who praises what the host tells says the word of a question and asks nothing:
// "I like that you say what it is not good at", 敢说不适合谁，靠谱. A request to
// be told (说一下什么码, tell me what size) is a question all the same.

// frank are Chinese words for who tells what others would not.
var frank = [...]string{"敢说", "敢讲", "肯说", "肯讲", "直说"}

// praises begin an English sentence about what somebody does.
var praises = [...]string{"i like ", "i love ", "i appreciate ", "i respect ", "like ", "love ", "appreciate ", "so good "}

// doers stand between the praise and what is done.
var doers = [...]string{"that you ", "how you ", "when you ", "it when you ", "that she ", "how she ", "that he ", "how he ", "that they "}

// verbs of telling, in the form that follows a doer.
var verbs = [...]string{"say ", "says ", "said ", "tell ", "tells ", "told ", "show ", "shows ", "showed ", "explain ", "explains ", "explained ", "admit ", "admits "}

// told reports whether the word that asks at a place belongs to what somebody is
// praised for telling. A final 吗 asks whatever stands before it.
func (s *scan) told(w *word, at int) bool {
	if w.runes[len(w.runes)-1] == '吗' {
		return false
	}
	if !w.latin {
		return s.frankly(at)
	}
	from := after(s.canon, after(s.canon, 0, praises[:]), doers[:])
	if from < 0 || at < from {
		return from > 0 // "love how you": the doer's own how
	}
	for i := from; i < at; i++ {
		if s.canon[i-1] == ' ' && after(s.canon, i, verbs[:]) > 0 {
			return true
		}
	}
	return false
}

// frankly looks for a frank word before at, in the same clause.
func (s *scan) frankly(at int) bool {
	for i := at - 1; i >= 0 && s.canon[i] != ' '; i-- {
		for _, f := range frank {
			if has(s.canon, i, f) {
				return true
			}
		}
	}
	return false
}

// after is where the text goes on behind one of the words that stands at i; -1
// where none does, or where i is negative.
func after(text []rune, i int, words []string) int {
	if i < 0 {
		return -1
	}
	for _, w := range words {
		if has(text, i, w) {
			return i + len(w) // they are ASCII
		}
	}
	return -1
}
