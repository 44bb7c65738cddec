package studio

import (
	"encoding/json"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
)

// The time for the seal follows from what the room's shows have had: a million
// entrants are not sealed in the second that a thousand are.
func crowded(t *testing.T, h *house) {
	h.furnish()
	budget := func(phrase string) int64 {
		t.Helper()
		d := exampleDraft
		d.Phrases = []string{phrase}
		g := h.add(d)
		h.ok("mia", "POST", "/v1/studio/giveaways/"+g.ID+"/schedule", nil)
		var raw string
		if err := h.store.db.QueryRowContext(h.ctx, `SELECT public FROM studio_line WHERE event = $1`, g.ID).Scan(&raw); err != nil {
			t.Fatal(err)
		}
		var p giveaway.Plan
		if err := json.Unmarshal([]byte(raw), &p); err != nil {
			t.Fatal(err)
		}
		if _, err := h.store.db.ExecContext(h.ctx, `INSERT INTO studio_funnels (event, at, body) VALUES ($1, 1, '{"room":{"online":5,"unique":1000000}}')`, g.ID); err != nil {
			t.Fatal(err)
		}
		return p.SealBudgetMs
	}
	calm, full := budget("一号"), budget("二号")
	if calm != giveaway.SealBudget(0, false) || full != giveaway.SealBudget(1_000_000, false) || full < calm+3_000 {
		t.Errorf("%d ms for the seal of a room nothing is known of, %d ms after a show of a million", calm, full)
	}
}
