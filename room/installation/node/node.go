package node

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/broadcast/demo"
	"github.com/fudai-live/fudai/broadcast/prefork"
	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/fulfil"
	"github.com/fudai-live/fudai/giveaway/publiclog"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/moderation/review"
	"github.com/fudai-live/fudai/room/answer"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/history"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/shard"
	"github.com/fudai-live/fudai/room/staff"
)

// node is this process: its parts by role, and what they share.
type node struct {
	*Serve
	version Version
	log     *slog.Logger
	reg     *prometheus.Registry
	keys    *record.Keys
	tokens  *token.Authority
	kafka   *kafkalog.Log
	beacon  *beacon.Beacon
	shard   *shard.Shard
	review  *review.Reviewer
	tongues *answer.Translator // nil: nothing is translated
	desk    *desk.Desk
	store   *history.Store
	studio  *studio.Studio
	people  *staff.Staff    // nil: nobody of the staff is served here
	fork    *prefork.Parent // nil: this process is the only edge
	prizes  *fulfil.Desk
	public  *publiclog.Log // nil: this process has no desk and no studio
	ready   atomic.Bool
	failed  chan error // the first part that ended by itself
}

func (n *node) is(role string) bool { return slices.Contains(n.Roles, role) }

// goes runs a part beside the others; its end before it was asked ends the process.
func (n *node) goes(part func() error) (done <-chan struct{}) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := part(); err != nil {
			select {
			case n.failed <- err:
			default: // one is enough to end
			}
		}
	}()
	return ended
}

// run starts what this process does and waits for a signal or a failure. Each
// stage ends when the one that feeds on it has ended.
func (n *node) run(ctx context.Context) (err error) {
	stages := make([]func(), 0, 4)
	stage := func(part func(context.Context) error) {
		own, stop := context.WithCancel(context.WithoutCancel(ctx))
		done := n.goes(func() error {
			err := part(own)
			if own.Err() != nil && errors.Is(err, context.Canceled) {
				return nil // it was asked to end
			}
			return err
		})
		stages = append(stages, func() { stop(); <-done })
	}
	if n.beacon, err = beacon.New(n.beaconConfig()); err != nil {
		return err
	}
	if n.is("shard") {
		if n.Serve.Review.On() {
			if n.review, err = review.New(n.reviewConfig()); err != nil {
				return err
			}
			stage(n.review.Run)
		}
		if n.shard, err = shard.New(n.shardConfig()); err != nil {
			return err
		}
		stage(n.shard.Run)
		stage(n.beacon.Run)
	}
	if n.is("desk") || n.is("studio") {
		close, err := n.letIn(ctx)
		if err != nil {
			return err
		}
		defer close()
	}
	if n.is("desk") || n.is("studio") {
		close, err := n.publish(ctx)
		if err != nil {
			return err
		}
		defer close()
		stage(n.public.Run)
	}
	if n.Translate.On() && (n.is("desk") || n.is("studio")) {
		if n.tongues, err = answer.NewTranslator(n.translatorConfig()); err != nil {
			return err
		}
		stage(n.tongues.Run)
	}
	var store *studio.Store // a desk reads in it, too
	if n.is("desk") || n.is("studio") {
		if store, err = studio.OpenStore(ctx, n.Record.URL(n.Storage.Data)); err != nil {
			return err
		}
		defer store.Close()
	}
	if n.is("desk") {
		tailer := n.kafka.NewTailer()
		cfg := desk.Config{Log: n.kafka, Keys: n.keys, Tokens: n.people, Tailer: tailer, Chains: n.beacon.Chains(), Boards: n.Desk.Dashboards, Logger: n.log,
			PublicLog: n.PublicLog.Policy(n.keys), Attest: n.public.Attest, Kept: store.Proof, Caller: n.people.Caller, ShopOf: store.ShopOf, CurrencyOf: store.CurrencyOf, Metrics: n.reg}
		if n.Answer.On() {
			drafter, err := answer.New(n.answerConfig())
			if err != nil {
				return err
			}
			cfg.View = drafter.View
			stage(drafter.Run)
		}
		if n.tongues != nil {
			cfg.Translate, cfg.Announced = n.tongues.Text, n.tongues.Plan
		}
		if n.desk, err = desk.New(cfg); err != nil {
			return err
		}
		n.desk.Follow()
		stage(tailer.Run)
		if n.store, err = history.OpenStore(ctx, n.Record.URL(n.Storage.Data)); err != nil {
			return err
		}
		defer n.store.Close()
		stage(n.keepHistory)
	}
	if n.is("studio") {
		if n.studio, err = studio.New(n.studioConfig(store)); err != nil {
			return err
		}
		if n.Demo == "yes" {
			if err := n.studio.Furnish(ctx, "demo", "demo", "云朵小店"); err != nil {
				return err
			}
		}
		if n.prizes, err = fulfil.New(ctx, n.fulfilConfig(store)); err != nil {
			return err
		}
		stage(n.studio.Run)
		stage(n.prizes.Run)
	}
	if n.Demo == "yes" {
		stage(func(ctx context.Context) error {
			cfg := demo.DefaultConfig()
			cfg.Log, cfg.Keys, cfg.Logger, cfg.Seed = n.kafka, n.keys, n.log, uint64(time.Now().UnixNano())
			return demo.Run(ctx, cfg)
		})
	}
	stage(n.front)
	select {
	case <-ctx.Done():
		n.log.Info("draining", "within", n.Edge.Drain)
	case err = <-n.failed:
	}
	n.ready.Store(false)
	for _, end := range slices.Backward(stages) {
		end()
	}
	if err == nil {
		select {
		case err = <-n.failed: // a stage that could not end well
		default:
		}
	}
	return err
}
