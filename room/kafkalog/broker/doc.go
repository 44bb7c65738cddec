// Package broker is the embedded development broker: two clusters of the
// kfake testing library in one process, on loopback, with their data on disk.
//
// It exists so that one command shows a running Fudai. It is not a production
// log: there is one copy of everything, an error of fsync is not noticed, and
// a damaged tail is cut off with a warning. It says so when it starts.
package broker
