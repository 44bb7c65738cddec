package publiclog

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// head is a published head.
type head struct {
	size int64
	at   int64 // Unix ms
}

// readHead takes the newest head that any process published.
func (l *Log) readHead(ctx context.Context) error {
	var h head
	err := l.cfg.DB.QueryRowContext(ctx, `SELECT size, at FROM publiclog_heads ORDER BY size DESC LIMIT 1`).Scan(&h.size, &h.at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.size < l.head.size {
		return fmt.Errorf("publiclog: the newest head has %d entries, it had %d: the database was taken back", h.size, l.head.size)
	}
	l.head = h
	l.entries.Set(float64(h.size))
	return nil
}

func (l *Log) newest() head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// Publish makes what was written since the last head public, if that head is
// old enough.
func (l *Log) Publish(ctx context.Context) error {
	if err := errors.Join(l.refresh(ctx), l.readHead(ctx)); err != nil {
		return err
	}
	now, h, size := l.cfg.Now(), l.newest(), l.tree.size()
	if size == h.size || now.Sub(time.UnixMilli(h.at)) < l.cfg.Heads {
		return nil
	}
	if err := l.write(ctx, size, now.UnixMilli()); err != nil {
		return err
	}
	return l.readHead(ctx)
}

// write writes a head so that no failure of power can take back an entry that
// it has: SQLite commits without waiting for the disk, as it is opened. With
// synchronous=full it syncs its log, and all that stands there before, before
// anybody sees the head.
func (l *Log) write(ctx context.Context, size, at int64) (err error) {
	conn, err := l.cfg.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if !l.cfg.DB.Postgres {
		if _, err := conn.ExecContext(ctx, `PRAGMA synchronous=full`); err != nil {
			return err
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA synchronous=normal`)
	}
	_, err = conn.ExecContext(ctx, `INSERT INTO publiclog_heads (size, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, size, at)
	return err
}

// note is the checkpoint over the first n entries with the log's signature alone.
func (l *Log) note(n int64) (string, error) {
	c, signature, err := l.checkpoint(n)
	return string(c.Body()) + "\n" + SignatureLine(l.key, signature), err
}

// checkpoint signs the head over the first n entries. The signature of a head
// is always the same.
func (l *Log) checkpoint(n int64) (c Checkpoint, signature []byte, err error) {
	root, err := l.tree.root(n)
	c = Checkpoint{l.cfg.Origin, n, root}
	return c, ed25519.Sign(l.cfg.Keys.Log, c.Body()), err
}
