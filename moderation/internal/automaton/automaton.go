// Package automaton finds many patterns in one pass over a text. It knows
// nothing of words, views or rules.
package automaton

// Characters are classed by pages of 64.
const (
	pageBits = 6
	pageSize = 1 << pageBits
	pageMask = pageSize - 1
)

// Automaton finds every occurrence of many patterns in one pass (Aho and
// Corasick), packed as a double array over character classes. Immutable.
//
// Characters that occur in no pattern have class 0 and reset the search at
// once, which is the way of most chat. A step touches one 16-byte node;
// separate arrays for base, check and fail would cost a cache line each.
type Automaton struct {
	classIndex []uint16 // page of a character; beyond it: class 0
	classCells []uint16
	root       []int32 // child of the root by class, 0 for none
	nodes      []node  // nodes[0] is the root; padded so that base+class stays inside
	outputs    []output
}

type node struct {
	base  int32 // the child by class c, if any, is base+c
	check int32 // parent, or -1 in a free slot
	fail  int32 // longest proper suffix that is a node
	hit   int32 // first output of this node or of the nearest node on its fail chain, 0 for none
}

// output is a pattern that ends at a node. outputs[0] is unused: 0 ends a chain.
type output struct {
	pattern int32
	length  int32 // in characters
	next    int32 // next output that ends in the same place, 0 for none
}

// Match is one occurrence: text[start:end] is the pattern.
type Match struct {
	Pattern, Start, End int32
}

func (a *Automaton) class(r rune) int32 {
	page := uint32(r) >> pageBits
	if page >= uint32(len(a.classIndex)) {
		return 0
	}
	return int32(a.classCells[uint32(a.classIndex[page])<<pageBits|uint32(r)&pageMask])
}

// AppendMatches appends every occurrence in text, by rising end and, within
// one end, from the longest.
func (a *Automaton) AppendMatches(dst []Match, text []rune) []Match {
	nodes, state := a.nodes, int32(0)
	for i, r := range text {
		class := a.class(r)
		if class == 0 {
			state = 0
			continue
		}
		state = a.step(nodes, state, class)
		for out := nodes[state].hit; out != 0; {
			o := a.outputs[out]
			end := int32(i) + 1
			dst = append(dst, Match{o.pattern, end - o.length, end})
			out = o.next
		}
	}
	return dst
}

func (a *Automaton) step(nodes []node, state, class int32) int32 {
	for state != 0 {
		n := &nodes[state]
		if next := n.base + class; nodes[next].check == state {
			return next
		}
		state = n.fail
	}
	return a.root[class]
}
