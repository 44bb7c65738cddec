package room

import "github.com/fudai-live/fudai/moderation"

func (r *rules) save(w *writer) {
	w.string(r.yaml)
	w.string(r.by)
	w.int(r.at)
}

// load reads rules; none are those without a text.
func (r *rules) load(rd *reader, p *Partition, none rules) {
	*r = rules{set: none.set, yaml: rd.string()}
	r.by, r.at = rd.string(), rd.int()
	if r.yaml == "" || rd.err != nil {
		return
	}
	set, err := p.cfg.Compile(r.yaml)
	if err != nil {
		rd.fail("rules: %v", err)
		return
	}
	r.set = set
}

func (of *ruled) save(w *writer) {
	of.now.save(w)
	for _, other := range []*rules{of.before, of.trial} {
		w.bool(other != nil)
		if other != nil {
			other.save(w)
		}
	}
	saveCounts(w, of.would)
	of.tally.save(w)
}

func (of *ruled) load(rd *reader, p *Partition, none rules) {
	of.now.load(rd, p, none)
	for _, other := range []**rules{&of.before, &of.trial} {
		if *other = nil; rd.bool() {
			*other = new(rules)
			(*other).load(rd, p, none)
		}
	}
	of.would = loadCounts(rd)
	of.tally.load(rd)
	if of.trial != nil && of.trial.set == nil {
		rd.fail("rules without a text are in shadow")
		of.trial = nil
	}
}

func saveCounts(w *writer, counts map[string]int64) {
	w.uint(uint64(len(counts)))
	for _, name := range sortedKeys(counts) {
		w.string(name)
		w.int(counts[name])
	}
}

func loadCounts(rd *reader) (counts map[string]int64) {
	for range rd.count(maxTallied + 1) {
		name, n := rd.string(), rd.int()
		if rd.err != nil {
			return counts
		}
		if counts == nil {
			counts = map[string]int64{}
		}
		counts[name] = n
	}
	return counts
}

func (t *tally) save(w *writer) {
	w.int(t.judged)
	w.int(t.changed)
	for a := range t.done {
		w.int(t.done[a])
		w.int(t.would[a])
	}
	saveCounts(w, t.rules)
	w.uint(uint64(t.next))
	w.uint(uint64(len(t.examples)))
	for i := range t.examples {
		e := &t.examples[i]
		w.int(e.offset)
		w.string(e.text)
		w.uint(uint64(e.done))
		w.uint(uint64(e.would))
		w.string(e.rule)
		w.string(e.view)
		w.int(int64(e.start))
		w.int(int64(e.end))
	}
}

func (t *tally) load(rd *reader) {
	*t = tally{judged: rd.int(), changed: rd.int()}
	for a := range t.done {
		t.done[a], t.would[a] = rd.int(), rd.int()
	}
	t.rules = loadCounts(rd)
	t.next = rd.count(mostExample)
	for range rd.count(mostExample) {
		t.examples = append(t.examples, example{offset: rd.int(), text: rd.string(), done: moderation.Action(rd.count(int(moderation.Mute))),
			would: moderation.Action(rd.count(int(moderation.Mute))), rule: rd.string(), view: rd.string(), start: int(rd.int()), end: int(rd.int())})
	}
	if t.next > 0 && t.next >= len(t.examples) {
		rd.fail("example %d of %d is the next", t.next, len(t.examples))
		t.next = 0
	}
}
