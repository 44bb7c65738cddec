// Peer is a broadcast server as one writes it with Hertz and its WebSocket
// package, and nothing more: a goroutine for each connection that reads, one loop
// that writes a prepared message to every connection. It speaks as floor does:
// "go" on standard input begins, "stop" ends and answers "writes failed
// broadcasts connections".
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/hlog"
	"github.com/cloudwego/hertz/pkg/network/standard"
	"github.com/hertz-contrib/websocket"
)

var (
	mu    sync.Mutex
	conns = map[*websocket.Conn]struct{}{}
)

func main() {
	if len(os.Args) != 6 {
		log.Fatal("usage: peer ADDRESS FRAME EVERY_MS SEQ_AT STAMP_AT")
	}
	frame, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	every, seqAt, stampAt := number(os.Args[3]), number(os.Args[4]), number(os.Args[5])
	hlog.SetLevel(hlog.LevelWarn)
	h := server.New(server.WithHostPorts(os.Args[1]), server.WithTransport(standard.NewTransporter), server.WithDisablePrintRoute(true))
	upgrader := websocket.HertzUpgrader{Subprotocols: []string{"fudai.v1"}}
	h.GET("/ws", func(_ context.Context, c *app.RequestContext) {
		if err := upgrader.Upgrade(c, serve); err != nil {
			log.Print(err)
		}
	})
	go h.Run()
	var stop, done chan struct{}
	var writes, failed, broadcasts int
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if lines.Text() == "go" {
			stop, done = make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				writes, failed, broadcasts = send(frame, seqAt, stampAt, time.Duration(every)*time.Millisecond, stop)
			}()
			continue
		}
		close(stop)
		<-done
		mu.Lock()
		fmt.Println(writes, failed, broadcasts, len(conns))
		mu.Unlock()
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func serve(conn *websocket.Conn) {
	mu.Lock()
	conns[conn] = struct{}{}
	mu.Unlock()
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			break
		}
	}
	mu.Lock()
	delete(conns, conn)
	mu.Unlock()
}

var seq int

func send(payload []byte, seqAt, stampAt int, every time.Duration, stop chan struct{}) (writes, failed, broadcasts int) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		seq++
		copy(payload[seqAt:], fmt.Sprintf("%012d", seq))
		copy(payload[stampAt:], fmt.Sprintf("%012s", strconv.FormatInt(time.Now().UnixNano(), 36)))
		m, err := websocket.NewPreparedMessage(websocket.TextMessage, payload)
		if err != nil {
			log.Fatal(err)
		}
		mu.Lock()
		for c := range conns {
			if err := c.WritePreparedMessage(m); err != nil {
				failed++
			} else {
				writes++
			}
		}
		mu.Unlock()
		broadcasts++
		select {
		case <-stop:
			return writes, failed, broadcasts
		case <-tick.C:
		}
	}
}
