package archive

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// Verify is the command that checks a finished giveaway offline.
type Verify struct {
	File string `arg:"" help:"The bundle of a finished giveaway, or the archive that its shop keeps." type:"existingfile"`
	JSON bool   `help:"Print the report as JSON."`

	Sample   bool   `help:"Print which entrants the draw names for a spot audit: index, tag, partition, offset." xor:"what"`
	Openings string `help:"Check the openings of that sample too, the confidential file that the operator gives an auditor." type:"existingfile" placeholder:"FILE" xor:"what"`

	Finish bool     `help:"The file is a sealed list that a mirror held: draw it, as the operator must have." xor:"what"`
	Sigma  string   `help:"With --finish, the beacon's signature of the sealed round; without it relays are asked." placeholder:"HEX"`
	Proof  string   `help:"With --finish, the operator's proof, where the plan asks for one (vrf): the result that viewers were sent has it." placeholder:"HEX"`
	Relay  []string `help:"With --finish, the drand relays to ask." default:"https://api.drand.sh,https://api2.drand.sh,https://drand.cloudflare.com" placeholder:"URL"`
}

// Run prints the report, and ends with the number of the rule that failed first.
func (c *Verify) Run() error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	if c.Finish {
		return c.finish(b)
	}
	if Is(b) { // the file that a shop keeps: its own seal first, then the proof in it
		m, files, err := Read(b)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "archive of %s (%s), %s, signed by engine key %s, to be kept until %s: %d files as they were signed\n",
			m.Event, m.Title, m.State, m.EngineKey, time.UnixMilli(m.KeepUntil).UTC().Format(time.DateOnly), len(files))
		var plan struct{ EngineKey string }
		if err := json.Unmarshal(files[PlanName], &plan); err == nil && plan.EngineKey != m.EngineKey {
			return fmt.Errorf("the archive is signed by key %s, its plan names %s", m.EngineKey, plan.EngineKey)
		}
		if b = files[ProofName]; b == nil {
			return nil // nothing was drawn
		}
	}
	switch {
	case c.Sample:
		return c.sample(b)
	case c.Openings != "":
		return c.audit(b)
	}
	report := drawproof.Verify(b)
	if c.JSON {
		if err := printJSON(report); err != nil {
			return err
		}
	} else {
		fmt.Print(report.Text())
	}
	if !report.OK() {
		os.Exit(report.FirstFailure()) // the number of the rule that failed first
	}
	return nil
}
