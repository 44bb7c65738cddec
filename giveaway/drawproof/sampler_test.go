package drawproof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"testing"
)

// opener is who can open what the sampler made last.
func (s *sampler) opener() Opener { return Opener{[32]byte(s.key()), s.engine, s.receipt} }

// who answers the users of what the sampler made last, with facts about most.
func (s *sampler) who(b *Bundle) func(uint32) (string, *Account, bool) {
	p, _ := ParsePlan(b.Plan)
	users := map[Hash]int{}
	for user := range max(40, len(b.Entrants)) {
		users[s.tag(p.Event, user)] = user
	}
	return func(i uint32) (string, *Account, bool) {
		user := users[b.Entrants[i].Tag]
		made, verified, follows := p.OpenAt-int64(1000*user), user%2, int64(0)
		account := &Account{At: p.CloseAt, CreatedAt: &made, Verified: &verified, FollowedAt: &follows, Phone: fmt.Sprintf("p-%d", user)}
		return fmt.Sprintf("user-%d", user), account, true
	}
}

func (s *sampler) open(b *Bundle) []byte {
	raw, err := s.opener().Open(s.sign(b), s.who(b))
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// crowd is a finished event with so many entrants, at most 600.
func (s *sampler) crowd(n int) *Bundle {
	for {
		b := s.bundle()
		p, _ := ParsePlan(b.Plan)
		w := rangesOf(p, b.Markers)[0]
		if w.Close-w.Open <= uint64(n) {
			continue
		}
		b.Entrants, b.Excluded = EntrantList{}, ExcludedList{}
		b.Claims, b.Log, b.Mirrored = nil, nil, nil
		for user := range n {
			b.Entrants = append(b.Entrants, Leaf{s.tag(p.Event, user), 1, w.Partition, w.Open + 1 + uint64(user)})
		}
		SortLeaves(b.Entrants)
		s.prove(b)
		s.assemble(b)
		return b
	}
}

// audits asks the other verifiers about openings, and holds them to ours.
func audits(t *testing.T, names []string, pairs [][2][]byte, ours []SpotAudit) {
	t.Helper()
	var lines bytes.Buffer
	for _, p := range pairs {
		fmt.Fprintf(&lines, "%s\t%s\n", p[0], p[1])
	}
	for _, v := range twins(t) {
		cmd := exec.Command(v.command[0], v.command[1:]...)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(lines.Bytes()), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		answers := json.NewDecoder(bytes.NewReader(out))
		for i := range pairs {
			var theirs SpotAudit
			if err := answers.Decode(&theirs); err != nil {
				t.Fatalf("%s, %s: %v", v.name, names[i], err)
			}
			a, b := ours[i], theirs
			sa, sb := statuses(Report{Rules: a.Rules}), statuses(Report{Rules: b.Rules})
			a.Rules, b.Rules = nil, nil
			if !maps.Equal(sa, sb) || fmt.Sprint(a) != fmt.Sprint(b) {
				t.Errorf("%s, %s:\nours   %v %v\ntheirs %v %v\n%v", v.name, names[i], a, sa, b, sb, theirs.Rules)
			}
		}
	}
}
