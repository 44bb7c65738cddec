package studio

import (
	"encoding/csv"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/archive"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Everything about a giveaway in one signed file: made when it is over, also
// when its room has long forgotten it.
func archived(t *testing.T, h *house) {
	fromDraftToSettled(t, h)
	g := as[rest.List[Giveaway]](h, h.ok("boss", "GET", "/v1/studio/giveaways?shop=yunduo", nil)).Items[0]
	path := "/v1/studio/giveaways/" + g.ID + "/archive"
	if why := h.no(409, "boss", "GET", path, nil); !strings.Contains(why, "proof") {
		t.Error(why) // a proof is not made up
	}
	owner := h.owners["demo"]
	delete(h.owners, "demo")
	if err := h.studio.keepProofs(h.ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	h.no(409, "boss", "GET", path, nil) // nobody owned the room
	h.owners["demo"] = owner
	if err := h.studio.keepProofs(h.ctx, time.Now().Add(proofAgain)); err != nil {
		t.Fatal(err)
	}
	delete(h.owners, "demo")
	h.no(403, "viewer", "GET", path, nil)
	before := h.ok("boss", "GET", path, nil)
	m, files, err := archive.Read(before)
	if err != nil {
		t.Fatal(err)
	}
	kept := time.UnixMilli(m.KeepUntil).Sub(time.Now())
	if m.Event != g.ID || m.State != Settled || m.PlanHash != g.PlanHash || kept < 3*365*24*time.Hour || m.EngineKey != hex.EncodeToString(h.keys.Engine[32:]) {
		t.Errorf("%+v", m)
	}
	if got := drawproof.PlanHash(files[archive.PlanName]).String(); got != g.PlanHash {
		t.Errorf("the plan hashes to %s", got)
	}
	if r := drawproof.Verify(files[archive.ProofName]); !r.OK() {
		t.Error(r.Text())
	}
	page := string(files["活动规则 rules.html"])
	if !strings.Contains(page, g.PlanHash) || !strings.Contains(page, "云朵（杭州）商贸有限公司") || string(files["奖品 prizes.csv"]) != "paid" {
		t.Error(page)
	}
	column := func(name string, n int) (all []string) {
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(files[name]), "\ufeff"))).ReadAll()
		if err != nil || !strings.HasPrefix(string(files[name]), "\ufeff") {
			t.Fatalf("%s: %v", name, err)
		}
		for _, row := range rows[1:] {
			all = append(all, row[n])
		}
		return all
	}
	if whys := column("账目 books.csv", 5); len(whys) != 8 || whys[0] != "reserve" || whys[7] != "given" { // units and fen, reserved and three times given
		t.Errorf("%v", whys)
	}
	if acts := column("记录 audit.csv", 3); !slices.Contains(acts, "schedule") || !slices.Contains(acts, Settled) {
		t.Errorf("%v", acts)
	}
	// It is asked for once more only when there is more to know.
	var n int
	if err := h.store.db.QueryRow(`SELECT COUNT(*) FROM studio_proofs WHERE room = 'demo' AND event = $1 AND state = $2`, g.ID, Settled).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d proofs of a settled one, %v", n, err)
	}
	if trail := as[rest.List[Act]](h, h.ok("boss", "GET", "/v1/studio/audit?shop=yunduo&id="+g.ID, nil)).Items; trail[0].Act != "export" || trail[0].What != "archive" {
		t.Errorf("%+v", trail[0])
	}
	open := h.add(exampleDraft)
	h.no(409, "boss", "GET", "/v1/studio/giveaways/"+open.ID+"/archive", nil)
}
