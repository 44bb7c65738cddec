package drawproof

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"
)

// mirror lets the mirrors of the plan give their word, some of them too late.
func (s *sampler) mirror(b *Bundle, p Plan) {
	last := p.lastWord(b.Close.Round) / 1000 // Unix s
	for _, m := range p.Log.Mirrors {
		if !s.watched && s.chance(30) {
			continue
		}
		at := last - int64(s.between(0, 3))
		if !s.watched && s.chance(30) {
			at = last + int64(s.between(1, 3))
		}
		b.Mirrored = append(b.Mirrored, s.word(b, m.Name, at))
	}
}

func (s *sampler) word(b *Bundle, name string, at int64) Mirrored {
	return Mirrored{name, at, ed25519.Sign(s.glassOf(name), MirrorMessage(b.CloseHash, at))}
}

func (s *sampler) glassOf(name string) ed25519.PrivateKey {
	if name == "mirror.example" {
		return s.glass[0]
	}
	return s.glass[1]
}

// mirrorAttacks are an operator's who holds the list back, or whose mirrors lie.
func (s *sampler) mirrorAttacks() []trial {
	var all []trial
	add := func(name, rule string, want Status, edit func(b *Bundle, p Plan)) {
		all = append(all, s.attack(name, rule, want, edit))
	}
	late := func(b *Bundle, p Plan) {
		for i, w := range b.Mirrored {
			b.Mirrored[i] = s.word(b, w.Name, p.lastWord(b.Close.Round)/1000+1)
		}
	}
	add("a mirror's word by a stranger", "R42", Fail, func(b *Bundle, _ Plan) {
		b.Mirrored[0].Signature = ed25519.Sign(s.engine, MirrorMessage(b.CloseHash, b.Mirrored[0].Time))
	})
	add("a mirror's word back-dated", "R42", Fail, func(b *Bundle, _ Plan) { b.Mirrored[0].Time -= 60 })
	add("a mirror's word about another list", "R42", Fail, func(b *Bundle, _ Plan) {
		b.Mirrored[0].Signature = ed25519.Sign(s.glass[0], MirrorMessage(Hash{1}, b.Mirrored[0].Time))
	})
	add("a cosignature as a mirror's word", "R42", Fail, func(b *Bundle, p Plan) {
		seen := b.Log.Cosignatures[0] // of witness 0, which is mirror 1
		b.Mirrored = []Mirrored{{seen.Name, seen.Time, seen.Signature}}
	})
	add("a mirror's word as a cosignature", "R40", Fail, func(b *Bundle, p Plan) {
		b.Log.Cosignatures[0] = Cosignature(b.Mirrored[1])
	})
	add("one mirror twice", "R42", Fail, func(b *Bundle, _ Plan) { b.Mirrored[1] = b.Mirrored[0] })
	add("a mirror that the plan does not name", "R42", Fail, func(b *Bundle, _ Plan) {
		b.Mirrored[1] = Mirrored{"witness-1.example", b.Mirrored[1].Time, ed25519.Sign(s.eyes[1], MirrorMessage(b.CloseHash, b.Mirrored[1].Time))}
	})
	add("mirrors though the plan names none", "R42", Fail, func(b *Bundle, _ Plan) {
		s.replan(b, func(p *Plan) { p.Log.Mirrors = nil })
	})
	add("held too late", "R43", Lowers, late)
	add("one mirror too late, the other in time", "R43", Pass, func(b *Bundle, p Plan) {
		b.Mirrored[0] = s.word(b, b.Mirrored[0].Name, p.lastWord(b.Close.Round)/1000+1)
	})
	add("no word of a mirror", "R43", Lowers, func(b *Bundle, _ Plan) { b.Mirrored = nil })
	hidden := s.attack("a list held back kept out of the grade", "R35", Fail, late)
	doc := s.parse(hidden.raw).(map[string]any)
	grade := doc["grade"].(map[string]any)
	grade["reasons"] = slices.DeleteFunc(slices.Clone(grade["reasons"].([]any)), func(x any) bool { return x == ReasonNoMirror })
	s.resign(doc)
	hidden.raw = appendJSON(nil, doc)
	return append(all, hidden)
}

// mirrorPolicies are plans whose mirrors are none.
func mirrorPolicies() map[string]func(l *PublicLog) {
	return map[string]func(l *PublicLog){
		"the log as its own mirror":         func(l *PublicLog) { l.Mirrors[0].Key = l.Key },
		"mirrors out of order":              func(l *PublicLog) { slices.Reverse(l.Mirrors) },
		"one mirror under two names":        func(l *PublicLog) { l.Mirrors[0].Key = l.Mirrors[1].Key },
		"a mirror whose name is no name":    func(l *PublicLog) { l.Mirrors[0].Name += "+" },
		"a mirror with a witness's key":     func(l *PublicLog) { l.Mirrors[0].Key = l.Witnesses[1].Key },
		"a mirror under a witness's name":   func(l *PublicLog) { l.Mirrors[1].Key = Hash{7} },
		"a mirror under a witness's alias":  func(l *PublicLog) { l.Mirrors[1].Name += "x" },
		"a list of mirrors of more than 16": func(l *PublicLog) { l.Mirrors = make([]Witness, MaxMirrors+1) },
	}
}

// What a witness signs is never what a mirror signs, whatever the origin of a log.
func TestMirrorMessage(t *testing.T) {
	m := string(MirrorMessage(Hash{}, 1))
	if c := string(CosignatureMessage(1, CheckpointBody("x", 1, Hash{}))); strings.HasPrefix(m, c[:9]) || strings.HasPrefix(c, m[:9]) {
		t.Errorf("%q and %q begin alike", m, c)
	}
}
