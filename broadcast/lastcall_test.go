package broadcast

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// TestLastCall closes a listener while a hundred stand in its queue: all are
// answered, and who comes later is refused at once.
func TestLastCall(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := newLastCall(tcp.(*net.TCPListener), func(int) bool { return true }, func(error) {})
	const crowd = 100
	conns := make([]net.Conn, crowd)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", tcp.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close()
	}
	closed := make(chan error)
	go func() { closed <- ln.Close() }()
	for {
		conn, err := ln.Accept()
		if err != nil {
			break
		}
		conn.Write([]byte("later"))
		conn.Close()
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for i, c := range conns {
		if said, err := io.ReadAll(c); string(said) != "later" {
			t.Fatalf("number %d of the queue was told %q, %v", i, said, err)
		}
	}
	if c, err := net.Dial("tcp", tcp.Addr().String()); err == nil {
		c.Close()
		t.Error("a closed listener takes a connection")
	}
	if err := ln.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// TestGate lets nobody in while there are no files for them, and goes on when
// there are: who waited is taken, and a failed accept ends nothing.
func TestGate(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var files atomic.Int32
	var failures atomic.Int32
	ln := newLastCall(tcp.(*net.TCPListener), func(held int) bool { return held < int(files.Load()) }, func(error) { failures.Add(1) })
	took := make(chan net.Conn, 10)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				close(took)
				return
			}
			took <- c
		}
	}()
	for range 3 {
		c, err := net.Dial("tcp", tcp.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	files.Store(2)
	first, second := <-took, <-took
	if held := ln.held.Load(); held != 2 || len(took) > 0 {
		t.Fatalf("%d are held and %d more taken, want 2 and none", held, len(took))
	}
	first.Close()
	first.Close() // as Hertz may: it counts once
	third := <-took
	if held := ln.held.Load(); held != 2 {
		t.Fatalf("%d are held, want 2", held)
	}
	tcp.(*net.TCPListener).SetDeadline(time.Unix(1, 0)) // every accept fails
	files.Store(9)
	for failures.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	tcp.(*net.TCPListener).SetDeadline(time.Time{})
	if c, err := net.Dial("tcp", tcp.Addr().String()); err != nil {
		t.Fatal(err)
	} else {
		defer c.Close()
	}
	fourth := <-took
	for _, c := range []net.Conn{second, third, fourth} {
		c.Close()
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, more := <-took; more {
		t.Error("a closed listener took a connection")
	}
}
