package studio

import (
	"fmt"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/record"
)

// china is the law of prize promotion in mainland China as of 2020-12-01.
var china = &Profile{
	ID: "cn-2020", Name: "中国大陆", From: "2020-12-01", Currency: record.CNY, TopFen: 5_000_000, StepUpFen: 500_000, KeepDays: 3*365 + 1,
	Demands: []string{"organiser", "contact", "title", "prizes with their worth", "how to enter", "times", "claim time of goods", "rules in zh"},
	Ties:    []string{giveaway.TieDevice, giveaway.TiePay},
	Sources: []Source{
		{"规范促销行为暂行规定（国家市场监督管理总局令第 32 号）", "第十一、十二条", "2020-12-01", "为引流而设的抽奖同属有奖销售"},
		{"规范促销行为暂行规定", "第十三条", "2020-12-01", "事前明示奖品种类、参与条件与方式、开奖时间与方式、金额或价格、数量或概率、兑奖与放弃条件、主办方与联系方式；不得变更，不得附加条件"},
		{"规范促销行为暂行规定", "第十七、十八条", "2020-12-01", "抽奖式有奖销售最高奖金额不得超过五万元；使用权、服务按市场价折算"},
		{"规范促销行为暂行规定", "第十九条", "2020-12-01", "建立档案，记录规则、公示、兑奖与获奖人员，保存两年以上"},
		{"反不正当竞争法", "有奖销售条款", "2019-04-23", "不得有内定中奖；不得超过五万元"},
		{"直播电商监督管理办法", "记录保存", "2026", "直播内容与交易记录保存不少于三年"},
	},
	check: checkChina,
	rules: func(p *planned) map[string]string { return map[string]string{"zh": rulesChinese(p)} },
}

func checkChina(p *planned, need func(ok bool, field, rule, message string)) {
	counted(p, record.CNY, "cn-2020/currency", need)
	need(p.shop.Organiser != "", "shop.organiser", "cn-2020/13", "the shop does not say who holds the giveaway (主办方)")
	need(p.shop.Contact != "", "shop.contact", "cn-2020/13", "the shop does not say how to reach it (联系方式)")
	for i, t := range p.tiers {
		field := fmt.Sprintf("draft.prizes[%d]", i)
		need(t.Kind == Cash || t.ValueFen > 0, field, "cn-2020/13", fmt.Sprintf("the worth of %q must be published, the library says 0", t.Title))
		top := t.ValueFen
		if split := p.draft.Prizes[i].Split; split != nil {
			if top = int64(min(split.Total, 1<<53)); split.Max > 0 {
				top = int64(min(split.Max, 1<<53))
			}
		}
		need(top <= 5_000_000, field, "cn-2020/17", fmt.Sprintf("one unit of %q may be worth %s, the law allows 50000 yuan", t.Title, p.money("en", top)))
		need(t.Kind != Goods || p.draft.ClaimTTLMs > 0, "draft.claimTtlMs", "cn-2020/13", fmt.Sprintf("%q is shipped: say until when it can be claimed", t.Title))
	}
}
