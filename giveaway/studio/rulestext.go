package studio

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// fill puts a condition's argument into its words, an amount in the currency.
func fill(text, lang, currency string, c *giveaway.Condition) string {
	between := ", "
	if lang == "zh" {
		between = "、"
	}
	list := slices.Clone(c.In)
	if c.Rule == "region" {
		for i := range list {
			list[i] = regionName(lang, list[i])
		}
	}
	argument := strings.Join(list, between)
	switch {
	case c.Rule == "bought":
		argument = record.Money(lang, currency, c.N)
	case len(c.In) == 0:
		argument = strconv.FormatInt(c.N, 10)
	}
	return strings.Replace(text, "%s", argument, 1)
}

var kindZh = map[string]string{Goods: "实物", Coupon: "优惠券", Points: "积分", Cash: "现金"}

// more is what the marketer adds to the rules that follow from the plan: they
// say what the law asks for, so nothing takes their place.
func more(lang, own string) string {
	switch {
	case strings.TrimSpace(own) == "":
		return ""
	case lang == "zh":
		return "补充说明：\n" + own
	default:
		return "In addition:\n" + own
	}
}

// rulesChinese writes the 活动规则 of a plan: everything that article 13 asks to
// be published before the event begins.
func rulesChinese(p *planned) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	d := p.draft
	line("一、活动名称：%s", d.Title)
	line("二、主办方：%s；联系方式：%s", p.shop.Organiser, p.shop.Contact)
	if p.openAt != 0 {
		line("三、活动时间：%s 至 %s（%s）", clock(p.openAt, p.zone), clock(p.closeAt, p.zone), p.zone)
	} else {
		line("三、活动时间：由直播中的触发条件开启，开启后 %d 秒内有效，具体时间以公布的活动卡片为准", d.OpenMs/1000)
	}
	line("四、参与方式：%s", howChinese(d))
	line("五、参与条件：%s", conditionsChinese(p))
	if chances := chancesOf(p, "zh"); chances != "" {
		line("　中奖机会：%s。", chances)
	}
	line("六、奖品（共 %d 份）：", p.units)
	for i, t := range p.tiers {
		if t.ValueFen == 0 && t.TotalFen > 0 {
			line("　%d. %s（%s）：总额 %s，分为 %d 份", i+1, t.Title, kindZh[t.Kind], p.money("zh", t.TotalFen), t.Qty)
		} else {
			line("　%d. %s（%s）：%d 份，每份价值 %s", i+1, t.Title, kindZh[t.Kind], t.Qty, p.money("zh", t.ValueFen))
		}
	}
	if d.Kind == giveaway.Rain {
		line("　以上每一项为红包雨的一波，单独拆分；红包雨结束后一并开奖，每人最多得一个红包，没有人得到的退回主办方。")
	}
	if d.Selection == "first" {
		line("七、开奖时间与方式：本活动按到达先后取前若干名，不抽签；活动截止后封存参与名单，所有人可自行验证；结果在直播间公布。")
	} else {
		line("七、开奖时间与方式：活动截止后封存参与名单，以预先公布轮次的公共随机数开奖，所有人可自行验证；结果在直播间公布。中奖概率由奖品数量与实际参与人数（含权重）决定，参与人数实时显示。")
	}
	if p.public {
		line("　公共随机数若未按时发布，开奖顺延至其发布之时，结果稍后公布，不使用其他随机数代替；逾期 72 小时仍未发布的，活动作废并说明原因。")
		if d.NoBeacon == BeaconCancel {
			line("　开始前若无法连接公共随机数的来源，活动取消并说明原因。")
		}
	}
	if d.Proof {
		line("　本活动开奖另需主办方以事先公布的密钥给出可验证的证明，与公共随机数一起决定结果，主办方不能挑选。随机数公布后一小时内未给出证明的，活动作废。")
	}
	if d.ClaimTTLMs > 0 {
		line("八、兑奖：中奖者须在中奖后 %s内确认领取；逾期未领取视为放弃%s。%s", spanChinese(d.ClaimTTLMs), alternatesChinese(d), confirmedChinese(p))
	} else {
		line("八、兑奖：中奖即视为领取，无需另行确认；优惠券、积分与现金由主办方发放至中奖账号。")
	}
	line("九、交付：实物由主办方寄送至中奖者填写的地址，不收取任何费用。")
	clauses := []string{"十", "十一", "十二", "十三"} // what is left counts on
	clause := func(format string, args ...any) {
		line(clauses[0]+"、"+format, args...)
		clauses = clauses[1:]
	}
	if len(d.Caps) > 0 {
		clause("中奖次数限制：%s。", capsChinese(d.Caps))
	}
	if n := len(d.Block); n > 0 {
		clause("排除名单：%d 个账号因公布的原因代码不参与开奖，名单摘要已在活动前封存。", n)
	}
	if d.Cluster != nil {
		clause("同一人的多个账号：%s的账号合计一个名额，由其中最早参与的账号持有，其余账号在封存名单前排除（代码 1001）；被排除者可以申诉。", tied(d.Cluster, "zh", "，或"))
	}
	for _, r := range d.Reasons {
		line("　排除代码 %d：%s", r.Code, cmp.Or(r.Zh, r.En))
	}
	if text := strings.TrimSpace(d.Compensation); text != "" {
		clause("作废与补偿：活动开始后未能开奖而作废的，公布原因；已参与的每个人得到：%s。", strings.TrimRight(text, "。"))
	}
	line("本规则自公布起不作变更，不附加条件；有利于参与者的延长除外。")
	return b.String()
}

