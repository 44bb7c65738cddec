package drawproof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func (s *sampler) publicLog() *PublicLog {
	l := &PublicLog{Origin: "log.example/fudai", Key: public(s.logKey), Quorum: LeastQuorum, MarginMs: int64(LeastMarginMs + 500*s.between(0, 4)), Witnesses: []Witness{}}
	n := s.between(0, len(s.eyes))
	if s.watched {
		n = LeastQuorum
	}
	for i := range n {
		l.Witnesses = append(l.Witnesses, Witness{fmt.Sprintf("witness-%d.example", i), public(s.eyes[i])})
	}
	if s.watched || s.chance(80) {
		l.Mirrors = []Witness{{"mirror.example", public(s.glass[0])}, {"witness-0.example", public(s.glass[1])}}
	}
	return l
}

// log puts the event into a log among other entries and lets witnesses see it,
// some of them too late.
func (s *sampler) log(b *Bundle, p Plan) {
	var leaves []Hash
	other := func() {
		for range s.between(0, 5) {
			h := sha256.Sum256(fmt.Append(nil, "other", len(leaves), s.count))
			leaves = append(leaves, leafHash(LogEntry{"evt-other", h, EntryPlan}.Leaf()))
		}
	}
	enter := func(kind string, hash Hash) (index uint64) {
		other()
		leaves = append(leaves, leafHash(LogEntry{p.Event, hash, kind}.Leaf()))
		return uint64(len(leaves) - 1)
	}
	plan := enter(EntryPlan, PlanHash(b.Plan))
	closed := enter(EntryClose, b.CloseHash)
	other()
	t := NewTree(leaves)
	b.Log = &Logged{Size: t.Size(), Root: t.Root(), Cosignatures: []Cosignature{},
		Plan: LogPlace{plan, t.Prove(plan).Path}, Close: LogPlace{closed, t.Prove(closed).Path}}
	s.checkpoint(b, p)
}

// checkpoint signs it and has it cosigned.
func (s *sampler) checkpoint(b *Bundle, p Plan) {
	body := CheckpointBody(p.Log.Origin, b.Log.Size, b.Log.Root)
	b.Log.Signature = ed25519.Sign(s.logKey, body)
	last := (p.Beacon.RoundTime(b.Close.Round) - p.Log.MarginMs) / 1000 // Unix s
	for i, w := range p.Log.Witnesses {
		if !s.watched && s.chance(15) {
			continue
		}
		at := last - int64(s.between(0, 3))
		if !s.watched && s.chance(15) {
			at = last + int64(s.between(1, 3))
		}
		b.Log.Cosignatures = append(b.Log.Cosignatures, Cosignature{w.Name, at, ed25519.Sign(s.eyes[i], CosignatureMessage(at, body))})
	}
}

