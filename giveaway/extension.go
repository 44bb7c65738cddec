package giveaway

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// Extension is the data of a plan control that moves the close of an announced
// event later: {"extend": Extension}. Nothing else about it can change.
//
// A pause is one too: nobody can stop a room from tapping, and who tapped in
// time is in, so to pause means to give the time of the interruption back.
type Extension struct {
	Event   string `json:"event"`
	CloseAt int64  `json:"closeAt,omitempty"` // Unix ms, or
	ByMs    int64  `json:"byMs,omitempty"`    // ms later than it would close when this takes effect
	Pause   bool   `json:"pause,omitempty"`   // viewers read that the show was interrupted
	Reason  string `json:"reason,omitempty"`  // viewers read it; at most MaxReason bytes
}

// MaxReason bounds the reason of an extension, in bytes.
const MaxReason = 500

// ParseExtension reports whether the data of a plan control is an extension.
func ParseExtension(data []byte) (Extension, bool) {
	var in struct {
		Extend *Extension `json:"extend"`
	}
	if json.Unmarshal(data, &in) != nil || in.Extend == nil {
		return Extension{}, false
	}
	return *in.Extend, true
}

// Check reports everything that is wrong with an extension by itself.
func (x *Extension) Check() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf("extend: "+format, args...)) }
	if x.Event == "" {
		refuse("it names no giveaway")
	}
	if (x.CloseAt != 0) == (x.ByMs != 0) || x.CloseAt < 0 || x.ByMs < 0 || x.ByMs > MaxWindow {
		refuse("closeAt %d and byMs %d: give one of them, above 0; byMs is at most %d", x.CloseAt, x.ByMs, MaxWindow)
	}
	if len(x.Reason) > MaxReason {
		refuse("the reason has %d bytes, at most %d", len(x.Reason), MaxReason)
	}
	return errors.Join(errs...)
}

// extended is an extension as it took effect.
type extended struct {
	Was     int64  `json:"was"` // when it would have closed
	CloseAt int64  `json:"close_at"`
	Pause   bool   `json:"pause,omitempty"`
	Why     string `json:"why,omitempty"`
}

// extend moves the close, and with it the round, later.
func (e *Events) extend(x Extension, after, now int64) error {
	ev := e.byID[x.Event]
	if e.hole != nil {
		defer e.keepExtension(ev, x, after)()
	}
	if ev == nil {
		return record.Breaks(RuleNone, "extend: no giveaway %q", x.Event)
	}
	return ev.extend(&e.cfg, x, after, now)
}

func (ev *event) extend(cfg *Config, x Extension, after, now int64) error {
	errs := []error{x.Check()}
	refuse := func(rule, format string, args ...any) {
		errs = append(errs, record.Breaks(rule, "extend: "+format, args...))
	}
	to := x.CloseAt
	if x.ByMs != 0 {
		to = ev.terms.CloseAt + min(max(x.ByMs, 0), MaxWindow)
	}
	if phase := ev.phase(); phase > Open {
		refuse(RuleClosed, "giveaway %q is %s", x.Event, phase)
	}
	if len(ev.Amendments) >= drawproof.MaxAmendments {
		refuse(RuleOften, "giveaway %q was extended %d times", x.Event, len(ev.Amendments))
	}
	if to <= ev.terms.CloseAt || to <= now {
		refuse(RuleEarlier, "giveaway %q closes at %d, it is %d: it can only close later, not at %d", x.Event, ev.terms.CloseAt, now, to)
	}
	if most := ev.Plan.longest(); to-ev.Plan.OpenAt > most {
		refuse(RuleLong, "giveaway %q would be open for %d ms, most of a %s are %d", x.Event, to-ev.Plan.OpenAt, ev.Plan.Kind, most)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	a := drawproof.Amendment{
		After: uint64(max(after, 0)), CloseAt: to, Event: x.Event, Partition: uint32(cfg.Partition),
		Previous: ev.terms.Hash, Round: ev.Plan.RoundFor(to),
	}
	// A later close within the same period of the beacon would keep the round,
	// and an amendment has to move it.
	if a.Round <= ev.terms.Round {
		return record.Breaks(RuleShort, "extend: closing at %d leaves the round at %d; extend by %d s or more", to, ev.terms.Round, ev.Plan.Beacon.Period)
	}
	a.Sign(cfg.Keys.Engine)
	terms, err := ev.terms.Amend(ev.Plan.Plan, a)
	if err != nil {
		return fmt.Errorf("extend: %w", err)
	}
	ev.Extended = append(ev.Extended, extended{ev.terms.CloseAt, to, x.Pause, x.Reason})
	ev.terms, ev.Amendments = terms, append(ev.Amendments, a)
	return nil
}
