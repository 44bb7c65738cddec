package fulfil

import (
	"fmt"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/room/record"
)

// Voids: who was in a giveaway that ended void reads why and what they get for
// it, nobody else does, and not for ever.
func voidsLaw(t *testing.T, s *shop) {
	draft := studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 1}}, ClaimTTLMs: 3_600_000, Compensation: " 每人一张 5 元券 "}
	g := s.open(draft, leftRows+2)
	s.command("void."+g.ID, record.CtlVoid, []byte(fmt.Sprintf(`{"event":%q,"reason":"奖品在运输中损坏，无法发出"}`, g.ID)))
	s.owner.Turn()
	s.turn()
	mine := func(who string) []Ended { return items[Ended](s, s.want(200, who, "GET", "/v1/me/voids", nil)) }
	for _, who := range []string{"u0", fmt.Sprintf("u%d", leftRows+1)} {
		all := mine(who)
		if len(all) != 1 || all[0].Event != g.ID || all[0].EventName != "福袋" || all[0].Why != "奖品在运输中损坏，无法发出" || all[0].Compensation != "每人一张 5 元券" || all[0].Room != "demo" {
			t.Errorf("%s: %+v", who, all)
		}
	}
	if all := mine("somebody"); len(all) != 0 {
		t.Errorf("who was not in reads %+v", all)
	}
	tx, err := s.desk.db.BeginTx(s.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := forgetVoids(s.ctx, tx, s.owner.Now+time.Hour.Milliseconds()); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := s.desk.db.QueryRow(`SELECT COUNT(*) FROM fulfil_left`).Scan(&n); err != nil || n != 0 || len(mine("u0")) != 0 {
		t.Errorf("%d rows are left behind: %v", n, err)
	}
}
