package shard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/cloudwego/hertz/pkg/route"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// View answers what those who run a room may know of it.
func (s *Shard) View(ctx context.Context, name string) (v room.View, err error) {
	known := false
	if err = s.ask(ctx, name, func(p *room.Partition) { v, known = p.View(name) }); err == nil && !known {
		err = fmt.Errorf("no room %q", name)
	}
	return v, err
}

// Rules answers the rules of a room and their stages.
func (s *Shard) Rules(ctx context.Context, name string) (v room.RulesView, err error) {
	known := false
	if err = s.ask(ctx, name, func(p *room.Partition) { v, known = p.Rules(name) }); err == nil && !known {
		err = fmt.Errorf("no room %q", name)
	}
	return v, err
}

// Mount serves the questions that edges and desks ask, for the rooms owned here.
func (s *Shard) Mount(h route.IRoutes) {
	s.answer(h, record.AskEntry, func(ctx context.Context, c *app.RequestContext) (any, error) {
		return s.Entry(ctx, c.Query("room"), c.Query("event"), c.Query("user"))
	})
	s.answer(h, record.AskReceipt, func(ctx context.Context, c *app.RequestContext) (any, error) {
		return s.Receipt(ctx, c.Query("room"), c.Query("event"), c.Query("user"))
	})
	s.answer(h, record.AskBundle, func(ctx context.Context, c *app.RequestContext) (any, error) {
		return s.Bundle(ctx, c.Query("room"), c.Query("event"))
	})
	s.answer(h, record.AskSampled, func(ctx context.Context, c *app.RequestContext) (v any, err error) {
		askErr := s.ask(ctx, c.Query("room"), func(p *room.Partition) { v, err = p.Sampled(c.Query("room"), c.Query("event")) })
		return v, errors.Join(askErr, err)
	})
	s.answer(h, record.AskSealing, func(ctx context.Context, c *app.RequestContext) (any, error) {
		return s.Sealing(ctx, c.Query("room"), c.Query("event"), c.Query("close"))
	})
	s.answer(h, record.AskFunnel, func(ctx context.Context, c *app.RequestContext) (v any, err error) {
		askErr := s.ask(ctx, c.Query("room"), func(p *room.Partition) { v, err = p.Funnel(c.Query("room"), c.Query("event")) })
		return v, errors.Join(askErr, err)
	})
	s.answer(h, record.AskSuspects, func(ctx context.Context, c *app.RequestContext) (v any, err error) {
		askErr := s.ask(ctx, c.Query("room"), func(p *room.Partition) { v, err = p.Suspects(c.Query("room"), c.Query("event")) })
		return v, errors.Join(askErr, err)
	})
	s.answer(h, record.AskCatalogue, func(ctx context.Context, c *app.RequestContext) (v any, err error) {
		err = s.ask(ctx, c.Query("room"), func(p *room.Partition) { v = p.Catalogue(c.Query("room")) })
		return v, err
	})
	s.answer(h, record.AskView, func(ctx context.Context, c *app.RequestContext) (any, error) {
		return s.View(ctx, c.Query("room"))
	})
	s.answer(h, record.AskRules, func(ctx context.Context, c *app.RequestContext) (any, error) {
		return s.Rules(ctx, c.Query("room"))
	})
	s.answer(h, record.AskCopy, func(ctx context.Context, c *app.RequestContext) (v any, err error) {
		askErr := s.ask(ctx, c.Query("room"), func(p *room.Partition) { v, err = p.Copy(c.Query("room")) })
		return v, errors.Join(askErr, err)
	})
	s.answer(h, record.AskAwaits, func(ctx context.Context, c *app.RequestContext) (v any, err error) {
		err = s.ask(ctx, c.Query("room"), func(p *room.Partition) { v = p.AwaitsOf(c.Query("room")) })
		return v, err
	})
}

// answer serves one kind of question to those who know the installation's keys.
func (s *Shard) answer(h route.IRoutes, path string, question func(context.Context, *app.RequestContext) (any, error)) {
	h.GET(path, func(ctx context.Context, c *app.RequestContext) {
		if !s.cfg.Keys.VerifyAsk(c.Request.URI().QueryString(), c.GetHeader(record.AskHeader)) {
			c.JSON(consts.StatusForbidden, map[string]string{"code": "forbidden", "message": "only a process of this installation may ask"})
			return
		}
		v, err := question(ctx, c)
		switch b, raw := v.([]byte); {
		case errors.Is(err, ErrNotOwner):
			c.JSON(consts.StatusServiceUnavailable, map[string]string{"code": "elsewhere", "message": err.Error()})
		case errors.Is(err, context.DeadlineExceeded):
			c.JSON(consts.StatusServiceUnavailable, map[string]string{"code": "busy", "message": err.Error()})
		case err != nil:
			c.JSON(consts.StatusNotFound, map[string]string{"code": "not-found", "message": err.Error()})
		case raw:
			c.Data(consts.StatusOK, "application/octet-stream", b)
		default:
			c.JSON(consts.StatusOK, v)
		}
	})
}

