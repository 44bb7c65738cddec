package studio

import "strings"

// provinces of China by their code in ISO 3166-2, in Chinese and English. The
// viewer page has the same (web/words/regions.ts).
var provinces = map[string][2]string{
	"CN":    {"中国", "China"},
	"CN-AH": {"安徽", "Anhui"}, "CN-BJ": {"北京", "Beijing"}, "CN-CQ": {"重庆", "Chongqing"}, "CN-FJ": {"福建", "Fujian"},
	"CN-GD": {"广东", "Guangdong"}, "CN-GS": {"甘肃", "Gansu"}, "CN-GX": {"广西", "Guangxi"}, "CN-GZ": {"贵州", "Guizhou"},
	"CN-HA": {"河南", "Henan"}, "CN-HB": {"湖北", "Hubei"}, "CN-HE": {"河北", "Hebei"}, "CN-HI": {"海南", "Hainan"},
	"CN-HK": {"香港", "Hong Kong"}, "CN-HL": {"黑龙江", "Heilongjiang"}, "CN-HN": {"湖南", "Hunan"}, "CN-JL": {"吉林", "Jilin"},
	"CN-JS": {"江苏", "Jiangsu"}, "CN-JX": {"江西", "Jiangxi"}, "CN-LN": {"辽宁", "Liaoning"}, "CN-MO": {"澳门", "Macao"},
	"CN-NM": {"内蒙古", "Inner Mongolia"}, "CN-NX": {"宁夏", "Ningxia"}, "CN-QH": {"青海", "Qinghai"}, "CN-SC": {"四川", "Sichuan"},
	"CN-SD": {"山东", "Shandong"}, "CN-SH": {"上海", "Shanghai"}, "CN-SN": {"陕西", "Shaanxi"}, "CN-SX": {"山西", "Shanxi"},
	"CN-TJ": {"天津", "Tianjin"}, "CN-TW": {"台湾", "Taiwan"}, "CN-XJ": {"新疆", "Xinjiang"}, "CN-XZ": {"西藏", "Xizang"},
	"CN-YN": {"云南", "Yunnan"}, "CN-ZJ": {"浙江", "Zhejiang"},
}

// older are the codes of the same places by number (GB/T 2260, ISO 3166-2 until
// 2017), which platforms still send.
var older = map[string]string{
	"11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL", "23": "HL", "31": "SH", "32": "JS", "33": "ZJ", "34": "AH",
	"35": "FJ", "36": "JX", "37": "SD", "41": "HA", "42": "HB", "43": "HN", "44": "GD", "45": "GX", "46": "HI", "50": "CQ", "51": "SC", "52": "GZ",
	"53": "YN", "54": "XZ", "61": "SN", "62": "GS", "63": "QH", "64": "NX", "65": "XJ", "71": "TW", "81": "HK", "82": "MO",
}

// regionName is a region as people call it; a code that has no name here stays.
func regionName(lang, code string) string {
	if land, part, cut := strings.Cut(code, "-"); cut && land == "CN" && older[part] != "" {
		code = "CN-" + older[part]
	}
	name, known := provinces[code]
	switch {
	case !known:
		return code
	case lang == "zh":
		return name[0]
	}
	return name[1]
}
