package studio

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/record"
)

// sampled is the owner's answer; of those whose id begins with u the room knows
// when the account was made.
func (h *house) sampled(o *stage.Owner, event string) (int, []byte, error) {
	all, err := o.E.Sampled(event)
	if err != nil {
		return http.StatusNotFound, []byte(err.Error()), nil
	}
	for i := range all {
		if strings.HasPrefix(all[i].User, "u") {
			all[i].Facts = &record.Facts{Known: record.FactCreated | record.FactVerified, CreatedAt: 1_600_000_000_000, Verified: true}
		}
	}
	b, err := json.Marshal(all)
	return http.StatusOK, b, err
}

// An event of a shop's room that was drawn, and its openings, kept.
func (h *house) heldForAudit(users ...string) (path string, bundle []byte) {
	h.t.Helper()
	h.furnish()
	o := h.own("demo")
	h.plan("demo", bag(o.Now, "bag-0"))
	h.pass(o, 3*time.Second)
	for _, u := range users {
		if r := o.Enter("bag-0", u, "", nil); r.Code != record.Entered {
			h.t.Fatal(r.Code)
		}
	}
	h.pass(o, 60*time.Second)
	if err := h.studio.keepProofs(h.ctx, time.Now().Add(proofSettles)); err != nil {
		h.t.Fatal(err)
	}
	bundle, err := h.store.Proof(h.ctx, "demo", "bag-0")
	if err != nil || bundle == nil {
		h.t.Fatal("no proof", err)
	}
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/zoe", StaffSpec{[]string{Auditor}})
	return "/v1/studio/openings/demo/bag-0", bundle
}

// An auditor gets who entered of the sample, sealed until then and noted each time; it
// fits the public proof, and what is not known of an account is not made up.
func opened(t *testing.T, h *house) {
	path, bundle := h.heldForAudit("u1", "u2", "u3", "v4")
	delete(h.owners, "demo") // it is kept, whatever the room remembers
	file := h.ok("zoe", "GET", path, nil)
	a := drawproof.VerifyOpenings(bundle, file)
	if a.Verdict != drawproof.VerdictOK || a.Entrants != 4 || a.Sample != 4 || a.Opened != 3 || a.AtMost != 1 {
		t.Errorf("%s", a.Text())
	}
	var o drawproof.Openings
	if err := json.Unmarshal(file, &o); err != nil || o.EventKey != drawproof.Hash(h.keys.EventKey([]byte("bag-0"))) {
		t.Error("not the event key", err)
	}
	for _, x := range o.Openings {
		if known := strings.HasPrefix(x.User, "u"); known != (x.Account != nil) || known && (*x.Account.CreatedAt != 1_600_000_000_000 || *x.Account.Verified != 1) {
			t.Errorf("%s: %+v", x.User, x.Account)
		}
	}
	var kept []byte
	if err := h.store.db.QueryRow(`SELECT body FROM studio_openings`).Scan(&kept); err != nil || bytes.Contains(kept, []byte("u1")) || bytes.Contains(kept, []byte("openings")) {
		t.Errorf("kept as %.200q, %v", kept, err)
	}
	if bytes.Contains(bundle, []byte("u1")) || bytes.Contains(bundle, []byte(o.EventKey.String())) {
		t.Error("the public proof names somebody")
	}
	h.ok("zoe", "GET", path, nil)
	trail := as[rest.List[Act]](h, h.ok("zoe", "GET", "/v1/studio/audit?shop=yunduo&id=bag-0", nil)).Items
	if len(trail) != 2 || trail[0].Act != "read" || trail[0].What != "openings" || trail[0].By != "zoe" {
		t.Errorf("%+v", trail)
	}
	// Three years later.
	late := time.Now().AddDate(keepYears, 0, 2)
	for range 2 {
		if err := h.studio.dropOpenings(h.ctx, late); err != nil {
			t.Fatal(err)
		}
	}
	if why := h.no(http.StatusGone, "zoe", "GET", path, nil); !strings.Contains(why, "openings-retention") {
		t.Error(why)
	}
	h.no(http.StatusGone, "zoe", "DELETE", path, nil)
	if r := drawproof.Verify(bundle); !r.OK() {
		t.Error(r.Text())
	}
	h.books()
}

// Only an auditor reads them, and only what there is.
func openedByPermission(t *testing.T, h *house) {
	path, _ := h.heldForAudit("u1", "u2")
	for _, who := range []string{"mia", "host", "mod", "viewer", "elsewhere"} {
		if why := h.no(http.StatusForbidden, who, "GET", path, nil); !strings.Contains(why, "auditor") && who != "elsewhere" {
			t.Errorf("%s: %s", who, why)
		}
		h.no(http.StatusForbidden, who, "DELETE", path, nil)
	}
	h.ok("boss", "PUT", "/v1/studio/shops/yunduo/staff/ann", StaffSpec{[]string{Approver, Fulfilment, Marketer, Operator}})
	h.no(http.StatusForbidden, "ann", "GET", path, nil)
	h.no(http.StatusNotFound, "zoe", "GET", "/v1/studio/openings/demo/none", nil)
	h.no(http.StatusForbidden, "zoe", "GET", "/v1/studio/openings/none/bag-0", nil) // of no shop of hers
	h.ok("ann", "DELETE", path, nil)
	if why := h.no(http.StatusGone, "zoe", "GET", path, nil); !strings.Contains(why, "openings-destroyed") {
		t.Error(why)
	}
	// They are not gathered again, though the room still knows.
	h.hold("demo", "bag-1")
	if err := h.studio.keepProofs(h.ctx, time.Now().Add(2*proofSettles)); err != nil {
		t.Fatal(err)
	}
	h.no(http.StatusGone, "zoe", "GET", path, nil)
	h.ok("zoe", "GET", "/v1/studio/openings/demo/bag-1", nil)
	// A room that does not answer is asked again, and its proof is kept meanwhile.
	h.hold("demo", "bag-2")
	ask := h.studio.cfg.Ask
	h.studio.cfg.Ask = func(ctx context.Context, path string, q url.Values) (int, []byte, error) {
		if path == record.AskSampled {
			return http.StatusServiceUnavailable, nil, nil
		}
		return ask(ctx, path, q)
	}
	keep := func(after time.Duration) {
		t.Helper()
		if err := h.studio.keepProofs(h.ctx, time.Now().Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	keep(3 * proofSettles)
	if b, err := h.store.Proof(h.ctx, "demo", "bag-2"); err != nil || b == nil {
		t.Error("no proof", err)
	}
	h.no(http.StatusNotFound, "zoe", "GET", "/v1/studio/openings/demo/bag-2", nil)
	h.studio.cfg.Ask = ask
	keep(3*proofSettles + proofAgain)
	h.ok("zoe", "GET", "/v1/studio/openings/demo/bag-2", nil)
	h.books()
}
