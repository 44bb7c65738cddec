package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// viewer is one of the made-up viewers.
type viewer struct {
	id    string
	name  string
	zh    bool // writes Chinese
	facts record.Facts
	last  time.Duration // of the last line, on the show's clock
}

// rest is the least time between two lines of a viewer: nobody types faster.
const rest = 7 * time.Second

var regions = []string{"CN-31", "CN-44", "CN-51", "CN-33", "CN-42", "CN-53", "CN-23", "CN-11"}

// castOf makes the viewers of the show. Who they are follows from their place
// in the script, so that a viewer is the same person in every run.
func castOf(names []string, began int64) []viewer {
	const day = 24 * 3600 * 1000
	cast := make([]viewer, len(names))
	for i, name := range names {
		rng := rand.New(rand.NewPCG(uint64(i), 0x5eed))
		v := viewer{id: fmt.Sprintf("demo-%03d", i+1), name: name, zh: chinese(name), last: -rest}
		v.facts = record.Facts{
			Known:     record.FactFollow | record.FactFan | record.FactRegion | record.FactVerified | record.FactAdult | record.FactCreated,
			FanLevel:  int64(rng.IntN(4) * rng.IntN(5)),
			Region:    "GB-ENG",
			Verified:  rng.IntN(5) > 0,
			Adult:     true,
			CreatedAt: began - (30+rng.Int64N(1500))*day,
		}
		if v.zh {
			v.facts.Region = regions[rng.IntN(len(regions))]
		}
		if rng.IntN(4) > 0 {
			v.facts.FollowedAt = began - (1+rng.Int64N(25))*day
		}
		cast[i] = v
	}
	return cast
}
