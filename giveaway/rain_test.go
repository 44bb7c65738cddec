package giveaway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// wave is a tier of a rain: fen cut into packets.
func wave(id string, packets, fen int) map[string]any {
	return map[string]any{"id": id, "title": "第" + id + "波", "kind": "cash", "qty": packets,
		"split": drawproof.Split{Mode: drawproof.SplitDoubleMean, Total: uint64(fen), Min: 1, Underfill: drawproof.UnderfillReturn}}
}

func rain(w *world, event string, waves ...map[string]any) map[string]any {
	return map[string]any{"event": event, "kind": Rain, "title": "红包雨", "openAt": w.now + 1000, "closeAt": w.now + 16_000, "prizes": waves}
}

// Everything that is wrong with a rain is named at once, and its bounds are where
// they are said to be.
func TestRainPlans(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(w *world, p map[string]any)
		want  []string // nil: taken
	}{
		{"as it should be", func(*world, map[string]any) {}, nil},
		{"as short as it may be", func(w *world, p map[string]any) { p["closeAt"] = w.now + 1000 + MinRain }, nil},
		{"as long as it may be", func(w *world, p map[string]any) { p["closeAt"] = w.now + 1000 + MaxRain }, nil},
		{"too short", func(w *world, p map[string]any) { p["closeAt"] = w.now + 999 + MinRain }, []string{"a rain of 2999 ms"}},
		{"too long", func(w *world, p map[string]any) { p["closeAt"] = w.now + 1001 + MaxRain }, []string{"a rain of 60001 ms"}},
		{"twelve waves", func(w *world, p map[string]any) { p["prizes"] = waves(12) }, nil},
		{"thirteen waves", func(w *world, p map[string]any) { p["prizes"] = waves(13) }, []string{"13 waves, most are 12"}},
		{"no wave", func(w *world, p map[string]any) { p["prizes"] = nil }, []string{"0 prizes"}},
		{"a wave of cups", func(w *world, p map[string]any) {
			p["prizes"] = []map[string]any{wave("1", 3, 100), {"id": "2", "title": "杯", "kind": "goods", "qty": 1, "valueFen": 990}}
		}, []string{`prize "2": a wave needs a split`, `prize "2": a wave of a rain is cash`}},
		{"everything at once", func(w *world, p map[string]any) {
			p["closeAt"], p["phrases"], p["selection"] = w.now+90_000, []string{"下雨了"}, drawproof.SelectFirst
			p["prizes"] = append(waves(12), map[string]any{"id": "13", "title": "券", "kind": "coupon", "qty": 1})
		}, []string{"a rain of 89000 ms", "13 waves", "no passphrases", `selection "first"`, `prize "13": a wave needs a split`, `is cash, not "coupon"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			p := rain(w, "r1", waves(3)...)
			row.spoil(w, p)
			err := w.control(record.CtlPlan, p)
			if (err == nil) != (row.want == nil) {
				t.Fatalf("answered %v", err)
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the refusal does not name %q:\n%v", want, err)
				}
			}
		})
	}
}

// A rain may be extended to its bound and not beyond.
func TestRainExtended(t *testing.T) {
	w := newWorld(t)
	if err := w.control(record.CtlPlan, rain(w, "r1", waves(2)...)); err != nil { // of 15 s
		t.Fatal(err)
	}
	w.pass(2000)
	if err := w.extend(Extension{Event: "r1", ByMs: MaxRain - 15_000 + 1}); err == nil || !strings.Contains(err.Error(), "open for 60001 ms, most of a rain are 60000") || record.ProblemsOf(err)[0].Rule != RuleLong {
		t.Errorf("beyond its bound: %v", err)
	}
	if err := w.extend(Extension{Event: "r1", ByMs: MaxRain - 15_000}); err != nil {
		t.Errorf("to its bound: %v", err)
	}
}

func waves(n int) []map[string]any {
	all := make([]map[string]any, n)
	for i := range all {
		all[i] = wave(fmt.Sprint(i+1), 2+i, 100*(i+1))
	}
	return all
}

// A rain of three waves: each viewer has at most one packet however often they
// tapped, nobody's place follows from speed, the sums of the waves are what was
// promised, and what nobody came for goes back. The proof is that of any lot.
func TestRain(t *testing.T) {
	for _, viewers := range []int{40, 4, 0} {
		t.Run(fmt.Sprint(viewers), func(t *testing.T) {
			w := newWorld(t)
			if err := w.control(record.CtlPlan, rain(w, "r1", wave("1", 3, 1000), wave("2", 2, 500), wave("3", 5, 88))); err != nil {
				t.Fatal(err)
			}
			w.pass(1200)
			for round := range 5 { // who taps again and again is in once
				for i := range viewers {
					want := record.Entered
					if round > 0 {
						want = record.Already
					}
					if r := w.enter("r1", fmt.Sprintf("u%d", i), ""); r.Code != want {
						t.Fatalf("tap %d of viewer %d: %s", round, i, r.Code)
					}
				}
			}
			w.pass(30_000)
			if got := w.phase("r1"); got != "settled" {
				t.Fatalf("at the end: %s, decisions %v", got, w.kinds)
			}
			checkRain(t, w, viewers)
			checkWon(t, w, viewers)
			b, err := w.e.Bundle("r1")
			if err != nil {
				t.Fatal(err)
			}
			if report := drawproof.Verify(b); !report.OK() {
				t.Fatalf("the bundle does not verify:\n%s", report.Text())
			}
		})
	}
}

// checkRain holds what was told and booked of TestRain's rain against its plan.
func checkRain(t *testing.T, w *world, viewers int) {
	t.Helper()
	last := w.public[len(w.public)-1]
	winners, _ := last["winners"].([]any)
	if len(winners) != min(viewers, 10) {
		t.Fatalf("%d of %d viewers have a packet", len(winners), viewers)
	}
	fen, who := map[any]int64{}, map[any]bool{}
	for _, x := range winners {
		x := x.(map[string]any)
		amount, _ := x["amount"].(float64)
		if amount < 1 || who[x["h"]] {
			t.Errorf("%v has %v fen, and more than one packet: %t", x["h"], amount, who[x["h"]])
		}
		who[x["h"]], fen[x["prize"]] = true, fen[x["prize"]]+int64(amount)
	}
	for i, z := range w.e.byID["r1"].Books.Prizes {
		id, total := fmt.Sprint(i+1), []int64{1000, 500, 88}[i]
		if z.Settled.Fen != fen[id] || z.Settled.Fen+z.Returned.Fen != total {
			t.Errorf("wave %s: told %d fen, settled %d, returned %d of %d", id, fen[id], z.Settled.Fen, z.Returned.Fen, total)
		}
	}
}

// checkWon holds what each viewer is answered of their own against what was told
// to all: the result names a few of many winners, the answer is for the others.
func checkWon(t *testing.T, w *world, viewers int) {
	t.Helper()
	told := map[string]string{}
	winners, _ := w.public[len(w.public)-1]["winners"].([]any)
	for _, x := range winners {
		x := x.(map[string]any)
		told[x["h"].(string)] = fmt.Sprint(x["prize"], x["rank"], x["amount"])
	}
	for i := range viewers {
		user := []byte(fmt.Sprintf("u%d", i))
		want, got := told[string(w.e.cfg.Keys.AppendHandle(nil, []byte(w.e.cfg.Room), user))], ""
		if won := w.e.Entry("r1", user).Won; won != nil {
			got = fmt.Sprint(won.Prize, won.Rank, won.Amount)
		}
		if got != want {
			t.Errorf("%s is answered %q, and all were told %q", user, got, want)
		}
	}
}
