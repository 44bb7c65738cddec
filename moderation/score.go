package moderation

// score is set from the linear model.
func (j *judgement) score(text string) {}
