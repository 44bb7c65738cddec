package witness

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/publiclog"
)

const childOf = "FUDAI_TEST_WITNESS" // "state watch": this process is the witness of a test

func TestMain(m *testing.M) {
	if state, watch, child := strings.Cut(os.Getenv(childOf), " "); child {
		c := Command{Name: "eye", Watch: []string{watch}, State: state, Every: 100 * time.Millisecond, Patient: time.Minute, Mirror: true, Keep: time.Hour, Space: 1}
		if err := c.Run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// house is a shelf behind an address, which can kill its witness at what it asks.
type house struct {
	*shelf
	mu       sync.Mutex
	cosigned []publiclog.Checkpoint
	kill     map[string]func() // by the first part of the path; called once, before the answer
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	what, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	body, _ := io.ReadAll(r.Body)
	var out []byte
	err := error(nil)
	switch what {
	case "checkpoint":
		out, err = h.Checkpoint(r.Context())
	case "tile":
		var t tlog.Tile
		if t, err = tlog.ParseTilePath("tile/8/" + strings.Replace(rest, "entries/", "data/", 1)); err == nil {
			var tiles [][]byte
			if tiles, err = h.ReadTiles([]tlog.Tile{t}); err == nil {
				out = tiles[0]
			}
		}
	case "sealed":
		close, _ := drawproof.ParseHash(rest)
		out, err = h.Sealed(r.Context(), close)
	case "cosignatures":
		own := publiclog.NewWitnessKey("eye", mirrorKey.Public().(ed25519.PublicKey))
		c, n, bad := publiclog.OpenCheckpoint(body, h.log(), own)
		if bad != nil || len(n.Sigs) != 2 {
			h.t.Errorf("a cosignature that is none: %v", bad)
		}
		h.cosigned = append(h.cosigned, c)
	case "mirrored":
		err = h.SendWord(r.Context(), body)
	}
	if kill := h.kill[what]; kill != nil {
		delete(h.kill, what)
		kill()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Write(out)
}

func (h *house) with(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// A witness that mirrors is killed as kill -9 does, at all that it asks and at any
// moment between: it holds whatever it gave its word for, from the time that it
// signed; its heads are one history, before and after; and a fork that it is shown
// then is not cosigned.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real processes")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	h := &house{shelf: newShelf(t), kill: map[string]func(){}}
	server := httptest.NewServer(h)
	defer server.Close()
	state := t.TempDir()
	if err := os.WriteFile(filepath.Join(state, "key"), []byte(hex.EncodeToString(mirrorKey.Seed())), 0o600); err != nil {
		t.Fatal(err)
	}
	watched := server.URL + "=" + h.log().String()
	var sealed []drawproof.Hash
	for round := range 24 {
		h.with(func() { sealed = append(sealed, h.seal(fmt.Sprint("evt-", round), 2000, nil)) })
		c := begin(t, state, watched)
		dead := make(chan struct{})
		kill := func() { c.cmd.Process.Kill(); c.cmd.Wait(); close(dead) }
		soon := time.Duration(rng.IntN(20)) * time.Millisecond
		h.with(func() {
			switch round % 4 {
			case 0: // as it writes the list, or just before or behind it
				h.kill["sealed"] = func() { time.AfterFunc(soon, kill) }
			case 1:
				h.kill["mirrored"] = kill
			case 2:
				h.kill["cosignatures"] = kill
			case 3: // as it writes the head, or just before or behind it
				h.kill["checkpoint"] = func() { time.AfterFunc(soon, kill) }
			}
		})
		<-dead
		h.with(func() { h.holds(state) })
	}
	c := begin(t, state, watched)
	until(t, "the word for every list", func() (done bool) {
		h.with(func() {
			given := map[drawproof.Hash]bool{}
			for _, w := range h.words {
				given[w.Close] = true
			}
			done = len(given) == len(sealed)
		})
		return done
	})
	c.end()
	h.with(func() {
		h.holds(state)
		other := newShelf(t)
		for i := range len(sealed) + 1 {
			other.seal(fmt.Sprint("other-", i), 1, nil)
		}
		h.book, h.leaves, h.lists, h.cosigned, h.words = other.book, other.leaves, other.lists, nil, nil
	})
	c = begin(t, state, watched)
	until(t, "the evidence", func() bool {
		found, _ := filepath.Glob(filepath.Join(state, "*", lieName))
		return len(found) == 1
	})
	c.end()
	h.with(func() {
		for _, w := range h.words { // a word that was given before may come again
			if !slices.Contains(sealed, w.Close) {
				t.Error("a list of the fork is mirrored")
			}
		}
		if len(h.cosigned) > 0 {
			t.Error("the fork was cosigned")
		}
	})
}

// holds fails unless what the witness ever signed is on its disk.
func (h *house) holds(state string) {
	h.t.Helper()
	for _, w := range h.words {
		name := filepath.Join(state, "sealed", w.Close.String())
		list, err := os.ReadFile(name + listEnd)
		note, bad := os.ReadFile(name + noteEnd)
		var held Held
		if err != nil || bad != nil || !bytes.Equal(list, h.lists[w.Close]) || json.Unmarshal(note, &held) != nil || held.Time != w.Time {
			h.t.Fatalf("the word was given for %s at %d: %v, %v, %d bytes, %s", w.Close, w.Time, err, bad, len(list), note)
		}
	}
	if len(h.cosigned) == 0 {
		return
	}
	dirs, _ := filepath.Glob(filepath.Join(state, "*", lastName))
	if len(dirs) != 1 {
		h.t.Fatalf("%d states", len(dirs))
	}
	last, _, err := (&State{filepath.Dir(dirs[0])}).Last(h.log())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range h.cosigned {
		root, err := tlog.TreeHash(c.Size, tlog.HashReaderFunc(h.read))
		if err != nil || root != c.Root || c.Size > last.Size {
			h.t.Fatalf("size %d was cosigned, the disk has %d: %v", c.Size, last.Size, err)
		}
	}
}

// child is a witness process.
type child struct {
	cmd *exec.Cmd
	out bytes.Buffer
}

func begin(t *testing.T, state, watch string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childOf+"="+state+" "+watch)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.end()
		if t.Failed() {
			t.Logf("the witness said:\n%s", c.out.Bytes())
		}
	})
	return c
}

func (c *child) end() { c.cmd.Process.Kill(); c.cmd.Wait() }

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(10 * time.Millisecond) { // a process from outside
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s", what)
		}
	}
}
