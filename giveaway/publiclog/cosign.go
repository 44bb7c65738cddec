package publiclog

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// ahead bounds by how much a witness's clock may be before ours, in seconds.
const ahead = 60

// Why a cosignature is not taken.
var (
	errUnknown = errors.New("no configured witness signed it")
	errOther   = errors.New("this log never published such a head")
)

// Take keeps the cosignatures of configured witnesses below a checkpoint of
// this log. Of one witness and head the first counts.
func (l *Log) Take(ctx context.Context, raw []byte) error {
	err := l.take(ctx, raw)
	outcome := "taken"
	if err != nil {
		outcome = "refused"
	}
	l.taken.WithLabelValues(outcome).Inc()
	return err
}

func (l *Log) take(ctx context.Context, raw []byte) error {
	c, n, err := OpenCheckpoint(raw, l.key, l.cfg.Witnesses...)
	if err != nil {
		return err
	}
	if err := errors.Join(l.refresh(ctx), l.readHead(ctx)); err != nil {
		return err
	}
	if root, err := l.tree.root(min(c.Size, l.newest().size)); err != nil || c.Size > l.newest().size || root != c.Root {
		return errors.Join(errOther, err)
	}
	known := false
	for _, s := range n.Sigs {
		i := slices.IndexFunc(l.cfg.Witnesses, func(k Key) bool { return k.name == s.Name && k.KeyHash() == s.Hash })
		if i < 0 {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil || len(raw) < 4 {
			return errors.Join(errUnknown, err)
		}
		at, sig, err := SplitCosignature(raw[4:])
		if err != nil {
			return err
		}
		if now := l.cfg.Now().Unix(); at > now+ahead {
			return fmt.Errorf("cosignature of %s is of Unix time %d, it is %d here", s.Name, at, now)
		}
		if _, err := l.cfg.DB.ExecContext(ctx, `INSERT INTO publiclog_cosignatures (size, witness, time, signature) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			c.Size, s.Name, at, hex.EncodeToString(sig)); err != nil {
			return err
		}
		known = true
	}
	if !known {
		return errUnknown
	}
	return nil
}

// cosignatures are those of one head, ascending by name.
func (l *Log) cosignatures(ctx context.Context, size int64) (all []drawproof.Cosignature, err error) {
	rows, err := l.cfg.DB.QueryContext(ctx, `SELECT witness, time, signature FROM publiclog_cosignatures WHERE size = $1`, size)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c drawproof.Cosignature
		var sig string
		if err := rows.Scan(&c.Name, &c.Time, &sig); err != nil {
			return nil, err
		}
		if err := c.Signature.UnmarshalText([]byte(sig)); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b drawproof.Cosignature) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all, rows.Err()
}
