//go:build !linux

package main

import "log"

func main() { log.Fatal("fanout: raw sockets, epoll and /proc are needed: Linux only") }
