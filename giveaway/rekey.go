package giveaway

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Rekeyed is a finished plan, with its block list, under the keys of this
// installation, where those it was finished under are not its any more: the
// master secret was changed while the plan waited to be announced. Nothing that
// anybody was promised differs, neither prizes nor times nor who may take part:
// only which keys sign, and what is keyed by them. It is another plan by its hash
// all the same, so only one that nobody has seen may be finished anew. Nil where
// the plan's keys are these.
func Rekeyed(data []byte, cfg *Config, now int64) (*Finished, error) {
	p := &Plan{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	key := cfg.Keys.EventKey([]byte(p.Event))
	if p.EngineKey == publicKey(cfg.Keys.Engine) && p.ReceiptKey == publicKey(cfg.Keys.Receipt) && p.TagKeyCommit == drawproof.TagKeyCommit(key[:]) {
		return nil, nil
	}
	p.EngineKey, p.ReceiptKey, p.TagKeyCommit = drawproof.Hash{}, drawproof.Hash{}, drawproof.Hash{}
	if p.VRF != nil {
		p.VRF.Key = drawproof.Hash{}
	}
	p.BlockHash, p.BlockCount = nil, 0
	if p.Cluster != nil {
		p.Cluster.WeakHash = nil
	}
	if p.Log != nil {
		p.Log = cfg.PublicLog // its key is of the installation, too
	}
	if p.Beacon.Kind == drawproof.ChainLocal && !cfg.acceptedChain(p.Beacon) {
		p.Beacon, p.Round, p.LadderStep = drawproof.Chain{}, 0, 0
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return Finish(raw, cfg, now)
}
