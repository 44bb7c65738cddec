package roomtest

import (
	"math"
	"testing"

	"github.com/fudai-live/fudai/room/record"
)

// A crowd has the figures it was drawn from: fit to what it says gives them back.
func TestCrowdHasTheShape(t *testing.T) {
	want := Recorded()
	for seed := uint64(1); seed <= 3; seed++ {
		c := NewCrowd(want, seed, want.Messages)
		rate := float64(want.Messages) / want.Seconds
		var said []Said
		for second := int64(0); len(said) < want.Messages; second++ {
			n := c.Second(rate)
			for i := range n {
				var s record.Comment
				c.Next(&s)
				said = append(said, Said{T: second*1000 + int64(i)*1000/int64(n), User: string(s.User), Text: string(s.Text)})
			}
		}
		got := Fit(said)
		near := func(name string, got, want, by float64) {
			t.Helper()
			if math.Abs(got-want) > by {
				t.Errorf("seed %d: %s is %.4f, recorded %.4f", seed, name, got, want)
			}
		}
		near("messages a second", float64(got.Messages)/got.Seconds, rate, 0.5)
		near("lag 1", got.Lag1, want.Lag1, 0.05)
		for _, i := range []int{1, 5, 10, 15, 19} {
			near("per second", got.PerSecond[i], want.PerSecond[i], 0.12)
			near("length", got.Runes[i]/want.Runes[i], 1, 0.35)
		}
		near("users a message", float64(got.Users)/float64(got.Messages), float64(want.Users)/float64(want.Messages), 0.06)
		near("distinct texts", float64(got.Texts)/float64(got.Messages), float64(want.Texts)/float64(want.Messages), 0.08)
		near("repeats of the last ten seconds", got.Again, want.Again, 0.06)
		near("the commonest text", got.Hot[0], want.Hot[0], 0.05)
		near("questions", got.Questions, want.Questions, 0.015)
		near("Chinese", got.Han, want.Han, 0.06)
		near("without words", got.Bare, want.Bare, 0.03)
		t.Logf("seed %d: users %d (%d), texts %d (%d), again %.3f (%.3f), commonest %.3f (%.3f), questions %.3f (%.3f)", seed,
			got.Users, want.Users, got.Texts, want.Texts, got.Again, want.Again, got.Hot[0], want.Hot[0], got.Questions, want.Questions)
	}
}
