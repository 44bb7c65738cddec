// Package corpus draws patterns and comments for tests and benchmarks. No
// program imports it.
package corpus

// Draw gives 10,000 patterns, 7,000 of them Chinese, and 2,000 comments of 30
// characters, from a seed.
func Draw() (patterns, comments [][]rune) {
	random := source(7)
	han := func() rune { return rune(0x4E00 + random.below(1+random.below(1+random.below(5000)))) }
	latin := func() rune { return rune('a' + random.below(26)) }
	draw := func(from func() rune, n int) []rune {
		w := make([]rune, n)
		for i := range w {
			w[i] = from()
		}
		return w
	}
	for i := range 10_000 {
		if i%10 < 7 {
			patterns = append(patterns, draw(han, 2+random.below(4)))
		} else {
			patterns = append(patterns, draw(latin, 5+random.below(8)))
		}
	}
	for range 2000 {
		c := draw(han, 15)
		c = append(c, ' ')
		c = append(c, draw(latin, 4)...)
		c = append(c, ' ')
		if random.below(10) == 0 {
			p := patterns[random.below(len(patterns))]
			c = append(c, p...)
		}
		for len(c) < 30 {
			c = append(c, han())
		}
		comments = append(comments, c[:30])
	}
	return patterns, comments
}

// source is splitmix64: the draw is the same with every Go.
type source uint64

func (s *source) below(n int) int {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n))
}
