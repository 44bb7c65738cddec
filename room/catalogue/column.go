package catalogue

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// column is a column of the items: the header of the template, other headers it
// is known by, an example for the template, and what to do with a cell.
type column struct {
	head    string
	aliases []string
	example string
	put     func(*record.ItemData, string) error
}

// columns of the sheet of goods, in the order of the template.
var columns = []column{
	{"商品编号", []string{"编号", "item", "sku", "id", "货号", "商品id"}, "coat-01", func(d *record.ItemData, v string) error { d.Item = v; return nil }},
	{"商品名称", []string{"名称", "标题", "title", "name", "商品名"}, "短款羽绒服", func(d *record.ItemData, v string) error { d.Title = &v; return nil }},
	{"链接号", []string{"链接", "几号链接", "link", "no"}, "3", func(d *record.ItemData, v string) error { return putNumber(&d.Link, v, "号链接", "号") }},
	{"价格", []string{"现价", "到手价", "直播价", "price", "价格(元)"}, "299.00", func(d *record.ItemData, v string) error { return putMoney(&d.Price, d, v) }},
	{"原价", []string{"日常价", "was", "原价(元)", "划线价"}, "399.00", func(d *record.ItemData, v string) error { return putMoney(&d.Was, d, v) }},
	{"币种", []string{"货币", "currency"}, "CNY", putCurrency},
	{"库存", []string{"数量", "stock"}, "120", func(d *record.ItemData, v string) error { return putNumber(&d.Stock, v, "件", "个") }},
	{"尺码", []string{"规格", "尺寸", "sizes", "size"}, "S、M、L、XL", func(d *record.ItemData, v string) error { d.Sizes = list(v); return nil }},
	{"颜色", []string{"colours", "colors", "color", "颜色分类"}, "黑色、米白", func(d *record.ItemData, v string) error { d.Colours = list(v); return nil }},
	fact("发货时间", questions.Delivery, "48 小时内发货，一般 3 天到", "发货", "时效"),
	fact("发货地", questions.Place, "杭州发货，默认中通", "快递", "发货地和快递"),
	fact("邮费", questions.Fee, "包邮，新疆西藏补 15 元，送运费险", "运费", "包邮"),
	fact("退换", questions.Return, "支持七天无理由退换", "退货", "售后政策"),
	fact("材质", questions.Material, "面料 100% 聚酯纤维，填充 90% 白鸭绒", "面料", "成分", "配料"),
	fact("尺码建议", questions.Fit, "160/100 斤穿 M，正码", "尺码推荐"),
	fact("使用方法", questions.Usage, "", "用法", "使用说明"),
	fact("保质期", questions.Expiry, "", "日期", "生产日期"),
	fact("正品", questions.Genuine, "品牌授权，支持专柜验货", "正品证明", "授权"),
	fact("赠品", questions.Gift, "下单送收纳袋", "礼品"),
	fact("优惠", questions.Coupon, "领 20 元券后 279", "优惠券", "优惠说明"),
	fact("保修", questions.Warranty, "", "售后", "质保"),
}

func fact(head string, about questions.Intent, example string, aliases ...string) column {
	return column{head, append(aliases, about.String()), example, func(d *record.ItemData, v string) error {
		if d.Facts == nil {
			d.Facts = map[string]string{}
		}
		d.Facts[about.String()] = v
		return nil
	}}
}

// answers are the columns of the sheet of approved answers.
var answers = []struct {
	head    string
	aliases []string
	example string
	put     func(*record.FAQData, string)
}{
	{"编号", []string{"id", "faq"}, "f1", func(d *record.FAQData, v string) { d.ID = v }},
	{"问题", []string{"question", "questions", "问法"}, "会起球吗 | 起不起球", func(d *record.FAQData, v string) { d.Questions = wordings(v) }},
	{"答案", []string{"answer", "回答", "话术"}, "不会，面料做过抗起球处理", func(d *record.FAQData, v string) { d.Answer = v }},
	{"商品编号", []string{"item", "sku"}, "coat-01", func(d *record.FAQData, v string) { d.Item = v }},
}

