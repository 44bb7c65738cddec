// Command train makes tone/weights.bin from labelled comments in the form of
// COLDataset: CSV files train.csv, dev.csv and test.csv with the columns
// label (0 or 1) and TEXT. It learns from train.csv, reports on dev.csv and,
// when asked, on test.csv.
//
//	go run ./moderation/tone/train -data DIR [-test]
package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/moderation/tone"
)

func main() {
	data := flag.String("data", "", "folder with train.csv, dev.csv and test.csv")
	out := flag.String("out", "moderation/tone/weights.bin", "file to write")
	test := flag.Bool("test", false, "report on test.csv too")
	p := defaultParams()
	flag.Float64Var(&p.rate, "rate", p.rate, "learning rate")
	flag.Float64Var(&p.decay, "decay", p.decay, "weight decay")
	flag.IntVar(&p.epochs, "epochs", p.epochs, "passes over the data")
	flag.Uint64Var(&p.seed, "seed", p.seed, "order of the examples")
	flag.Parse()
	learn := read(*data, "train.csv")
	m := train(learn, p)
	q := m.quantize()
	report("train", q, learn)
	report("dev", q, read(*data, "dev.csv"))
	if *test {
		report("test", q, read(*data, "test.csv"))
	}
	if err := os.WriteFile(*out, tone.Encode(q.bias, q.thresholds, q.cells), 0o644); err != nil {
		log.Fatal(err)
	}
}

type example struct {
	features []uint32
	label    bool
}

func read(folder, name string) (examples []example) {
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	rows[0][0] = strings.TrimPrefix(rows[0][0], "\ufeff")
	label, text := slices.Index(rows[0], "label"), slices.Index(rows[0], "TEXT")
	if label < 0 || text < 0 {
		log.Fatalf("%s: want columns label and TEXT, found %q", name, rows[0])
	}
	for _, row := range rows[1:] {
		features := tone.AppendFeatures(nil, moderation.AppendCanon(nil, row[text]))
		examples = append(examples, example{features, row[label] == "1"})
	}
	return examples
}

// report prints how well the quantised model does at a score of 500.
func report(name string, q *quantized, examples []example) {
	var truePositive, falsePositive, falseNegative, right int
	for _, e := range examples {
		said := q.score(e.features) >= 500
		switch {
		case said == e.label:
			right++
			if said {
				truePositive++
			}
		case said:
			falsePositive++
		default:
			falseNegative++
		}
	}
	fmt.Printf("%-5s precision at a score of%s\n", name, tops(q, examples))
	fmt.Printf("%-5s %d texts: accuracy %.4f, precision %.4f, recall %.4f\n", name, len(examples),
		float64(right)/float64(len(examples)),
		float64(truePositive)/float64(max(truePositive+falsePositive, 1)),
		float64(truePositive)/float64(max(truePositive+falseNegative, 1)))
}

// tops says how often the model is right about the texts it is surest of.
func tops(q *quantized, examples []example) string {
	out := ""
	for _, t := range []int{700, 900, 950, 980} {
		n, k := 0, 0
		for _, e := range examples {
			if q.score(e.features) >= t {
				n++
				if e.label {
					k++
				}
			}
		}
		out += fmt.Sprintf(" %d: %.3f of %.3f;", t, float64(k)/float64(max(n, 1)), float64(n)/float64(len(examples)))
	}
	return out
}
