package room

import "github.com/axiomhq/hyperloglog"

func (l *line) save(w *writer) {
	w.fixed(l.key)
	w.string(l.event)
	w.bytes(l.text)
	w.uint(uint64(len(l.names)))
	for _, n := range l.names {
		w.string(n)
	}
	for _, i := range []int64{l.first, l.count, l.started, l.last, l.entrants, l.told, l.toldAt} {
		w.int(i)
	}
	w.uint(uint64(len(l.exact)))
	for _, u := range l.exact {
		w.fixed(u)
	}
	w.bytes(saveSketch(l.sketch))
	w.uint(uint64(l.class))
	w.uint(uint64(len(l.waiting)))
	for _, x := range l.waiting {
		saveWaiter(w, x)
	}
}

func (l *line) load(r *reader) {
	l.key, l.event, l.text = r.fixed(), r.string(), r.bytes()
	for range r.count(3) {
		l.names = append(l.names, r.string())
	}
	for _, i := range []*int64{&l.first, &l.count, &l.started, &l.last, &l.entrants, &l.told, &l.toldAt} {
		*i = r.int()
	}
	for range r.count(exactUsers) {
		l.exact = append(l.exact, r.fixed())
	}
	l.sketch = loadSketch(r)
	l.class = class(r.count(int(classes) - 1))
	for range r.count(r.left()) {
		l.waiting = append(l.waiting, loadWaiter(r))
	}
}

func saveSketch(s *hyperloglog.Sketch) []byte {
	if s == nil {
		return nil
	}
	b, _ := s.MarshalBinary() // fails for no sketch that was made by this package
	return b
}

func loadSketch(r *reader) *hyperloglog.Sketch {
	b := r.bytes()
	if len(b) == 0 {
		return nil
	}
	s := new(hyperloglog.Sketch)
	if err := s.UnmarshalBinary(b); err != nil {
		r.fail("sketch: %v", err)
		return nil
	}
	return s
}
