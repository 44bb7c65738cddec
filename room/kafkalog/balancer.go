package kafkalog

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/segmentio/kafka-go"
)

// balancer spreads partitions over nodes so that a change moves as few as it
// can: whoever holds a partition keeps it up to a fair share, and the rest goes
// by rendezvous hashing of the nodes' stable names. The group's own member ids
// change with every restart and are not used.
type balancer struct {
	node string

	mu    sync.Mutex
	owned []int32 // guarded by mu; what the last generation gave this node
}

// claim is what a node tells the one that computes the assignment.
type claim struct {
	Node  string  `json:"node"`
	Owned []int32 `json:"owned,omitempty"`
}

func (b *balancer) ProtocolName() string { return "fudai-rendezvous-1" }

func (b *balancer) UserData() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return json.Marshal(claim{b.node, b.owned})
}

func (b *balancer) own(ids []int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.owned = slices.Clone(ids)
}

func (b *balancer) AssignGroups(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	var ids []int32
	for _, p := range partitions {
		if p.Topic == Comments {
			ids = append(ids, int32(p.ID))
		}
	}
	nodes := make([]candidate, 0, len(members))
	for _, m := range members {
		c := candidate{member: m.ID}
		if json.Unmarshal(m.UserData, &c.claim) != nil || c.Node == "" {
			c.Node = m.ID // somebody else's member: it gets its share and no history
		}
		nodes = append(nodes, c)
	}
	out := make(kafka.GroupMemberAssignments)
	for member, ids := range spread(nodes, ids) {
		out[member] = map[string][]int{Comments: ids}
	}
	return out
}

// Spread answers which node the group would suggest for each partition if those
// that hold some, or none, were its members.
func Spread(held map[string][]int32) map[int32]string {
	ids := make([]int32, Partitions)
	for p := range ids {
		ids[p] = int32(p)
	}
	nodes := make([]candidate, 0, len(held))
	for node, owned := range held {
		nodes = append(nodes, candidate{claim{node, owned}, node})
	}
	suggested := make(map[int32]string, Partitions)
	for node, ids := range spread(nodes, ids) {
		for _, p := range ids {
			suggested[int32(p)] = node
		}
	}
	return suggested
}

type candidate struct {
	claim
	member string
}

// spread gives every id to one of nodes. Each gets n/nodes or one more.
func spread(nodes []candidate, ids []int32) map[string][]int {
	out := make(map[string][]int, len(nodes))
	if len(nodes) == 0 {
		return out
	}
	slices.SortFunc(nodes, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.member, b.member))
	})
	share, extra := len(ids)/len(nodes), len(ids)%len(nodes)
	give := func(n candidate, id int32) bool {
		have := len(out[n.member])
		if have > share || have == share && extra == 0 {
			return false
		}
		if have == share {
			extra--
		}
		out[n.member] = append(out[n.member], int(id))
		return true
	}
	slices.Sort(ids)
	var rest []int32
	for _, id := range ids {
		if !slices.ContainsFunc(ranked(nodes, id, true), func(n candidate) bool { return give(n, id) }) {
			rest = append(rest, id)
		}
	}
	for _, id := range rest {
		for _, n := range ranked(nodes, id, false) {
			if give(n, id) {
				break
			}
		}
	}
	return out
}

// ranked orders the nodes for one partition, the likeliest owner first; only
// those that hold it already if holding is set.
func ranked(nodes []candidate, id int32, holding bool) []candidate {
	var list []candidate
	for _, n := range nodes {
		if !holding || slices.Contains(n.Owned, id) {
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Compare(weight(b.Node, id), weight(a.Node, id))
	})
	return list
}

func weight(node string, id int32) uint64 {
	h := fnv.New64a()
	h.Write([]byte(node))
	h.Write([]byte{0, byte(id >> 8), byte(id)})
	x := h.Sum64() // FNV's last bytes hardly reach its high bits: mix
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
