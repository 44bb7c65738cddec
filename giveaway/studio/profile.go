package studio

import (
	"maps"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

// Profile is the law of a region as far as a plan can keep or break it: dated,
// with its sources. It is an engineer's reading and no legal advice.
type Profile struct {
	ID        string   `json:"id" doc:"Named in the plan, and so in its hash."`
	Name      string   `json:"name"`
	From      string   `json:"from,omitempty" doc:"Date from which it applies."`
	Sources   []Source `json:"sources,omitempty"`
	Currency  string   `json:"currency,omitempty" doc:"The one that its amounts, and its shops' amounts, are in; absent: any."`
	TopFen    int64    `json:"topFen,omitempty" doc:"Most that one unit may be worth, in minor units."`
	StepUpFen int64    `json:"stepUpFen,omitempty" doc:"From this worth of a unit on it is recommended that the platform confirms the winner (draft.prizes[].stepUp), in minor units. No law asks for it."`
	KeepDays  int      `json:"keepDays" doc:"For how long records are kept at least."`
	Demands   []string `json:"demands" doc:"What a plan must say."`
	Ties      []string `json:"ties" doc:"By which facts a new draft ties accounts to each other, unless somebody says otherwise (draft.cluster.by)."`

	check func(*planned, func(ok bool, field, rule, message string))
	rules func(*planned) map[string]string // by language
}

// Source is where a rule stands.
type Source struct {
	Title string `json:"title"`
	Part  string `json:"part"`
	Date  string `json:"date"`
	Says  string `json:"says"`
}

// planned is a draft with all that a profile looks at.
type planned struct {
	shop  *Shop
	room  *Room
	draft *Draft
	tiers []Tier
	units int64
	// openAt and closeAt are 0 where they follow from a trigger.
	openAt, closeAt int64
	zone            string
	public          bool // drawn by a public beacon
}

// money writes an amount of the shop.
func (p *planned) money(lang string, minor int64) string {
	return record.Money(lang, p.shop.Currency, minor)
}

var profiles = map[string]*Profile{"cn-2020": china, "us-2026": states, "uk-2026": kingdom, "generic": {
	ID: "generic", Name: "No region: only what every plan must have", KeepDays: 3*365 + 1,
	Demands: []string{"title", "prizes"}, Ties: []string{},
	check: func(*planned, func(bool, string, string, string)) {},
	rules: func(p *planned) map[string]string { return map[string]string{"en": rulesEnglish(p)} },
}}

func (s *Studio) listProfiles(c *rest.Call) (any, error) {
	out := rest.List[Profile]{}
	for _, id := range slices.Sorted(maps.Keys(profiles)) {
		out.Items = append(out.Items, *profiles[id])
	}
	return out, nil
}

// Vocabulary is a condition that a plan may name.
type Vocabulary struct {
	Rule string `json:"rule"`
	Args string `json:"args" doc:"n: takes a number; in: takes a list; empty: takes nothing."`
	Zh   string `json:"zh" doc:"As viewers read it; %s stands for the argument, of bought an amount with its currency."`
	En   string `json:"en"`
	From string `json:"from" doc:"Who says whether it holds: platform (the token's facts), engine (seen in the room)."`
}

// vocabulary says each rule in words. A test holds it against giveaway.Rules.
var vocabulary = []Vocabulary{
	{"account_days", "n", "账号注册满 %s 天", "account is at least %s days old", "platform"},
	{"adult", "", "年满 18 周岁", "of age", "platform"},
	{"bought", "n", "活动公布后在本直播间付款满 %s", "paid %s or more in this room since the announcement", "engine"},
	{"fan_level", "n", "粉丝团等级达到 %s 级", "fan level %s or higher", "platform"},
	{"first", "n", "前 %s 名参与", "among the first %s to enter", "engine"},
	{"follow", "n", "已关注满 %s 秒", "has followed for %s seconds", "platform"},
	{"phrase", "", "发送了活动口令", "said the giveaway's phrase", "engine"},
	{"region", "in", "所在地区：%s", "in one of the regions %s", "platform"},
	{"verified", "", "已实名认证", "verified account", "platform"},
	{"watch", "n", "本场观看满 %s 秒", "has watched for %s seconds", "engine"},
}

func (s *Studio) conditions(c *rest.Call) (any, error) {
	return rest.List[Vocabulary]{Items: vocabulary}, nil
}

func wordsZh(c *giveaway.Condition, currency string) string {
	return words(c, "zh", currency, " 且 ", " 或 ", "非 ")
}

// words says a condition in a language.
func words(c *giveaway.Condition, lang, currency, all, any, not string) string {
	join := func(list []giveaway.Condition, between string) string {
		text := ""
		for i := range list {
			if i > 0 {
				text += between
			}
			text += words(&list[i], lang, currency, all, any, not)
		}
		return "(" + text + ")"
	}
	switch {
	case len(c.All) > 0:
		return join(c.All, all)
	case len(c.Any) > 0:
		return join(c.Any, any)
	case c.Not != nil:
		return not + words(c.Not, lang, currency, all, any, not)
	}
	for _, v := range vocabulary {
		if v.Rule == c.Rule {
			text := v.En
			if lang == "zh" {
				text = v.Zh
			}
			return fill(text, lang, currency, c)
		}
	}
	return c.Rule
}

// sources are who says whether a condition holds, in words.
var sources = map[string]map[string]string{
	giveaway.FromPlatform: {"zh": "平台提供", "en": "as the platform says"},
	giveaway.FromEngine:   {"zh": "直播间看到", "en": "as seen in the room"},
}

// sourcesOf names who knows whether the rules of a condition hold, each once.
func sourcesOf(c *giveaway.Condition, lang string) string {
	var all []string
	var walk func(c *giveaway.Condition)
	walk = func(c *giveaway.Condition) {
		if word := sources[giveaway.Source(c.Rule)][lang]; c.Rule != "" && !slices.Contains(all, word) {
			all = append(all, word)
		}
		for _, list := range [][]giveaway.Condition{c.All, c.Any} {
			for i := range list {
				walk(&list[i])
			}
		}
		if c.Not != nil {
			walk(c.Not)
		}
	}
	walk(c)
	return strings.Join(all, map[string]string{"zh": "、", "en": ", "}[lang])
}