// ErrNotOwner: this process does not own the room's partition; ask the address
// in the partition's last Own.
var ErrNotOwner = errors.New("shard: not the owner of this room")

// askWithin bounds how long a read-only question waits for the owner's loop.
const askWithin = 2 * time.Second

// Entry answers what the room knows of the user's entry to event.
func (s *Shard) Entry(ctx context.Context, name, event, user string) (at giveaway.Standing, err error) {
	err = s.ask(ctx, name, func(p *room.Partition) { at = p.Entry(name, event, []byte(user)) })
	return at, err
}

// Receipt answers the receipt of a user who is in, as the viewer protocol has it:
// a tree of one leaf, signed now. It says the same as the one that went to the
// socket, which may be lost.
func (s *Shard) Receipt(ctx context.Context, name, event, user string) ([]byte, error) {
	var r record.Receipt
	var plan drawproof.Hash
	in := false
	if err := s.ask(ctx, name, func(p *room.Partition) { r, plan, in = p.Receipt(name, event, []byte(user)) }); err != nil {
		return nil, err
	}
	if !in {
		return nil, fmt.Errorf("room %s: %q is not in giveaway %q", name, user, event)
	}
	tree := receiptTree([]record.Receipt{r})
	return wire.AppendReceipt(nil, nil, &wire.Receipt{Event: event, Leaf: &r, Size: tree.Size(), Root: tree.Root(),
		Sig: [64]byte(drawproof.SignReceipts(s.cfg.Keys.Receipt, event, plan, tree))}), nil
}

// Bundle answers the drawproof bundle of a finished giveaway.
func (s *Shard) Bundle(ctx context.Context, name, event string) (b []byte, err error) {
	if askErr := s.ask(ctx, name, func(p *room.Partition) { b, err = p.Bundle(name, event) }); askErr != nil {
		return nil, askErr
	}
	return b, err
}

// Sealing answers what a close record seals, signed. The owner's loop only copies
// the list; a million entrants are encoded beside it.
func (s *Shard) Sealing(ctx context.Context, name, event, closeHash string) ([]byte, error) {
	hash, err := drawproof.ParseHash(closeHash)
	if err != nil {
		return nil, err
	}
	var sealing *drawproof.Sealing
	if askErr := s.ask(ctx, name, func(p *room.Partition) { sealing, err = p.Sealing(name, event, hash) }); askErr != nil || err != nil {
		return nil, cmp.Or(askErr, err)
	}
	return sealing.Sign(s.cfg.Keys.Engine)
}

// Awaits lists the rounds of public randomness that sealed giveaways of the
// rooms owned here wait for. A partition that is busy is left out this time.
func (s *Shard) Awaits(ctx context.Context) []room.Await {
	s.mu.Lock()
	owners := make([]*owner, 0, len(s.owners))
	for _, o := range s.owners {
		if o != nil && o.gives.Load() {
			owners = append(owners, o)
		}
	}
	s.mu.Unlock()
	var all []room.Await
	for _, o := range owners {
		var some []room.Await
		if s.askOwner(ctx, o, func(p *room.Partition) { some = p.Awaits(nil) }) == nil {
			all = append(all, some...)
		}
	}
	return all
}

// ask runs a read-only question in the goroutine of the room's owner.
func (s *Shard) ask(ctx context.Context, name string, question func(*room.Partition)) error {
	s.mu.Lock()
	o := s.owners[kafkalog.Partition(name)]
	s.mu.Unlock()
	if o == nil {
		return ErrNotOwner
	}
	if err := s.askOwner(ctx, o, question); err != nil {
		return fmt.Errorf("room %s: %w", name, err)
	}
	return nil
}

func (s *Shard) askOwner(ctx context.Context, o *owner, question func(*room.Partition)) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	done := make(chan struct{})
	select {
	case o.queries <- func() { question(o.state); close(done) }:
		<-done
		return nil
	case <-o.ended:
		return ErrNotOwner
	case <-ctx.Done():
		return fmt.Errorf("shard: the owner is busy: %w", ctx.Err())
	}
}
