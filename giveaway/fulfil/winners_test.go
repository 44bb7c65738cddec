package fulfil

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// torn is a log whose writers die: before a batch is written, or after it and
// before they know.
type torn struct {
	Log
	random *rand.Rand
	died   int
}

func (l *torn) Append(ctx context.Context, topic string, p int32, recs []kafkalog.Record) (int64, error) {
	if topic == kafkalog.Awards {
		if n := l.random.IntN(3); n > 0 || l.died == 0 {
			if l.died++; n < 2 {
				l.Log.Append(ctx, topic, p, recs)
			}
			return 0, errors.New("nobody knows whether it was written")
		}
	}
	return l.Log.Append(ctx, topic, p, recs)
}

// Winners: fudai.awards holds each step of each grant once and in its order,
// however often its writer dies.
func winnersLaw(t *testing.T, s *shop) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	log := &torn{Log: s.log, random: rand.New(rand.NewPCG(seed, 0))}
	s.desk.cfg.Log = log
	now := time.Now()
	publish := func(rounds int) {
		for range rounds {
			s.desk.publish(s.ctx, now) // its errors are what this is about
			now = now.Add(time.Duration(log.random.Int64N(2 * s.desk.lease() * int64(time.Millisecond))))
		}
	}
	all := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 3}}, ClaimTTLMs: 3_600_000, Alternates: 2}, 9)
	publish(5)
	s.want(202, all[0].User, "POST", "/v1/me/prizes/"+all[0].Grant+"/claim", address)
	s.claims(0)
	publish(5)
	s.owner.Now += 4_000_000
	s.owner.Turn()
	s.turn() // two are too late; their units go to alternates
	publish(60)
	seen, last := map[string]bool{}, map[string]string{}
	counts := map[string]int{}
	for _, r := range s.log.Records(kafkalog.Awards, 0) {
		var n Notice
		if err := json.Unmarshal(r.Value, &n); err != nil {
			t.Fatal(err)
		}
		id := string(r.Header(awardKey))
		if id != n.ID+"/"+n.Type || seen[id] || string(r.Key) != n.Event || n.User == "" || n.Shop != "demo" {
			t.Errorf("%s (again: %t): %s", id, seen[id], r.Value)
		}
		if before := last[n.ID]; (before == "") != (n.Type == typeWon) || before != "" && before != typeWon {
			t.Errorf("%s after %q", id, before)
		}
		seen[id], last[n.ID] = true, n.Type
		counts[strings.TrimPrefix(n.Type, "prize.")]++
	}
	// Three won, one claimed, two lost theirs, two alternates hold them now.
	if counts["won"] != 5 || counts["due"] != 1 || counts["expired"] != 2 || log.died == 0 {
		t.Fatalf("%v, %d deaths", counts, log.died)
	}
}