// namesPhrase reports whether the conditions say what the phrase is worth.
func namesPhrase(d *Draft) bool {
	return slices.ContainsFunc(d.Conditions, func(c giveaway.Condition) bool { return names(&c, "phrase") })
}

func howChinese(d *Draft) string {
	if len(d.Phrases) > 0 && namesPhrase(d) {
		return "在活动时间内点击参与，或发送口令“" + strings.Join(d.Phrases, "”或“") + "”，每人计一次；口令是否必须，见参与条件"
	}
	if len(d.Phrases) > 0 {
		return "在活动时间内发送口令“" + strings.Join(d.Phrases, "”或“") + "”，每人计一次"
	}
	if d.Kind == giveaway.Rain {
		return "红包雨进行时点击任意一个红包，每人计一次；点击的快慢和次数不影响机会"
	}
	return "在活动时间内点击参与，每人计一次"
}

func conditionsChinese(p *planned) string {
	d := p.draft
	if len(d.Conditions) == 0 {
		return "无"
	}
	var all []string
	for i := range d.Conditions {
		all = append(all, wordsZh(&d.Conditions[i], p.shop.Currency)+"（"+sourcesOf(&d.Conditions[i], "zh")+"）")
	}
	return strings.Join(all, "；")
}

// confirmedTiers names the prizes whose winners the platform confirms.
func confirmedTiers(p *planned, quote, and string) string {
	var all []string
	for i, t := range p.tiers {
		if p.draft.Prizes[i].StepUp != "" {
			all = append(all, fmt.Sprintf(quote, t.Title))
		}
	}
	return strings.Join(all, and)
}

func confirmedChinese(p *planned) string {
	asks := confirmedTiers(p, "“%s”", "、")
	if asks == "" {
		return ""
	}
	return "奖品" + asks + "的中奖者还须在同一期限内按平台提示确认是本人（方式由平台决定，例如短信或人脸，未通过可在期限内再试）；到期仍未确认的，奖品同样处理。"
}

func capsChinese(caps []giveaway.Cap) string {
	var all []string
	for _, c := range caps {
		if c.Scope == giveaway.ScopeShop {
			all = append(all, fmt.Sprintf("在本店各直播间合计 %s内中奖满 %d 次者不再中奖，名额留给其他人（代码 1002，可以申诉；以本场截止前已开出的为准，与本场同时进行、截止时尚未开奖的其他直播间不计入）", spanChinese(c.PeriodMs), c.N))
			continue
		}
		all = append(all, fmt.Sprintf("本直播间 %s内中奖满 %d 次者不再中奖", spanChinese(c.PeriodMs), c.N))
	}
	return strings.Join(all, "；")
}

func alternatesChinese(d *Draft) string {
	if d.Alternates == 0 {
		return "，奖品退回"
	}
	return fmt.Sprintf("，由候补（共 %d 名）依次递补", d.Alternates)
}

func spanChinese(ms int64) string {
	switch s := ms / 1000; {
	case s%86400 == 0 && s > 0:
		return fmt.Sprintf("%d 天", s/86400)
	case s%3600 == 0 && s > 0:
		return fmt.Sprintf("%d 小时", s/3600)
	case s%60 == 0 && s > 0:
		return fmt.Sprintf("%d 分钟", s/60)
	default:
		return fmt.Sprintf("%d 秒", s)
	}
}

// chancesOf says who has how many tickets; empty where everybody has one.
func chancesOf(p *planned, lang string) string {
	d := p.draft
	if len(d.Weights) == 0 || d.Selection == drawproof.SelectFirst {
		return ""
	}
	text, most := map[string]string{"zh": "每人 1 次机会", "en": "everybody has one"}[lang], uint32(1)
	for i := range d.Weights {
		w := &d.Weights[i]
		most = min(most+w.Add, drawproof.MaxWeight)
		if lang == "zh" {
			text += fmt.Sprintf("；%s（%s）的，再加 %d 次", wordsZh(&w.When, p.shop.Currency), sourcesOf(&w.When, lang), w.Add)
		} else {
			text += fmt.Sprintf("; %d more if: %s (%s)", w.Add, words(&w.When, lang, p.shop.Currency, " and ", " or ", "not "), sourcesOf(&w.When, lang))
		}
	}
	if lang == "zh" {
		return text + fmt.Sprintf("；一人最多 %d 次", most)
	}
	return text + fmt.Sprintf("; at most %d a person", most)
}