// logAttacks are an operator's whose log or witnesses lie.
func (s *sampler) logAttacks() []trial {
	var all []trial
	add := func(name, rule string, want Status, edit func(b *Bundle, p Plan)) {
		all = append(all, s.attack(name, rule, want, edit))
	}
	cosign := func(b *Bundle, p Plan, i int, at int64, key ed25519.PrivateKey) {
		body := CheckpointBody(p.Log.Origin, b.Log.Size, b.Log.Root)
		b.Log.Cosignatures[i].Time, b.Log.Cosignatures[i].Signature = at, ed25519.Sign(key, CosignatureMessage(at, body))
	}
	eye := func(p Plan, name string) ed25519.PrivateKey {
		return s.eyes[slices.IndexFunc(p.Log.Witnesses, func(w Witness) bool { return w.Name == name })]
	}
	add("close record that the log does not have", "R38", Fail, func(b *Bundle, p Plan) {
		var leaves []Hash
		for _, e := range []LogEntry{{p.Event, PlanHash(b.Plan), EntryPlan}, {p.Event, Hash{1}, EntryClose}} {
			leaves = append(leaves, leafHash(e.Leaf()))
		}
		t := NewTree(leaves)
		*b.Log = Logged{Size: 2, Root: t.Root(), Cosignatures: []Cosignature{}, Plan: LogPlace{0, t.Prove(0).Path}, Close: LogPlace{1, t.Prove(1).Path}}
		s.checkpoint(b, p)
	})
	add("result shown as the close record", "R38", Fail, func(b *Bundle, p Plan) {
		t := NewTree([]Hash{leafHash(LogEntry{p.Event, PlanHash(b.Plan), EntryPlan}.Leaf()), leafHash(LogEntry{p.Event, b.CloseHash, EntryResult}.Leaf())})
		*b.Log = Logged{Size: 2, Root: t.Root(), Cosignatures: []Cosignature{}, Plan: LogPlace{0, t.Prove(0).Path}, Close: LogPlace{1, t.Prove(1).Path}}
		s.checkpoint(b, p)
	})
	add("a log though the plan names none", "R38", Fail, func(b *Bundle, p Plan) {
		was := b.Log
		s.replan(b, func(p *Plan) { p.Log = nil })
		b.Log = was
	})
	add("checkpoint signed by a stranger", "R39", Fail, func(b *Bundle, p Plan) {
		b.Log.Signature = ed25519.Sign(s.engine, CheckpointBody(p.Log.Origin, b.Log.Size, b.Log.Root))
	})
	add("checkpoint of a log of another name", "R39", Fail, func(b *Bundle, p Plan) {
		b.Log.Signature = ed25519.Sign(s.logKey, CheckpointBody("other.example/log", b.Log.Size, b.Log.Root))
	})
	add("cosignature by a stranger", "R40", Fail, func(b *Bundle, p Plan) { cosign(b, p, 0, b.Log.Cosignatures[0].Time, s.engine) })
	add("cosignature back-dated", "R40", Fail, func(b *Bundle, _ Plan) { b.Log.Cosignatures[0].Time -= 60 })
	add("one witness twice", "R40", Fail, func(b *Bundle, _ Plan) { b.Log.Cosignatures[1] = b.Log.Cosignatures[0] })
	late := func(b *Bundle, p Plan) {
		c := b.Log.Cosignatures[0]
		cosign(b, p, 0, p.Beacon.RoundTime(b.Close.Round)/1000-p.Log.MarginMs/1000+1, eye(p, c.Name))
	}
	add("cosigned too late", "R41", Lowers, late)
	add("no cosignatures", "R41", Lowers, func(b *Bundle, _ Plan) { b.Log.Cosignatures = []Cosignature{} })
	add("no log", "R41", Lowers, func(b *Bundle, _ Plan) { b.Log = nil })
	hidden := s.attack("a late cosignature kept out of the grade", "R35", Fail, late)
	doc := s.parse(hidden.raw).(map[string]any)
	grade := doc["grade"].(map[string]any)
	grade["reasons"] = slices.DeleteFunc(slices.Clone(grade["reasons"].([]any)), func(x any) bool { return x == ReasonFewWitness })
	s.resign(doc)
	hidden.raw = appendJSON(nil, doc)
	return append(all, hidden)
}

// policyAttacks are plans whose witnesses are none.
func (s *sampler) policyAttacks(add func(name, rule string, raw []byte)) {
	policies := mirrorPolicies()
	maps.Copy(policies, map[string]func(l *PublicLog){
		"the engine as its own witness":   func(l *PublicLog) { l.Witnesses[0].Key = public(s.engine) },
		"the log as its own witness":      func(l *PublicLog) { l.Witnesses[0].Key = l.Key },
		"one witness under two names":     func(l *PublicLog) { l.Witnesses[1].Key = l.Witnesses[0].Key },
		"witnesses out of order":          func(l *PublicLog) { slices.Reverse(l.Witnesses) },
		"a witness whose name is no name": func(l *PublicLog) { l.Witnesses[0].Name += "+" },
		"a log whose name is no name":     func(l *PublicLog) { l.Origin += "+" },
		"one witness is enough":           func(l *PublicLog) { l.Quorum = 1 },
		"no margin":                       func(l *PublicLog) { l.MarginMs = 0 },
	})
	for name, edit := range policies {
		b := s.matrixBundle()
		s.editPlan(b, func(p *Plan) { edit(p.Log) })
		add(name, "R4", s.sign(b))
	}
}

