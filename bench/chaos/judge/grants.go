package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/fudai-live/fudai/bench/chaos/witness"
)

// decision is one decision of an accepted ledger record.
type decision struct {
	Kind, Event string
	Chunk, Of   int
	Data        json.RawMessage
	Public      json.RawMessage
}

// What the ledger may say of a grant, as other systems are told of it.
var steps = map[string][]string{"open": {"won"}, "claimed": {"due"}, "settled": {"won", "due"}, "expired": {"expired"}}

// decided: an event has one plan, one seal and one draw in the ledger, or an end;
// a grant is given once and a unit to one user.
func (c *court) decided(d *decision) {
	once := func(what string) {
		if c.once == nil {
			c.once = map[string]bool{}
		}
		if key := d.Event + "/" + what; c.once[key] {
			c.fault("event %s: the ledger holds %s twice", d.Event, what)
		} else {
			c.once[key] = true
		}
	}
	switch d.Kind {
	case "plan", "opened", "closed", "seal", "draw", "void":
		c.counts[d.Kind+" decisions"]++
		once(d.Kind)
	case "grant":
		var data struct {
			Steps []struct {
				Unit  uint32
				State string
				Grant string
			}
		}
		if err := json.Unmarshal(d.Data, &data); err != nil {
			c.fault("event %s: grant: %v", d.Event, err)
		}
		for _, s := range data.Steps {
			c.counts["grants "+s.State]++
			once("grant " + s.Grant + " as " + s.State)
			if s.State == "settled" || s.State == "claimed" {
				once(fmt.Sprint("unit ", s.Unit))
			}
			for _, what := range steps[s.State] {
				c.granted[s.Grant+"/prize."+what] = d.Event
			}
		}
	}
}

// shops: where a shop's system listened, it was told of every grant that is to
// be handed over and of no other, of each under one key and in the same words
// however often; and fudai.awards holds each step of each grant once.
func (c *court) shops() {
	listens, told := false, map[string]string{}
	for _, t := range c.told {
		switch {
		case t.What == witness.Act && t.Code == "shop":
			listens = true
		case t.What == witness.Told && t.Code == "":
			c.counts["told the shop"]++
			if old, again := told[t.ID]; again && old != t.Hash {
				c.fault("event %s: the shop was told of grant %s in different words", t.Event, t.ID)
			}
			told[t.ID] = t.Hash
			if event, due := c.granted[t.ID+"/prize.due"]; !due || event != t.Event {
				c.fault("event %s: the shop was told of grant %s, which the ledger gives to nobody", t.Event, t.ID)
			}
		case t.What == witness.Told:
			c.fault("the shop was told something %s under key %q", t.Code, t.ID)
		}
	}
	if !listens {
		return
	}
	c.counts["grants the shop booked"] = len(told)
	written := map[string]bool{}
	for _, e := range c.log.awards {
		id := string(e.headers["idempotency-key"])
		if written[id] {
			c.fault("event %s: fudai.awards holds %s twice", e.key, id)
		}
		written[id] = true
		if event, ok := c.granted[id]; !ok || event != e.key {
			c.fault("event %s: fudai.awards holds %s, the ledger does not", e.key, id)
		}
	}
	c.counts["steps in fudai.awards"] = len(written)
	for id, event := range c.granted {
		if !written[id] {
			c.fault("event %s: fudai.awards does not hold %s", event, id)
		}
		if grant, due := strings.CutSuffix(id, "/prize.due"); due && told[grant] == "" {
			c.fault("event %s: the shop was never told of grant %s", event, grant)
		}
	}
}

// proofs: list, seal, draw and grants of a giveaway are the same in the proof
// that was fetched when it was drawn and in that of the end of the run, which
// other owners computed from the log.
func (c *court) proofs(event string, last []byte) {
	raw, err := os.ReadFile(filepath.Join(c.bundles, event+".first"))
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	var a, b struct {
		Close, CloseHash, Result, ResultHash, Entrants, Excluded, Markers json.RawMessage
	}
	if err := errors.Join(err, json.Unmarshal(raw, &a), json.Unmarshal(last, &b)); err != nil {
		c.fault("event %s: its proofs: %v", event, err)
		return
	}
	c.counts["proofs compared"]++
	for what, pair := range map[string][2]json.RawMessage{"close": {a.Close, b.Close}, "close hash": {a.CloseHash, b.CloseHash}, "result": {a.Result, b.Result},
		"result hash": {a.ResultHash, b.ResultHash}, "entrants": {a.Entrants, b.Entrants}, "excluded": {a.Excluded, b.Excluded}, "markers": {a.Markers, b.Markers}} {
		if string(pair[0]) != string(pair[1]) {
			c.fault("event %s: two owners computed different %s", event, what)
		}
	}
}
