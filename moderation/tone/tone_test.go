package tone_test

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/moderation/tone"
)

var rewrite = flag.Bool("rewrite", false, "write the golden scores anew")

func score(text string) int { return tone.Score(moderation.AppendCanon(nil, text)) }

// The scores are part of verdicts, so they may only change with the weights.
func TestScoresAreThoseOfTheGoldenFile(t *testing.T) {
	const name = "testdata/scores.txt"
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(file)) {
		_, text, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if !ok {
			out.WriteString(line)
			continue
		}
		fmt.Fprintf(&out, "%d\t%s\n", score(text), text)
	}
	if *rewrite {
		if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out.String() != string(file) && !*rewrite {
		t.Errorf("scores differ from %s; if the weights are new, run with -rewrite and read the difference:\n%s", name, out.String())
	}
}

// COLDataset's test part, which the weights have not seen.
func TestAccuracyOnCOLD(t *testing.T) {
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
	right := 0
	for _, row := range rows[1:] {
		if score(row[text]) >= 500 == (row[label] == "1") {
			right++
		}
	}
	accuracy := float64(right) / float64(len(rows)-1)
	t.Logf("accuracy %.4f on %d texts", accuracy, len(rows)-1)
	if accuracy < 0.79 {
		t.Errorf("accuracy %.4f, want 0.79 or more", accuracy)
	}
}

func TestScoreStaysInRange(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := make([]rune, random.IntN(3*tone.MaxRunes))
		for i := range text {
			text[i] = rune(random.IntN(0x110000))
		}
		if s := tone.Score(text); s < 0 || s > 999 || len(text) == 0 && s != 0 {
			t.Fatalf("seed %d: score %d of %d characters", seed, s, len(text))
		}
	}
}

func BenchmarkScore(b *testing.B) {
	canon := moderation.AppendCanon(nil, "主播这件外套有没有大码，165斤能不能穿，什么时候发货呀")
	b.ReportAllocs()
	for b.Loop() {
		tone.Score(canon)
	}
}
