package moderation

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// evasions disguise a word. Each is applied to every listed word of its
// script; words it leaves as they were are not counted.
var evasions = []struct {
	name, script string
	disguise     func(string) string
	floor        int // per cent that must be found with all views
}{
	{"as listed", "en", strings.Clone, 99},
	{"upper case", "en", strings.ToUpper, 99},
	{"full width", "en", shifted('a', 0xFF41), 99},
	{"mathematical bold", "en", shifted('a', 0x1D41A), 99},
	{"circled", "en", shifted('a', 0x24D0), 99},
	{"negative squared", "en", shifted('a', 0x1F170), 99},
	{"small capitals", "en", replaced("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"), 99},
	{"regional indicators", "en", shifted('a', 0x1F1E6), 95},
	{"diacritics", "en", replaced("aeioucn", "áèîöúçñ"), 99},
	{"zero width between", "en", between("\u200b"), 99},
	{"struck through", "en", between("\u0336"), 99},
	{"Cyrillic look-alikes", "en", replaced("aeopcyxisjdhkmt", "аеорсухіѕјԁһкмт"), 99},
	{"Greek look-alikes", "en", replaced("aoviupk", "αονιυρκ"), 99},
	{"spaces between", "en", between(" "), 99},
	{"dots between", "en", between("."), 99},
	{"emoji between", "en", between("❤️"), 99},
	{"leet digits", "en", replaced("oieastbg", "01345789"), 94},
	{"leet digits, usual", "en", replaced("oieast", "013457"), 96},
	{"leet signs", "en", replaced("as", "@$"), 95},
	{"one letter stretched", "en", stretched, 97},
	{"as listed", "zh", strings.Clone, 99},
	{"zero width between", "zh", between("\u200b"), 99},
	{"struck through", "zh", between("\u0336"), 99},
	{"traditional", "zh", traditional(), 99},
	{"spaces between", "zh", between(" "), 99},
	{"dots between", "zh", between("·"), 99},
	{"emoji between", "zh", between("🌸"), 99},
	{"every character doubled", "zh", doubled, 80},
	{"one homophone", "zh", homophone(), 90},
	{"first character in pinyin", "zh", spelled, 90},
}

// The columns of the matrix: what each further view finds.
var columns = []struct {
	name  string
	views uint8
}{
	{"canon", 1 << viewCanon},
	{"+tight", 1<<viewCanon | 1<<viewTight},
	{"+leet", 1<<viewCanon | 1<<viewTight | 1<<viewLeet},
	{"+squeeze", 1<<viewCanon | 1<<viewTight | 1<<viewLeet | 1<<viewSqueeze},
	{"+sound", 1<<viewCanon | 1<<viewTight | 1<<viewLeet | 1<<viewSqueeze | 1<<viewSound},
}

