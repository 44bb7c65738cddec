package questions_test

import (
	"fmt"
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
)

// BenchmarkRecognise reads the lines of the gold set; their views are made before.
func BenchmarkRecognise(b *testing.B) {
	lines := gold(b)
	canon, text := make([][]rune, len(lines)), make([][]byte, len(lines))
	for i := range lines {
		canon[i], text[i] = moderation.AppendCanon(nil, lines[i].text), []byte(lines[i].text)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		questions.Recognise(text[i%len(text)], canon[i%len(canon)])
	}
}

// flood prepares questions of a busy room and asks them once.
func flood(t testing.TB) (*desk, []questions.Asking) {
	d := newDesk(t)
	var all []questions.Asking
	for i := range 4096 {
		text := []string{"有没有大码", "3号链接多少钱", "包邮吗", "什么时候发货", "主播今年多大", "有黑色吗", "会起球吗", "how much is it"}[i%8]
		canon := moderation.AppendCanon(nil, text)
		a := questions.Asking{Reading: questions.Recognise([]byte(text), canon), Canon: canon, Text: []byte(text), Hash: hash(text),
			User: uint64(i), ID: fmt.Appendf(nil, "viewer-%d", i), Offset: int64(i), Now: d.now}
		d.b.Ask(&a)
		all = append(all, a)
	}
	return d, all
}

// BenchmarkAsk folds a question into its cluster.
func BenchmarkAsk(b *testing.B) {
	d, all := flood(b)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		d.b.Ask(&all[i%len(all)])
	}
}

// Neither reading a text nor asking again what was asked allocates.
func TestAllocates(t *testing.T) {
	d, all := flood(t)
	i := 0
	if n := testing.AllocsPerRun(2000, func() {
		a := &all[i%len(all)]
		questions.Recognise(a.Text, a.Canon)
		d.b.Ask(a)
		i++
	}); n != 0 {
		t.Errorf("%v allocations a question", n)
	}
}
