package fulfil

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio"
)

// Parcels: an export that was filled in goes back as it is, by commas, pasted
// from a spreadsheet by tabs, or by semicolons; what is wrong is said by its row.
func trackingLaw(t *testing.T, s *shop) {
	all := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 4}}, ClaimTTLMs: 3_600_000}, 4)
	for _, p := range all {
		s.want(202, p.User, "POST", "/v1/me/prizes/"+p.Grant+"/claim", address)
	}
	s.claims(0)
	const path = "/v1/studio/fulfilment/tracking?shop=demo"
	send := func(table string) (got Imported) {
		t.Helper()
		json.Unmarshal(s.want(200, "boss", "POST", path, table), &got)
		return got
	}
	exported := string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo", nil))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(exported, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, comma := range []rune{',', '\t', ';'} {
		for r := range rows[1:] {
			rows[r+1][13], rows[r+1][14] = "", ""
		}
		rows[i+1][13], rows[i+1][14] = "顺丰", fmt.Sprint("'00", i)
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = comma, true
		w.WriteAll(rows)
		if got := send("\ufeff" + b.String()); got.Updated != 1 || len(got.Wrong) != 0 {
			t.Fatalf("by %q: %+v", comma, got)
		}
		if p := s.prize(strings.TrimPrefix(rows[i+1][0], "'")); p.State != Shipped || p.Carrier != "顺丰" || p.Tracking != fmt.Sprint("00", i) {
			t.Fatalf("by %q: %+v", comma, p)
		}
	}
	last := strings.TrimPrefix(rows[4][0], "'")
	got := send("快递单号;中奖编号;快递公司\nSF1;nobody;顺丰\nSF2\n" + strings.Repeat("9", 90) + ";" + last + ";顺丰\nSF3;" + last + ";顺丰\n")
	if got.Updated != 1 || len(got.Wrong) != 3 || !strings.HasPrefix(got.Wrong[0], "row 2: ") || !strings.HasPrefix(got.Wrong[1], "row 3: ") || !strings.HasPrefix(got.Wrong[2], "row 4: ") {
		t.Fatalf("%+v", got)
	}
	if p := s.prize(last); p.Tracking != "SF3" {
		t.Fatalf("%+v", p)
	}
	if body := string(s.want(400, "boss", "POST", path, "a,b,c\n"+last+",顺丰,SF4\n")); !strings.Contains(body, "row 1") {
		t.Error(body)
	}
}

// Long lists go on: a winner of more than a page sees all, and an export of more
// than a file holds is refused, not cut.
func pagesLaw(t *testing.T, s *shop) {
	fill := func(from, to int, user, shop string) {
		t.Helper()
		if _, err := s.desk.db.ExecContext(s.ctx, fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO fulfil_prizes (grant_id, event, room, shop, user_id, tier, title, kind, pool, worth, amount, rank, state, won_at, deadline)
			SELECT '%s-' || i, 'e', 'r', '%s', '%s', 'p1', 'cup', 'goods', '', 1, 0, i, 'to-ship', i / 7, 0 FROM n`, from, to, shop, shop, user)); err != nil {
			t.Fatal(err)
		}
	}
	fill(1, 450, "lucky", "demo")
	seen, after, pages := map[string]bool{}, "", 0
	for {
		var page struct {
			Items []Award `json:"items"`
			Next  string  `json:"next"`
		}
		json.Unmarshal(s.want(200, "lucky", "GET", "/v1/me/prizes?after="+after, nil), &page)
		for _, p := range page.Items {
			seen[p.Grant] = true
		}
		pages++
		if after = page.Next; after == "" || pages > 9 {
			break
		}
	}
	if len(seen) != 450 || pages != 3 {
		t.Errorf("%d prizes on %d pages", len(seen), pages)
	}
	fill(1000, 1000+mostExport, "many", "demo")
	if body := string(s.want(422, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo", nil)); !strings.Contains(body, "too-large") {
		t.Error(body)
	}
	if got := string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&user=lucky", nil)); strings.Count(got, "\n") != 451 {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
}
