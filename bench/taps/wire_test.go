package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// What goes through bad weather comes out whole and in its order, or not at all.
func TestWire(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }() // says everything back
		}
	}()
	w := &weather{delay: time.Millisecond, loss: 0.1}
	sent := make([]byte, 30_000)
	for i := range sent {
		sent[i] = byte(rand.Uint32())
	}
	whole, cut := 0, 0
	for seed := range uint64(6) {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		x := &reader{wire: newWire(c, w, seed)}
		go func() {
			for b := sent; len(b) > 0; {
				n := min(len(b), 9000)
				if _, err := x.Write(b[:n]); err != nil {
					return
				}
				b = b[n:]
			}
		}()
		if seed == 5 {
			x.leave()
		}
		got := make([]byte, len(sent))
		n, err := io.ReadFull(x, got)
		if !bytes.Equal(got[:n], sent[:n]) {
			t.Fatalf("seed %d: other bytes came back", seed)
		}
		if err == nil {
			whole++
		} else {
			cut++
		}
		x.Close()
	}
	if whole == 0 || cut == 0 || w.stalls.Load() == 0 || w.switches.Load() != 1 {
		t.Errorf("%d whole, %d cut, %d stalls, %d switches", whole, cut, w.stalls.Load(), w.switches.Load())
	}
}
