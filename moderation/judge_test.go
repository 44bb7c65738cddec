package moderation

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func mustRules(t testing.TB, text string) *RuleSet {
	t.Helper()
	rs, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

const testRules = `
version: test-1
shadow: {enabled: true, expiry: 5m}
mute: 90s
categories: {profanity: {level: 3}, tone: {level: 0}, fraud: {level: 4}}
lists:
  - {id: bad, category: profanity, action: block, views: [canon, tight, leet, squeeze], words: [坏词, badword, 射, class]}
  - {id: mild, category: profanity, action: mask, severity: 1, words: [讨厌鬼]}
  - {id: held, category: profanity, action: hold, severity: 2, words: [等等看]}
  - {id: spam, category: spam, action: shadow, words: [刷屏党]}
  - {id: out, category: fraud, action: mute, words: [骗钱群], locked: true}
  - {id: off, category: tone, action: block, words: [关闭词]}
  - {id: trial, category: profanity, action: block, dry_run: true, words: [试运行]}
  - {id: like, category: profanity, action: hold, sound: hold, sounds: [坏词]}
  - {id: contact, category: contact, action: flag, with_id: mask, words: [微信, wx]}
allow: [射灯, badwordsmith]
personal: {phone: mask, email: hold}
links: {action: mask, allow: [shop.example]}
`

// One line a case: text, action, rule, view and the text within the span.
func TestVerdicts(t *testing.T) {
	rs := mustRules(t, testRules)
	var s Scratch
	for _, c := range []struct {
		text, action, rule, view, span string
	}{
		{"主播好", "allow", "", "", ""},
		{"", "allow", "", "", ""},
		{"这是坏词吧", "block", "bad/坏词", "canon", "坏词"},
		{"这是坏 词吧", "block", "bad/坏词", "tight", "坏 词"},
		{"这是坏\u200b\u0338词吧", "block", "bad/坏词", "canon", "坏\u200b\u0338词"},
		{"壞詞", "block", "bad/坏词", "canon", "壞詞"},
		{"a BadWord here", "block", "bad/badword", "canon", "BadWord"},
		{"ba dw or d", "block", "bad/badword", "tight", "ba dw or d"},
		{"bad word", "allow", "", "", ""}, // ordinary words do not join
		{"b4dw0rd", "block", "bad/badword", "leet", "b4dw0rd"},
		{"c1@ss c1a$$", "block", "bad/class", "leet", "c1@ss"},
		{"baaaadword", "block", "bad/badword", "squeeze", "baaaadword"},
		{"claaaasssss", "block", "bad/class", "squeeze", "claaaasssss"},
		{"embadworded", "allow", "", "", ""},
		{"badword2024", "block", "bad/badword", "canon", "badword"},
		{"bаdwоrd", "block", "bad/badword", "tight", "bаdwоrd"}, // Cyrillic а, о
		{"射灯多少钱", "allow", "", "", ""},
		{"射灯射", "block", "bad/射", "canon", "射"},
		{"the badwordsmith", "allow", "", "", ""},
		{"讨厌鬼", "flag", "mild/讨厌鬼", "canon", "讨厌鬼"}, // severity 1 does not act at level 3
		{"等等看", "hold", "held/等等看", "canon", "等等看"},
		{"刷屏党", "shadow", "spam/刷屏党", "canon", "刷屏党"},
		{"骗钱群", "mute", "out/骗钱群", "canon", "骗钱群"},
		{"等等看坏词", "block", "bad/坏词", "canon", "坏词"}, // the strongest decides
		{"关闭词", "allow", "", "", ""},
		{"试运行", "allow", "", "", ""},
		{"怀辞", "hold", "like/坏词", "sound", "怀辞"},
		{"huai辞", "hold", "like/坏词", "sound", "huai辞"},
		{"微信", "flag", "contact/微信", "canon", "微信"},
		{"微信 abc12345", "mask", "contact/微信", "canon", "微信"},
		{"电话13800138000", "mask", "phone", "phone", "13800138000"},
		{"a@b.com", "hold", "email", "email", "a@b.com"},
		{"看 www.evil.example.com/x?y=1 呀", "mask", "link", "link", "www.evil.example.com/x?y=1"},
		{"看 https://m.shop.example/1", "allow", "", "", ""},
		{"https://shop.example.evil.net", "mask", "link", "link", "https://shop.example.evil.net"},
	} {
		v := rs.Judge(c.text, Sender{}, &s)
		if v.Action.String() != c.action || v.Rule != c.rule || v.View != c.view || c.text[v.Start:v.End] != c.span {
			t.Errorf("%q: %v by %q in %q at %q, want %s by %q in %q at %q",
				c.text, v.Action, v.Rule, v.View, c.text[v.Start:v.End], c.action, c.rule, c.view, c.span)
		}
		if v.Action != Allow && (v.Category == "" || v.Version != "test-1") {
			t.Errorf("%q: a verdict without category or version: %+v", c.text, v)
		}
	}
}

func TestExpiryAndDryRun(t *testing.T) {
	rs := mustRules(t, testRules)
	var s Scratch
	if v := rs.Judge("骗钱群", Sender{}, &s); v.Expiry != 90*time.Second {
		t.Errorf("mute lasts %v, want 90s", v.Expiry)
	}
	if v := rs.Judge("刷屏党", Sender{}, &s); v.Expiry != 5*time.Minute {
		t.Errorf("shadow lasts %v, want 5m", v.Expiry)
	}
	if v := rs.Judge("坏词", Sender{}, &s); v.Expiry != 0 {
		t.Errorf("block has expiry %v", v.Expiry)
	}
	if v := rs.Judge("试运行", Sender{}, &s); v.Action != Allow || v.Would != Block || v.WouldRule != "trial/试运行" {
		t.Errorf("dry run: %+v", v)
	}
	dry := mustRules(t, strings.Replace(testRules, "version: test-1", "version: dry\ndry_run: true", 1))
	if v := dry.Judge("坏词 13800138000", Sender{}, &s); v.Action != Allow || v.Masked || v.Would != Block {
		t.Errorf("a whole rule set in dry run: %+v", v)
	}
}

func TestSenderShiftsLevels(t *testing.T) {
	rs := mustRules(t, testRules)
	var s Scratch
	for _, c := range []struct {
		text string
		user Sender
		want Action
	}{
		{"讨厌鬼", Sender{Reputation: 100}, Mask}, // a level stricter: severity 1 acts
		{"讨厌鬼", Sender{Reputation: 299}, Mask},
		{"讨厌鬼", Sender{Reputation: 300}, Flag},
		{"等等看", Sender{Reputation: 799}, Hold},
		{"等等看", Sender{Reputation: 800}, Flag}, // a level milder: severity 2 does not
		{"等等看", Sender{Role: Host}, Allow},
		{"坏词", Sender{Reputation: 1000}, Block}, // block lists know no person
		{"坏词", Sender{Role: Moderator}, Block},
		{"骗钱群", Sender{Role: Host}, Mute},
		{"微信 abc12345", Sender{Role: Host}, Allow},
		{"13800138000", Sender{Role: System}, Allow},
		{"主播好", Sender{Shield: true}, Allow},
		{"主播好", Sender{Shield: true, Reputation: 200}, Hold},
		{"主播好", Sender{Shield: true, AgeKnown: true, Age: time.Minute}, Hold},
		{"主播好", Sender{Shield: true, AgeKnown: true, Age: time.Hour}, Allow},
		{"主播好", Sender{AgeKnown: true, Age: time.Minute}, Allow},
		{"坏词", Sender{Shield: true, Reputation: 1}, Block},
		{"主播好", Sender{Shield: true, Reputation: 1, Role: Moderator}, Allow},
	} {
		if v := rs.Judge(c.text, c.user, &s); v.Action != c.want {
			t.Errorf("%q by %+v: %v, want %v", c.text, c.user, v.Action, c.want)
		}
	}
}

func TestOverlay(t *testing.T) {
	room := mustRules(t, `
version: room-7
categories: {profanity: {level: 0}}
lists: [{id: rival, category: ads, action: block, words: [隔壁店]}]
allow: [骗钱群主, 大讨厌鬼糖]
links: {action: hold, allow: [mine.example]}
`)
	base := mustRules(t, testRules)
	rs := base.Overlay(room)
	if rs.Version() != "test-1+room-7" || base.Version() != "test-1" {
		t.Errorf("versions %q and %q", rs.Version(), base.Version())
	}
	var s Scratch
	for text, want := range map[string]Action{
		"隔壁店":                   Block,
		"坏词":                    Allow, // the room switched the category off
		"骗钱群主":                  Mute,  // a locked list does not hear the room's allow words
		"mine.example":          Allow,
		"https://mine.example":  Allow,
		"https://shop.example":  Allow,
		"https://other.example": Hold,
		"13800138000":           Mask,
	} {
		if v := rs.Judge(text, Sender{}, &s); v.Action != want {
			t.Errorf("%q: %v by %s, want %v", text, v.Action, v.Rule, want)
		}
	}
	if v := base.Judge("坏词", Sender{}, &s); v.Action != Block {
		t.Errorf("the overlay changed its base: %v", v.Action)
	}
	if base.Overlay(nil) != base {
		t.Error("no room is not the base")
	}
}

func TestJudgeDoesNotAllocate(t *testing.T) {
	rs := Default().Overlay(mustRules(t, testRules))
	var s Scratch
	texts := []string{
		"主播这件外套有没有大码，165斤能穿吗", "hello from Leeds, love the jacket!!", "666666", "🎉🎉🎉", "加油 加油 go go",
		"iphone15 pro 有吗 sh1rt 2", "哈哈哈哈哈哈哈哈哈哈哈", "3.5折 no.1 www", "傻逼", "加我微信 abc12345 13800138000 a@b.com",
	}
	for _, text := range texts {
		rs.Judge(text, Sender{}, &s)
	}
	for _, text := range texts {
		if n := testing.AllocsPerRun(20, func() { rs.Judge(text, Sender{Shield: true}, &s) }); n != 0 {
			t.Errorf("%q: %v allocations, want none", text, n)
		}
	}
}

// Judge is a value function: what a Scratch was used for before must not show.
func FuzzJudge(f *testing.F) {
	for _, text := range []string{"坏 词", "b4dw0rd 13800138000", "a@b.com", "t a o . c o m", "\xff\xfe", "ﷺ½①", "11010519491231002x", "微信号 a_b-c12 wxid_12345678", "🇨🇳🇫🇺"} {
		f.Add(text)
	}
	rs := Default().Overlay(mustRules(f, testRules))
	var used Scratch
	f.Fuzz(func(t *testing.T, text string) {
		var fresh Scratch
		v, again := rs.Judge(text, Sender{}, &fresh), rs.Judge(text, Sender{}, &used)
		if v != again {
			t.Fatalf("%q: %+v and then %+v", text, v, again)
		}
		if v.Start < 0 || v.Start > v.End || v.End > len(text) {
			t.Fatalf("%q: span [%d, %d) of %d bytes", text, v.Start, v.End, len(text))
		}
		if (v.Action == Allow) != (v.Rule == "") || v.Expiry > 0 && v.Action != Mute && v.Action != Shadow {
			t.Fatalf("%q: %+v", text, v)
		}
		shown := rs.AppendMasked(nil, text, &fresh)
		if !v.Masked && string(shown) != text || utf8.ValidString(text) && !utf8.Valid(shown) {
			t.Fatalf("%q: shown as %q, masked %v", text, shown, v.Masked)
		}
	})
}

func benchTexts() []string {
	random := rand.New(rand.NewPCG(3, 3))
	words := strings.Fields("主播 这件 外套 有没有 大码 165斤 能穿吗 什么时候 发货 好看 链接 3号 多少钱 红色 还有吗 hello love this jacket size please 666 哈哈哈 👍 支持")
	texts := make([]string, 1000)
	for i := range texts {
		var b strings.Builder
		for utf8.RuneCountInString(b.String()) < 25 {
			b.WriteString(words[random.IntN(len(words))])
			if random.IntN(5) == 0 {
				b.WriteByte(' ')
			}
		}
		texts[i] = b.String()
	}
	return texts
}

func BenchmarkJudge(b *testing.B) {
	texts := benchTexts()
	var s Scratch
	for _, c := range []struct {
		name string
		rs   *RuleSet
	}{{"default", Default()}, {"overlay", Default().Overlay(mustRules(b, testRules))}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.rs.Judge(texts[i%len(texts)], Sender{}, &s)
			}
		})
	}
}

func BenchmarkViews(b *testing.B) {
	texts := benchTexts()
	var s Scratch
	b.Run("canon", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			canonize(&s.canon, texts[i%len(texts)])
		}
	})
	b.Run("canon and tight", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			canonize(&s.canon, texts[i%len(texts)])
			s.index = tighten(&s.tight, s.index, &s.canon)
		}
	})
}
