//go:build unix

package main

import (
	"fmt"
	"log"
	"slices"
	"syscall"
	"time"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

// mayhem kills, stops and ends processes until the time is over. One thing
// happens at a time, so that a figure of a failover has one cause.
func (s *stage) mayhem(length time.Duration) {
	kinds := []string{"kill", "kill", "stop", "stop", "term"}
	if s.broker != nil || len(pids()) > 0 {
		kinds = append(kinds, "broker")
	}
	if *only != "" {
		kinds = []string{*only}
	}
	for until := time.Now().Add(length); time.Now().Before(until); {
		time.Sleep(*every/2 + time.Duration(s.rand.Int64N(int64(*every))))
		n := s.nodes[s.rand.IntN(len(s.nodes))]
		switch kinds[s.rand.IntN(len(kinds))] {
		case "kill":
			s.act("kill", n)
			n.end(syscall.SIGKILL)
			time.Sleep(s.between(min(200*time.Millisecond, *down/2), *down))
			s.again(n)
		case "stop": // long enough for somebody else to claim what it owns
			s.act("stop", n)
			n.signal(syscall.SIGSTOP)
			time.Sleep(s.between(300*time.Millisecond, 5*time.Second))
			n.signal(syscall.SIGCONT)
			s.act("cont", n)
		case "term":
			s.act("term", n)
			n.end(syscall.SIGTERM)
			s.again(n)
		case "broker":
			s.disturbBroker()
		}
	}
}

func (s *stage) disturbBroker() {
	if s.broker == nil {
		all := pids()
		pid := all[s.rand.IntN(len(all))]
		s.book.Note(witness.Event{At: time.Now().UnixMilli(), What: witness.Act, Code: "stop-broker", ID: fmt.Sprint(pid)})
		log.Printf("stop broker %d", pid)
		syscall.Kill(pid, syscall.SIGSTOP)
		time.Sleep(s.between(time.Second, 9*time.Second)) // beyond 6 s its leaders move
		syscall.Kill(pid, syscall.SIGCONT)
		time.Sleep(3 * time.Second) // until it follows again: two of three must
		return
	}
	if s.rand.IntN(2) == 0 {
		s.act("stop-broker", s.broker)
		s.broker.signal(syscall.SIGSTOP)
		time.Sleep(s.between(300*time.Millisecond, 3*time.Second))
		s.broker.signal(syscall.SIGCONT)
		return
	}
	s.act("kill-broker", s.broker)
	s.broker.end(syscall.SIGKILL)
	time.Sleep(s.between(100*time.Millisecond, time.Second))
	for try := 0; ; try++ {
		err := s.startBroker()
		if err == nil {
			return
		}
		if try == 20 {
			s.fail(err)
		}
		time.Sleep(250 * time.Millisecond)
	}
}

func (s *stage) act(what string, p *process) {
	log.Printf("%s %s", what, p.name)
	s.book.Note(witness.Event{At: time.Now().UnixMilli(), What: witness.Act, Code: what, ID: p.name})
}

func (s *stage) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.rand.Int64N(int64(most-least)))
}

// again starts a node that ended and waits until it takes part.
func (s *stage) again(n *process) {
	if err := n.start(); err != nil {
		s.fail(err)
	}
	if err := n.ready(180 * time.Second); err != nil {
		s.fail(err)
	}
}

// fail ends the run, and with it everything that it started.
func (s *stage) fail(err error) {
	s.stop()
	log.Fatal("chaos: ", err)
}

// healAll lets everything run again that ended by itself, which is a fault.
func (s *stage) healAll() {
	for _, n := range s.nodes {
		if n.gone() {
			log.Printf("%s ended by itself; see its log", n.name)
			s.again(n)
		}
	}
}

// failovers prints how long rooms stood still after a process was killed or
// asked to end: from the act to the next frame on a viewer's socket, for the
// room that waited longest. Rooms speak ten times a second.
func failovers(told []witness.Event) {
	byRoom := map[string][]int64{}
	for _, e := range told {
		if e.What == witness.Frame {
			byRoom[e.Room] = append(byRoom[e.Room], e.At)
		}
	}
	took := map[string][]int64{}
	for _, e := range told {
		if e.What != witness.Act || e.Code != "kill" && e.Code != "term" {
			continue
		}
		var most int64
		for _, at := range byRoom {
			// The first frame that is not of the old owner's last breath.
			i, _ := slices.BinarySearch(at, e.At)
			for j := i; j < len(at) && at[j] < e.At+10_000; j++ {
				before := e.At
				if j > 0 {
					before = max(before, at[j-1])
				}
				most = max(most, at[j]-before)
			}
		}
		took[e.Code] = append(took[e.Code], most)
	}
	for code, all := range took {
		slices.Sort(all)
		at := func(q float64) int64 { return all[min(len(all)-1, int(q*float64(len(all))))] }
		fmt.Printf("%s: longest silence of a room, of %d: least %d ms, p50 %d ms, p90 %d ms, most %d ms\n", code, len(all), all[0], at(.5), at(.9), all[len(all)-1])
	}
}

// fresh is how long a run counts as one on processes, and perhaps brokers, that
// have just started: compilers warm up, logs are opened, owners are found.
const fresh = 30 * time.Second

// latencies prints how long it took from a viewer's sending to being told that
// Kafka has it, which is the floor, and to being told what became of it: while
// everything is new, in calm, and within five seconds after something happened
// to a process.
func latencies(told []witness.Event) {
	var acts []int64
	said := map[string]int64{}
	for _, e := range told {
		switch e.What {
		case witness.Act:
			acts = append(acts, e.At)
		case witness.Said:
			said[e.Who+"/"+e.ID] = e.At
		}
	}
	slices.Sort(acts)
	when := func(at int64) string {
		if i, _ := slices.BinarySearch(acts, at-5000); i < len(acts) && acts[i] <= at+1000 {
			return "while processes end and start"
		}
		if at < told[0].At+fresh.Milliseconds() {
			return "in the first 30 s"
		}
		return "calm"
	}
	took := map[string]map[string][]int64{witness.Sent: {}, witness.Out: {}}
	for _, e := range told {
		id := e.Who + "/" + e.ID
		at, ok := said[id]
		if kind := took[e.What]; ok && kind != nil {
			kind[when(at)] = append(kind[when(at)], e.At-at)
			if e.What == witness.Out {
				delete(said, id)
			}
		}
	}
	for _, w := range []string{"in the first 30 s", "calm", "while processes end and start"} {
		for _, kind := range []string{witness.Sent, witness.Out} {
			all := took[kind][w]
			if len(all) == 0 {
				continue
			}
			slices.Sort(all)
			at := func(q float64) int64 { return all[min(len(all)-1, int(q*float64(len(all))))] }
			fmt.Printf("from saying to %s, %s, of %d: p50 %d ms, p99 %d ms, most %d ms\n",
				map[string]string{witness.Sent: "Kafka's acknowledgement", witness.Out: "being told what became of it"}[kind], w, len(all), at(.5), at(.99), all[len(all)-1])
		}
	}
}
