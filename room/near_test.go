package room

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/fudai-live/fudai/moderation"
)

// gists are those of the distinct long texts among texts, and the texts.
func gists(texts []string) (all []nearText, long []string) {
	var s moderation.Scratch
	seen := map[uint64]bool{}
	for _, text := range texts {
		v := moderation.Default().Judge(text, moderation.Sender{}, &s)
		g, ok := s.Gist(nil, 1)
		if !ok || seen[v.Tight] {
			continue
		}
		seen[v.Tight] = true
		all = append(all, nearText{key: v.Tight, marks: g.Marks, keys: bandsOf(g.Shingles), shingles: distinct(g.Shingles), sorted: true})
		long = append(long, text)
	}
	return all, long
}

// merges holds every pair of texts against each other: those that are taken for
// one, and how many of them the four keys find.
func merges(all []nearText, long []string, t *testing.T) (pairs, found int) {
	for i := range all {
		for j := range i {
			a, b := &all[i], &all[j]
			if a.marks != b.marks || !a.same(b.shingles) {
				continue
			}
			pairs++
			for k := range a.keys {
				if a.keys[k] == b.keys[k] {
					found++
					break
				}
			}
			if pairs <= 12 {
				t.Logf("one line: %q and %q", long[j], long[i])
			}
		}
	}
	return pairs, found
}

// What different people say in their own words is not taken for one another: of
// the gold set no two comments, of other texts, where they are, a handful.
func TestNearMergesOfCleanTexts(t *testing.T) {
	gold, err := os.ReadFile(filepath.Join("..", "moderation", "testdata", "gold", "comments.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for line := range strings.Lines(string(gold)) {
		texts = append(texts, line[strings.LastIndexByte(line, '\t')+1:])
	}
	check := func(name string, texts []string, most float64) {
		all, long := gists(texts)
		pairs, found := merges(all, long, t)
		t.Logf("%s: %d distinct long texts of %d; %d pairs are one line, %d of them found by the keys", name, len(all), len(texts), pairs, found)
		if len(all) == 0 || float64(pairs) > most*float64(len(all)) {
			t.Errorf("%s: %d of %d texts taken for another, want at most %.1f %%", name, pairs, len(all), 100*most)
		}
	}
	check("gold set", texts, 0)
	if folder := os.Getenv("FUDAI_COLD"); folder != "" {
		check("COLD, offensive or not", coldTexts(t, filepath.Join(folder, "test.csv")), 0.01)
	}
	if path := os.Getenv("FUDAI_RECORDING"); path != "" { // where pasted texts are what is looked for
		check("recording", recorded(t, path), 1)
	}
}

func coldTexts(t *testing.T, path string) (texts []string) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], "TEXT")
	for _, row := range rows[1:] {
		texts = append(texts, row[at])
	}
	return texts
}

func recorded(t *testing.T, path string) (texts []string) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var said struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, said.Text)
	}
	return texts
}

// A text that a character or two of many were changed in is found by its keys
// nearly always, wherever they stand.
func TestNearFindsWhatWasChanged(t *testing.T) {
	base := []rune("老铁们点点关注走一走，主播天天带你捡漏，今天全场好货三折起，手慢一点就抢光了，快来看看吧")
	var n nearby
	var s moderation.Scratch
	of := func(text string) uint64 {
		v := moderation.Default().Judge(text, moderation.Sender{}, &s)
		g, _ := s.Gist(nil, 9)
		return n.of(v.Tight, &g, 0, 1000)
	}
	key, found := of(string(base)), 0
	for i := range base {
		changed := slices.Clone(base)
		changed[i] = '福'
		if n := of(string(changed)); n == key {
			found++
		}
	}
	if found < len(base)*9/10 {
		t.Errorf("%d of %d texts with one character changed were taken for the first, want nine of ten", found, len(base))
	}
}

// BenchmarkNear is what a comment of 30 characters pays beyond its verdict, in a
// full table: a new text each time, and one that many paste.
func BenchmarkNear(b *testing.B) {
	var said []string
	for i := range 4096 {
		text := make([]rune, 0, 30)
		for j := range 30 {
			text = append(text, rune(0x4E00+mix(uint64(i*64+j))%3000))
		}
		said = append(said, string(text))
	}
	for name, changes := range map[string]int{"new": 1, "pasted": 0} {
		b.Run(name, func(b *testing.B) {
			var n nearby
			var s moderation.Scratch
			var shingles []uint32
			rs := moderation.Default()
			b.ReportAllocs()
			spent := int64(0)
			for i := 0; i < b.N; i += 64 { // 64 at a time, so that reading the clock costs nothing
				rs.Judge(said[changes*i%len(said)], moderation.Sender{}, &s)
				before := spentCPU()
				for j := range 64 {
					g, _ := s.Gist(shingles[:0], uint64(changes*(i+j))) // another seed is another text
					shingles = g.Shingles
					n.of(uint64(i+j), &g, 0, 1000)
				}
				spent += spentCPU() - before
			}
			b.ReportMetric(float64(spent)/float64(b.N), "cpu-ns/op")
		})
	}
}

func spentCPU() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
