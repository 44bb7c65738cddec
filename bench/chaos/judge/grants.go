package main

import (
	"encoding/json"
	"fmt"
)

// decision is one decision of an accepted ledger record.
type decision struct {
	Kind, Event string
	Chunk, Of   int
	Data        json.RawMessage
	Public      json.RawMessage
}

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
			c.counts["grants"]++
			once("grant " + s.Grant + " as " + s.State)
			if s.State == "settled" {
				once(fmt.Sprint("unit ", s.Unit))
			}
		}
	}
}
