//go:build linux

package main

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func rawRead(fd int, b []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	return int(n), err
}

// discard reads up to n bytes without copying them.
func discard(fd int32, n int) int {
	got, _, err := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), 0, uintptr(n), unix.MSG_TRUNC|unix.MSG_DONTWAIT, 0, 0)
	switch err {
	case 0:
		return int(got)
	case syscall.EAGAIN, syscall.EINTR:
		return nothing
	}
	return broken
}

// bringWithin bounds a handshake, all of them together.
const bringWithin = 5 * time.Minute

func (c *crowd) bring(from, to int) (a answer, err error) {
	c.failed = map[string]int{}
	began := time.Now()
	for next := from; ; {
		for next < to && c.flight < c.how.Flight {
			c.dial(next)
			next++
		}
		if next == to && c.flight == 0 {
			break
		}
		if time.Since(began) > bringWithin {
			states := map[viewerState]int{}
			for i := from; i < to; i++ {
				states[c.viewers[i].state]++
			}
			return a, fmt.Errorf("handshakes are not over after %v: %d viewers are in, %d connect, %d have asked, %d to go, failed %v",
				bringWithin, states[open], states[connecting], states[asking], to-next, c.failed)
		}
		c.turn(20)
	}
	return answer{Failed: c.failed, Seconds: time.Since(began).Seconds()}, nil
}

func (c *crowd) dial(i int) {
	v := &c.viewers[i]
	*v = viewer{fd: -1, mode: v.mode, aside: v.aside, token: v.token, returning: v.returning, kept: v.kept}
	if c.how.Resume {
		v.last = v.had
	}
	fd, err := dial(c.target(i), i < c.how.Small)
	if err != nil {
		c.failed[err.Error()]++
		if c.coming != nil {
			c.coming.again(v, i, err.Error())
		}
		return
	}
	v.fd, v.state = fd, connecting
	c.flight++
	c.watch(unix.EPOLL_CTL_ADD, i, unix.EPOLLOUT)
}

// target is the address of a viewer's next attempt: its own, or the next one
// after each that failed.
func (c *crowd) target(i int) netip.AddrPort {
	return c.targets[(i+int(c.viewers[i].shift))%len(c.targets)]
}

func (c *crowd) connected(i int) {
	v := &c.viewers[i]
	if e, _ := unix.GetsockoptInt(int(v.fd), unix.SOL_SOCKET, unix.SO_ERROR); e != 0 {
		c.fail(i, syscall.Errno(e).Error())
		return
	}
	if c.how.Path == "" {
		v.state = open
		c.flight--
		c.open++
		c.watch(unix.EPOLL_CTL_MOD, i, unix.EPOLLIN)
		return
	}
	path := c.how.Path
	if c.how.Resume && v.last > 0 {
		path += fmt.Sprintf("?seq=%d&resume=%s", v.last, v.resume)
	}
	req := request(path, c.target(i).String(), c.tokens[v.token])
	if n, err := unix.Write(int(v.fd), req); err != nil || n != len(req) {
		c.fail(i, "the request cannot be sent")
		return
	}
	v.state = asking
	c.watch(unix.EPOLL_CTL_MOD, i, unix.EPOLLIN)
}

func (c *crowd) fail(i int, why string) {
	v := &c.viewers[i]
	line, _, _ := strings.Cut(why, "\r\n")
	c.failed[line]++
	c.flight--
	unix.Close(int(v.fd))
	v.fd, v.state = -1, gone
	v.shift++
	if c.coming != nil {
		c.coming.again(v, i, why)
	}
}

// welcome takes the response to the handshake.
func (c *crowd) welcome(i int, b []byte) {
	v := &c.viewers[i]
	b = append(v.rest, b...)
	rest, whole, ok := accepted(b)
	switch {
	case !whole:
		v.rest = append([]byte(nil), b...)
	case !ok:
		c.fail(i, string(b))
	default:
		v.state, v.rest = open, nil
		c.flight--
		c.open++
		if v.mode != reads {
			c.watch(unix.EPOLL_CTL_MOD, i, 0)
		}
		v.window(rest)
		if c.coming != nil && v.lostAt > 0 {
			c.coming.returned(v)
		}
		c.took(i, append([]byte(nil), rest...), time.Now().UnixNano())
	}
}
