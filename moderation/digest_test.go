package moderation

import (
	"testing"
	"unicode/utf8"
)

func TestNormalize(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"  福袋  ":                  "福袋",
		"我要 福袋":                   "我要 福袋",
		"我要\u3000\t福袋":            "我要 福袋",
		"ＦＵＤＡＩ８８８":                "fudai888",
		"FuDai":                   "fudai",
		"福\u200b袋\ufe0f":          "福袋",
		"①②③":                     "123",
		"Cafe\u0301":              "café",
		"CAF\u00c9":               "café",
		"ﾌｸ":                      "フク",
		"ﬁne":                     "fine",
		"繁體":                      "繁體", // not made simplified: another passphrase
		"fudаi":                   "fudаi",
		"\u1e9e":                  "ß",
		"a\xffb":                  "a\ufffdb",
		"e\u200b\u0301":           "é", // what the invisible one kept apart
		"\u03a3\u03c3\u03c2":      "σσς",
		"\u2126":                  "ω",
		"\U0001F1E8\U0001F1F3 ok": "\U0001F1E8\U0001F1F3 ok",
	} {
		if got := Normalize(nil, text); string(got) != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := Normalize([]byte("a "), " B"); string(got) != "a b" {
		t.Errorf("appended: %q", got)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, text := range []string{" A  b ", "\u1e9e", "\u0130", "\u03d3\u0301", "\u1fb7", "a\u0345", "가\u11a8", "\xc3", "\u2003x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Normalize(nil, text)
		if twice := Normalize(nil, string(once)); string(twice) != string(once) {
			t.Fatalf("%q: %q, and again %q", text, once, twice)
		}
		if !utf8.Valid(once) {
			t.Fatalf("%q: %q is not UTF-8", text, once)
		}
		var s Scratch
		if Digest(text, &s) != Digest(string(once), &s) || Digest(text, nil) != Digest(text, &s) {
			t.Fatalf("%q: digests differ", text)
		}
		if simple, ok := appendSimple(nil, text); ok {
			long := string(spaced(normalForm(text)))
			if string(simple) != long {
				t.Fatalf("%q: %q by the short way, %q by the long", text, simple, long)
			}
		}
	})
}

// Every single character is a fixed point once normalised.
func TestNormalizeIsIdempotentOnEveryCharacter(t *testing.T) {
	var once, twice []byte
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if r >= 0x40000 && r < 0xE0000 || r >= 0xF0000 {
			continue // unassigned and private
		}
		once = Normalize(once[:0], string(r))
		twice = Normalize(twice[:0], string(once))
		if short, ok := appendSimple(nil, string(r)); ok && string(short) != string(spaced(normalForm(string(r)))) {
			t.Errorf("U+%04X: %q by the short way", r, short)
		}
		if string(once) != string(twice) {
			t.Errorf("U+%04X: %q, and again %q", r, once, twice)
		}
	}
}

// What was hashed once may stand in a ledger: these do not change.
func TestDigestIsFrozen(t *testing.T) {
	for text, want := range map[string]uint64{
		"福袋":        0x4e9c9990da6e6343,
		"Ｆｕｄａｉ 888": 0x96ec7abd183e69fc,
		"":          0xef46db3751d8e999,
	} {
		if got := Digest(text, nil); got != want {
			t.Errorf("%q: %#x, want %#x", text, got, want)
		}
	}
}

func TestDigestDoesNotAllocateOnSimpleTexts(t *testing.T) {
	var s Scratch
	Digest("我要福袋 FuDai 888, please", &s)
	if n := testing.AllocsPerRun(100, func() { Digest("我要福袋！ＦｕＤａｉ　888 🎉️", &s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDigest(b *testing.B) {
	var s Scratch
	for name, text := range map[string]string{"simple": "我要福袋 FuDai 888", "wide": "我要福袋！ＦｕＤａｉ　８８８ 🎉", "full": "我要福袋！①②③"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Digest(text, &s)
			}
		})
	}
}
