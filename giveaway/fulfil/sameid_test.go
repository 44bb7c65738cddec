package fulfil

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/record"
)

// An event's id is its room's: two rooms may have given the same one, and the
// prizes of each have the title, the worth and the archive of its own.
func sameIDLaw(t *testing.T, s *shop) {
	decide := func(room, kind string, data any) {
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		err = s.desk.db.Tx(s.ctx, func(tx *sql.Tx) error {
			return reader{s.desk}.Decision(s.ctx, tx, 0, 0, &record.Decision{Kind: kind, Room: room, Event: "bag-1", Data: raw})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, room := range []string{"east", "west"} {
		decide(room, record.DecidePlan, giveaway.PlanDecision{At: 1, Plan: []byte(`{"title":"` + room + `","prizes":[{"id":"p1","title":"cup of ` + room + `","valueFen":100}]}`)})
	}
	grants := map[string]drawproof.Hash{"east": {1}, "west": {2}}
	for room, grant := range grants {
		decide(room, record.DecideGrant, giveaway.GrantDecision{At: 2, Steps: []giveaway.Step{{State: drawproof.ClaimOpen, Grant: grant, Prize: "p1", Rank: 1}}})
	}
	for room, grant := range grants {
		if p := s.prize(grant.String()); p.EventName != room || p.Title != "cup of "+room {
			t.Errorf("%s: %+v", room, p)
		}
		paid, err := s.desk.Paid(s.ctx, room, "bag-1")
		if err != nil || strings.Count(string(paid), "\n") != 2 || !strings.Contains(string(paid), "cup of "+room) {
			t.Errorf("%s: %v %s", room, err, paid)
		}
	}
}

// What a build before knew by its id alone is still known.
func TestMovedPlans(t *testing.T) {
	ctx := context.Background()
	db, err := database.Open(filepath.Join(t.TempDir(), "old.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := 0
	for i, m := range migrations {
		if strings.Contains(m, "fulfil_plans (room TEXT") {
			before = i
		}
	}
	if err := db.Migrate(ctx, "fulfil_version", migrations[:before]); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO fulfil_events (event, room, title, plan, at) VALUES ('e', 'demo', '福袋', '{}', 7)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, "fulfil_version", migrations); err != nil {
		t.Fatal(err)
	}
	var title string
	var at int64
	if err := db.QueryRowContext(ctx, `SELECT title, at FROM fulfil_plans WHERE room = 'demo' AND event = 'e'`).Scan(&title, &at); err != nil || title != "福袋" || at != 7 {
		t.Errorf("%q at %d: %v", title, at, err)
	}
}