// lines are the columns of the sheet of scripts.
var lines = []struct {
	head    string
	aliases []string
	example string
	put     func(*record.ScriptData, string)
}{
	{"编号", []string{"id", "script"}, "open", func(d *record.ScriptData, v string) { d.ID = v }},
	{"场景", []string{"话术标题", "when", "scene"}, "开场", func(d *record.ScriptData, v string) { d.Title = v }},
	{"话术", []string{"话术内容", "text", "line"}, "欢迎新进来的朋友，点个关注，开播有福袋", func(d *record.ScriptData, v string) { d.Text = v }},
	{"商品编号", []string{"item", "sku"}, "", func(d *record.ScriptData, v string) { d.Item = v }},
}

// tidy is a cell or a header as it is compared: narrow, trimmed.
func tidy(s string) string {
	return strings.TrimSpace(strings.Trim(width.Narrow.String(s), "\ufeff\u00a0"))
}

// headed is a header without what does not tell columns apart.
func headed(s string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimRight(tidy(s), "*＊ "), " ", ""))
}

func list(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune("、,，;；/|｜\n\t", r) || r == ' ' })
}

func wordings(v string) (all []string) {
	for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == '|' || r == '｜' || r == '\n' }) {
		if w = strings.TrimSpace(w); w != "" {
			all = append(all, w)
		}
	}
	return all
}

// signs are how cells name a currency, before or behind the amount, or alone in
// a column of its own.
var signs = []struct{ sign, currency string }{
	{"美元", "USD"}, {"欧元", "EUR"}, {"英镑", "GBP"}, {"人民币", record.CNY}, {"元", record.CNY}, {"¥", record.CNY}, {"$", "USD"}, {"£", "GBP"}, {"€", "EUR"},
}

// putMoney reads an amount with at most two decimals as minor units, and the
// currency where the cell names one.
func putMoney(to **int64, d *record.ItemData, v string) error {
	plain := tidy(v)
	for _, s := range signs {
		cut := strings.TrimSuffix(strings.TrimPrefix(plain, s.sign), s.sign)
		if cut == plain {
			continue
		}
		if err := putCurrency(d, s.currency); err != nil {
			return err
		}
		plain = strings.TrimSpace(cut)
	}
	plain = strings.ReplaceAll(plain, ",", "")
	f, err := strconv.ParseFloat(plain, 64)
	minor := math.Round(f * 100)
	switch {
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0):
		return fmt.Errorf("%q is no amount: write it as 59.90, and its currency in a column of its own", v)
	case f < 0:
		return fmt.Errorf("%q is negative", v)
	case minor > 1e12:
		return fmt.Errorf("%q is more than ten billion", v)
	case math.Abs(f*100-minor) > 1e-6*max(1, f): // a workbook may hold 59.899999999999999
		return fmt.Errorf("%q is finer than a hundredth", v)
	}
	n := int64(minor)
	*to = &n
	return nil
}

// putCurrency sets the currency of a row, which has one.
func putCurrency(d *record.ItemData, v string) error {
	currency := strings.ToUpper(tidy(v))
	for _, s := range signs {
		if currency == s.sign {
			currency = s.currency
		}
	}
	switch {
	case !record.KnownCurrency(currency):
		return fmt.Errorf("%q is none of %v", v, record.Currencies)
	case d.Currency != nil && *d.Currency != currency:
		return fmt.Errorf("%s and %s stand in one row", *d.Currency, currency)
	}
	d.Currency = &currency
	return nil
}

// putNumber reads a whole number; units are what may stand behind it.
func putNumber[T int | int64](to **T, v string, units ...string) error {
	plain := strings.ReplaceAll(tidy(v), ",", "")
	for _, u := range units {
		plain = strings.TrimSpace(strings.TrimSuffix(plain, u))
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil || f != math.Trunc(f) {
		return fmt.Errorf("%q is no whole number", v)
	}
	if f < 0 || f > 1e9 {
		return fmt.Errorf("%q is outside 0 to a billion", v)
	}
	n := T(f)
	*to = &n
	return nil
}

var errNoHeader = errors.New("no row has the headers of the template: 商品编号 and 商品名称, 问题 and 答案, or 场景 and 话术; download the template and keep its first row")
