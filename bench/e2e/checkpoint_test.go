package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/publiclog"
	"github.com/fudai-live/fudai/giveaway/publiclog/witness"
)

// noteOf is the head of the transparency log that a message tells, empty for none.
func noteOf(m *message) string {
	var told struct {
		Checkpoint string
		Items      []struct{ T, Note string }
	}
	_ = json.Unmarshal(m.raw, &told)
	for _, it := range told.Items {
		if it.T == "checkpoint" {
			return it.Note
		}
	}
	return told.Checkpoint
}

// A giveaway runs, and its viewer is told a head of the transparency log that
// has the result, by which it is there: key, entry and path are what anybody can
// ask for. Who comes later is told with the room's state. A head that the log
// did not sign is refused.
func TestCheckpointOfResult(t *testing.T) {
	n := start(t, t.TempDir())
	room, event := newRoom(t), "e-checkpoint"
	host := n.token("host", "host", room)
	if code, body := n.command(host, room, "plan", plan(event, "福气到", time.Second, 3*time.Second, 1)); code != 202 {
		t.Fatalf("plan: %d %s", code, body)
	}
	v := n.join(room, n.token("u0", "viewer"))
	v.until("open", func(m *message) bool {
		for _, it := range append(m.Items, m.Gives...) {
			if it.Event == event && it.State == "open" {
				return true
			}
		}
		return false
	})
	v.say("p", "福气到")
	v.until("entered", func(m *message) bool { return m.ID == "p" && m.Code == "entered" })
	drawn := v.until("result", func(m *message) bool { return m.Op == "result" && m.Event == event && m.State == "drawn" })
	_, text := n.get("", "/v1/log/key")
	key, err := publiclog.ParseKey(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	if note := noteOf(&drawn); note != "" {
		if _, _, err := publiclog.OpenCheckpoint([]byte(note), key); err != nil {
			t.Errorf("the result's head: %v", err)
		}
	}
	log := &witness.Remote{URL: "http://" + n.addr + publiclog.Prefix, Client: http.DefaultClient}
	var told publiclog.Checkpoint
	with := v.until("a head with the result", func(m *message) bool {
		note := noteOf(m)
		if note == "" {
			return false
		}
		c, _, err := publiclog.OpenCheckpoint([]byte(note), key)
		if err != nil {
			t.Fatalf("%v\n%s", err, note)
		}
		if !stands(t, log, c, event, "result") {
			return false
		}
		told = c
		return true
	})
	// The state that an edge hands out may be two seconds old: until then the frame
	// with the head stands behind it.
	wait(t, patience, "newcomers to be told the head with the room's state", func() bool {
		late := n.join(room, n.token("u1", "viewer"))
		defer late.close()
		state := late.until("the state", func(m *message) bool { return m.Op == "state" })
		c, _, err := publiclog.OpenCheckpoint([]byte(noteOf(&state)), key)
		return err == nil && c.Size >= told.Size
	})
	if code, _ := n.command(host, room, "checkpoint", map[string]any{"note": "x"}); code != 403 {
		t.Errorf("a host tells a head: %d, want 403", code)
	}
	forged := strings.Replace(noteOf(&with), fmt.Sprint("\n", told.Size, "\n"), "\n99\n", 1)
	if code, body := n.command(n.token("svc", "service"), room, "checkpoint", map[string]any{"note": forged}); code != 202 {
		t.Fatalf("a program's head: %d %s", code, body)
	}
	wait(t, patience, "the forged head to be counted as refused", func() bool {
		return n.metric(`fudai_shard_dead_letters_total{reason="command-refused"}`) >= 1
	})
}

// stands reports whether an entry of that kind is under a head, by its path.
func stands(t *testing.T, log *witness.Remote, c publiclog.Checkpoint, event, kind string) bool {
	t.Helper()
	tree := tlog.Tree{N: c.Size, Hash: c.Root}
	hashes := tlog.TileHashReader(tree, log)
	for at := int64(0); at < c.Size; at += 256 {
		width := int(min(256, c.Size-at))
		raw, err := log.ReadTiles([]tlog.Tile{{H: 8, L: -1, N: at / 256, W: width}})
		if err != nil {
			t.Fatal(err)
		}
		for i, b := int64(0), raw[0]; len(b) > 2; i++ {
			size := int(b[0])<<8 | int(b[1])
			leaf := b[2 : 2+size]
			b = b[2+size:]
			var e struct{ Event, Kind string }
			if json.Unmarshal(leaf, &e) != nil || e.Event != event || e.Kind != kind {
				continue
			}
			proof, err := tlog.ProveRecord(c.Size, at+i, hashes)
			if err == nil {
				err = tlog.CheckRecord(proof, c.Size, c.Root, at+i, tlog.RecordHash(leaf))
			}
			if err != nil {
				t.Fatalf("the %s of %s is not under the head of size %d: %v", kind, event, c.Size, err)
			}
			return true
		}
	}
	return false
}
