package roomtest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Said is one line of a recording.
type Said struct {
	T    int64  `json:"t_ms"` // since its start
	User string `json:"user"`
	Text string `json:"text"`
}

// Fit takes the figures of a recording in the order said.
func Fit(all []Said) *Shape {
	s := &Shape{Messages: len(all), Seconds: float64(all[len(all)-1].T-all[0].T) / 1000, Repeats: map[string]float64{}}
	users, texts := map[string]int{}, map[string]int{}
	var lengths []float64
	var questions, han, bare int
	for i := range all {
		text := strings.ToLower(strings.TrimSpace(all[i].Text))
		all[i].Text = text
		users[all[i].User]++
		texts[text]++
		lengths = append(lengths, float64(utf8.RuneCountInString(text)))
		questions += count(strings.ContainsAny(text, "?？"))
		han += count(strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }))
		bare += count(!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }))
	}
	s.Users, s.Texts = len(users), len(texts)
	s.Runes = twentieths(lengths)
	s.Questions, s.Han, s.Bare = s.share(questions), s.share(han), s.share(bare)
	s.seconds(all)
	s.talkers(users)
	s.repeats(all, texts)
	return s
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Shape) share(n int) float64 { return round(float64(n) / float64(s.Messages)) }

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func twentieths(x []float64) (q []float64) {
	slices.Sort(x)
	for i := range 21 {
		q = append(q, round(x[i*(len(x)-1)/20]))
	}
	return q
}

func (s *Shape) seconds(all []Said) {
	per := make([]float64, int(s.Seconds)+1)
	for i := range all {
		per[(all[i].T-all[0].T)/1000]++
	}
	mean := float64(len(all)) / float64(len(per))
	var variance, lag float64
	for i := range per {
		per[i] /= mean
		variance += (per[i] - 1) * (per[i] - 1)
		if i > 0 {
			lag += (per[i] - 1) * (per[i-1] - 1)
		}
	}
	s.Lag1 = round(lag / variance)
	s.PerSecond = twentieths(per)
}

func (s *Shape) talkers(users map[string]int) {
	by := map[int]int{}
	for _, n := range users {
		by[n]++
	}
	for n, users := range by {
		s.Talkers = append(s.Talkers, [2]int{n, users})
	}
	slices.SortFunc(s.Talkers, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
}

// hottest bounds Shape.Hot: rarer texts are as good as new ones.
const hottest = 64

func (s *Shape) repeats(all []Said, texts map[string]int) {
	s.AgainIn = int(10 * float64(s.Messages) / s.Seconds)
	last, again := map[string]int{}, 0
	within := map[int64]int{}
	for i := range all {
		j, ok := last[all[i].Text]
		last[all[i].Text] = i
		if !ok {
			continue
		}
		again += count(i-j <= s.AgainIn)
		for _, window := range []int64{2, 5, 10, 30} {
			within[window] += count(all[i].T-all[j].T <= window*1000)
		}
	}
	s.Again = s.share(again)
	for window, n := range within {
		s.Repeats[strconv.FormatInt(window, 10)+"s"] = s.share(n)
	}
	for _, n := range texts {
		s.Hot = append(s.Hot, s.share(n))
	}
	slices.SortFunc(s.Hot, func(a, b float64) int { return cmp.Compare(b, a) })
	s.Hot = s.Hot[:min(len(s.Hot), hottest)]
}
