package fulfil

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/room/record"
)

// signed is the receipt of an entry as an edge passes it on: one of a batch.
func (s *shop) signed(event string, entry record.Receipt) Proof {
	s.t.Helper()
	var plan string
	if err := s.desk.db.QueryRow(`SELECT plan FROM fulfil_plans WHERE event = $1`, event).Scan(&plan); err != nil {
		s.t.Fatal(err)
	}
	leaf := drawproof.Leaf{Tag: entry.Tag, Weight: entry.Weight, Partition: entry.Partition, Offset: entry.Offset}
	batch := drawproof.ReceiptTree([]drawproof.Leaf{{Weight: 1}, leaf, {Weight: 2}})
	path := batch.Prove(1)
	return Proof{Room: s.room, Event: event, Tag: entry.Tag, Salt: entry.Salt[:], Weight: entry.Weight, Partition: entry.Partition, Offset: entry.Offset,
		Index: path.Index, Size: path.Size, Path: path.Path, Sig: drawproof.SignReceipts(s.desk.cfg.Keys.Receipt, event, drawproof.PlanHash([]byte(plan)), batch)}
}

// Receipts: of a giveaway that ended for a hole in the log nobody is named; whoever
// shows the receipt is on the list, once, nobody else is, and not for ever.
func receiptsLaw(t *testing.T, s *shop) {
	draft := studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 1}}, ClaimTTLMs: 3_600_000, Compensation: "每人一张 5 元券"}
	g := s.open(draft, 1)
	s.turn() // the plan is read
	mine := s.signed(g.ID, s.owner.Enter(g.ID, "in-the-hole", "", nil).Receipt)
	list := func(who string) []Ended { return items[Ended](s, s.want(200, who, "GET", "/v1/me/voids", nil)) }
	const path = "/v1/me/voids"
	s.want(404, "in-the-hole", "POST", path, mine) // it is still open

	s.owner.Lose(1)
	s.owner.Pass(5 * time.Second)
	s.turn()
	if all := list("in-the-hole"); len(all) != 0 {
		t.Fatalf("somebody is named behind a hole: %+v", all)
	}
	if all := list("u0"); len(all) != 0 {
		t.Fatalf("somebody is named behind a hole: %+v", all)
	}

	s.want(422, "somebody", "POST", path, mine) // the tag is of another user
	for name, spoil := range map[string]func(p *Proof){
		"offset": func(p *Proof) { p.Offset++ }, "weight": func(p *Proof) { p.Weight++ }, "signature": func(p *Proof) { p.Sig = append(drawproof.Bytes{^p.Sig[0]}, p.Sig[1:]...) },
		"path": func(p *Proof) { p.Path = p.Path[:1] }, "salt": func(p *Proof) { p.Salt = nil }, "partition": func(p *Proof) { p.Partition++ },
	} {
		bad := mine
		spoil(&bad)
		raw, err := json.Marshal(bad)
		if err != nil {
			t.Fatal(err)
		}
		if got, b := s.send("in-the-hole", "POST", path, raw); got != 422 {
			t.Errorf("with another %s: %d %s", name, got, b)
		}
	}
	if all := list("in-the-hole"); len(all) != 0 {
		t.Fatalf("a receipt that proves nothing was taken: %+v", all)
	}
	for range 2 {
		s.want(200, "in-the-hole", "POST", path, mine)
		if all := list("in-the-hole"); len(all) != 1 || all[0].Code != "gap" || all[0].Compensation != "每人一张 5 元券" || all[0].ProveBy != all[0].At+proveWithin {
			t.Fatalf("who showed the receipt reads %+v", all)
		}
	}
	if _, err := s.desk.db.Exec(`UPDATE fulfil_voids SET at = 1`); err != nil {
		t.Fatal(err)
	}
	s.want(200, "in-the-hole", "POST", path, mine) // named is named
	s.want(409, "u0", "POST", path, mine)
	elsewhere := mine
	elsewhere.Room = "elsewhere"
	s.want(404, "u0", "POST", path, elsewhere)
}