// rulesEnglish are the rules of a plan outside any region.
func rulesEnglish(p *planned) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	d := p.draft
	line("Giveaway: %s", d.Title)
	if p.shop.Organiser != "" {
		line("Held by: %s, %s", p.shop.Organiser, p.shop.Contact)
	}
	if p.openAt != 0 {
		line("Open: %s to %s (%s)", clock(p.openAt, p.zone), clock(p.closeAt, p.zone), p.zone)
	}
	switch {
	case len(d.Phrases) > 0 && namesPhrase(d):
		line("To enter: tap once while it is open, or say %q in the room; once a person counts. Whether it must be said the conditions tell.", d.Phrases)
	case len(d.Phrases) > 0:
		line("To enter: say %q in the room; once a person counts.", d.Phrases)
	case d.Kind == giveaway.Rain:
		line("To enter: tap any red packet while they fall; once a person counts, and neither speed nor more taps help.")
	default:
		line("To enter: tap once while it is open.")
	}
	for i := range d.Conditions {
		line("Condition: %s (%s)", words(&d.Conditions[i], "en", p.shop.Currency, " and ", " or ", "not "), sourcesOf(&d.Conditions[i], "en"))
	}
	if chances := chancesOf(p, "en"); chances != "" {
		line("Chances: %s.", chances)
	}
	for _, t := range p.tiers {
		line("Prize: %d of %s, worth %s in all", t.Qty, t.Title, p.money("en", t.TotalFen))
	}
	if d.Kind == giveaway.Rain {
		line("Each prize is one wave of the rain, a sum cut into packets. All are drawn together when it has ended; at most one packet a person, the rest goes back.")
	}
	if d.Selection == "first" {
		line("No draw: the first to arrive win, in the order of their arrival. Anybody can verify it.")
	} else {
		line("Draw: over the sealed list of entrants with a public random number of a round named beforehand. Anybody can verify it.")
	}
	for _, c := range d.Caps {
		if c.Scope == giveaway.ScopeShop {
			line("Limit: who won %d times in all rooms of this shop within %s does not win again: the places are for others (code 1002; they may appeal). What was given before this one closes counts; a room that runs at the same time and has not drawn by then does not.", c.N, time.Duration(c.PeriodMs)*time.Millisecond)
			continue
		}
		line("Limit: who won %d times in this room within %s does not win again.", c.N, time.Duration(c.PeriodMs)*time.Millisecond)
	}
	if n := len(d.Block); n > 0 {
		line("Left out: %d accounts, for reasons with published codes; a digest of the list is sealed before it opens.", n)
	}
	if d.Cluster != nil {
		line("Accounts that %s get one ticket together, that of whichever entered first; the others are excluded before the list is sealed (code 1001) and may appeal.", tied(d.Cluster, "en", ", or "))
	}
	for _, r := range d.Reasons {
		line("Exclusion code %d: %s", r.Code, cmp.Or(r.En, r.Zh))
	}
	if p.public {
		line("If that number is late, the draw waits for it and no other one is used; if it is missing after 72 hours the giveaway is void.")
		if d.NoBeacon == BeaconCancel {
			line("If its source cannot be reached before the opening, the giveaway is cancelled.")
		}
	}
	if d.Proof {
		line("The draw also takes a proof under a key that the organiser named beforehand; with the public number it decides, and the organiser cannot choose it. If it is missing an hour after that number, the giveaway is void.")
	}
	if text := strings.TrimSpace(d.Compensation); text != "" {
		line("If it is void after its opening, the reason is published, and everybody who was in gets: %s", text)
	}
	if asks := confirmedTiers(p, "%q", ", "); asks != "" {
		line("Confirmation: whoever wins %s is asked by the platform to confirm who they are, within the time to claim; without that the next in reserve follows. It may be tried again until then.", asks)
	}
	if d.ClaimTTLMs > 0 {
		line("To claim: within %d s of winning; after that the next of %d in reserve follows.", d.ClaimTTLMs/1000, d.Alternates)
	}
	return b.String()
}

// tieWords say what accounts share that are tied.
var tieWords = map[string]map[string]string{
	"zh": {giveaway.TieDevice: "使用同一设备", giveaway.TiePay: "使用同一支付账户", giveaway.TieAddress: "使用同一收货地址",
		giveaway.TiePhone: "手机号段相同、注册时间接近且此前总是一同参与"},
	"en": {giveaway.TieDevice: "use the same device", giveaway.TiePay: "use the same payment account", giveaway.TieAddress: "have the same delivery address",
		giveaway.TiePhone: "have the same phone segment, were made at nearly the same time and have entered the same giveaways"},
}

func tied(c *giveaway.Cluster, lang, or string) string {
	var all []string
	for _, tie := range c.By {
		all = append(all, tieWords[lang][tie])
	}
	return strings.Join(all, or)
}
