package publiclog

// migrations of the tables. n is the entry's number, from 0 without a gap; a
// head is published once it stands in publiclog_heads. Times are Unix ms, those
// of cosignatures and of mirrors' words s. The room of an entry is empty where it
// was written before rooms were noted. Of a room, entry is its newest, told the size of the head
// that it was told last, 0 for none, and at when.
var migrations = []string{
	`CREATE TABLE publiclog_entries (n BIGINT PRIMARY KEY, event TEXT NOT NULL, kind TEXT NOT NULL, hash TEXT NOT NULL, at BIGINT NOT NULL)`,
	`CREATE UNIQUE INDEX publiclog_entries_once ON publiclog_entries (event, kind, hash)`,
	`CREATE TABLE publiclog_heads (size BIGINT PRIMARY KEY, at BIGINT NOT NULL)`,
	`CREATE TABLE publiclog_cosignatures (size BIGINT NOT NULL, witness TEXT NOT NULL, time BIGINT NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (size, witness))`,
	`CREATE TABLE publiclog_rooms (room TEXT PRIMARY KEY, entry BIGINT NOT NULL, told BIGINT NOT NULL, at BIGINT NOT NULL)`,
	`ALTER TABLE publiclog_entries ADD COLUMN room TEXT NOT NULL DEFAULT ''`,
	`CREATE TABLE publiclog_mirrored (close TEXT NOT NULL, mirror TEXT NOT NULL, time BIGINT NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (close, mirror))`,
}
