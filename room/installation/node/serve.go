package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/fudai-live/fudai/broadcast"
	"github.com/fudai-live/fudai/broadcast/prefork"
	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/publiclog"
	"github.com/fudai-live/fudai/moderation/review"
	"github.com/fudai-live/fudai/room/answer"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/history"
	"github.com/fudai-live/fudai/room/installation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/kafkalog/broker"
	"github.com/fudai-live/fudai/room/shard"
	"github.com/fudai-live/fudai/room/staff"
	"github.com/fudai-live/fudai/web"
)

// Version is what a build calls itself.
type Version string

// Serve runs the parts of an installation that this process has a role in.
type Serve struct {
	Roles       []string `help:"What this process does: edge, shard, desk, studio." enum:"edge,shard,desk,studio" default:"edge,shard,desk,studio"`
	StaffListen string   `help:"Address of desk and studio, if they have one of their own." placeholder:"ADDR"`
	Demo        string   `help:"Run the built-in show in room demo: yes, no, or auto (without --kafka)." enum:"yes,no,auto" default:"auto"`

	Edge      broadcast.Flags       `embed:""`
	Shard     shard.Flags           `embed:""`
	Beacon    beacon.Flags          `embed:""`
	PublicLog publiclog.Flags       `embed:""`
	Review    review.Flags          `embed:""`
	Answer    answer.Flags          `embed:""`
	Translate answer.TranslateFlags `embed:""`
	Pages     web.Flags             `embed:""`
	Record    history.Flags         `embed:""`
	People    staff.Flags           `embed:""`
	Desk      desk.Flags            `embed:""`
	Log       installation.Cluster  `embed:""`
	Storage   installation.Storage  `embed:""`
}

// Run starts the parts in the order in which data flows, and stops them against
// it: viewers first, then the owners of their rooms, then the log.
func (c *Serve) Run(ctx context.Context, version Version) error {
	if err := errors.Join(c.Edge.Problems(), c.Beacon.Problems(), c.PublicLog.Problems(), c.Review.Problems(), c.Answer.Problems(), c.Translate.Problems(&c.Answer), c.Pages.Problems(), c.Record.Problems(), c.People.Problems(), c.Desk.Problems(), c.Log.Problems()); err != nil {
		return err
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	kin, err := prefork.Inherited(reg)
	if err != nil {
		return err
	}
	if kin != nil {
		return c.viewers(ctx, kin, reg)
	}
	unlock, err := c.Storage.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	keys, err := c.Storage.Keys()
	if err != nil {
		return err
	}
	n := &node{Serve: c, version: version, log: slog.Default(), reg: reg, keys: keys, tokens: token.New(keys.Token, nil), failed: make(chan error, 8)}
	if c.Log.Embedded() {
		child, err := broker.Start(ctx, broker.ChildConfig{Dir: filepath.Join(c.Storage.Data, "broker")})
		if err != nil {
			return err
		}
		defer child.Stop(5 * time.Second)
		n.goes(func() error { <-child.Done(); return fmt.Errorf("the development broker ended: %v", child.Err()) })
	}
	if n.kafka, err = c.Log.Open(c.Storage.Data, "fudai-"+strings.Join(c.Roles, "-"), n.reg); err != nil {
		return err
	}
	defer n.kafka.Close()
	if c.Log.Embedded() {
		err = kafkalog.EnsureTopics(ctx, n.kafka, kafkalog.TopicOptions{Replication: 1, Dev: true})
	} else {
		err = kafkalog.VerifyTopics(ctx, n.kafka, kafkalog.TopicOptions{Replication: c.Log.Replication})
	}
	if err != nil {
		return err
	}
	if c.Demo == "auto" && c.Log.Embedded() {
		c.Demo = "yes"
	}
	return n.run(ctx)
}

// viewers is one of several edge processes: the parent has the data directory,
// the log and everything that is not a viewer's.
func (c *Serve) viewers(ctx context.Context, kin *prefork.Kin, reg *prometheus.Registry) error {
	keys, err := c.Storage.Keys()
	if err != nil {
		return err
	}
	cfg := c.Edge.Config()
	cfg.Log, cfg.Tailer, cfg.Kin, cfg.Listener, cfg.Fallback = kin.Client, kin.Client, kin, kin.Listener, kin.Parent()
	cfg.Keys, cfg.Registerer, cfg.Logger = keys, reg, slog.Default().With("process", kin.Number)
	return broadcast.Run(ctx, cfg)
}
