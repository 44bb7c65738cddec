package giveaway

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// logged gives the world a transparency log.
func (w *world) logged() *drawproof.PublicLog {
	l := &drawproof.PublicLog{Origin: "log.example", Key: drawproof.Hash(w.keys.Log.Public().(ed25519.PublicKey)),
		Quorum: drawproof.LeastQuorum, MarginMs: drawproof.LeastMarginMs, Witnesses: []drawproof.Witness{}}
	w.cfg.PublicLog = l
	w.e = New(w.cfg)
	return l
}

// note is a head of the log, signed with any key.
func note(origin string, size uint64, root byte, key ed25519.PrivateKey) string {
	body := drawproof.CheckpointBody(origin, size, drawproof.Hash{root})
	id := drawproof.PublicLog{Origin: origin, Key: drawproof.Hash(key.Public().(ed25519.PublicKey))}
	keyID := id.KeyID()
	line := append(keyID[:], ed25519.Sign(key, body)...)
	return fmt.Sprintf("%s\n— %s %s\n", body, origin, base64.StdEncoding.EncodeToString(line))
}

// A room keeps the greatest head that the log signed, tells it once, and with
// every result; snapshots have it.
func TestHeard(t *testing.T) {
	w := newWorld(t)
	if told, err := w.e.Heard(note("log.example", 3, 1, w.keys.Log)); told || err == nil {
		t.Error("an installation without a log took a head of one")
	}
	w.logged()
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	for _, step := range []struct {
		what, note string
		told, bad  bool
		kept       uint64
	}{
		{"a stranger's", note("log.example", 9, 1, stranger), false, true, 0},
		{"of another log", note("else", 9, 1, w.keys.Log), false, true, 0},
		{"the first", note("log.example", 5, 1, w.keys.Log), true, false, 5},
		{"the same", note("log.example", 5, 1, w.keys.Log), false, false, 5},
		{"an older one", note("log.example", 4, 8, w.keys.Log), false, false, 5},
		{"a second root", note("log.example", 5, 2, w.keys.Log), false, true, 5},
		{"the next", note("log.example", 6, 3, w.keys.Log), true, false, 6},
	} {
		told, err := w.e.Heard(step.note)
		if told != step.told || (err != nil) != step.bad || w.e.head.size != step.kept {
			t.Errorf("%s: told %v, error %v, kept %d", step.what, told, err, w.e.head.size)
		}
	}
	if err := w.control(record.CtlPlan, lottery(w, "e1", 1)); err != nil {
		t.Fatal(err)
	}
	w.pass(40_000)
	kept := note("log.example", 6, 3, w.keys.Log)
	states := map[string]bool{}
	for _, m := range w.public {
		if m["checkpoint"] != kept {
			t.Errorf("the room's word %v has the checkpoint %v", m["state"], m["checkpoint"])
		}
		states[fmt.Sprint(m["state"])] = true
	}
	if !states["sealed"] || !states["drawn"] {
		t.Errorf("told were %v, want sealed and drawn", states)
	}
	raw := w.e.AppendSnapshot(nil)
	again := New(w.cfg)
	if err := again.Restore(raw); err != nil || again.Checkpoint() != kept || again.Hash() != w.e.Hash() {
		t.Errorf("restored: %v, %q", err, again.Checkpoint())
	}
	moved := w.cfg
	moved.PublicLog = &drawproof.PublicLog{Origin: "log-2.example", Key: w.cfg.PublicLog.Key}
	again = New(moved)
	if err := again.Restore(raw); err != nil || again.Checkpoint() != "" {
		t.Errorf("under another log: %v, %q", err, again.Checkpoint())
	}
	if old := bytes.Replace(raw, []byte(`"checkpoint"`), []byte(`"somethings"`), 1); New(w.cfg).Restore(old) != nil || !strings.Contains(string(raw), "checkpoint") {
		t.Error("a snapshot without a head is not read")
	}
}
