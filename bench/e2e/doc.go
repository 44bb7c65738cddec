// Package e2e tests the built program from outside, as its users meet it: real
// processes, real sockets, a real broker, and kcat as the stranger who produces
// and consumes without knowing any of our code.
//
// The tests start the program on free ports of loopback with a data directory of
// their own. With FUDAI_KAFKA (a list of brokers) they run against that cluster
// instead of the embedded development broker.
package e2e
