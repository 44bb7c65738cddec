package main

import (
	"math"
	"math/rand/v2"

	"github.com/fudai-live/fudai/moderation/tone"
)

type params struct {
	rate, decay float64
	epochs      int
	seed        uint64
}

// defaultParams were chosen on dev.csv, where they hardly matter (0.89 to
// 0.90 over everything tried); test.csv never chose anything.
func defaultParams() params { return params{rate: 0.02, decay: 1e-2, epochs: 3, seed: 1} }

// model is a logistic regression in floating point.
type model struct {
	bias    float64
	weights []float64
}

// train runs AdaGrad over the examples in a seeded order.
func train(examples []example, p params) *model {
	m := &model{weights: make([]float64, tone.Buckets)}
	squares, biasSquare := make([]float64, tone.Buckets), 1e-8
	random := rand.New(rand.NewPCG(p.seed, 0))
	for range p.epochs {
		for _, i := range random.Perm(len(examples)) {
			e := examples[i]
			slope := m.probability(e.features)
			if e.label {
				slope--
			}
			biasSquare += slope * slope
			m.bias -= p.rate * slope / math.Sqrt(biasSquare)
			weight := share(e.features)
			for _, f := range e.features {
				g := slope*weight + p.decay*m.weights[f]
				squares[f] += g * g
				m.weights[f] -= p.rate * g / math.Sqrt(squares[f]+1e-8)
			}
		}
	}
	return m
}

func (m *model) probability(features []uint32) float64 {
	sum := 0.0
	for _, f := range features {
		sum += m.weights[f]
	}
	sum = m.bias + sum*share(features)
	return 1 / (1 + math.Exp(-sum))
}

// share is how much one feature of a text counts, as tone.Weigh has it.
func share(features []uint32) float64 { return math.Sqrt(100 / float64(max(len(features), 1))) }

// quantized is the model as it is shipped: bytes and integer thresholds.
type quantized struct {
	bias       int32
	cells      []int8
	thresholds [999]int32
}

// clip is the largest weight kept; beyond it lie a handful that one text made.
const clip = 1.5

func (m *model) quantize() *quantized {
	const scale = 127 / clip
	q := &quantized{bias: int32(math.Round(m.bias * scale)), cells: make([]int8, len(m.weights))}
	for i, w := range m.weights {
		q.cells[i] = int8(math.Round(min(max(w, -clip), clip) * scale))
	}
	for i := range q.thresholds {
		p := float64(i+1) / 1000
		q.thresholds[i] = int32(math.Ceil(math.Log(p/(1-p)) * scale))
	}
	return q
}

func (q *quantized) score(features []uint32) int {
	sum := int32(0)
	for _, f := range features {
		sum += int32(q.cells[f])
	}
	sum = q.bias + tone.Weigh(sum, len(features))
	for i, t := range q.thresholds {
		if sum < t {
			return i
		}
	}
	return len(q.thresholds)
}
