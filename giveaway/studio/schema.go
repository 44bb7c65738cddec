package studio

import (
	"context"
	"fmt"

	"github.com/fudai-live/fudai/room/installation/database"
)

// docs is a table of one kind of thing: its body as JSON, beside it what is
// asked for by.
func docs(name string) string {
	return `CREATE TABLE ` + name + ` (id TEXT PRIMARY KEY, shop TEXT NOT NULL, room TEXT NOT NULL, state TEXT NOT NULL,
		created BIGINT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL)`
}

// migrations are applied in order, once each; one that was released is never
// edited.
var migrations = []string{
	docs("studio_shops"), docs("studio_rooms"), docs("studio_shows"), docs("studio_prizes"), docs("studio_budgets"),
	docs("studio_templates"), docs("studio_giveaways"),
	`CREATE INDEX studio_prizes_shop ON studio_prizes (shop, created, id)`,
	`CREATE INDEX studio_giveaways_shop ON studio_giveaways (shop, created, id)`,
	`CREATE INDEX studio_giveaways_room ON studio_giveaways (room, state)`,
	`CREATE TABLE studio_staff (shop TEXT NOT NULL, user_id TEXT NOT NULL, roles TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (shop, user_id))`,
	`CREATE TABLE studio_accounts (id TEXT PRIMARY KEY, balance BIGINT NOT NULL)`,
	`CREATE TABLE studio_postings (id SERIAL, at BIGINT NOT NULL, shop TEXT NOT NULL, event TEXT NOT NULL, source TEXT NOT NULL,
		target TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0), why TEXT NOT NULL)`,
	`CREATE INDEX studio_postings_event ON studio_postings (event)`,
	`CREATE TABLE studio_audit (n BIGINT PRIMARY KEY, at BIGINT NOT NULL, shop TEXT NOT NULL, by_user TEXT NOT NULL, act TEXT NOT NULL,
		what TEXT NOT NULL, id TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL)`,
	`CREATE INDEX studio_audit_shop ON studio_audit (shop, n)`,
	`CREATE TABLE studio_audit_head (one INTEGER PRIMARY KEY, n BIGINT NOT NULL, hash TEXT NOT NULL)`,
	`INSERT INTO studio_audit_head (one, n, hash) VALUES (1, 0, '')`,
	// What is to be appended to fudai.control, and what was.
	`CREATE TABLE studio_line (event TEXT PRIMARY KEY, room TEXT NOT NULL, plan TEXT NOT NULL, public TEXT NOT NULL, hash TEXT NOT NULL, by_user TEXT NOT NULL,
		announce_at BIGINT NOT NULL, taken_at BIGINT NOT NULL DEFAULT 0, sent_at BIGINT NOT NULL DEFAULT 0)`,
	`CREATE INDEX studio_line_due ON studio_line (sent_at, announce_at)`,
	// Steps of prize units that are counted: the ledger may repeat one.
	`CREATE TABLE studio_steps (event TEXT NOT NULL, unit BIGINT NOT NULL, holder BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (event, unit, holder, state))`,
	`CREATE TABLE studio_funnels (event TEXT PRIMARY KEY, at BIGINT NOT NULL, body TEXT NOT NULL)`,
	// The proofs of what was drawn, as rooms gave them; kept for good.
	`CREATE TABLE studio_proofs (event TEXT PRIMARY KEY, state TEXT NOT NULL, at BIGINT NOT NULL, body BYTES NOT NULL)`,
	docs("studio_rehearsals"),
	// Which show each room is in, by the log; at 0: none.
	`CREATE TABLE studio_onair (room TEXT PRIMARY KEY, show_id TEXT NOT NULL, at BIGINT NOT NULL)`,
	// A plan that the room did not answer is sent again: how often, when it closes,
	// when the log had it first, and whether the room has answered.
	`ALTER TABLE studio_line ADD COLUMN tries BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE studio_line ADD COLUMN close_at BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE studio_line ADD COLUMN first_sent BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE studio_line ADD COLUMN answered INTEGER NOT NULL DEFAULT 0`,
	`ALTER TABLE studio_line ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0`, // it was cancelled while its room was silent
	docs("studio_appeals"),
	`ALTER TABLE studio_appeals ADD COLUMN user_id TEXT NOT NULL DEFAULT ''`,
	`CREATE INDEX studio_appeals_user ON studio_appeals (user_id, created)`,
	`CREATE INDEX studio_appeals_shop ON studio_appeals (shop, state, created)`,
	// Giveaways that were not planned here, for as long as one may appeal.
	`CREATE TABLE studio_elsewhere (room TEXT NOT NULL, event TEXT NOT NULL, title TEXT NOT NULL, close_at BIGINT NOT NULL, PRIMARY KEY (room, event))`,
	`CREATE INDEX studio_elsewhere_close ON studio_elsewhere (close_at)`,
	// Proofs also of what was planned elsewhere: an id is a room's. What is due to be
	// kept is noted as the ledger is read.
	`CREATE TABLE studio_proofs_kept (room TEXT NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL, body BYTES NOT NULL, PRIMARY KEY (room, event))`,
	`INSERT INTO studio_proofs_kept (room, event, state, at, body) SELECT g.room, p.event, p.state, p.at, p.body FROM studio_proofs p JOIN studio_giveaways g ON g.id = p.event`,
	`DROP TABLE studio_proofs`,
	`ALTER TABLE studio_proofs_kept RENAME TO studio_proofs`,
	`CREATE TABLE studio_proofs_due (room TEXT NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL, since BIGINT NOT NULL, at BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (room, event))`,
	`INSERT INTO studio_proofs_due (room, event, state, since, at, n) SELECT g.room, g.id, g.state, g.created, 0, 1 FROM studio_giveaways g
		LEFT JOIN studio_proofs p ON p.room = g.room AND p.event = g.id WHERE g.state IN ('drawn', 'claiming', 'settled') AND (p.event IS NULL OR g.state = 'settled' AND p.state <> 'settled')`,
	// Who won where, for caps of a shop, numbered in the order in which it was
	// committed; giveaways that want to know; how far their rooms have been told.
	`CREATE TABLE studio_wins (n BIGINT PRIMARY KEY, shop TEXT NOT NULL, room TEXT NOT NULL, event TEXT NOT NULL, user_id TEXT NOT NULL, grant_id TEXT NOT NULL,
		place BIGINT NOT NULL, at BIGINT NOT NULL, lost INTEGER NOT NULL, UNIQUE (grant_id, lost))`,
	`CREATE INDEX studio_wins_shop ON studio_wins (shop, n)`,
	`CREATE INDEX studio_wins_at ON studio_wins (at)`,
	`CREATE TABLE studio_wins_head (one INTEGER PRIMARY KEY, n BIGINT NOT NULL)`,
	`INSERT INTO studio_wins_head (one, n) VALUES (1, 0)`,
	`CREATE TABLE studio_capped (room TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (room, event))`,
	`CREATE TABLE studio_wins_told (room TEXT PRIMARY KEY, n BIGINT NOT NULL)`,
	// What an auditor may be given of a draw, sealed; without a body it is gone, and why.
	`CREATE TABLE studio_openings (room TEXT NOT NULL, event TEXT NOT NULL, at BIGINT NOT NULL, keep_until BIGINT NOT NULL, gone TEXT NOT NULL DEFAULT '', body BYTES,
		PRIMARY KEY (room, event))`,
	`CREATE INDEX studio_openings_keep ON studio_openings (keep_until)`,
}

// Store is the SQL side.
type Store struct{ db *database.DB }

// OpenStore opens the database named by url, postgres://… or a file of SQLite,
// and brings its tables up to date.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	db, err := database.Open(url)
	if err != nil {
		return nil, fmt.Errorf("studio: %w", err)
	}
	if err := db.Migrate(ctx, "studio_version", migrations); err != nil {
		db.Close()
		return nil, fmt.Errorf("studio: %w", err)
	}
	return &Store{db}, nil
}

// DB is the database, for parts that keep tables of their own in it.
func (s *Store) DB() *database.DB { return s.db }

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }
