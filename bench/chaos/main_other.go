//go:build !unix

package main

import "log"

func main() { log.Fatal("chaos: processes are stopped and continued by signals: Linux or macOS only") }
