// Package prefork is one edge of several processes: as many viewers as a machine
// can hold, where one process holds only as many as it may open files.
//
// The parent listens, speaks with the log for all (package relay), and serves
// what is not a viewer's: pages, staff, health. Its children are edges. They
// inherit the listening socket and accept from its one queue: a child that is
// full or goes away simply takes no more, so no connection waits in a queue that
// nobody serves, which is how SO_REUSEPORT loses some. What it costs is a wake-up
// of the idle ones for each connection.
//
// A child that ends is started again. A child whose parent is gone says goodbye
// to its viewers and ends.
package prefork
