package e2e

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestNoFiles takes a running edge its files: who comes waits, who watches goes
// on watching, and when there are files again everybody is answered. The program
// used to end at the first connection it could not accept.
func TestNoFiles(t *testing.T) {
	n := start(t, t.TempDir())
	room := newRoom(t)
	viewer := n.join(room, n.token("early", "viewer"))
	viewer.say("first", "我来了") // the way to the log stands, whoever leads the partition
	viewer.shown("我来了")
	var was unix.Rlimit
	pid := n.cmd.Process.Pid
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &was); err != nil {
		t.Fatal(err)
	}
	few := was
	few.Cur = 3 // what is open stays open, nothing can be opened
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &few, nil); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		c, err := net.Dial("tcp", n.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	wait(t, patience, "an accept that fails", func() bool { return strings.Contains(n.log.String(), "could not be accepted") })
	viewer.say("still", "我还在")
	viewer.shown("我还在")
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &was, nil); err != nil {
		t.Fatal(err)
	}
	wait(t, patience, "an answer to who comes now", func() bool {
		r, err := (&http.Client{Timeout: 5 * time.Second}).Get("http://" + n.addr + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	if failures := n.metric("fudai_edge_accept_errors_total"); failures < 1 {
		t.Errorf("%v accepts are counted as failed, want some", failures)
	}
}
