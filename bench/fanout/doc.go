// Fanout measures the edge: what a frame to a viewer costs beside the smallest
// send loop there can be (floor/floor.c) and beside a plain Hertz WebSocket
// server (peer/), what an idle viewer costs, how late the last one is, and
// whether viewers who do not read are noticed by those who do.
//
//	go run ./bench/fanout writes      CPU per write against floor and peer
//	go run ./bench/fanout comments    CPU per million comments delivered
//	go run ./bench/fanout hold        memory per idle viewer, handshakes a second
//	go run ./bench/fanout latency     from the log to every viewer
//	go run ./bench/fanout stall       viewers who do not read
//	go run ./bench/fanout drop        all lose their connections at once and return
//	go run ./bench/fanout rolling     two edges are started anew in turn: lost results
//
// The server is the released program, `fudai serve` with its defaults, against
// a broker of its own; comments come in through Kafka as a platform sends them.
// Nothing in it knows that it is measured. The load is processes of this
// program, each an epoll loop over raw sockets that does the real handshake with
// a token of its own for every viewer, answers pings, follows the frames' seq and
// counts what is missing. CPU is user and system time of each process from
// /proc/PID/stat, the children of the server included.
//
// Machines are shared and drift, so variants take turns within one run, windows
// of seconds each, and what counts is the ratio of their medians.
package main
