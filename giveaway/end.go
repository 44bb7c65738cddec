package giveaway

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// codeStaff is what stands in the ledger of an end without a code, by a command
// that is older than the list of them. It means record.EndOther.
const codeStaff = "staff"

// endings are the codes that staff may end an event with in a phase. Before the
// close all of them: nobody knows yet who is in. Between close and seal the list
// of entrants stands, and whoever could still choose to end it could choose by
// looking at it; so only what leaves no choice. Behind the seal the rounds of the
// beacon decide, and a draw that a dead chain prevents is the one end left.
func endings(phase Phase) []string {
	switch phase {
	case Scheduled, Announced, Open:
		return []string{record.EndGoods, record.EndMistake, record.EndFault, record.EndShow, record.EndOrdered, record.EndOther}
	case Closing:
		return []string{record.EndFault, record.EndOrdered}
	case Sealed:
		return []string{record.EndDead, record.EndOther}
	}
	return nil
}

// reasoned checks why an event is to end, by its phase. Commands without a code
// stand in logs from before there were codes, and fold as they did then.
func reasoned(data *record.EventData, phase Phase) error {
	if data.Code == "" {
		if data.Reason == "" {
			return fmt.Errorf("giveaway %q cannot end without a reason", data.Event)
		}
		return nil
	}
	if wrong := data.Check(); len(wrong) > 0 {
		return record.Breaks(RuleReason, "giveaway %q: %s", data.Event, strings.Join(wrong, "; "))
	}
	if codes := endings(phase); len(codes) > 0 && !slices.Contains(codes, data.Code) {
		return record.Breaks(RuleReason, "giveaway %q is %s: code %s does not end it then, only %s", data.Event, phase, data.Code, strings.Join(codes, ", "))
	}
	return nil
}

// end cancels an event before its opening or makes it void after.
func (e *Events) end(void bool, data record.EventData, now int64) error {
	ev := e.byID[data.Event]
	if ev == nil {
		return record.Breaks(RuleNone, "no giveaway %q", data.Event)
	}
	phase, code := ev.phase(), data.Code
	errs := []error{reasoned(&data, phase)}
	if code == "" {
		code = codeStaff
	}
	switch {
	case !void && phase > Announced:
		errs = append(errs, record.Breaks(RuleBegun, "giveaway %q is %s: only before its opening can it be cancelled", data.Event, phase))
	case void && phase < Open:
		errs = append(errs, record.Breaks(RuleEarly, "giveaway %q is %s: before its opening it is cancelled, not void", data.Event, phase))
	case void && phase == Sealed:
		code = record.EndDead
		if due := ev.Plan.Beacon.RoundTime(ev.Seal.Round); ev.sigma(ev.Seal.Round) != nil || now < due+DeadChainMs {
			errs = append(errs, record.Breaks(RuleSealed, "giveaway %q is sealed: it is void only if round %d is missing 72 h after %d", data.Event, ev.Seal.Round, due))
		}
	case void && phase > Sealed:
		errs = append(errs, record.Breaks(RuleDrawn, "giveaway %q is %s: a draw stands", data.Event, phase))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	ev.stopped(stop{Void: void, Code: code, Why: data.Reason, At: now}, &e.cfg)
	return nil
}

// code is how viewers are told why: what staff gave no code for is "other".
func (s *stop) code() string {
	if s.Code == codeStaff {
		return record.EndOther
	}
	return s.Code
}

// EndEntry is what the transparency log says of an end. Those for a code of the
// list carry it; others are as they were before there was a list, for their code
// follows from the text.
func EndEntry(event string, v *VoidDecision) drawproof.Hash {
	if slices.Contains(endings(Open), v.Code) {
		return drawproof.EndHash(event, v.State, v.Why, v.Code)
	}
	return drawproof.EndHash(event, v.State, v.Why)
}
