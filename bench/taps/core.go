package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// core is one giveaway folded in this process: what an owner computes between a
// record and the next, with every decision encoded, read back and applied, and
// nothing else running. Times are CPU seconds of the process.
type core struct {
	keys   *record.Keys
	beacon drawproof.LocalKey
	e      *giveaway.Events
	now    int64
	at     int64
	ledger int64
}

const coreRoom = "bench"

func runCore(entrants int) error {
	keys := record.DeriveKeys([32]byte{1})
	beacon, err := drawproof.NewLocalKey(keys.Beacon[:])
	if err != nil {
		return err
	}
	c := &core{keys: keys, beacon: beacon, now: 1_793_000_000_000, at: 1}
	c.e = giveaway.New(giveaway.Config{Room: coreRoom, Partition: 7, Keys: keys, Chains: []drawproof.Chain{beacon.Chain(1_700_000_000, 1)}})
	plan := map[string]any{"event": "big", "kind": "grab", "title": "百万", "openAt": c.now + 200, "closeAt": c.now + 5000, "alternates": 100,
		"prizes": []map[string]any{{"id": "p1", "title": "杯", "qty": 1000, "valueFen": 990}}}
	if *tied {
		plan["cluster"] = giveaway.Cluster{By: []string{giveaway.TieDevice, giveaway.TiePay, giveaway.TieAddress, giveaway.TiePhone}, Weak: &giveaway.Weak{BurstSec: 60, CoPercent: 60}}
	}
	if err := c.control(record.CtlPlan, plan); err != nil {
		return err
	}
	for range 3 {
		c.now += 200
		if err := c.turn(); err != nil {
			return err
		}
	}
	in := giveaway.Entry{Event: "big", Facts: &record.Facts{}}
	took := c.measure(func() error {
		for i := range entrants {
			in.User = strconv.AppendInt(append(in.User[:0], "user-"...), int64(i), 10)
			in.Name = in.User
			if *tied {
				c.tie(in.Facts, i, entrants)
			}
			if r := c.e.Enter(&in, c.at, c.now); r.Code != record.Entered {
				return fmt.Errorf("entry %d: %s", i, r.Code)
			}
			c.at++
		}
		return nil
	})
	fmt.Printf("%d entries: %.2f CPU-s, %.0f a CPU-second\n", entrants, took, float64(entrants)/took)
	c.now += 6000
	took = c.measure(func() error { return c.until(giveaway.Sealed) })
	fmt.Printf("close to seal (list in %d records, read back and hashed a second time): %.2f CPU-s\n", c.ledger, took)
	await := c.e.Awaits()[0]
	c.now = await.Chain.RoundTime(await.Round) + 200
	took = c.measure(func() error {
		if err := c.control(record.CtlBeacon, record.BeaconData{Chain: await.Chain.Hash.String(), Round: await.Round, Sig: fmt.Sprintf("%x", c.beacon.Sign(await.Round))}); err != nil {
			return err
		}
		return c.until(giveaway.Settled)
	})
	fmt.Printf("beacon to all grants: %.2f CPU-s; most memory %s\n", took, peak())
	b, err := c.e.Bundle("big")
	if err != nil {
		return err
	}
	took = c.measure(func() error {
		if r := drawproof.Verify(b); !r.OK() {
			return fmt.Errorf("the bundle does not verify:\n%s", r.Text())
		}
		return nil
	})
	fmt.Printf("bundle of %.0f MB verified: %.2f CPU-s\n", float64(len(b))/1e6, took)
	return nil
}

// tie states facts of entrant i of n: two of three share a device with somebody,
// and so on; the segments of phones are few.
func (c *core) tie(f *record.Facts, i, n int) {
	some := func(what string, of int) string { return what + strconv.Itoa(i*7919%of) }
	f.Known = record.FactLinks | record.FactCreated
	f.Device, f.Pay, f.Address, f.Phone = some("d", n), some("p", n*3/4), some("a", n/2), some("138-", 1000)
	f.CreatedAt = c.now - int64(i*31%1_000_000)*1000
}

func (c *core) measure(f func() error) float64 {
	runtime.GC()
	before := cpuTime("self")
	if err := f(); err != nil {
		fmt.Fprintln(os.Stderr, "taps:", err)
		os.Exit(1)
	}
	return cpuTime("self") - before
}

func (c *core) control(kind string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return c.e.Control(&record.Control{V: 1, ID: "c", Kind: kind, Room: coreRoom, By: "host", Role: "host", Data: raw}, c.at-1, c.now)
}

func (c *core) until(phase giveaway.Phase) error {
	for range 10_000 {
		if p, _ := c.e.Phase("big"); p == phase {
			return nil
		}
		if err := c.turn(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s is never reached: %v", phase, c.e.Stuck())
}

// turn appends what is due and folds it, as it comes back from the log.
func (c *core) turn() error {
	var due giveaway.Due
	c.e.Due(c.now, &due)
	for _, m := range due.Markers {
		rec := &record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
		rec.Marker = record.Marker{Epoch: 1, Seq: 1, Now: c.now, Plan: []byte(m.Plan.String())}
		c.keys.SignMarker(rec, 7)
		c.e.Marker(rec, c.at, c.now)
		c.at++
	}
	if len(due.Decisions) == 0 {
		return nil
	}
	for i := range due.Decisions {
		l, err := record.ParseLedger(record.AppendLedger(nil, &record.Ledger{V: 1, Epoch: 1, Owner: record.ID128{1}.String(), Seq: uint64(c.ledger + 2), Decisions: due.Decisions[i : i+1]}))
		if err != nil {
			return err
		}
		if err := c.e.Ledger(&l.Decisions[0], c.ledger); err != nil {
			return err
		}
		c.ledger++
	}
	return nil
}

// peak is the most memory this process has held.
func peak() string {
	b, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(v)
		}
	}
	return "?"
}

// cpuTime reads utime and stime of a process, in seconds (proc(5), 100 ticks a second).
func cpuTime(pid string) float64 {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	u, _ := strconv.ParseFloat(fields[11], 64)
	s, _ := strconv.ParseFloat(fields[12], 64)
	return (u + s) / 100
}
