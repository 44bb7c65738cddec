// Package tone scores how likely a text is to offend, from 0 to 1000, with a
// linear model over hashed characters, pairs and triples. It is for ordering
// a review queue, for flags and holds; it is not good enough to block: on
// texts unlike those it learned from it is little better than keywords.
//
// Sums are integers and thresholds come with the weights, so a text has one
// score on every machine. The weights are made by tone/train.
package tone

import (
	_ "embed"
	"encoding/binary"
	"sort"
)

// Buckets is the number of weights. A feature's bucket is its hash; two
// features that share one share its weight.
const Buckets = 1 << 18

// MaxRunes bounds what of a text is read.
const MaxRunes = 1024

//go:embed weights.bin
var weightsFile string

// model is decoded once at start and never changes.
var model = decode(weightsFile)

type weights struct {
	bias       int32
	thresholds [999]int32 // sums from which the score is 1, 2, … 999
	cells      string     // Buckets signed bytes
}

// Encode is the inverse of decode, for the trainer.
func Encode(bias int32, thresholds [999]int32, cells []int8) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(bias))
	for _, t := range thresholds {
		out = binary.LittleEndian.AppendUint32(out, uint32(t))
	}
	for _, c := range cells {
		out = append(out, byte(c))
	}
	return out
}

func decode(file string) *weights {
	word := func(i int) int32 { return int32(binary.LittleEndian.Uint32([]byte(file[4*i : 4*i+4]))) }
	w := &weights{bias: word(0), cells: file[4*1000:]}
	for i := range w.thresholds {
		w.thresholds[i] = word(1 + i)
	}
	if len(w.cells) != Buckets {
		panic("tone: internal error: the weights are of another size")
	}
	return w
}

// Score of a text in moderation's canon view; 0 for an empty one.
func Score(canon []rune) int {
	if len(canon) == 0 {
		return 0
	}
	sum, n := int32(0), 0
	each(canon, func(bucket uint32) { sum, n = sum+int32(int8(model.cells[bucket])), n+1 })
	sum = model.bias + Weigh(sum, n)
	return sort.Search(len(model.thresholds), func(i int) bool { return sum < model.thresholds[i] })
}

// Weigh divides the sum of n weights by the root of n, in units of the root
// of 100, so that a long text does not offend by its length alone.
func Weigh(sum int32, n int) int32 {
	if n == 0 {
		return 0
	}
	return int32(int64(sum) * int64(shares[min(n, len(shares)-1)]) >> 16)
}

// shares[n] is 2^16 times the root of 100/n, rounded down.
var shares = func() (t [3*MaxRunes + 1]uint32) {
	for n := 1; n < len(t); n++ {
		square := uint64(100) << 32 / uint64(n)
		root := uint64(0)
		for bit := uint64(1) << 20; bit > 0; bit >>= 1 {
			if (root+bit)*(root+bit) <= square {
				root += bit
			}
		}
		t[n] = uint32(root)
	}
	return t
}()

// AppendFeatures appends the buckets of a text, for the trainer.
func AppendFeatures(dst []uint32, canon []rune) []uint32 {
	each(canon, func(bucket uint32) { dst = append(dst, bucket) })
	return dst
}

// each visits the bucket of every character, pair and triple.
func each(canon []rune, visit func(bucket uint32)) {
	a, b := uint64(1), uint64(1) // the two characters before; 1 stands for the beginning
	for _, r := range canon[:min(len(canon), MaxRunes)] {
		if r >= 0x1F1E6 && r <= 0x1F1FF {
			continue // flags say where from, not what
		}
		c := uint64(r)
		visit(bucket(c * 0x9E3779B97F4A7C15))
		visit(bucket((b<<21 | c) * 0xD6E8FEB86659FD93))
		visit(bucket((a<<42 | b<<21 | c) * 0xA0761D6478BD642F))
		a, b = b, c
	}
}

// bucket takes the top bits, which depend on all of the product.
func bucket(h uint64) uint32 { return uint32(h >> (64 - 18)) }
