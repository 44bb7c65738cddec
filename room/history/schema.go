package history

import (
	"context"
	"fmt"

	"github.com/fudai-live/fudai/room/installation/database"
)

// migrations are applied in order, once each; one that was released is never
// edited. BYTES is written as the database calls them.
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
	`ALTER TABLE history_said ADD COLUMN decided_by TEXT NOT NULL DEFAULT ''`,
}

// Store is the SQL side.
type Store struct{ db *database.DB }

// OpenStore opens the database named by url, postgres://… or a file of SQLite,
// and brings its tables up to date.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	db, err := database.Open(url)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	if err := db.Migrate(ctx, "history_version", migrations); err != nil {
		db.Close()
		return nil, fmt.Errorf("history: %w", err)
	}
	return &Store{db}, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }
