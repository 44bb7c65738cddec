// Taps measures giveaways at the size they are built for.
//
//	go run ./bench/taps --entrants 1000000        # one event in this process: entries, seal, draw
//	go run ./bench/taps --n 300000 --within 3s --kafka ADDR --kafka-ledger ADDR --url http://... --data DIR
//	go run ./bench/taps --weak 10000 --url http://... --data DIR
//
// The third holds a giveaway whose entrants all have a bad network: nobody may
// be told that they are in without a receipt, nobody with a receipt be missing.
//
// The second runs against a running installation: so many users say the
// passphrase of a lucky bag within so long, as an edge would write their records,
// and each must end in exactly one of a receipt, "late" with the marker's offset,
// "early", or a refusal before anything was sent. The drawn bundle must hold
// exactly those with a receipt.
package main

import (
	"flag"
	"log"
	"time"
)

var (
	entrants = flag.Int("entrants", 0, "fold one event with so many entrants in this process")
	tied     = flag.Bool("tied", false, "of --entrants: accounts are tied by every kind of tie, most to some others")
	taps     = flag.Int("n", 300_000, "taps, each of another user")
	within   = flag.Duration("within", 3*time.Second, "over which they are spread; the close falls into the last tenth")
	brokers  = flag.String("kafka", "", "brokers, comma-separated")
	ledger   = flag.String("kafka-ledger", "", "brokers of the ledger, if others")
	base     = flag.String("url", "http://127.0.0.1:8080", "address of the installation")
	data     = flag.String("data", "", "its data directory, for the key that signs tokens")
	weakly   = flag.Int("weak", 0, "so many entrants over sockets through a bad network")
	delay    = flag.Duration("delay", 400*time.Millisecond, "of the bad network, each way")
	loss     = flag.Float64("loss", 0.05, "of its segments")
	openFor  = flag.Duration("open", 40*time.Second, "for how long the giveaway of --weak is open")
	seed     = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of everything that is drawn there")
	pids     = flag.String("pid", "", "processes whose CPU time to print, comma-separated")
)

func main() {
	flag.Parse()
	log.SetFlags(0)
	run := func() error { return runTaps() }
	if *weakly > 0 {
		run = func() error { return runWeak(*weakly) }
	}
	if *entrants > 0 {
		run = func() error { return runCore(*entrants) }
	}
	if err := run(); err != nil {
		log.Fatal("taps: ", err)
	}
}
