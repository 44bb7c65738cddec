package broadcast

import (
	"context"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
)

// drain says goodbye in waves over half the time, waits for what was sent to
// the log, and closes the rest.
func (e *edge) drain(h *server.Hertz) {
	e.draining.Store(true)
	within := e.cfg.Drain
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for _, l := range e.loops {
		l.post(func(l *loop) { l.farewell.begin(l, within/2) })
	}
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for e.viewers.Load() > 0 && ctx.Err() == nil {
		select {
		case <-every.C:
		case <-ctx.Done():
		}
	}
	acked := make(chan struct{})
	go func() { e.flight.Wait(); close(acked) }()
	select {
	case <-acked:
	case <-ctx.Done():
		e.log.Warn("broadcast: ended with messages on their way to the log")
	}
	e.watch.flush()
	e.tellLikes()
	e.stopLoops()
	// What was accepted and has not asked yet is to be told so, also on a busy
	// machine; one that keeps its connection and never asks is not waited for long.
	left := time.Second
	if until, ok := ctx.Deadline(); ok {
		left = max(left, time.Until(until)/2)
	}
	closing, done := context.WithTimeout(context.Background(), left)
	defer done()
	h.Shutdown(closing)
}

func (e *edge) stopLoops() {
	for _, l := range e.loops {
		l.stop()
	}
}
