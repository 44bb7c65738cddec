package kafkalog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// TestSpread checks the laws of the assignment over random histories of nodes:
// every partition has one owner, shares are fair, and a change moves no more
// than it must.
func TestSpread(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	ids := make([]int32, Partitions)
	for i := range ids {
		ids[i] = int32(i)
	}
	owned := map[string][]int32{}
	nodes := []string{"n0"}
	for step := range 500 {
		before := slices.Clone(nodes)
		if n := len(nodes); n == 1 || n < 9 && rnd.IntN(2) == 0 {
			nodes = append(nodes, fmt.Sprintf("n%d", step+1))
		} else {
			nodes = slices.Delete(nodes, 0, 1)
		}
		var list []candidate
		for i, n := range nodes {
			list = append(list, candidate{claim{n, owned[n]}, fmt.Sprintf("member-%d-%d", step, i)})
		}
		member := map[string]string{}
		for _, c := range list {
			member[c.member] = c.Node
		}
		rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		now := map[string][]int32{}
		seen := map[int]bool{}
		for m, ps := range spread(list, slices.Clone(ids)) {
			for _, p := range ps {
				if seen[p] {
					t.Fatalf("step %d: partition %d has two owners", step, p)
				}
				seen[p] = true
				now[member[m]] = append(now[member[m]], int32(p))
			}
		}
		if len(seen) != len(ids) {
			t.Fatalf("step %d: %d of %d partitions have an owner", step, len(seen), len(ids))
		}
		least, most, lost := len(ids), 0, 0
		for _, n := range nodes {
			least, most = min(least, len(now[n])), max(most, len(now[n]))
			for _, p := range owned[n] {
				if !slices.Contains(now[n], p) {
					lost++
				}
			}
		}
		if most-least > 1 {
			t.Fatalf("step %d: shares of %d to %d", step, least, most)
		}
		if len(nodes) < len(before) && lost > 0 {
			t.Fatalf("step %d: one left, and %d partitions of those who stayed moved", step, lost)
		}
		if limit := (len(ids) + len(nodes) - 1) / len(nodes); lost > limit {
			t.Fatalf("step %d: one came, and %d partitions moved, at most its share of %d should", step, lost, limit)
		}
		owned = now
	}
}

// TestAssign lets three nodes share, one leave, and compares what moved.
func TestAssign(t *testing.T) {
	l := openLog(t, anyBrokers(t))
	var mu sync.Mutex
	owns := map[string][]int32{}
	group := fmt.Sprintf("test-%d", rand.Uint64())
	join := func(node string) (leave func()) {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			l.Assign(ctx, group, node, func(ids []int32) {
				mu.Lock()
				defer mu.Unlock()
				owns[node] = slices.Clone(ids)
			})
		}()
		return func() { cancel(); <-done; mu.Lock(); delete(owns, node); mu.Unlock() }
	}
	settled := func(nodes int) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			seen := map[int32]bool{}
			n := 0
			for _, ids := range owns {
				for _, id := range ids {
					seen[id] = true
					n++
				}
			}
			return len(owns) == nodes && n == int(Partitions) && len(seen) == n
		}
	}
	leaves := map[string]func(){}
	for _, node := range []string{"a", "b", "c"} {
		leaves[node] = join(node)
		defer func() {
			if f := leaves[node]; f != nil {
				f()
			}
		}()
	}
	waitFor(t, "three nodes share", settled(3))
	mu.Lock()
	before := map[string][]int32{"a": owns["a"], "b": owns["b"]}
	mu.Unlock()
	leaves["c"]()
	leaves["c"] = nil
	waitFor(t, "two nodes share", settled(2))
	mu.Lock()
	defer mu.Unlock()
	for node, ids := range before {
		for _, id := range ids {
			if !slices.Contains(owns[node], id) {
				t.Errorf("partition %d moved away from %s, which stayed", id, node)
			}
		}
	}
}
