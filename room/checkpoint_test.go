package room_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/roomtest"
)

// A head of the transparency log enters by a command, is told to the viewers
// once and to newcomers with the room's state; a forged one is refused, also by
// whoever takes over.
func TestCheckpoint(t *testing.T) {
	keys := roomtest.Keys()
	log := &drawproof.PublicLog{Origin: "log.example", Key: drawproof.Hash(keys.Log.Public().(ed25519.PublicKey))}
	w := roomtest.NewWorld(room.Config{AutoCreate: true, Keys: keys, PublicLog: log})
	note := func(size uint64, key ed25519.PrivateKey) string {
		body := drawproof.CheckpointBody(log.Origin, size, drawproof.Hash{byte(size)})
		id := log.KeyID()
		return fmt.Sprintf("%s\n— %s %s\n", body, log.Origin, base64.StdEncoding.EncodeToString(append(id[:], ed25519.Sign(key, body)...)))
	}
	tell := func(note string) string {
		data, err := json.Marshal(record.CheckpointData{Note: note})
		if err != nil {
			t.Fatal(err)
		}
		w.Out.Reset()
		w.Command(record.CtlCheckpoint, "demo", string(data))
		var frames room.Frames
		w.P.Flush(room.Flush{Seed: 1, Now: w.P.Now(), Millis: 200}, &frames)
		var all strings.Builder
		for _, f := range frames.Frames {
			all.Write(f.Value)
		}
		return all.String()
	}
	w.Tick(200)
	if got := tell(note(7, keys.Engine)); strings.Contains(got, "checkpoint") || len(w.Out.Refused) != 1 {
		t.Errorf("a forged head: %s, refused %v", got, w.Out.Refused)
	}
	if got := tell(note(8, keys.Log)); !strings.Contains(got, `{"t":"checkpoint","note":"log.example\n8\n`) || len(w.Out.Refused) != 0 {
		t.Errorf("a head: %s, refused %v", got, w.Out.Refused)
	}
	if got := tell(note(6, keys.Log)); strings.Contains(got, "checkpoint") || len(w.Out.Refused) != 0 {
		t.Errorf("an older head: %s, refused %v", got, w.Out.Refused)
	}
	if err := w.Takeover(); err != nil {
		t.Fatal(err)
	}
	raw, ok := w.P.State("demo", w.P.Now(), nil)
	var state struct{ Checkpoint string }
	if err := json.Unmarshal(raw, &state); !ok || err != nil || state.Checkpoint != note(8, keys.Log) {
		t.Errorf("%v: %s", err, raw)
	}
}
