package shard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// A snapshot is the state of one partition in chunks of at most chunkBytes,
// then a manifest with its hash and offsets. It is a pure function of the log
// up to those offsets, so it is true whoever wrote it. The topic is compacted
// by key; two slots are written in turn, so that the chunks of the snapshot
// before are whole until the new manifest stands.
const chunkBytes = 900_000 - 1024

// manifest is the last record of a snapshot. Offsets are the last ones folded.
type manifest struct {
	V        int    `json:"v"` // 1
	ID       string `json:"id"`
	Slot     int    `json:"slot"`
	Chunks   int    `json:"chunks"`
	Bytes    int    `json:"bytes"`
	SHA256   string `json:"sha256"` // of all chunks together
	State    string `json:"state"`  // room.Partition.Hash
	Comments int64  `json:"comments"`
	Control  int64  `json:"control"`
	Ledger   int64  `json:"ledger"`
	Frames   int64  `json:"frames,omitempty"` // what is before this offset is in the state; 0: nobody knows
	Epoch    uint64 `json:"epoch"`
	Owner    string `json:"owner"`
	Seq      uint64 `json:"seq"` // of the owner's last ledger record folded
	Taken    string `json:"taken"`
}

// snapshot is one that was read back whole.
type snapshot struct {
	manifest
	pair  record.Pair
	hash  [32]byte
	state []byte
}

// records cuts state into the records of a snapshot, manifest last.
func (m *manifest) records(p int32, state []byte) ([]kafkalog.Record, error) {
	sum := sha256.Sum256(state)
	m.V, m.Bytes, m.SHA256 = 1, len(state), hex.EncodeToString(sum[:])
	var recs []kafkalog.Record
	for i := 0; len(state) > 0 || i == 0; i++ {
		n := min(len(state), chunkBytes)
		recs = append(recs, kafkalog.Record{
			Key:     chunkKey(p, m.Slot, strconv.Itoa(i)),
			Value:   state[:n:n],
			Headers: []kafkalog.Header{{Key: "id", Value: []byte(m.ID)}},
		})
		state = state[n:]
	}
	m.Chunks = len(recs)
	value, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return append(recs, kafkalog.Record{Key: chunkKey(p, m.Slot, "manifest"), Value: value}), nil
}

func chunkKey(p int32, slot int, part string) []byte {
	return fmt.Appendf(nil, "%d/%d/%s", p, slot, part)
}

// writeSnapshot appends the records one by one: each is one batch below the
// topic's limit. A resend after an unknown outcome only repeats a key.
func writeSnapshot(ctx context.Context, log Log, p int32, recs []kafkalog.Record) error {
	for i := range recs {
		for {
			_, err := log.Append(ctx, kafkalog.Snapshots, p, recs[i:i+1])
			if err == nil {
				break
			}
			if !errors.Is(err, kafkalog.ErrUnknown) || ctx.Err() != nil {
				return fmt.Errorf("snapshot record %d of %d: %w", i+1, len(recs), err)
			}
		}
	}
	return nil
}

// readSnapshot answers the newest whole snapshot of p, nil if there is none.
func readSnapshot(ctx context.Context, log Log, p int32) (*snapshot, error) {
	in, err := log.Offsets(ctx, kafkalog.Snapshots, []int32{p})
	if err != nil || in[p].First >= in[p].End {
		return nil, err
	}
	chunks := map[string][][]byte{} // by snapshot id
	var best *snapshot
	err = log.Read(ctx, kafkalog.Snapshots, p, in[p].First, in[p].End, func(rec kafkalog.Record) error {
		if id := rec.Header("id"); id != nil {
			chunks[string(id)] = append(chunks[string(id)], rec.Value)
			return nil
		}
		if s := whole(rec.Value, chunks); s != nil {
			best = s
		}
		return nil
	})
	return best, err
}

// whole puts a manifest and its chunks together; nil if they do not match.
func whole(value []byte, chunks map[string][][]byte) *snapshot {
	s := &snapshot{}
	if json.Unmarshal(value, &s.manifest) != nil || s.V != 1 {
		return nil
	}
	for _, c := range lastOf(chunks[s.ID], s.Chunks) {
		s.state = append(s.state, c...)
	}
	sum := sha256.Sum256(s.state)
	if len(s.state) != s.Bytes || hex.EncodeToString(sum[:]) != s.SHA256 {
		return nil
	}
	id, err := record.ParseID128([]byte(s.Owner))
	hash, err2 := hex.DecodeString(s.State)
	if err != nil || err2 != nil || len(hash) != len(s.hash) {
		return nil
	}
	s.pair, s.hash = record.Pair{Epoch: s.Epoch, Owner: id}, [32]byte(hash)
	return s
}

// lastOf drops repeats: a resent chunk stands twice, side by side.
func lastOf(chunks [][]byte, n int) [][]byte {
	var out [][]byte
	for i, c := range chunks {
		if i > 0 && string(c) == string(chunks[i-1]) {
			continue
		}
		out = append(out, c)
	}
	if len(out) != n {
		return chunks
	}
	return out
}

// snapshotter decides when an owner takes one, and writes it beside the loop.
type snapshotter struct {
	slot    int
	at      time.Time
	from    int64 // comments folded when the last one was taken
	writing bool
	recs    []kafkalog.Record // taken, and waiting for the history to reach mark
	mark    int64             // bytes of the book
}

func (s *snapshotter) due(cfg *Config, now time.Time, comments int64) bool {
	n := comments - s.from
	return !s.writing && n > 0 && (n >= cfg.SnapshotRecords || now.Sub(s.at) >= cfg.SnapshotEvery)
}
