package desk

import (
	"encoding/json"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// complete checks a plan as the room will and writes down what it leaves out, so
// that the log holds the whole of it: rooms of another build, with other
// defaults, read the same. The time for the seal follows from the room's crowd.
func (d *Desk) complete(room string, plan json.RawMessage) (json.RawMessage, error) {
	cfg := giveaway.Config{Room: room, Partition: kafkalog.Partition(room), Keys: d.cfg.Keys, Chains: d.cfg.Chains, PublicLog: d.cfg.PublicLog, Crowd: crowd(d.State(room))}
	f, err := giveaway.Finish(plan, &cfg, time.Now().UnixMilli())
	if err == nil {
		err = f.Plan.CheckProof(d.cfg.Keys)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(f.Plan) // with the block list, which is not published
}

// crowd is how many viewers a show has had so far, 0 if nothing is known.
func crowd(state []byte) int64 {
	var s struct {
		Online int64 `json:"online"`
		Unique int64 `json:"unique"`
	}
	_ = json.Unmarshal(state, &s)
	return max(s.Online, s.Unique)
}
