package automaton

import (
	"cmp"
	"slices"
)

// freeTries bounds how many free slots are tried for one node's children
// before they are placed at the end. Unbounded first fit took seconds for
// 10,000 patterns.
const freeTries = 1000

// assembler builds an automaton: a trie laid level by level over the sorted
// patterns, so that no trie of its own is ever allocated.
type assembler struct {
	a        *Automaton
	patterns [][]int32 // sorted, as classes
	ids      []int32   // pattern number of each
	classes  int

	// Free slots form a doubly linked ring through slot 0, in order. Single
	// children take the first, families search on from rover, where the last
	// one fitted: what lies before has been tried and is too dense for them.
	next, prev []int32
	rover      int32
}

// branch is a node still to be given children: the sorted patterns [lo, hi)
// share its path of length depth.
type branch struct {
	lo, hi, depth int32
	state         int32
}

// New builds the automaton of the given patterns; a pattern's number is
// its index. Empty patterns match nothing, equal ones all report.
func New(patterns [][]rune) *Automaton {
	b := &assembler{a: &Automaton{outputs: make([]output, 1, len(patterns)+1)}}
	b.classify(patterns)
	b.sort(patterns)
	b.grow(b.classes + 1)
	b.a.nodes[0] = node{check: -1}
	b.a.root = make([]int32, b.classes+1)
	queue := []branch{{0, int32(len(b.patterns)), 0, 0}}
	for i := 0; i < len(queue); i++ {
		queue = b.expand(queue, queue[i])
	}
	b.trim()
	return b.a
}

// classify numbers the characters in use from 1, the most frequent first:
// small classes pack densely.
func (b *assembler) classify(patterns [][]rune) {
	count := map[rune]int{}
	for _, p := range patterns {
		for _, r := range p {
			count[r]++
		}
	}
	used := make([]rune, 0, len(count))
	for r := range count {
		used = append(used, r)
	}
	slices.SortFunc(used, func(x, y rune) int {
		return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x, y))
	})
	b.classes = len(used)
	b.a.classCells = make([]uint16, pageSize) // page 0: nothing in use
	pageOf := map[rune]uint16{}
	for i, r := range used {
		page, ok := pageOf[r>>pageBits]
		if !ok {
			page = uint16(len(b.a.classCells) / pageSize)
			pageOf[r>>pageBits] = page
			b.a.classCells = append(b.a.classCells, make([]uint16, pageSize)...)
			for len(b.a.classIndex) <= int(r>>pageBits) {
				b.a.classIndex = append(b.a.classIndex, 0)
			}
			b.a.classIndex[r>>pageBits] = page
		}
		b.a.classCells[int(page)<<pageBits|int(r&pageMask)] = uint16(i + 1)
	}
}

func (b *assembler) sort(patterns [][]rune) {
	cells := 0
	for _, p := range patterns {
		cells += len(p)
	}
	pool := make([]int32, 0, cells)
	classed := make([][]int32, len(patterns))
	for i, p := range patterns {
		at := len(pool)
		for _, r := range p {
			pool = append(pool, b.a.class(r))
		}
		classed[i] = pool[at:len(pool):len(pool)]
		if len(p) > 0 {
			b.ids = append(b.ids, int32(i))
		}
	}
	slices.SortFunc(b.ids, func(x, y int32) int {
		return cmp.Or(slices.Compare(classed[x], classed[y]), cmp.Compare(x, y))
	})
	b.patterns = make([][]int32, len(b.ids))
	for i, id := range b.ids {
		b.patterns[i] = classed[id]
	}
}

// expand gives a node its outputs, its children and, to each child, the fail
// link. Nodes are expanded by rising depth, so whatever a fail link can reach
// is already there.
func (b *assembler) expand(queue []branch, n branch) []branch {
	lo := b.emit(n)
	first := len(queue)
	for at := lo; at < n.hi; {
		class := b.patterns[at][n.depth]
		end := at + 1
		for end < n.hi && b.patterns[end][n.depth] == class {
			end++
		}
		queue = append(queue, branch{at, end, n.depth + 1, class}) // state is the class until placed
		at = end
	}
	if children := queue[first:]; len(children) > 0 {
		b.place(n.state, children)
	}
	return queue
}

// emit records the patterns that end at n, ahead of those of its fail chain,
// and returns where the longer patterns begin.
func (b *assembler) emit(n branch) int32 {
	a, lo := b.a, n.lo
	if n.state != 0 {
		a.nodes[n.state].hit = a.nodes[a.nodes[n.state].fail].hit
	}
	for lo < n.hi && int32(len(b.patterns[lo])) == n.depth {
		lo++
	}
	for at := lo - 1; at >= n.lo; at-- {
		a.outputs = append(a.outputs, output{b.ids[at], n.depth, a.nodes[n.state].hit})
		a.nodes[n.state].hit = int32(len(a.outputs) - 1)
	}
	return lo
}

func (b *assembler) place(parent int32, children []branch) {
	base := b.fit(children)
	b.a.nodes[parent].base = base
	fail := b.a.nodes[parent].fail
	for i := range children {
		class := children[i].state
		state := base + class
		b.unlink(state)
		children[i].state = state
		suffix := int32(0)
		if parent != 0 {
			suffix = b.a.step(b.a.nodes, fail, class)
		} else {
			b.a.root[class] = state
		}
		b.a.nodes[state] = node{check: parent, fail: suffix}
	}
}

// fit finds a base under which the slots of all children are free. The
// children are in order of class.
func (b *assembler) fit(children []branch) int32 {
	first := children[0].state
	tries := 0
	start := b.next[0]
	if len(children) > 1 && b.rover != 0 {
		start = b.rover
	}
	for slot := start; slot != 0 && tries < freeTries; slot = b.next[slot] {
		base := slot - first
		if base < 0 {
			continue
		}
		tries++
		b.grow(int(base) + b.classes + 1)
		if b.free(base, children) {
			if len(children) > 1 {
				b.rover = slot
			}
			return base
		}
	}
	base := max(int32(len(b.a.nodes))-first, 0)
	b.grow(int(base) + b.classes + 1)
	return base
}

func (b *assembler) free(base int32, children []branch) bool {
	for _, c := range children[1:] {
		if slot := base + c.state; b.a.nodes[slot].check != -1 || slot == 0 {
			return false
		}
	}
	return true
}

// grow makes slots up to n, all free. Callers keep every base plus any class
// inside, so that a step never has to check.
func (b *assembler) grow(n int) {
	for len(b.a.nodes) < n {
		slot := int32(len(b.a.nodes))
		b.a.nodes = append(b.a.nodes, node{check: -1})
		if slot == 0 {
			b.next, b.prev = append(b.next, 0), append(b.prev, 0)
			continue
		}
		last := b.prev[0]
		b.next, b.prev = append(b.next, 0), append(b.prev, last)
		b.next[last], b.prev[0] = slot, slot
	}
}

// unlink takes a slot out of the free ring, whose head is the root's slot 0.
func (b *assembler) unlink(slot int32) {
	if slot == b.rover {
		b.rover = b.next[slot]
	}
	b.next[b.prev[slot]], b.prev[b.next[slot]] = b.next[slot], b.prev[slot]
}

// trim gives back spare capacity and the free slots that no base reaches.
func (b *assembler) trim() {
	top := int32(0)
	for _, n := range b.a.nodes {
		top = max(top, n.base)
	}
	b.a.nodes = slices.Clone(b.a.nodes[:int(top)+b.classes+1])
	b.a.outputs = slices.Clip(b.a.outputs)
}