// TestEvasionMatrix measures how much of each disguise each view sees through
// and holds the table to its golden file, so that no change of tables or
// views moves a figure unnoticed.
func TestEvasionMatrix(t *testing.T) {
	words := map[string][]string{"en": listed(ldnoobwEN), "zh": listed(ldnoobwZH)}
	sets := make([]*RuleSet, len(columns))
	for i, c := range columns {
		sets[i] = wordRules(t, c.views, slices.Concat(words["en"], words["zh"]))
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Words of the LDNOOBW lists found in disguise, per cent. Go test -run EvasionMatrix -rewrite writes this file.\n\n%-31s %6s %6s", "disguise", "words", "raw")
	for _, c := range columns {
		fmt.Fprintf(&out, " %8s", c.name)
	}
	out.WriteByte('\n')
	for _, e := range evasions {
		found, raw, n := make([]int, len(columns)), 0, 0
		for _, w := range words[e.script] {
			d := e.disguise(w)
			if d == w && e.name != "as listed" {
				continue
			}
			text := map[string]string{"en": "well " + d + " then", "zh": "嗯" + d + "哦"}[e.script]
			n++
			if strings.Contains(strings.ToLower(text), w) {
				raw++
			}
			for i, rs := range sets {
				var s Scratch
				if rs.Judge(text, Sender{}, &s).Action != Allow {
					found[i]++
				}
			}
		}
		fmt.Fprintf(&out, "%-28s %s %6d %6.1f", e.name, e.script, n, percent(raw, n))
		for _, f := range found {
			fmt.Fprintf(&out, " %8.1f", percent(f, n))
		}
		out.WriteByte('\n')
		if best := found[len(found)-1]; best*100 < e.floor*n || n < 50 {
			t.Errorf("%s (%s): %d of %d found, want %d%%", e.name, e.script, best, n, e.floor)
		}
	}
	golden(t, "testdata/evasion.txt", out.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; run with -rewrite, and commit only if you understand the difference. Now:\n%s", name, got)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

// listed is the words of a list that have letters.
func listed(list string) (words []string) {
	for _, w := range strings.Fields(strings.ReplaceAll(list, " ", "_")) {
		w = strings.ReplaceAll(w, "_", " ")
		if len(trim(AppendCanon(nil, w))) > 1 || !strings.ContainsFunc(w, func(r rune) bool { return r < 128 || unicode.Is(unicode.So, r) }) {
			words = append(words, w)
		}
	}
	return words
}

// wordRules is a rule set of one list with the given views.
func wordRules(t *testing.T, views uint8, words []string) *RuleSet {
	t.Helper()
	f := &ruleFile{version: "test"}
	l := &fileList{views: views &^ (1 << viewSound)}
	l.id, l.category, l.severity, l.action, l.sound = "all", "profanity", 4, Block, Flag
	var v view
	for _, w := range words {
		l.words = append(l.words, placed{text: w})
		var canon view
		canonize(&canon, w)
		voice(&v, &canon)
		if views&(1<<viewSound) != 0 && len(v.runes) > 1 && !slices.Contains(v.runes, 0) {
			l.sounds = append(l.sounds, placed{text: w})
		}
	}
	f.lists = []*fileList{l}
	rs, err := f.compile()
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func shifted(from, to rune) func(string) string {
	return func(w string) string {
		return strings.Map(func(r rune) rune {
			if r >= from && r < from+26 {
				return r - from + to
			}
			return r
		}, w)
	}
}

func replaced(from, to string) func(string) string {
	f, t := []rune(from), []rune(to)
	return func(w string) string {
		return strings.Map(func(r rune) rune {
			if i := slices.Index(f, r); i >= 0 {
				return t[i]
			}
			return r
		}, w)
	}
}

func between(sign string) func(string) string {
	return func(w string) string {
		return strings.Join(strings.Split(w, ""), sign)
	}
}

func stretched(w string) string {
	r := []rune(w)
	i := len(r) / 2
	return string(r[:i]) + strings.Repeat(string(r[i]), 4) + string(r[i+1:])
}

func doubled(w string) string {
	var b strings.Builder
	for _, r := range w {
		b.WriteString(string(r) + string(r))
	}
	return b.String()
}

// traditional turns the table that the views use around.
func traditional() func(string) string {
	back := map[rune]rune{}
	for r := rune(0x9FFF); r >= 0x4E00; r-- {
		if f := tables.of(r); f.kind() == kindHan && f.value() != 0 {
			back[f.value()] = r
		}
	}
	return func(w string) string {
		return strings.Map(func(r rune) rune {
			if b, ok := back[r]; ok {
				return b
			}
			return r
		}, w)
	}
}

// homophone puts the next character of the same sound in the place of the
// last Han character.
func homophone() func(string) string {
	bySound := map[uint16][]rune{}
	for r := rune(0x4E00); r < 0x8000; r++ {
		if f := tables.of(r); f.value() == 0 && tables.sound.at(r) != 0 {
			bySound[tables.sound.at(r)] = append(bySound[tables.sound.at(r)], r)
		}
	}
	return func(w string) string {
		r := []rune(w)
		for i := len(r) - 1; i >= 0; i-- {
			same := bySound[tables.sound.at(r[i])]
			if at := slices.Index(same, r[i]); at >= 0 && len(same) > 1 {
				r[i] = same[(at+1)%len(same)]
				return string(r)
			}
		}
		return w
	}
}

func spelled(w string) string {
	r := []rune(w)
	if n := tables.sound.at(r[0]); n != 0 && len(r) > 1 {
		return tables.syllables[n-1] + string(r[1:])
	}
	return w
}

// TestCleanTexts holds the default rules to what a shop's room says all day.
func TestCleanTexts(t *testing.T) {
	rs := Default()
	var s Scratch
	lines := cases(t, "testdata/clean.txt")
	for _, c := range lines {
		if v := rs.Judge(c[0], Sender{}, &s); v.Action != Allow {
			t.Errorf("%q: %v by %s (%s)", c[0], v.Action, v.Rule, v.View)
		}
	}
	if len(lines) < 200 {
		t.Errorf("only %d clean texts", len(lines))
	}
}

// TestCleanTextsOfCOLD counts what is done to the texts that COLDataset's
// annotators found inoffensive. They are forum posts about race, region and
// gender, much nearer to the lists than a shop's chat, so the ceilings are
// ceilings.
func TestCleanTextsOfCOLD(t *testing.T) {
	folder := os.Getenv("FUDAI_COLD")
	if folder == "" {
		t.Skip("FUDAI_COLD does not name a folder with COLDataset's test.csv")
	}
	file, err := os.Open(filepath.Join(folder, "test.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	label, text := slices.Index(rows[0], "label"), slices.Index(rows[0], "TEXT")
	rs, n, count := Default(), 0, [Mute + 1]int{}
	var s Scratch
	for _, row := range rows[1:] {
		if row[label] == "0" {
			n++
			count[rs.Judge(row[text], Sender{}, &s).Action]++
		}
	}
	t.Logf("%d texts by action, mildest first: %v", n, count)
	for action, ceiling := range map[Action]float64{Flag: 4, Mask: 0.5, Hold: 0.4, Block: 2} {
		if p := percent(count[action], n); p > ceiling {
			t.Errorf("%v: %.2f%% of clean texts, want at most %.2f%%", action, p, ceiling)
		}
	}
}
