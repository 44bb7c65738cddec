package archive

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// finished is what --finish prints as JSON. With ResultHash anybody holds what the
// operator publishes, if anything, against it.
type finished struct {
	Event      string            `json:"event"`
	CloseHash  drawproof.Hash    `json:"closeHash"`
	Round      uint64            `json:"round"`
	Sigma      drawproof.Bytes   `json:"sigma"`
	Result     *drawproof.Result `json:"result"`
	ResultHash drawproof.Hash    `json:"resultHash"`
}

// finish draws a sealed list: from the seal on nothing is left to choose, so
// whoever holds it and the round needs no operator, unless the plan asks for the
// operator's proof.
func (c *Verify) finish(raw []byte) error {
	sealing, report := drawproof.CheckSealing(raw)
	if !c.JSON || !report.OK() {
		fmt.Print(report.Text())
	}
	if !report.OK() {
		os.Exit(report.FirstFailure())
	}
	sigma, err := c.sigma(sealing)
	if err != nil {
		return err
	}
	var proof []byte
	if c.Proof != "" {
		if proof, err = hex.DecodeString(c.Proof); err != nil {
			return fmt.Errorf("--proof: %w", err)
		}
	}
	result, err := sealing.Finish(sigma, proof, 0)
	if err != nil {
		return fmt.Errorf("round %d of %s: %w", sealing.Close.Round, sealing.Terms().Beacon.Kind, err)
	}
	out := finished{sealing.Close.Event, sealing.CloseHash, sealing.Close.Round, sigma, &result, result.Hash()}
	if c.JSON {
		return printJSON(out)
	}
	fmt.Printf("\ndrawn by round %d, signature %s\n", out.Round, out.Sigma)
	for _, w := range result.Winners {
		fmt.Printf("rank %-6d %s  prize %s, amount %d\n", w.Rank, w.Tag, w.Prize, w.Amount)
	}
	for _, a := range result.Alternates {
		fmt.Printf("rank %-6d %s  alternate\n", a.Rank, a.Tag)
	}
	fmt.Printf("result hash %s\n", out.ResultHash)
	return nil
}

// sigma is the beacon's signature of the sealed round: as given, or from relays.
func (c *Verify) sigma(s *drawproof.Sealing) (drawproof.Bytes, error) {
	if c.Sigma != "" {
		sigma, err := hex.DecodeString(c.Sigma)
		if err != nil {
			return nil, fmt.Errorf("--sigma: %w", err)
		}
		return sigma, nil
	}
	chain := s.Terms().Beacon
	if chain.Kind != drawproof.ChainQuicknet {
		return nil, fmt.Errorf("the round comes from a %s beacon, which no relay has: give its signature as --sigma", chain.Kind)
	}
	relays, err := beacon.NewRelays(chain, c.Relay)
	if err != nil {
		return nil, err
	}
	sigma, err := relays.Round(context.Background(), s.Close.Round)
	if err != nil {
		return nil, fmt.Errorf("round %d is not to be had (it is due at Unix ms %d): %w", s.Close.Round, chain.RoundTime(s.Close.Round), err)
	}
	return sigma, nil
}
