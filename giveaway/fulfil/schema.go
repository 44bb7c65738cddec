package fulfil

// migrations are applied in order, once each; one that was released is never
// edited.
var migrations = []string{
	`CREATE TABLE fulfil_events (event TEXT PRIMARY KEY, room TEXT NOT NULL, title TEXT NOT NULL, plan TEXT NOT NULL, at BIGINT NOT NULL)`,
	`CREATE TABLE fulfil_prizes (grant_id TEXT PRIMARY KEY, event TEXT NOT NULL, room TEXT NOT NULL, shop TEXT NOT NULL, user_id TEXT NOT NULL,
		tier TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, pool TEXT NOT NULL, worth BIGINT NOT NULL, amount BIGINT NOT NULL, rank INTEGER NOT NULL,
		state TEXT NOT NULL, won_at BIGINT NOT NULL, deadline BIGINT NOT NULL, claimed_at BIGINT NOT NULL DEFAULT 0, shipped_at BIGINT NOT NULL DEFAULT 0,
		done_at BIGINT NOT NULL DEFAULT 0, carrier TEXT NOT NULL DEFAULT '', tracking TEXT NOT NULL DEFAULT '', failed TEXT NOT NULL DEFAULT '', form BYTES)`,
	`CREATE INDEX fulfil_prizes_user ON fulfil_prizes (user_id, won_at)`,
	`CREATE INDEX fulfil_prizes_queue ON fulfil_prizes (shop, state, won_at)`,
	`CREATE INDEX fulfil_prizes_event ON fulfil_prizes (event)`,
	`CREATE TABLE fulfil_codes (n SERIAL, shop TEXT NOT NULL, pool TEXT NOT NULL, code TEXT NOT NULL, grant_id TEXT NOT NULL DEFAULT '', at BIGINT NOT NULL DEFAULT 0,
		UNIQUE (shop, pool, code))`,
	`CREATE INDEX fulfil_codes_free ON fulfil_codes (shop, pool, grant_id, n)`,
	// The database itself gives no grant two codes.
	`CREATE UNIQUE INDEX fulfil_codes_once ON fulfil_codes (grant_id) WHERE grant_id <> ''`,
	`CREATE TABLE fulfil_hooks (shop TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, at BIGINT NOT NULL)`,
	`CREATE TABLE fulfil_outbox (grant_id TEXT PRIMARY KEY, shop TEXT NOT NULL, body TEXT NOT NULL, due_at BIGINT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
		done_at BIGINT NOT NULL DEFAULT 0, given_up INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '')`,
	`CREATE INDEX fulfil_outbox_due ON fulfil_outbox (done_at, given_up, due_at)`,
	`CREATE TABLE fulfil_keys (event TEXT PRIMARY KEY, secret BYTES NOT NULL)`,
	`CREATE TABLE fulfil_forgotten (event TEXT PRIMARY KEY, at BIGINT NOT NULL)`,
	// What fudai.awards is to be told, and was.
	`CREATE TABLE fulfil_awards (n SERIAL, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, body TEXT NOT NULL, taken_at BIGINT NOT NULL DEFAULT 0,
		from_offset BIGINT NOT NULL DEFAULT 0, done_at BIGINT NOT NULL DEFAULT 0)`,
	`CREATE INDEX fulfil_awards_line ON fulfil_awards (done_at, taken_at, n)`,
	`ALTER TABLE fulfil_prizes ADD COLUMN fields TEXT NOT NULL DEFAULT ''`,   // questions of the claim form, JSON
	`ALTER TABLE fulfil_prizes ADD COLUMN currency TEXT NOT NULL DEFAULT ''`, // of worth and amount; '': CNY
	// An event's id is its room's, so what was announced is known by both.
	`CREATE TABLE fulfil_plans (room TEXT NOT NULL, event TEXT NOT NULL, title TEXT NOT NULL, plan TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (room, event))`,
	`INSERT INTO fulfil_plans (room, event, title, plan, at) SELECT room, event, title, plan, at FROM fulfil_events`,
	`DROP TABLE fulfil_events`,
	// Giveaways that ended void, and who was in them.
	`CREATE TABLE fulfil_voids (room TEXT NOT NULL, event TEXT NOT NULL, title TEXT NOT NULL, code TEXT NOT NULL, why TEXT NOT NULL, compensation TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (room, event))`,
	`CREATE INDEX fulfil_voids_at ON fulfil_voids (at)`,
	`CREATE TABLE fulfil_left (user_id TEXT NOT NULL, room TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (user_id, room, event))`,
	`CREATE INDEX fulfil_left_event ON fulfil_left (room, event)`,
	// Of prizes whose winners the platform confirms: who does, when the winner's claim
	// went to the log, what was said of them; and why a prize was lost.
	`ALTER TABLE fulfil_prizes ADD COLUMN step_up TEXT NOT NULL DEFAULT ''`,
	`ALTER TABLE fulfil_prizes ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE fulfil_prizes ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE fulfil_prizes ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0`,
	`ALTER TABLE fulfil_prizes ADD COLUMN code TEXT NOT NULL DEFAULT ''`,
}
