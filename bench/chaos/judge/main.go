// Judge decides whether a run lost or doubled anything. It knows what clients
// were told (the witness file) and reads the log itself, with a reader and a
// fence of its own: it shares no code with the parts that it judges.
//
//	judge --kafka 127.0.0.1:7300 --witness witness.jsonl [--bundles DIR]
//
// It prints what it counted and every fault, and ends with 1 if there is one.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

func main() {
	kafka := flag.String("kafka", "", "brokers, comma-separated")
	ledger := flag.String("kafka-ledger", "", "brokers of the ledger's cluster; default the same")
	file := flag.String("witness", "", "what the clients were told")
	bundles := flag.String("bundles", "", "directory with a bundle for each finished giveaway, EVENT.fudai")
	flag.Parse()
	faults, err := run(*kafka, *ledger, *file, *bundles)
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(2)
	}
	for _, f := range faults {
		fmt.Println("FAULT", f)
	}
	if len(faults) > 0 {
		fmt.Printf("%d faults\n", len(faults))
		os.Exit(1)
	}
	fmt.Println("nothing lost, nothing twice")
}

func run(kafka, ledger, file, bundles string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	told, err := witness.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if ledger == "" {
		ledger = kafka
	}
	l, err := readLog(strings.Split(kafka, ","), strings.Split(ledger, ","))
	if err != nil {
		return nil, err
	}
	c := &court{log: l, told: told, bundles: bundles}
	c.judge()
	fmt.Println(c.summary())
	return c.faults, nil
}
