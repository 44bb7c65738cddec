package staff

import (
	"context"
	"fmt"

	"github.com/fudai-live/fudai/room/installation/database"
)

// migrations are applied in order, once each; one that was released is never
// edited. Secrets are kept as hashes alone.
var migrations = []string{
	`CREATE TABLE staff_people (user_id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, rooms TEXT NOT NULL, subject TEXT NOT NULL,
		closed BIGINT NOT NULL, created BIGINT NOT NULL, by_user TEXT NOT NULL, entered BIGINT NOT NULL)`,
	`CREATE TABLE staff_links (hash TEXT PRIMARY KEY, digits TEXT NOT NULL, kind TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL,
		roles TEXT NOT NULL, rooms TEXT NOT NULL, at_show TEXT NOT NULL, expires BIGINT NOT NULL, used BIGINT NOT NULL, by_user TEXT NOT NULL, by_session TEXT NOT NULL)`,
	`CREATE INDEX staff_links_digits ON staff_links (digits)`,
	`CREATE TABLE staff_sessions (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL,
		roles TEXT NOT NULL, rooms TEXT NOT NULL, at_show TEXT NOT NULL, device TEXT NOT NULL, created BIGINT NOT NULL, seen BIGINT NOT NULL,
		expires BIGINT NOT NULL, ended BIGINT NOT NULL, by_user TEXT NOT NULL, by_session TEXT NOT NULL)`,
	`CREATE INDEX staff_sessions_user ON staff_sessions (user_id, created)`,
	`CREATE INDEX staff_sessions_by ON staff_sessions (by_session)`,
}

func migrate(ctx context.Context, db *database.DB) error {
	if err := db.Migrate(ctx, "staff_version", migrations); err != nil {
		return fmt.Errorf("staff: %w", err)
	}
	return nil
}
