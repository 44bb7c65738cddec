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
}

// Run prints the report, and ends with the number of the rule that failed first.
func (c *Verify) Run() error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
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
	report := drawproof.Verify(b)
	if c.JSON {
		j, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		fmt.Println(string(j))
	} else {
		fmt.Print(report.Text())
	}
	if !report.OK() {
		os.Exit(report.FirstFailure()) // the number of the rule that failed first
	}
	return nil
}
