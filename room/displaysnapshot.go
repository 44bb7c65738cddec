package room

import "github.com/fudai-live/fudai/room/record"

// saveDisplay writes the display state, so that the owner that takes over draws
// with the same credit and the same candidates.
func (p *Partition) saveDisplay(w *writer) {
	w.uint(p.floor)
	w.uint(p.flushes)
	for _, r := range p.order {
		r.display.save(w)
	}
	w.uint(uint64(len(p.orphans)))
	for _, name := range sortedKeys(p.orphans) {
		w.string(name)
		w.uint(p.orphans[name].seq)
		saveKnown(w, p.orphans[name].known)
	}
	w.uint(uint64(len(p.late)))
	for _, o := range p.late {
		saveWaiter(w, waiter{via: o.Via, offset: o.Offset, has: true})
		w.uint(uint64(o.Code))
		w.uint(uint64(o.Detail))
		w.uint(uint64(o.Retry))
	}
	w.uint(uint64(len(p.direct)))
	for _, d := range p.direct {
		w.string(d.room)
		w.string(d.user)
		w.bytes(d.value)
	}
	for _, r := range p.order {
		r.display.saveViewers(w)
	}
	for _, name := range sortedKeys(p.orphans) {
		w.uint(uint64(p.orphans[name].pace))
	}
}

func (p *Partition) loadDisplay(r *reader, version byte) {
	p.floor, p.flushes = r.uint(), r.uint()
	for _, room := range p.order {
		if room.display.load(r); r.err != nil {
			return
		}
		p.stir(room)
		p.expect(&room.display)
	}
	for range r.count(r.left()) {
		name, o := r.string(), &orphan{seq: r.uint(), known: loadKnown(r)}
		if r.err != nil {
			return
		}
		if p.orphans == nil {
			p.orphans = map[string]*orphan{}
		}
		p.orphans[name] = o
	}
	for range r.count(r.left()) {
		x := loadWaiter(r)
		o := tell(nil, x, record.Code(r.uint()), uint8(r.uint()), 100*int64(uint16(r.uint())))
		p.tellLate(o...)
	}
	for range r.count(r.left()) {
		p.direct = append(p.direct, direct{r.string(), r.string(), r.bytes()})
	}
	if version < withViewers {
		return
	}
	for _, room := range p.order {
		room.display.loadViewers(r)
	}
	for _, name := range sortedKeys(p.orphans) {
		p.orphans[name].pace = uint16(r.count(mostRate / paceUnit))
	}
}

func (d *display) save(w *writer) {
	w.uint(d.seq)
	w.int(d.covered)
	saveKnown(w, d.known)
	w.uint(uint64(len(d.waiting)))
	for i := range d.waiting {
		c := &d.waiting[i]
		c.save(w)
		id, user, name, text := c.texts(d.arena)
		for _, b := range [][]byte{id, user, name, text} {
			w.bytes(b)
		}
	}
	w.uint(d.offered)
	for k := range classes {
		w.uint(d.said.offered[k])
		w.uint(d.said.shown[k])
		w.uint(d.said.merged[k])
		w.int(d.debt[k])
		for _, n := range d.shed[k] {
			w.uint(n)
		}
	}
	w.int(d.said.busy)
	saveTurning(w, &d.traces, func(t trace) {
		w.int(t.first)
		w.int(t.started)
		w.int(t.last)
		w.uint(uint64(t.count))
		for _, u := range t.users {
			w.fixed(u)
		}
	})
	saveTurning(w, &d.credit, func(c credit) { w.uint(uint64(c.value)); w.int(c.at) })
	w.uint(uint64(len(d.lines)))
	for _, l := range d.lines {
		l.save(w)
	}
	d.near.save(w)
	w.int(d.tokens)
	w.uint(d.flush)
	w.bytes(d.items)
	d.saveRest(w)
}

