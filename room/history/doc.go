// Package history keeps the record of what was said: it reads fudai.history,
// holds its chain against itself, and writes it to SQL (SQLite embedded, or
// PostgreSQL), where it can be searched, exported as evidence and forgotten.
//
// In SQL a text stands under a key of its user's own, drawn at random. Who asks
// to be forgotten has the key destroyed: what was said can no longer be read
// here, while that something was said, and what became of it, remains. In the
// topic texts are sealed too and go with its retention; the sink takes no text
// of a forgotten user from it again.
//
// It is not where verdicts are made: nothing is decided by what stands here.
package history
