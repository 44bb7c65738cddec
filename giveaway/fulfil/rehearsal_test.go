package fulfil

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// kept counts what the desk has of prizes, errands and notices, and what stands
// in fudai.awards.
func (s *shop) kept() (n [4]int) {
	s.t.Helper()
	for i, table := range []string{"fulfil_prizes", "fulfil_outbox", "fulfil_awards"} {
		if err := s.desk.db.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n[i]); err != nil {
			s.t.Fatal(err)
		}
	}
	n[3] = len(s.log.Records(kafkalog.Awards, 0))
	return n
}

// deliver lets the desk read, call and tell everything that it has to.
func (s *shop) deliver(now time.Time) {
	s.t.Helper()
	s.turn()
	for more := true; more; {
		var err error
		if more, err = s.desk.sendOne(s.ctx, now); err != nil {
			s.t.Fatal(err)
		}
	}
	if _, err := s.desk.publish(s.ctx, now); err != nil {
		s.t.Fatal(err)
	}
}

// A rehearsal calls nobody: a shop whose system is told of each prize rehearses
// a red-packet rain, and hears nothing. Then the same one is held, and it hears.
func rehearsalLaw(t *testing.T, s *shop) {
	endpoint := &strict{booked: map[string]int{}}
	listener := httptest.NewServer(endpoint)
	listener.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer listener.Close()
	var hook Hook
	json.Unmarshal(s.want(200, "boss", "PUT", "/v1/studio/fulfilment/hooks/demo", HookSpec{listener.URL}), &hook)
	endpoint.secret = hook.Secret
	wave := studio.DraftPrize{Prize: "demo-cash", Qty: 6, Split: &drawproof.Split{Mode: drawproof.SplitDoubleMean, Total: 600, Min: 1, Underfill: drawproof.UnderfillReturn}}
	rain := studio.Draft{Kind: giveaway.Rain, Budget: "demo-budget", Title: "红包雨", Trigger: studio.Trigger{On: "tap"}, OpenMs: 15_000,
		Prizes: []studio.DraftPrize{wave, wave}}
	s.want(201, "boss", "POST", "/v1/studio/giveaways", studio.NewGiveaway{Room: "demo", Draft: rain})
	before := s.kept()
	var r studio.Rehearsal
	if err := json.Unmarshal(s.want(201, "boss", "POST", "/v1/studio/rehearsals", studio.NewRehearsal{Room: "demo", Viewers: 60, Seed: 3}), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Items) != 1 || r.Items[0].State != studio.Settled || r.Items[0].Live.Claimed != 12 {
		t.Fatalf("it was not played: %+v", r.Items)
	}
	s.deliver(time.Now())
	if is := s.kept(); is != before || endpoint.calls != 0 {
		t.Errorf("a rehearsal left prizes, errands, notices, awards %v, before %v, and called %d times", is, before, endpoint.calls)
	}
	s.hold(rain, 20)
	s.deliver(time.Now())
	if is := s.kept(); is[0] != before[0]+12 || is[1] == before[1] || is[2] == before[2] || is[3] == before[3] || endpoint.calls < 12 {
		t.Errorf("what was held left %v, before %v, and called %d times", is, before, endpoint.calls)
	}
}
