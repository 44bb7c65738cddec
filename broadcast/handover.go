package broadcast

import (
	"bytes"
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/network"
)

// silent keeps Hertz from writing a response: the loop sends the head together
// with the first messages.
type silent struct{}

func (silent) Write(b []byte) (int, error) { return len(b), nil }

func (silent) Flush() error { return nil }

func (silent) Finalize() error { return nil }

// handOver takes the socket out of Hertz: a duplicate of its descriptor goes to
// a loop, and Hertz closes its own when the handler returns. Without raw
// sockets, or under TLS, the handler's goroutine stays as the pump.
func (e *edge) handOver(ctx context.Context, c *app.RequestContext, a *arrival) {
	e.viewers.Add(1)
	e.came.Add(1)
	socket, _ := ctx.Value(connKey{}).(syscall.Conn)
	raw := e.raw() && socket != nil
	c.Response.HijackWriter(silent{})
	c.Hijack(func(nc network.Conn) {
		if n := nc.Len(); n > 0 {
			if b, err := nc.Peek(n); err == nil {
				a.early = bytes.Clone(b)
			}
		}
		l := e.emptiest()
		var err error
		if raw {
			err = e.give(l, socket, a)
		} else {
			err = e.pump(l, nc, a)
		}
		if err != nil {
			e.log.Warn("broadcast: a connection could not be taken over", "err", err)
			e.addresses.leave(a.from)
			e.viewers.Add(-1)
			a.arrived()
		}
	})
}

// errLoop: the loop is over, or full of calls.
var errLoop = errors.New("broadcast: the loop takes no more")

// raw reports whether loops own the sockets themselves.
func (e *edge) raw() bool { return rawSockets && e.cfg.TLS == nil }

func (e *edge) give(l *loop, socket syscall.Conn, a *arrival) error {
	rc, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	if a.fd, err = adoptable(rc, e.cfg.SendBuffer); err != nil {
		return err
	}
	if !l.post(func(l *loop) { l.adopt(a) }) {
		sysClose(a.fd)
		return errLoop
	}
	return nil
}

// pump serves the connection by goroutines until it ends.
func (e *edge) pump(l *loop, nc network.Conn, a *arrival) error {
	nc.SetReadDeadline(time.Time{})
	a.pump = newPump(nc, e.cfg.StallAfter)
	early := a.early
	a.early = nil
	adopted := make(chan struct{})
	if !l.post(func(l *loop) { l.adopt(a); close(adopted) }) {
		return errLoop
	}
	<-adopted
	a.pump.read(early)
	return nil
}
