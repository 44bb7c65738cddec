package questions

import "slices"

// waitBounds are the upper bounds, ms, of the counted waits; the last bucket has none.
var waitBounds = [...]int64{5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000}

const maxWaits = 512

// waits are the times to the first answers of a show.
type waits struct {
	Count   int64                      `json:"n"`
	Sum     int64                      `json:"sum"` // ms
	Buckets [len(waitBounds) + 1]int64 `json:"b"`
	Last    []int64                    `json:"last,omitempty"` // the newest, ms, for the percentiles
	Next    int                        `json:"next,omitempty"`
}

func (w *waits) add(ms int64) {
	w.Count++
	w.Sum += ms
	i := 0
	for i < len(waitBounds) && ms > waitBounds[i] {
		i++
	}
	w.Buckets[i]++
	if len(w.Last) < maxWaits {
		w.Last = append(w.Last, ms)
		return
	}
	w.Last[w.Next] = ms
	w.Next = (w.Next + 1) % maxWaits
}

// FirstAnswer says how long askers waited for the first answer to their cluster.
type FirstAnswer struct {
	Count  int64 `json:"count"`
	P50MS  int64 `json:"p50_ms"`
	P90MS  int64 `json:"p90_ms"`
	MeanMS int64 `json:"mean_ms"`
	// LongestMS is how long the host has owed an answer to the cluster that waits longest.
	LongestMS int64 `json:"longest_ms"`
}

func (w *waits) view() FirstAnswer {
	f := FirstAnswer{Count: w.Count}
	if len(w.Last) == 0 {
		return f
	}
	sorted := slices.Sorted(slices.Values(w.Last))
	f.P50MS, f.P90MS = sorted[(len(sorted)-1)/2], sorted[(len(sorted)-1)*9/10]
	f.MeanMS = w.Sum / w.Count
	return f
}

// Waits are the counted times to the first answer, for metrics: Buckets[i] of
// them took at most Bounds[i] ms, the last one longer.
type Waits struct {
	Bounds  []int64
	Buckets []int64
	Count   int64
	SumMS   int64
}

// Figures are a book's counters, for metrics.
type Figures struct {
	Totals
	Waiting int64 // clusters the host owes an answer
	Waits   Waits
}

// Figures answers the counters of the show.
func (b *Book) Figures() Figures {
	f := Figures{Totals: b.total, Waits: Waits{waitBounds[:], slices.Clone(b.waits.Buckets[:]), b.waits.Count, b.waits.Sum}}
	for _, c := range b.clusters {
		if c.state.waits() {
			f.Waiting++
		}
	}
	return f
}
