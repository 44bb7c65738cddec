package broadcast

import (
	"fmt"
	"testing"
)

// So many of a thousand users are refused as the owner asks for, others each
// minute, and they are told to come back at different times.
func TestOverloadRefusesItsShare(t *testing.T) {
	const users = 20_000
	now := int64(1_790_000_000_000)
	for _, refuse := range []uint32{0, 50, 500, 950} {
		first, second, both, waits := 0, 0, 0, map[int64]bool{}
		for i := range users {
			user := fmt.Sprint("u", i)
			a, b := unlucky(user, now, refuse), unlucky(user, now+loadTurns, refuse)
			if a > 0 {
				first++
				waits[a] = true
				if a < 2000 || a >= 5000 {
					t.Fatalf("wait %d ms", a)
				}
			}
			if b > 0 {
				second++
			}
			if a > 0 && b > 0 {
				both++
			}
		}
		want := users * int(refuse) / 1000
		if near := users / 50; first < want-near || first > want+near || second < want-near || second > want+near {
			t.Errorf("refuse %d: %d and %d of %d users, want about %d", refuse, first, second, users, want)
		}
		if expect := want * int(refuse) / 1000; both > expect+users/50 {
			t.Errorf("refuse %d: %d users twice in a row, by chance it would be %d", refuse, both, expect)
		}
		if refuse > 0 && len(waits) < first/20 {
			t.Errorf("refuse %d: %d different waits of %d", refuse, len(waits), first)
		}
	}
}

// However many ask, so many a second come in and no more; a quiet second is made
// up for, once.
func TestQuestionsHaveARateOfTheirOwn(t *testing.T) {
	r := newRoom("r", 1, 0)
	start := int64(1_790_000_000_000)
	in := 0
	for ms := int64(0); ms < 10_000; ms++ {
		for range 5 {
			if now := start + ms; r.mayAsk(now) {
				r.ask(now)
				in++
			}
		}
	}
	if most := 10_000/askEvery + askBurst/askEvery; in < 10_000/askEvery || in > most {
		t.Errorf("%d questions in ten seconds, want %d to %d", in, 10_000/askEvery, most)
	}
}
