package broadcast

import (
	"fmt"
	"math"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poller waits for sockets by epoll, edge-triggered for reading and writing at
// once: a socket is registered for life with one call, and a writer that met a
// full buffer hears of it without asking.
type poller struct {
	ep     int
	wake   int // eventfd
	told   atomic.Bool
	events [512]unix.EpollEvent
}

// rawSockets says that loops may own file descriptors here.
const rawSockets = true

// wakeSlot is the slot of the eventfd, which no connection has.
const wakeSlot = -1

func newPoller() (*poller, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("broadcast: epoll: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(ep)
		return nil, fmt.Errorf("broadcast: eventfd: %w", err)
	}
	p := &poller{ep: ep, wake: wake}
	if err := unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: wakeSlot}); err != nil {
		p.close()
		return nil, fmt.Errorf("broadcast: epoll of eventfd: %w", err)
	}
	return p, nil
}

func (p *poller) close() {
	unix.Close(p.ep)
	unix.Close(p.wake)
}

// add registers a socket; slot and gen come back with its events.
func (p *poller) add(fd int, slot, gen uint32) error {
	return unix.EpollCtl(p.ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET, Fd: int32(slot), Pad: int32(gen)})
}

// signal makes wait return; many signals before it does cost one call.
func (p *poller) signal() {
	if p.told.Swap(true) {
		return
	}
	one := [8]byte{1}
	unix.Write(p.wake, one[:])
}

// wait answers how many events there are, after at most ms; 0 only looks.
func (p *poller) wait(ms int) int {
	var n uintptr
	var errno syscall.Errno
	if ms == 0 {
		// Cannot block: the scheduler need not know.
		n, _, errno = syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.ep), uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0)
	} else {
		n, _, errno = syscall.Syscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.ep), uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), uintptr(ms), 0, 0)
	}
	if errno != 0 {
		return 0 // EINTR; anything else would be a closed epoll, and then the loop is at its end
	}
	return int(n)
}

// event answers one event of the last wait. The eventfd's is taken care of.
func (p *poller) event(i int) (slot, gen uint32, in, out, ok bool) {
	e := &p.events[i]
	if e.Fd == wakeSlot {
		var b [8]byte
		unix.Read(p.wake, b[:])
		return 0, 0, false, false, false
	}
	const readable = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR
	return uint32(e.Fd), uint32(e.Pad), e.Events&readable != 0, e.Events&unix.EPOLLOUT != 0, true
}

// awake must be called before the inbox is emptied: what is posted after it
// signals again.
func (p *poller) awake() { p.told.Store(false) }

// Results of sysRead and sysWrite below zero.
const (
	again  = -1 // nothing now; an event will say when
	broken = -2 // the connection is no more
)

// sysWrite is send(2): write(2) comes to the same by 0.3 µs of a file's ways.
func sysWrite(fd int32, b []byte) int {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
			syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case syscall.EINTR:
		case syscall.EAGAIN:
			return again
		default:
			return broken
		}
	}
}

// sysRead answers 0 at the end of the stream.
func sysRead(fd int32, b []byte) int {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch errno {
		case 0:
			return int(n)
		case syscall.EINTR:
		case syscall.EAGAIN:
			return again
		default:
			return broken
		}
	}
}

func sysClose(fd int32)    { unix.Close(int(fd)) }
func sysShutdown(fd int32) { unix.Shutdown(int(fd), unix.SHUT_WR) }

// adoptable duplicates the descriptor of a TCP socket for a loop.
func adoptable(rc syscall.RawConn, sendBuffer int) (fd int32, err error) {
	fd = -1
	cerr := rc.Control(func(old uintptr) {
		var n int
		if n, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0); err != nil {
			return
		}
		fd = int32(n)
		// Best effort: a socket without them works, it only holds more.
		unix.SetsockoptInt(n, unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer)
		unix.SetsockoptInt(n, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 60_000)
	})
	if cerr != nil {
		err = cerr
	}
	if err != nil {
		return -1, fmt.Errorf("broadcast: take the socket over: %w", err)
	}
	return fd, nil
}

// openFiles is how many files this process may open.
func openFiles() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 1<<30 {
		return 1 << 20
	}
	return int(limit.Cur)
}

// leastRTT is the least round trip of a socket as the kernel remembers it
// (TCP_INFO, tcpi_min_rtt); false where it knows none.
func leastRTT(fd int) (time.Duration, bool) {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil || info.Min_rtt == 0 || info.Min_rtt == math.MaxUint32 {
		return 0, false
	}
	return time.Duration(info.Min_rtt) * time.Microsecond, true
}
