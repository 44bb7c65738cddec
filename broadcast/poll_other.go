//go:build !linux

package broadcast

import (
	"errors"
	"syscall"
	"time"
)

// poller waits for the inbox alone: on this system every connection is pumped
// by goroutines, which suits development and is not meant for many viewers.
type poller struct{ ring chan struct{} }

const rawSockets = false

func newPoller() (*poller, error) { return &poller{ring: make(chan struct{}, 1)}, nil }

func (p *poller) close()                                {}
func (p *poller) add(int, uint32, uint32) error         { return errors.ErrUnsupported }
func (p *poller) awake()                                {}
func (p *poller) event(int) (a, b uint32, c, d, e bool) { return }

func (p *poller) signal() {
	select {
	case p.ring <- struct{}{}:
	default:
	}
}

func (p *poller) wait(ms int) int {
	if ms == 0 {
		return 0
	}
	t := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer t.Stop()
	select {
	case <-p.ring:
	case <-t.C:
	}
	return 0
}

const (
	again  = -1
	broken = -2
)

func sysWrite(int32, []byte) int { return broken }
func sysRead(int32, []byte) int  { return broken }
func sysClose(int32)             {}
func sysShutdown(int32)          {}

func leastRTT(int) (time.Duration, bool) { return 0, false }

func adoptable(syscall.RawConn, int) (int32, error) { return -1, errors.ErrUnsupported }

// openFiles is a guess: this system is for development.
func openFiles() int { return 10_000 }
