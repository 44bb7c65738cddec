package broadcast

import (
	"io"
	"net"
	"testing"
)

// TestLastCall closes a listener while a hundred stand in its queue: all are
// answered, and who comes later is refused at once.
func TestLastCall(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := newLastCall(tcp.(*net.TCPListener))
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
