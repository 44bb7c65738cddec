package history

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // postgres://
	_ "modernc.org/sqlite"             // file:
)

// migrations are applied in order, once each; one that was released is never
// edited. BYTES and KEY are written as the database calls them.
var migrations = []string{
	`CREATE TABLE history_said (
		part INTEGER NOT NULL, pos BIGINT NOT NULL, room TEXT NOT NULL, show_id TEXT NOT NULL, at BIGINT NOT NULL,
		user_id TEXT NOT NULL, msg_id TEXT NOT NULL, sealed BYTES, code TEXT NOT NULL DEFAULT '', detail INTEGER NOT NULL DEFAULT 0,
		rule TEXT NOT NULL DEFAULT '', version TEXT NOT NULL DEFAULT '', view TEXT NOT NULL DEFAULT '',
		span_from INTEGER NOT NULL DEFAULT 0, span_to INTEGER NOT NULL DEFAULT 0,
		PRIMARY KEY (part, pos))`,
	`CREATE INDEX history_said_room ON history_said (room, at)`,
	`CREATE INDEX history_said_user ON history_said (user_id, at)`,
	`CREATE TABLE history_acts (
		part INTEGER NOT NULL, pos BIGINT NOT NULL, room TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
		by_user TEXT NOT NULL, role TEXT NOT NULL, at BIGINT NOT NULL, data TEXT NOT NULL,
		PRIMARY KEY (part, pos))`,
	`CREATE INDEX history_acts_room ON history_acts (room, at)`,
	`CREATE TABLE history_keys (user_id TEXT PRIMARY KEY, secret BYTES NOT NULL)`,
	`CREATE TABLE history_forgotten (digest TEXT PRIMARY KEY, at BIGINT NOT NULL)`,
	`CREATE TABLE history_place (part INTEGER PRIMARY KEY, next BIGINT NOT NULL, epoch BIGINT NOT NULL, owner TEXT NOT NULL,
		seq BIGINT NOT NULL, chain BYTES NOT NULL, known INTEGER NOT NULL, breaks BIGINT NOT NULL)`,
}

// Store is the SQL side.
type Store struct {
	db       *sql.DB
	postgres bool
}

// OpenStore opens the database named by url, postgres://… or a file of SQLite,
// and brings its tables up to date.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	s := &Store{postgres: strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")}
	var err error
	if s.postgres {
		s.db, err = sql.Open("pgx", url)
	} else {
		path := strings.TrimPrefix(url, "sqlite://")
		s.db, err = sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)&_pragma=synchronous(normal)&_txlock=immediate")
	}
	if err != nil {
		return nil, fmt.Errorf("history: store: %w", err)
	}
	if err := s.migrate(ctx); err != nil {
		s.db.Close()
		return nil, fmt.Errorf("history: store: %w", err)
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) migrate(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS history_version (version INTEGER NOT NULL)`); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if s.postgres { // two processes that start together
		if _, err := tx.ExecContext(ctx, `LOCK TABLE history_version IN EXCLUSIVE MODE`); err != nil {
			return err
		}
	}
	var have int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM history_version`).Scan(&have); err != nil {
		return err
	}
	if have > len(migrations) {
		return fmt.Errorf("the tables are of version %d, this build knows %d: use the newer build", have, len(migrations))
	}
	bytes := "BLOB"
	if s.postgres {
		bytes = "BYTEA"
	}
	for i := have; i < len(migrations); i++ {
		if _, err := tx.ExecContext(ctx, strings.ReplaceAll(migrations[i], "BYTES", bytes)); err != nil {
			return fmt.Errorf("migration %d: %w", i+1, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO history_version (version) VALUES ($1)`, i+1); err != nil {
			return err
		}
	}
	return tx.Commit()
}
