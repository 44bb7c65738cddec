// Package database is the SQL side of an installation: one database, SQLite in
// a file or PostgreSQL by a URL, in which each part keeps tables of its own
// under its own version. Statements are written once, in what both understand:
// $1 for arguments, ON CONFLICT, RETURNING, BIGINT for Unix milliseconds.
//
// It holds no statement of any part.
package database