func (d *display) load(r *reader) {
	d.seq, d.covered, d.known = r.uint(), r.int(), loadKnown(r)
	for range r.count(r.left()) {
		var c candidate
		c.load(r)
		id, user, name, text := r.bytes(), r.bytes(), r.bytes(), r.bytes()
		if r.err != nil {
			return
		}
		d.arena = c.store(d.arena, id, user, name, text)
		d.waiting = append(d.waiting, c)
		d.index(len(d.waiting) - 1)
	}
	d.offered = r.uint()
	for k := range classes {
		d.said.offered[k], d.said.shown[k], d.said.merged[k], d.debt[k] = r.uint(), r.uint(), r.uint(), r.int()
		for i := range d.shed[k] {
			d.shed[k][i] = r.uint()
		}
	}
	d.said.busy = r.int()
	loadTurning(r, &d.traces, func() (t trace) {
		t.first, t.started, t.last, t.count = r.int(), r.int(), r.int(), int32(r.count(1<<30))
		for i := range t.users {
			t.users[i] = r.fixed()
		}
		return t
	})
	loadTurning(r, &d.credit, func() credit { return credit{uint32(r.uint()), r.int()} })
	for range r.count(r.left()) {
		l := &line{}
		if l.load(r); r.err != nil {
			return
		}
		d.lines = append(d.lines, l)
	}
	d.near.load(r)
	d.tokens, d.flush, d.items = r.int(), r.uint(), r.bytes()
	d.loadRest(r)
}

func saveKnown(w *writer, known []coverage) {
	w.uint(uint64(len(known)))
	for _, c := range known {
		w.int(c.from)
		w.int(c.to)
		w.int(c.control)
		w.fixed(c.seed)
		w.uint(uint64(c.budget))
	}
}

func loadKnown(r *reader) (known []coverage) {
	for range r.count(min(r.left(), maxCoverage)) {
		known = append(known, coverage{r.int(), r.int(), r.int(), r.fixed(), uint32(r.uint())})
	}
	return known
}

// saveRest writes what is added up and what is on screen.
func (d *display) saveRest(w *writer) {
	w.uint(uint64(len(d.sales)))
	for i := range d.sales {
		s := &d.sales[i]
		w.bool(s.gift)
		w.string(s.item)
		w.string(s.name)
		w.int(s.offset)
		w.int(s.count)
		w.uint(s.ticks)
		w.uint(s.since)
		w.bool(s.told)
	}
	w.uint(uint64(len(d.joins)))
	for _, j := range d.joins {
		w.string(j.name)
		w.int(j.fan)
	}
	w.int(d.likes)
	w.int(d.liked)
	w.bytes(saveSketch(d.online.unique))
	w.uint(uint64(len(d.cards)))
	for _, event := range d.cards {
		w.string(event)
	}
	last := d.last.all()
	w.uint(uint64(len(last)))
	for i := range last {
		s := &last[i]
		w.int(s.offset)
		w.fixed(s.user)
		saveWaiter(w, s.w)
		w.int(s.fan)
		w.uint(uint64(s.class))
		for _, t := range []string{s.id, s.handle, s.name, s.text} {
			w.string(t)
		}
	}
}

func (d *display) loadRest(r *reader) {
	for range r.count(r.left()) {
		d.sales = append(d.sales, sale{r.bool(), r.string(), r.string(), r.int(), r.int(), r.uint(), r.uint(), r.bool()})
	}
	for range r.count(r.left()) {
		d.joins = append(d.joins, joiner{r.string(), r.int()})
	}
	d.likes, d.liked = r.int(), r.int()
	if d.online.unique = loadSketch(r); d.online.unique != nil {
		d.online.estimated = int64(d.online.unique.Estimate())
	}
	for range r.count(r.left()) {
		d.cards = append(d.cards, r.string())
	}
	for range r.count(r.left()) {
		s := shown{offset: r.int(), user: r.fixed(), w: loadWaiter(r), fan: r.int(), class: class(r.count(int(classes) - 1))}
		s.id, s.handle, s.name, s.text = r.string(), r.string(), r.string(), r.string()
		d.last.add(s)
	}
}
