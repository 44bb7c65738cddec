//go:build unix

// Chaos runs the built program under load while its processes are killed,
// stopped for seconds (zombies), ended and started again, and writes down what
// clients were told. The judge (bench/chaos/judge) then says whether anything
// was lost or doubled.
//
//	go run ./bench/chaos --bin ./fudai --for 60s --seed 7                  # development broker of its own
//	go run ./bench/chaos --bin ./fudai --kafka 127.0.0.1:7300 --pids 12,13,14 --replication 3
//
// With --pids the brokers of a cluster are stopped for a while too, so that
// leaders move. Everything is drawn from --seed, which is printed.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

var (
	bin         = flag.String("bin", "", "the built program")
	judge       = flag.String("judge", "", "the built judge; without it the run is not judged")
	against     = flag.String("kafka", "", "brokers; empty: the development broker, which is killed too")
	replication = flag.Int("replication", 1, "copies of each partition on the cluster")
	brokerPIDs  = flag.String("pids", "", "processes of the cluster's brokers, to be stopped for a while, comma-separated")
	length      = flag.Duration("for", 60*time.Second, "how long things die")
	every       = flag.Duration("every", 4*time.Second, "about the time between two of them")
	seed        = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of everything drawn")
	shards      = flag.Int("nodes", 3, "processes of the program; all but the last are edges too")
	rooms       = flag.Int("rooms", 8, "rooms")
	viewers     = flag.Int("viewers", 24, "viewers, spread over rooms and edges")
	gives       = flag.Duration("gives", 0, "a giveaway in every room so often, open for a third of that; 0: one a room, open all the time")
	down        = flag.Duration("down", 3*time.Second, "most time that something killed stays dead")
	only        = flag.String("only", "", "only this: kill, stop, term or broker")
	dir         = flag.String("dir", "", "where data and witness go; empty: a temporary directory, removed after a clean run")
)

func main() {
	flag.Parse()
	log.SetFlags(log.Ltime | log.Lmicroseconds)
	if err := run(); err != nil {
		log.Fatal("chaos: ", err)
	}
}

func run() error {
	at := *dir
	if at == "" {
		var err error
		if at, err = os.MkdirTemp("", "fudai-chaos"); err != nil {
			return err
		}
	}
	fmt.Printf("seed %d, in %s\n", *seed, at)
	file, err := os.Create(filepath.Join(at, "witness.jsonl"))
	if err != nil {
		return err
	}
	defer file.Close()
	s, err := newStage(at, witness.NewBook(file), rand.New(rand.NewPCG(*seed, 1)))
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.start(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	crowd := s.crowd(ctx)
	crowd.wait("every room speaks", 60*time.Second, crowd.allHeard)
	var events map[string]string
	var shop *shop
	if *gives == 0 {
		if events, err = crowd.announce(s.host(), 0, 2*time.Second, *length+15*time.Second); err != nil {
			stop()
			return err
		}
		s.mayhem(*length)
	} else {
		if shop, err = s.openShop(); err == nil {
			err = shop.furnish(crowd.names)
		}
		if err != nil {
			stop()
			return err
		}
		go crowd.proofs(ctx, at)
		announced := make(chan map[string]string)
		go func() { announced <- crowd.series(ctx, s.host(), *length) }()
		s.mayhem(*length)
		events = <-announced
	}
	s.healAll()
	crowd.wait("every giveaway is over", 120*time.Second, func() bool { return crowd.results() >= len(events) })
	crowd.mute()
	crowd.wait("everything said is acknowledged", 60*time.Second, func() bool { return crowd.pending() == 0 })
	if shop != nil {
		crowd.wait("every prize is with its winner or nobody's", 240*time.Second, shop.settled)
		log.Printf("the shop was told")
	}
	time.Sleep(3 * time.Second) // outcomes and repeats, if any, would come now
	stop()
	<-crowd.written
	if err := s.bundles(at, events); err != nil {
		return err
	}
	told, err := s.book.Close()
	if err != nil {
		return err
	}
	failovers(told)
	latencies(told)
	if *judge == "" {
		return nil
	}
	out, err := exec.Command(*judge, "--kafka", strings.Join(s.brokers, ","), "--kafka-ledger", strings.Join(s.ledger, ","),
		"--witness", file.Name(), "--bundles", at).CombinedOutput()
	fmt.Print(string(out))
	if err != nil {
		return fmt.Errorf("judge: %w; seed %d; everything is in %s", err, *seed, at)
	}
	out, err = exec.Command(*bin, "history", "verify", "--kafka", strings.Join(s.brokers, ","), "--kafka-ledger", strings.Join(s.ledger, ",")).CombinedOutput()
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); err == nil {
		fmt.Println("history:", lines[len(lines)-1])
	} else {
		return fmt.Errorf("history: %w; seed %d; everything is in %s\n%s", err, *seed, at, out)
	}
	s.stop()
	if *dir == "" {
		os.RemoveAll(at)
	}
	return nil
}

func pids() (all []int) {
	for _, p := range strings.Split(*brokerPIDs, ",") {
		if n, err := strconv.Atoi(p); err == nil {
			all = append(all, n)
		}
	}
	return all
}