// A bundle that the log and mirrors were added to later is the one that was made with it.
func TestAttest(t *testing.T) {
	s := newSampler(t, 5)
	tried, mirrored := 0, 0
	for tried < 20 || mirrored < 5 {
		b := s.bundle()
		if b.Log == nil {
			continue
		}
		tried++
		with := s.sign(b)
		bare := s.decode(with)
		bare.Log, bare.Mirrored = nil, nil
		s.assemble(bare)
		raw := s.sign(bare)
		if r := verify(raw, memoBeacon()); !r.OK() || r.Grade.Letter[0] == 'A' {
			t.Fatalf("without its log:\n%s", r.Text())
		}
		got, err := Attest(raw, []Logged{*b.Log}, b.Mirrored, s.engine)
		if err != nil || string(got) != string(with) {
			t.Fatalf("%v\n%s\n%s", err, got, with)
		}
		worse := *b.Log
		worse.Cosignatures = []Cosignature{}
		if kept, err := Attest(got, []Logged{worse}, b.Mirrored, s.engine); err != nil || b.Grade.Reasons[0] != ReasonNoWitnesses && string(kept) != string(got) {
			t.Fatalf("%v: a log that shows less took the place of one that shows more", err)
		}
		worse.Root[0] ^= 1
		if _, err := Attest(raw, []Logged{worse}, nil, s.engine); err == nil {
			t.Fatal("a log of another root was taken")
		}
		if b.Mirrored == nil {
			continue
		}
		mirrored++
		first := slices.Clone(b.Mirrored)
		first[0].Time -= 5
		first[0].Signature = ed25519.Sign(s.glassOf(first[0].Name), MirrorMessage(b.CloseHash, first[0].Time))
		earlier, err := Attest(got, nil, first, s.engine)
		if back, bad := Attest(earlier, []Logged{*b.Log}, b.Mirrored, s.engine); err != nil || bad != nil || string(back) != string(earlier) || s.decode(earlier).Mirrored[0].Time != first[0].Time {
			t.Fatalf("%v, %v: of one mirror the first word does not count", err, bad)
		}
		first[0].Time--
		if _, err := Attest(got, nil, first, s.engine); err == nil {
			t.Fatal("a word with another time was taken")
		}
	}
}

// A draw on the public beacon whose seal enough witnesses saw in time reaches A
// where a mirror held the list in time too, and nothing less does.
func TestBestGrade(t *testing.T) {
	s := newSampler(t, 3)
	best, lacks := 0, 0
	for range 2000 {
		b := s.bundle()
		p, _ := ParsePlan(b.Plan)
		alone := len(b.Grade.Reasons) == 1 && b.Grade.Reasons[0] == ReasonNoMirror
		if !strings.HasPrefix(b.Grade.Letter, "A") && !alone {
			continue
		}
		held := weigh(p, b.Mirrored, b.CloseHash, b.Close.Round).held
		if p.Beacon.Kind != ChainQuicknet || len(b.Log.Cosignatures) < LeastQuorum || held > 0 == alone {
			t.Fatalf("%d mirrors held the list of %+v", held, b.Grade)
		}
		if r := Verify(s.sign(b)); !r.OK() || r.Grade.Letter != b.Grade.Letter {
			t.Fatal(r.Text())
		}
		if alone {
			lacks++
		} else {
			best++
		}
	}
	if best == 0 || lacks == 0 {
		t.Fatalf("of 2,000 bundles %d reach A, %d lack the mirror alone", best, lacks)
	}
}

// The tree here and the library's are one.
func TestLogLibrary(t *testing.T) {
	entry := LogEntry{"evt-1", Hash{7}, EntryClose}
	if leafHash(entry.Leaf()) != Hash(tlog.RecordHash(entry.Leaf())) {
		t.Error("leaf hashes differ")
	}
	root := Hash{1, 2, 3}
	if got, want := string(CheckpointBody("a/b", 7, root)), "a/b\n7\n"+tlog.Hash(root).String()+"\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	back, err := ParseLogEntry(entry.Leaf())
	if err != nil || back != entry {
		t.Error(back, err)
	}
}
