// Package broker is the embedded development broker: two clusters of the
// kfake testing library in one process, on loopback, with their data on disk.
//
// It exists so that one command shows a running Fudai. It is not a production
// log, and says so when it starts:
//
//   - there is one copy of everything;
//   - an error of fsync is not noticed by the library. The ledger's cluster
//     syncs every batch, and a probe file in the same directory is written and
//     synced every second: if that fails, or less than Config.FreeBytes of disk
//     is left, writes are refused with an error that clients retry, until it
//     succeeds again. A single batch lost to a failing disk between two probes
//     is still possible;
//   - a damaged tail is cut off at start with a warning in the log.
//
// # Isolation
//
// The library parses what strangers send before it knows them, and one bad
// frame ends its process. So [Run] puts a [guard] before it, which passes only
// frames that can be parsed, and [Start] runs it as a child process, so that
// what gets through anyway takes no viewer's connection along.
//
// The child ends when its parent does, however that ends: it reads end of file
// on its standard input, and on Linux it also gets a signal.
package broker
