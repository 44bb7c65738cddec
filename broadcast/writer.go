package broadcast

import "fmt"

// Writer is how frames reach sockets.
type Writer string

// Send writes to each viewer by a system call of its own, everywhere. Ring
// hands a batch to io_uring, on Linux. Auto tries both at start and takes the
// ring unless it costs more.
const (
	WriterAuto Writer = "auto"
	WriterSend Writer = "send"
	WriterRing Writer = "ring"
)

var writers = []Writer{WriterAuto, WriterSend, WriterRing}

// ringMost is what a write by ring may cost at most, in parts of one by send(2),
// for the ring to be taken. The trial's sockets are few and stand in the cache,
// where both cost the same (0.97 to 1.03 here); the ring gains where sockets come
// from memory: 0.77 of send(2) with 10,000 viewers. So the trial is to find
// kernels on which a ring costs more, and does not ask for a gain.
const ringMost = 1.1

// chooseWriter answers whether loops write by ring. Only who asked for it by
// name is told that there is none.
func (e *edge) chooseWriter() (bool, error) {
	if e.cfg.Writer == WriterSend || !rawSockets || e.cfg.TLS != nil {
		return false, nil
	}
	// Also for who asked for a ring: it says at once where there is none.
	cost, err := ringCost()
	switch {
	case err != nil && e.cfg.Writer == WriterRing:
		return false, fmt.Errorf("%w (edge-writer ring; auto or send goes on without)", err)
	case err != nil:
		e.log.Info("edge writes by send", "because", err)
		return false, nil
	}
	ring := e.cfg.Writer == WriterRing || cost <= ringMost
	e.log.Info("edge chose its writer", "ring", ring, "ring_to_send", fmt.Sprintf("%.2f", cost))
	return ring, nil
}

// openRing makes the loop's ring, on its own thread.
func (l *loop) openRing() {
	if !l.e.ring {
		return
	}
	var err error
	if l.ring, err = newRing(); err != nil {
		l.e.log.Warn("edge writes by send", "loop", l.index, "because", err)
		return
	}
	l.batch = make([]outgoing, 0, ringBatch)
}
