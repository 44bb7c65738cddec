package room

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/room/record"
)

// Bounds of what staff may put into a room. They keep the join snapshot small.
const (
	maxPins      = 5
	maxPinText   = 500
	maxAttrs     = 100
	maxAttrName  = 64
	maxAttrValue = 4 << 10
	maxTitle     = 200
	maxProduct   = 2 << 10 // of the product's JSON
	maxDirect    = 4 << 10
	maxUsers     = 2000 // of one answer
	maxOffsets   = 1000 // of one retraction
)

// Control folds a command at its Applied barrier, as the ledger gives it. The
// same id again does nothing. An error says everything that is wrong with it;
// nothing is changed then, and every owner refuses it in the same way.
func (p *Partition) Control(ctl *record.Control, at record.Applied, out *Out) error {
	if at.Control <= p.pos.Control {
		return nil
	}
	p.pos.Control, p.after = at.Control, at.After
	p.stirred = true
	defer p.repeat() // frames that came after this command
	if ctl.ID != "" {
		key := p.hash.command(ctl.ID)
		if p.commands.has(key) {
			return nil
		}
		p.commands.add(key, p.clock.now)
	}
	if ctl.Room != "" {
		return p.command(p.staffed(ctl.Room), ctl, out)
	}
	if ctl.Kind == record.CtlRules {
		return p.stageRules(&p.rules, rules{set: p.cfg.Rules}, ctl)
	}
	var errs []error
	for _, r := range p.order {
		if err := p.command(r, ctl, out); err != nil {
			errs = append(errs, fmt.Errorf("room %s: %w", r.name, err))
		}
	}
	return errors.Join(errs...)
}

// staffed is the room of a command; a command makes it, and for good.
func (p *Partition) staffed(name string) *room {
	r := p.rooms[name]
	if r == nil {
		r = p.make(name, p.pos.Comments)
	}
	r.made, r.active = true, p.clock.now
	return r
}

// data reads a command's data.
func data[T any](ctl *record.Control) (*T, error) {
	d := new(T)
	if len(ctl.Data) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(ctl.Data, d); err != nil {
		return nil, fmt.Errorf("room: %s: data: %w", ctl.Kind, err)
	}
	return d, nil
}

// with reads a command's data and folds it.
func with[T any](ctl *record.Control, fold func(*T) error) error {
	d, err := data[T](ctl)
	if err != nil {
		return err
	}
	if err := fold(d); err != nil {
		return fmt.Errorf("room: %s: %w", ctl.Kind, err)
	}
	return nil
}

// command folds a command for one room.
func (p *Partition) command(r *room, ctl *record.Control, out *Out) error {
	p.stir(r)
	switch ctl.Kind {
	case record.CtlRoom:
		return with(ctl, func(s *record.RoomSettings) error { return p.settings(r, s) })
	case record.CtlShowStart, record.CtlShowEnd:
		return with(ctl, func(s *record.ShowData) error { return p.runShow(r, s, ctl.Kind == record.CtlShowStart) })
	case record.CtlMute, record.CtlUnmute:
		return with(ctl, func(m *record.MuteData) error { return p.silence(r, m, ctl.Kind == record.CtlMute) })
	case record.CtlPin:
		return with(ctl, func(n *record.PinData) error { return r.pin(n) })
	case record.CtlUnpin:
		return with(ctl, func(n *record.PinData) error { return r.unpin(n.Pin) })
	case record.CtlProduct:
		return with(ctl, func(n *record.ProductData) error { return p.air(r, n, len(ctl.Data)) })
	case record.CtlCard:
		return with(ctl, func(c *record.CardData) error { return r.card(c, len(ctl.Data)) })
	case record.CtlAttr:
		return with(ctl, func(a *record.AttrData) error { return r.attr(a) })
	case record.CtlAnswer:
		return with(ctl, func(a *record.AnswerData) error { return p.answer(r, ctl, a) })
	case record.CtlQuestion:
		return with(ctl, func(q *record.QuestionData) error { return p.moveQuestion(r, q, out) })
	case record.CtlPrompt:
		return with(ctl, func(d *record.PromptData) error { return r.asked.Prompt(d, ctl.By) })
	case record.CtlCatalogue:
		return with(ctl, func(d *record.CatalogueData) error { return r.asked.Change(d, p.clock.now) })
	case record.CtlRetract:
		return with(ctl, func(t *record.RetractData) error {
			if len(t.Offsets) > maxOffsets || len(t.Offsets) == 0 && t.User == "" {
				return fmt.Errorf("%d offsets and user %q: give a user or 1 to %d offsets", len(t.Offsets), t.User, maxOffsets)
			}
			p.retract(r, t.Offsets, t.User, t.Reason, out)
			return nil
		})
	case record.CtlVerdict:
		return with(ctl, func(v *record.VerdictData) error { return p.decideAll(r, v, ctl, out) })
	case record.CtlLease:
		return with(ctl, func(l *record.LeaseData) error { return p.lease(r, l, ctl.By) })
	case record.CtlRules:
		return p.stageRules(&r.rules, rules{}, ctl)
	case record.CtlDirect:
		return with(ctl, func(m *record.DirectData) error {
			if m.User == "" || len(m.Text)+len(m.Data) > maxDirect {
				return fmt.Errorf("user %q, %d bytes: want a user and at most %d bytes", m.User, len(m.Text)+len(m.Data), maxDirect)
			}
			p.sendDirect(r, m.User, wire.AppendDirect(nil, m.Kind, m.Text, m.Data))
			return nil
		})
	case record.CtlWords:
		return with(ctl, func(n *record.WordsData) error { return r.translate(n) })
	case record.CtlCheckpoint:
		return with(ctl, func(c *record.CheckpointData) error { return r.checkpoint(c) })
	case record.CtlPlan, record.CtlCancel, record.CtlVoid, record.CtlBeacon, record.CtlConfirm, record.CtlWins, record.CtlDecoy:
		return r.give.Control(ctl, p.after, p.clock.now)
	}
	return fmt.Errorf("room: unknown command %q", ctl.Kind)
}

// maxDirects bounds what waits for a Flush to single users.
const maxDirects = 8192

func (p *Partition) sendDirect(r *room, user string, value []byte) {
	if len(p.direct) < maxDirects {
		p.direct = append(p.direct, direct{r.name, user, value})
	} else {
		p.stats.Directs++
	}
}
