// Command fit reads a recording of a live chat, one JSON object a line with
// t_ms, user and text, and writes the figures of its shape: no text, no name.
// Package roomtest draws crowds from them.
//
//	go run ./room/roomtest/fit -source NAME -licence TERMS recording.jsonl > room/roomtest/shape.json
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"log"
	"os"

	"github.com/fudai-live/fudai/room/roomtest"
)

func main() {
	log.SetFlags(0)
	source := flag.String("source", "", "where the recording is from")
	licence := flag.String("licence", "", "what it may be used for")
	flag.Parse()
	if flag.NArg() != 1 || *source == "" || *licence == "" {
		log.Fatal("fit: want -source, -licence and one recording")
	}
	all, err := read(flag.Arg(0))
	if err != nil {
		log.Fatal("fit: ", err)
	}
	if len(all) < 1000 {
		log.Fatalf("fit: %d messages: too few for a shape", len(all))
	}
	s := roomtest.Fit(all)
	s.Source, s.Licence = *source, *licence
	out, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		log.Fatal("fit: ", err)
	}
	os.Stdout.Write(append(out, '\n'))
}

func read(path string) (all []roomtest.Said, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s roomtest.Said
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, lines.Err()
}
