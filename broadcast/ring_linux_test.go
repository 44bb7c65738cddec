package broadcast

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A ring does to every socket what send(2) would: whole, in part where the
// buffer is nearly full, not at all where it is full or the other side is gone.
func TestRingWrites(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, err := newRing()
	if err != nil {
		t.Skipf("this system lends no io_uring: %v", err)
	}
	defer r.close()
	batch, readers, err := couples(ringBatch)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	said := make([][]byte, len(batch)) // and not yet arrived; odd sockets are never read
	for turn := range 200 {
		if turn == 100 {
			unix.SetsockoptLinger(readers[0], unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
			unix.Close(readers[0]) // with a reset
		}
		var some []outgoing
		for i := range batch {
			if rnd.IntN(4) > 0 {
				some = append(some, outgoing{fd: batch[i].fd, to: uint32(i), b: bytes.Repeat([]byte{byte(turn)}, 1+rnd.IntN(3<<10))})
			}
		}
		if !r.write(some) {
			t.Fatalf("turn %d: the kernel took no batch", turn)
		}
		for _, o := range some {
			gone := o.to == 0 && turn >= 100
			switch {
			case gone && o.n != broken, !gone && o.n == broken:
				t.Fatalf("turn %d: socket %d answered %d; its other side is gone: %v", turn, o.to, o.n, gone)
			case o.n == again && o.to%2 == 0:
				t.Fatalf("turn %d: socket %d, which is read, takes no more", turn, o.to)
			case o.n == unsent || o.n == 0 || o.n > len(o.b):
				t.Fatalf("turn %d: socket %d took %d of %d bytes", turn, o.to, o.n, len(o.b))
			case o.n > 0:
				said[o.to] = append(said[o.to], o.b[:o.n]...)
			}
		}
		for i := range readers {
			if i%2 == 0 && (i > 0 || turn < 100) {
				arrived(t, readers[i], said[i])
				said[i] = nil
			}
		}
	}
	for i := 1; i < len(readers); i += 2 {
		arrived(t, readers[i], said[i])
	}
}

// arrived reads until all that was said has come, in its order.
func arrived(t *testing.T, fd int, said []byte) {
	t.Helper()
	b := make([]byte, 64<<10)
	for len(said) > 0 {
		if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 20_000); n == 0 {
			t.Fatalf("%d bytes were taken and did not arrive", len(said))
		} else if err != nil {
			continue
		}
		n, err := unix.Read(fd, b)
		if err != nil || n == 0 || !bytes.HasPrefix(said, b[:n]) {
			t.Fatalf("read answers %d and %v, not what was said", n, err)
		}
		said = said[n:]
	}
}
