package fulfil

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/studio"
)

// Goods: claimed with a form that is sealed, shipped, received; what nobody
// claims expires; what comes back goes into the queue again.
func goodsLaw(t *testing.T, s *shop) {
	all := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 3}}, ClaimTTLMs: 3_600_000}, 3)
	if len(all) != 3 || all[0].State != ToClaim || all[0].StateText != "待领取" || all[0].Title != "云朵马克杯" || all[0].Kind != goods || all[0].Deadline == 0 {
		t.Fatalf("%+v", all)
	}
	p := all[0]
	mine := items[Award](s, s.want(200, p.User, "GET", "/v1/me/prizes", nil))
	if len(mine) != 1 || mine[0].Grant != p.Grant {
		t.Fatalf("%+v", mine)
	}
	claim := "/v1/me/prizes/" + p.Grant + "/claim"
	s.want(404, "somebody", "POST", claim, address)
	if body := s.want(422, p.User, "POST", claim, claimform.Form{Name: "王"}); !strings.Contains(string(body), `"address"`) || !strings.Contains(string(body), `"phone"`) {
		t.Errorf("%s", body)
	}
	s.want(202, p.User, "POST", claim, address)
	s.want(202, p.User, "POST", claim, address) // their network hiccuped
	if s.prize(p.Grant).State != ToClaim {
		t.Error("claimed before the ledger says so")
	}
	s.claims(0)
	if q := s.prize(p.Grant); q.State != ToShip || !q.HasForm || q.ClaimedAt == 0 {
		t.Fatalf("%+v", q)
	}
	var sealed []byte
	s.desk.db.QueryRow(`SELECT form FROM fulfil_prizes WHERE grant_id = $1`, p.Grant).Scan(&sealed)
	if len(sealed) == 0 || bytes.Contains(sealed, []byte("杭州")) {
		t.Error("the form is not sealed")
	}
	one := "/v1/studio/fulfilment/prizes/" + p.Grant
	s.want(403, "u0", "GET", one+"/form", nil)
	if !strings.Contains(string(s.want(200, "boss", "GET", one+"/form", nil)), "王小云") {
		t.Error("no form")
	}
	s.want(422, "boss", "POST", one+"/ship", Parcel{})
	s.want(200, "boss", "POST", one+"/ship", Parcel{"顺丰", "SF1"})
	s.want(409, p.User, "POST", claim, address)
	s.want(200, "boss", "POST", one+"/fail", Failure{"地址不详，退回"})
	if q := s.prize(p.Grant); q.State != ToShip || q.Failed == "" {
		t.Fatalf("%+v", q)
	}
	table := "grant,carrier,number\n'" + p.Grant + ",顺丰,'0012345\n" + all[1].Grant + ",顺丰,9\nshort\n"
	var imported Imported
	json.Unmarshal(s.want(200, "boss", "POST", "/v1/studio/fulfilment/tracking?shop=demo", table), &imported)
	if imported.Updated != 1 || len(imported.Wrong) != 2 {
		t.Fatalf("%+v", imported)
	}
	if q := s.prize(p.Grant); q.State != Shipped || q.Tracking != "0012345" || q.Failed != "" {
		t.Fatalf("%+v", q)
	}
	s.want(200, "boss", "POST", one+"/receive", nil)
	s.want(409, "boss", "POST", one+"/ship", Parcel{"顺丰", "SF1"})
	if q := s.prize(p.Grant); q.State != Received || q.StateText != "已到账" {
		t.Fatalf("%+v", q)
	}
	s.owner.Now += 4_000_000
	s.owner.Turn()
	s.turn()
	var counts Counts
	json.Unmarshal(s.want(200, "boss", "GET", "/v1/studio/fulfilment/counts?shop=demo", nil), &counts)
	if counts.States[Expired] != 2 || counts.States[Received] != 1 {
		t.Fatalf("%+v", counts)
	}
	s.want(200, "boss", "DELETE", "/v1/studio/fulfilment/events/"+p.Event+"/forms", nil)
	s.want(404, "boss", "GET", one+"/form", nil)
}

