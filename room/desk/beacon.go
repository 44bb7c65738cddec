package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/room/record"
)

// roundID names the command that brings an event its round, the same whoever
// brings it: the room passes over the second.
func roundID(event string, round uint64) string {
	id := fmt.Sprintf("%s.%d", event, round)
	if !record.ValidID([]byte(id)) { // too long
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return id
}

// HandIn writes a round of public randomness to the room whose giveaway waits
// for it. Anybody may hand a round in: the room checks the signature itself.
func HandIn(ctx context.Context, log Appender, keys *record.Keys, a beacon.Await, sigma []byte) error {
	data, err := json.Marshal(record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: hex.EncodeToString(sigma)})
	if err != nil {
		return err
	}
	_, err = Write(ctx, log, keys, &record.Control{V: 1, ID: roundID(a.Event, a.Round), Kind: record.CtlBeacon,
		Room: a.Room, By: "beacon", Role: record.Service.String(), At: time.Now().UnixMilli(), Data: data})
	return err
}
