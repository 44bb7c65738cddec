package archive

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// sampled is an entrant whom the draw names for a spot audit, as --sample --json prints.
type sampled struct {
	Index     uint32         `json:"index"`
	Tag       drawproof.Hash `json:"tag"`
	Partition uint32         `json:"partition"`
	Offset    uint64         `json:"offset"`
}

// sample prints which entrants the operator must open to an auditor.
func (c *Verify) sample(bundle []byte) error {
	indices, leaves, err := drawproof.SampleOf(bundle)
	if err != nil {
		return err
	}
	all := make([]sampled, len(indices))
	for i, l := range leaves {
		all[i] = sampled{indices[i], l.Tag, l.Partition, l.Offset}
	}
	if c.JSON {
		return printJSON(all)
	}
	for _, x := range all {
		fmt.Println(x.Index, x.Tag, x.Partition, x.Offset)
	}
	return nil
}

// audited is what --openings --json prints.
type audited struct {
	Bundle   drawproof.Report    `json:"bundle"`
	Openings drawproof.SpotAudit `json:"openings"`
}

// audit checks openings beside the bundle that they are of, and ends with the
// number of the rule that failed first.
func (c *Verify) audit(bundle []byte) error {
	openings, err := os.ReadFile(c.Openings)
	if err != nil {
		return err
	}
	out := audited{drawproof.Verify(bundle), drawproof.VerifyOpenings(bundle, openings)}
	if c.JSON {
		err = printJSON(out)
	} else {
		fmt.Print(out.Bundle.Text(), "\n", out.Openings.Text())
	}
	for _, r := range []drawproof.Report{out.Bundle, {Rules: out.Openings.Rules}} {
		if n := r.FirstFailure(); n != 0 {
			os.Exit(n)
		}
	}
	return err
}

func printJSON(v any) error {
	j, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		fmt.Println(string(j))
	}
	return err
}
