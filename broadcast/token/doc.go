// Package token says who may do what: it reads and writes the signed tokens
// that viewers and staff carry, and the resume tickets that take a viewer's
// watch time to its next connection.
//
// The one table of who may do what stands here too (permissions.go): desk,
// history, studio and operator page all ask it.
//
// It is pure: the time is an argument, ids come from the caller. It knows
// nothing of revocation; the edge asks its own list, and where
// staff work a Verifier of room/staff stands before it.
package token
