package replay

import (
	"context"
	"sync"
)

// flight holds the records that wait for their acknowledgement: at most the
// capacity of slots.
type flight struct {
	slots chan struct{} // one token a record in flight

	mu     sync.Mutex
	acked  int
	failed int
	first  error // of the failures
}

func newFlight(most int) *flight { return &flight{slots: make(chan struct{}, most)} }

// take waits for room.
func (f *flight) take(ctx context.Context) error {
	select {
	case f.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case f.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release gives back the room of a record that was not sent.
func (f *flight) release() { <-f.slots }

// done is the acknowledgement of one record, or its failure.
func (f *flight) done(err error) {
	f.mu.Lock()
	if err == nil {
		f.acked++
	} else {
		f.failed++
		if f.first == nil {
			f.first = err
		}
	}
	f.mu.Unlock()
	<-f.slots
}

// wait takes every slot: nothing is in flight when it answers nil.
func (f *flight) wait(ctx context.Context) error {
	for range cap(f.slots) {
		if err := f.take(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *flight) counts() (acked, failed int, first error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.acked, f.failed, f.first
}
