// Package token says who may do what: it reads and writes the signed tokens
// that viewers and staff carry, and the resume tickets that take a viewer's
// watch time to its next connection.
//
// It is pure: the time is an argument, ids come from the caller. It knows
// nothing of revocation; the edge asks its own list.
package token
