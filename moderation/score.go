package moderation

import "github.com/fudai-live/fudai/moderation/tone"

// score sets the verdict's score and, above the thresholds, flags or holds
// the whole text. It never does more: it is right four times in five on texts
// like those it learned from, and less often elsewhere.
// It has learned Chinese alone, so other texts have no score.
func (j *judgement) score(text string, t traits) {
	v, p := j.verdict, &j.rs.policy
	if !t.has(kindHan) {
		return
	}
	v.Score = tone.Score(j.s.canon.runes)
	if j.user.staff() {
		return
	}
	f := finding{rule: "score", category: "tone", view: viewNames[viewCanon], end: len(text)}
	switch {
	case p.scoreHold > 0 && v.Score >= p.scoreHold:
		f.action = Hold
	case p.scoreFlag > 0 && v.Score >= p.scoreFlag:
		f.action = Flag
	}
	j.take(f)
}