// Coupons: each code once, in the order of the import; who won more than the
// pool holds waits for the next import.
func couponsLaw(t *testing.T, s *shop) {
	codes := "/v1/studio/fulfilment/pools/demo/codes?shop=demo"
	var imported Imported
	json.Unmarshal(s.want(200, "boss", "POST", codes, "\ufeffA1\nA2\n\n A1 \nA3\n"+strings.Repeat("x", maxCode+1)+"\n"), &imported)
	if imported.Added != 3 || imported.Known != 1 || len(imported.Wrong) != 1 {
		t.Fatalf("%+v", imported)
	}
	all := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-coupon", Qty: 5}}}, 9)
	if len(all) != 5 {
		t.Fatalf("%d prizes", len(all))
	}
	seen := map[string]bool{}
	look := func() (with, without int) {
		clear(seen)
		for _, p := range all {
			mine := items[Award](s, s.want(200, p.User, "GET", "/v1/me/prizes", nil))[0]
			switch {
			case mine.State == Received && mine.Code != "" && !seen[mine.Code]:
				with++
				seen[mine.Code] = true
			case mine.State == ToShip && mine.Code == "" && mine.Failed == "":
				without++
			default:
				t.Fatalf("%+v", mine)
			}
		}
		return with, without
	}
	if with, without := look(); with != 3 || without != 2 {
		t.Fatalf("%d have a code, %d wait", with, without)
	}
	pools := items[Pool](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/pools?shop=demo", nil))
	if len(pools) != 1 || pools[0] != (Pool{"demo", 0, 3, 2}) {
		t.Fatalf("%+v", pools)
	}
	if failed := items[Award](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes?shop=demo&failed=1", nil)); len(failed) != 2 || failed[0].Code != "" {
		t.Fatalf("%+v", failed)
	}
	json.Unmarshal(s.want(200, "boss", "POST", codes, "B1\r\nB2\r\nB3\r\n"), &imported)
	if imported.Issued != 2 {
		t.Fatalf("%+v", imported)
	}
	if with, _ := look(); with != 5 || seen["B3"] {
		t.Fatalf("%v", seen)
	}
	// The ledger is read again from its beginning: nobody gets a second code.
	if _, err := s.desk.db.Exec(`DELETE FROM follow_place WHERE name = 'fulfil'`); err != nil {
		t.Fatal(err)
	}
	again, err := s.desk.follower(s.ctx)
	if err == nil {
		err = again.Turn(s.ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if with, _ := look(); with != 5 || items[Pool](s, s.want(200, "boss", "GET", "/v1/studio/fulfilment/pools?shop=demo", nil))[0].Issued != 5 {
		t.Fatal("a code was issued twice")
	}
}

// Questions: a prize asks for more than an address, of whoever wins it.
func questionsLaw(t *testing.T, s *shop) {
	asks := studio.PrizeSpec{Title: "云朵马克杯", Kind: studio.Goods, ValueFen: 3900, Fields: []claimform.Field{{ID: "colour", Title: "颜色", Options: []string{"白", "蓝"}}, {ID: "card", Title: "贺卡", Optional: true}}}
	bad := asks
	bad.Fields = []claimform.Field{{ID: "Farbe"}}
	if body := s.want(422, "boss", "PUT", "/v1/studio/prizes/demo-cup", bad); !strings.Contains(string(body), "fields[0].id") || !strings.Contains(string(body), "fields[0].title") {
		t.Errorf("%s", body)
	}
	s.want(200, "boss", "PUT", "/v1/studio/prizes/demo-cup", asks)
	p := s.hold(studio.Draft{Kind: giveaway.Lottery, Prizes: []studio.DraftPrize{{Prize: "demo-cup", Qty: 1}}, ClaimTTLMs: 3_600_000}, 1)[0]
	mine := items[Award](s, s.want(200, p.User, "GET", "/v1/me/prizes", nil))
	if len(mine) != 1 || len(mine[0].Fields) != 2 || mine[0].Fields[0].Title != "颜色" {
		t.Fatalf("%+v", mine)
	}
	claim := "/v1/me/prizes/" + p.Grant + "/claim"
	if body := s.want(422, p.User, "POST", claim, address); !strings.Contains(string(body), "answers.colour") {
		t.Errorf("%s", body)
	}
	f := address
	f.Answers = map[string]string{"colour": "绿"}
	s.want(422, p.User, "POST", claim, f)
	f.Answers = map[string]string{"colour": "蓝", "card": "=1+1"}
	s.want(202, p.User, "POST", claim, f)
	s.claims(0)
	if body := string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/prizes/"+p.Grant+"/form", nil)); !strings.Contains(body, `"colour":"蓝"`) {
		t.Error(body)
	}
	if raw := string(s.want(200, "boss", "GET", "/v1/studio/fulfilment/export?shop=demo&event="+p.Event, nil)); !strings.Contains(raw, "颜色：蓝；贺卡：=1+1") {
		t.Error(raw)
	}
	paid, err := s.desk.Paid(s.ctx, p.Room, p.Event)
	if err != nil || !bytes.HasPrefix(paid, []byte("\ufeff")) || !bytes.Contains(paid, []byte(p.Grant)) || !bytes.Contains(paid, []byte("待发货")) || bytes.Contains(paid, []byte("王小云")) {
		t.Errorf("%s %v", paid, err)
	}
	s.want(200, "boss", "DELETE", "/v1/studio/fulfilment/events/"+p.Event+"/forms", nil)
	s.want(404, "boss", "GET", "/v1/studio/fulfilment/prizes/"+p.Grant+"/form", nil)
	s.want(410, p.User, "POST", claim, f)
}
