package studio

import (
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// What the law asks to be published stands whatever the marketer writes, which
// stands behind it; and it names what decides about the chances.
func rulesStand(t *testing.T, h *house) {
	h.furnish()
	abroad := exampleShop
	abroad.Profile = "generic"
	h.ok("boss", "POST", "/v1/studio/shops", NewShop{"abroad", abroad})
	h.ok("boss", "POST", "/v1/studio/rooms", NewRoom{"abroad", "abroad", RoomSpec{Title: "Elsewhere"}})
	h.ok("boss", "POST", "/v1/studio/prizes", NewPrize{"mug", "abroad", PrizeSpec{Title: "Mug", Kind: Goods, ValueFen: 3900}, 100})
	d := exampleDraft
	own := "本店保留一切解释权，请大家多多支持本直播间，谢谢各位新老朋友。"
	d.Texts = map[string]giveaway.Text{"zh": {Rules: own}, "en": {Rules: "Be nice."}}
	d.Weights = []giveaway.Weight{{When: giveaway.Condition{Rule: "fan_level", N: 5}, Add: 2}}
	d.Caps = []giveaway.Cap{{Scope: "room", PeriodMs: 7 * 86_400_000, N: 2}, {Scope: "shop", PeriodMs: 86_400_000, N: 1}}
	d.Block = []giveaway.Blocked{{User: "u1", Reason: 7}}
	rules := func(room string, d Draft) string {
		t.Helper()
		got := as[Checked](h, h.ok("boss", "POST", "/v1/studio/check", NewGiveaway{room, d}))
		if !got.OK {
			t.Fatalf("%+v", got.Problems)
		}
		return got.Rules
	}
	got := rules("demo", d)
	for _, want := range []string{"一、活动名称", "二、主办方：云朵（杭州）商贸有限公司", "三、活动时间", "四、", "五、", "六、奖品（共 3 份）", "七、", "八、兑奖", "九、", "再加 2 次；一人最多 3 次",
		"十、中奖次数限制：本直播间 7 天内中奖满 2 次者不再中奖；在本店各直播间合计 1 天内中奖满 1 次者不再中奖，名额留给其他人（代码 1002，可以申诉；", "十一、排除名单：1 个", "\n补充说明：\n" + own} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%d times %q in\n%s", strings.Count(got, want), want, got)
		}
	}
	if strings.Contains(got, "确认是本人") {
		t.Error("a confirmation that nobody asks for")
	}
	d.Prizes = []DraftPrize{{Prize: "cup", Qty: 3, StepUp: "platform"}}
	if got := rules("demo", d); !strings.Contains(got, "奖品“云朵马克杯”的中奖者还须在同一期限内按平台提示确认是本人") {
		t.Error(got)
	}
	d.Caps = nil
	if got := rules("demo", d); !strings.Contains(got, "\n十、排除名单") {
		t.Error(got)
	}
	d.Texts, d.Budget, d.Prizes = map[string]giveaway.Text{"en": {Rules: "Be nice."}}, "", []DraftPrize{{Prize: "mug", Qty: 3, StepUp: "platform"}}
	// A valuable prize: the profile of China advises a confirmation, and asks for none.
	h.ok("mia", "POST", "/v1/studio/prizes", NewPrize{"phone", "yunduo", PrizeSpec{Title: "手机", Kind: Goods, ValueFen: 500_000}, 1})
	for stepUp, want := range map[string]bool{"": true, "platform": false} {
		large := exampleDraft
		large.Prizes = []DraftPrize{{Prize: "phone", Qty: 1, StepUp: stepUp}}
		checked := as[Checked](h, h.ok("boss", "POST", "/v1/studio/check", NewGiveaway{"demo", large}))
		if has := slices.ContainsFunc(checked.Warnings, func(p rest.Problem) bool { return p.Rule == "step-up-advised" }); has != want || !checked.OK {
			t.Errorf("asks for %q: %+v, %+v", stepUp, checked.Warnings, checked.Problems)
		}
	}
	english := rules("abroad", d)
	for _, want := range []string{"Giveaway: ", "Chances: everybody has one; 2 more if: ", "Left out: 1 accounts", "Confirmation: whoever wins \"Mug\" is asked by the platform", "In addition:\nBe nice."} {
		if strings.Count(english, want) != 1 {
			t.Errorf("not once %q in\n%s", want, english)
		}
	}
}
