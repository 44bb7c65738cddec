package desk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// Checkpoint tells a room a head of the transparency log. The same head again is
// the same command, whoever writes it.
func Checkpoint(ctx context.Context, log Appender, keys *record.Keys, room string, size int64, note string) error {
	data, err := json.Marshal(record.CheckpointData{Note: note})
	if err != nil {
		return err
	}
	id := sha256.Sum256([]byte(room + "\n" + note))
	_, err = Write(ctx, log, keys, &record.Control{V: 1, ID: fmt.Sprintf("checkpoint.%d.%x", size, id[:8]), Kind: record.CtlCheckpoint,
		Room: room, By: "log", Role: record.Service.String(), At: time.Now().UnixMilli(), Data: data})
	return err
}
