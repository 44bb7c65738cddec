package broadcast

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ring hands many writes to the kernel by one system call, with io_uring
// (io_uring_enter(2), Linux 5.6 and later). Sockets are non-blocking, so every
// write ends within the call: nothing is under way between two calls, no buffer
// is lent, and a closed descriptor is closed. Tried and left out: registered
// files, which would have to be taken back before each close.
//
// A ring belongs to the thread that made it.
type ring struct {
	fd     int
	tail   uint32 // of the submissions, as the kernel will see it
	queue  *ringIndex
	done   *ringIndex
	posts  []ringPost
	ends   []ringEnd
	mapped [][]byte
}

// ringIndex are the ends and the mask of one of the two rings that the kernel
// and this process share.
type ringIndex struct {
	head, tail *atomic.Uint32
	mask       uint32
}

// ringPost is struct io_uring_sqe, ringEnd struct io_uring_cqe.
type ringPost struct {
	op, flags uint8
	priority  uint16
	fd        int32
	offset    uint64
	addr      uint64
	length    uint32
	msgFlags  uint32
	user      uint64
	_         [3]uint64
}

type ringEnd struct {
	user  uint64
	res   int32
	flags uint32
}

// ringOffsets says where the kernel put what in the mapped memory: struct
// io_sqring_offsets and io_cqring_offsets, which differ in their last words.
type ringOffsets struct {
	head, tail, mask, entries, a, b, c, _ uint32
	_                                     uint64
}

type ringParams struct {
	submits, ends, flags, cpu, idle, features, wq uint32
	_                                             [3]uint32
	sq, cq                                        ringOffsets
}

const (
	ringSend        = 26      // IORING_OP_SEND
	ringGetEvents   = 1       // IORING_ENTER_GETEVENTS
	ringOneMapping  = 1       // IORING_FEAT_SINGLE_MMAP
	ringSubmissions = 1 << 28 // IORING_OFF_SQES
	// One thread submits, and completions wait for its calls: the kernel then
	// needs no locks. Linux 6.1; older ones do without.
	ringOneThread = 1<<12 | 1<<13
)

// newRing makes a ring for the calling thread, which must be locked.
func newRing() (*ring, error) {
	p := ringParams{flags: ringOneThread}
	fd, _, errno := syscall.RawSyscall(unix.SYS_IO_URING_SETUP, ringBatch, uintptr(unsafe.Pointer(&p)), 0)
	if errno == syscall.EINVAL {
		p = ringParams{}
		fd, _, errno = syscall.RawSyscall(unix.SYS_IO_URING_SETUP, ringBatch, uintptr(unsafe.Pointer(&p)), 0)
	}
	if errno != 0 {
		return nil, fmt.Errorf("broadcast: io_uring: %w", errno)
	}
	r := &ring{fd: int(fd)}
	unix.CloseOnExec(r.fd)
	if err := r.share(&p); err != nil {
		r.close()
		return nil, fmt.Errorf("broadcast: io_uring: %w", err)
	}
	return r, nil
}

// share maps what the kernel and this process have in common.
func (r *ring) share(p *ringParams) error {
	if p.features&ringOneMapping == 0 {
		return fmt.Errorf("the kernel is older than 5.4: %w", syscall.ENOSYS)
	}
	size := max(p.sq.c+4*p.submits, p.cq.b+16*p.ends)
	both, err := r.mapping(0, int(size))
	if err != nil {
		return err
	}
	posts, err := r.mapping(ringSubmissions, int(p.submits)*int(unsafe.Sizeof(ringPost{})))
	if err != nil {
		return err
	}
	at := func(offset uint32) unsafe.Pointer { return unsafe.Pointer(&both[offset]) }
	index := func(o *ringOffsets) *ringIndex {
		return &ringIndex{(*atomic.Uint32)(at(o.head)), (*atomic.Uint32)(at(o.tail)), *(*uint32)(at(o.mask))}
	}
	r.queue, r.done = index(&p.sq), index(&p.cq)
	r.posts = unsafe.Slice((*ringPost)(unsafe.Pointer(&posts[0])), p.submits)
	r.ends = unsafe.Slice((*ringEnd)(at(p.cq.b)), p.ends)
	for i, order := uint32(0), unsafe.Slice((*uint32)(at(p.sq.c)), p.submits); i < p.submits; i++ {
		order[i] = i
	}
	return nil
}

func (r *ring) mapping(offset int64, size int) ([]byte, error) {
	b, err := unix.Mmap(r.fd, offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err == nil {
		r.mapped = append(r.mapped, b)
	}
	return b, err
}

func (r *ring) close() {
	for _, b := range r.mapped {
		unix.Munmap(b)
	}
	unix.Close(r.fd)
}

// write hands over the bytes of all, at most ringBatch, and notes what became
// of each: as sysWrite answers it, or unsent where the kernel did not come to
// it. It answers whether the ring may be used again.
func (r *ring) write(all []outgoing) bool {
	for i := range all {
		o := &all[i]
		o.n = unsent
		r.posts[(r.tail+uint32(i))&r.queue.mask] = ringPost{op: ringSend, fd: o.fd, addr: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(o.b)))),
			length: uint32(len(o.b)), msgFlags: syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL, user: uint64(i)}
	}
	r.tail += uint32(len(all))
	r.queue.tail.Store(r.tail)
	for left := len(all); left > 0; {
		submit, wait := r.tail-r.queue.head.Load(), uintptr(0)
		if submit == 0 {
			wait = 1 // never seen: a write that did not end within the call
		}
		// At most some hundred µs, as a long turn of sends would be; the
		// scheduler need not know.
		_, _, errno := syscall.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(submit), wait, ringGetEvents, 0, 0)
		left -= r.reap(all)
		if errno != 0 && errno != syscall.EINTR {
			r.lose(all[:uint32(len(all))-(r.tail-r.queue.head.Load())])
			return false
		}
	}
	return true
}

// lose gives up the connections of writes that were taken and not answered:
// whether their bytes went out is not known. It has never been seen.
func (r *ring) lose(taken []outgoing) {
	for i := range taken {
		if taken[i].n == unsent {
			taken[i].n = broken
		}
	}
}

// reap notes what has ended and answers how many that were.
func (r *ring) reap(all []outgoing) (n int) {
	head, tail := r.done.head.Load(), r.done.tail.Load()
	for ; head != tail; head++ {
		end := &r.ends[head&r.done.mask]
		o := &all[end.user]
		switch errno := syscall.Errno(-end.res); {
		case end.res >= 0:
			o.n = int(end.res)
		case errno == syscall.EAGAIN:
			o.n = again
		case errno != syscall.EINTR:
			o.n = broken
		}
		n++
	}
	r.done.head.Store(head)
	return n
}
