package publiclog

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// headsTried is how many heads behind a close record are looked at for
// cosignatures: witnesses sign the first within seconds.
const headsTried = 16

// Attest adds to the bundle of a giveaway what this log, its witnesses and its
// mirrors say of it, by the head that most of them cosigned in time. A bundle of which
// the log knows nothing, or that is none, comes back as it is.
func (l *Log) Attest(ctx context.Context, bundle []byte) ([]byte, error) {
	var b struct {
		Plan      json.RawMessage `json:"plan"`
		CloseHash drawproof.Hash  `json:"closeHash"`
	}
	if err := json.Unmarshal(bundle, &b); err != nil {
		return bundle, err
	}
	p, err := drawproof.ParsePlan(b.Plan)
	if err != nil || p.Log == nil || p.Log.Origin != l.cfg.Origin || p.Log.Key != l.key.Hash() {
		return bundle, err
	}
	if err := l.refresh(ctx); err != nil {
		return bundle, err
	}
	plan := l.tree.find(drawproof.LogEntry{Event: p.Event, Hash: drawproof.PlanHash(b.Plan), Kind: drawproof.EntryPlan})
	closed := l.tree.find(drawproof.LogEntry{Event: p.Event, Hash: b.CloseHash, Kind: drawproof.EntryClose})
	if plan < 0 || closed < 0 {
		return bundle, nil
	}
	sizes, err := l.headsFrom(ctx, max(plan, closed)+1)
	if err != nil {
		return bundle, err
	}
	// A later head may have more cosignatures, an earlier one is never worse in
	// time: each is shown, and drawproof keeps what shows the most.
	heads := make([]drawproof.Logged, len(sizes))
	for i, size := range sizes {
		if heads[i], err = l.logged(ctx, p.Log, size, plan, closed); err != nil {
			return bundle, err
		}
	}
	words, err := l.mirrored(ctx, p.Log, b.CloseHash)
	if err != nil {
		return bundle, err
	}
	more, err := drawproof.Attest(bundle, heads, words, l.cfg.Keys.Engine)
	if err != nil {
		return bundle, err
	}
	return more, nil
}

func (l *Log) headsFrom(ctx context.Context, least int64) (sizes []int64, err error) {
	rows, err := l.cfg.DB.QueryContext(ctx, `SELECT size FROM publiclog_heads WHERE size >= $1 ORDER BY size LIMIT $2`, least, headsTried)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var size int64
		if err := rows.Scan(&size); err != nil {
			return nil, err
		}
		sizes = append(sizes, size)
	}
	return sizes, rows.Err()
}

// logged is what the head over size entries shows of two of them.
func (l *Log) logged(ctx context.Context, p *drawproof.PublicLog, size, plan, closed int64) (out drawproof.Logged, err error) {
	c, signature, err := l.checkpoint(size)
	if err != nil {
		return out, err
	}
	out = drawproof.Logged{Size: uint64(size), Root: drawproof.Hash(c.Root), Signature: signature, Cosignatures: []drawproof.Cosignature{},
		Plan: drawproof.LogPlace{Index: uint64(plan)}, Close: drawproof.LogPlace{Index: uint64(closed)}}
	if out.Plan.Path, err = l.tree.prove(size, plan); err != nil {
		return out, err
	}
	if out.Close.Path, err = l.tree.prove(size, closed); err != nil {
		return out, err
	}
	all, err := l.cosignatures(ctx, size)
	for _, c := range all { // those that the plan named, whoever was configured since
		if slices.ContainsFunc(p.Witnesses, func(w drawproof.Witness) bool { return w.Name == c.Name }) {
			out.Cosignatures = append(out.Cosignatures, c)
		}
	}
	return out, err
}
