package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/fulfil"
	"github.com/fudai-live/fudai/giveaway/publiclog"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/moderation/review"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/answer"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/history"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/shard"
	"github.com/fudai-live/fudai/room/staff"
)

// letIn opens the door for staff, by the database that desk and studio have.
func (n *node) letIn(ctx context.Context) (shut func() error, err error) {
	cfg, err := n.People.Config(n.Edge.Proxies)
	if err != nil {
		return nil, err
	}
	db, err := database.Open(n.Record.URL(n.Storage.Data))
	if err != nil {
		return nil, err
	}
	cfg.DB, cfg.Tokens, cfg.Logger, cfg.Metrics, cfg.Secure = db, n.tokens, n.log, n.reg, n.Edge.TLSCert != "" && n.StaffListen == ""
	cfg.Show = func(room string) (string, bool) {
		if n.desk == nil {
			return "", false
		}
		return n.desk.Show(room)
	}
	cfg.Ended = func(ctx context.Context, session, user string) {
		if err := desk.Logout(ctx, n.kafka, n.keys, session, user); err != nil {
			n.log.Warn("edges were not told of a session that ended: its connections go on for ten minutes", "session", session, "err", err)
		}
	}
	if n.people, err = staff.New(ctx, cfg); err != nil {
		db.Close()
		return nil, err
	}
	return db.Close, nil
}

// publish opens the transparency log, in the database that desk and studio have.
func (n *node) publish(ctx context.Context) (shut func() error, err error) {
	db, err := database.Open(n.Record.URL(n.Storage.Data))
	if err != nil {
		return nil, err
	}
	cfg := publiclog.DefaultConfig()
	cfg.Log, cfg.DB, cfg.Keys, cfg.Origin, cfg.Logger, cfg.Metrics = n.kafka, db, n.keys, n.PublicLog.Origin(n.keys), n.log, n.reg
	cfg.Tell = func(ctx context.Context, room string, size int64, note string) error {
		return desk.Checkpoint(ctx, n.kafka, n.keys, room, size, note)
	}
	if n.is("desk") {
		cfg.Ask = func(ctx context.Context, path string, query url.Values) (int, []byte, error) {
			return n.desk.Ask(ctx, path, query)
		}
	}
	witnesses, err1 := n.PublicLog.Witnesses()
	mirrors, err2 := n.PublicLog.Mirrors()
	cfg.Witnesses, cfg.Mirrors = witnesses, mirrors
	if err = errors.Join(err1, err2); err == nil {
		n.public, err = publiclog.New(ctx, cfg)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db.Close, nil
}

// keepHistory writes what was said to the database.
func (n *node) keepHistory(ctx context.Context) error {
	cfg := history.DefaultConfig()
	cfg.Log, cfg.Store, cfg.Keys, cfg.Keep, cfg.Logger, cfg.Metrics = n.kafka, n.store, n.keys, n.Record.HistoryKeep, n.log, n.reg
	return history.Run(ctx, cfg)
}

func (n *node) studioConfig(store *studio.Store) studio.Config {
	cfg := studio.DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger, cfg.Metrics = store, n.kafka, n.keys, n.people, n.beacon.Chains(), n.log, n.reg
	cfg.Paid = func(ctx context.Context, room, event string) ([]byte, error) { return n.prizes.Paid(ctx, room, event) }
	cfg.Reach = func(ctx context.Context) beacon.Reachability { return n.beacon.Reach(ctx, cfg.Chains[0], time.Now()) }
	cfg.PublicLog, cfg.Attest = n.PublicLog.Policy(n.keys), n.public.Attest
	if n.desk != nil {
		cfg.Ask, cfg.State = n.desk.Ask, n.desk.State
	}
	if n.tongues != nil {
		cfg.Announced = n.tongues.Plan
	}
	return cfg
}

func (n *node) fulfilConfig(store *studio.Store) fulfil.Config {
	cfg := fulfil.DefaultConfig()
	cfg.Log, cfg.DB, cfg.Keys, cfg.Place, cfg.Audit, cfg.Logger, cfg.Metrics = n.kafka, store.DB(), n.keys, n.studio.Place, n.studio.Audit, n.log, n.reg
	return cfg
}

func (n *node) shardConfig() shard.Config {
	cfg := n.Shard.Config()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Logger, cfg.Metrics = n.kafka, n.kafka.NewTailer(), n.keys, n.log, n.reg
	if cfg.Address == "" {
		cfg.Address = n.Edge.Listen
	}
	cfg.Room.Chains, cfg.Room.PublicLog = n.beacon.Chains(), n.PublicLog.Policy(n.keys)
	if n.review != nil {
		cfg.Review = n.showReviewer
	}
	return cfg
}

func (n *node) reviewConfig() review.Config {
	cfg := n.Serve.Review.Config()
	cfg.Logger, cfg.Metrics = n.log, n.reg
	cfg.Decide = func(ctx context.Context, room string, verdicts []record.VerdictData) error {
		return desk.Decide(ctx, n.kafka, n.keys, room, "review-hook", verdicts)
	}
	return cfg
}

// answerConfig lets drafts rest on what the owner of a room knows of the shop.
func (n *node) answerConfig() answer.Config {
	cfg := n.Answer.Config()
	cfg.Logger, cfg.Metrics = n.log, n.reg
	cfg.Catalogue = func(ctx context.Context, room string) (*record.CatalogueData, error) {
		status, body, err := n.desk.Ask(ctx, record.AskCatalogue, url.Values{"room": {room}})
		if err != nil {
			return nil, err
		}
		if status != http.StatusOK {
			return nil, fmt.Errorf("the owner of room %s answers %d", room, status)
		}
		var shop record.CatalogueData
		return &shop, json.Unmarshal(body, &shop)
	}
	return cfg
}

// translatorConfig lets the words of giveaways go to the log as a command.
func (n *node) translatorConfig() answer.TranslatorConfig {
	cfg := n.Translate.Config(&n.Answer)
	cfg.Logger, cfg.Metrics = n.log, n.reg
	cfg.Write = func(ctx context.Context, room string, words *record.WordsData) error {
		return desk.Translated(ctx, n.kafka, n.keys, room, words)
	}
	return cfg
}

// showReviewer hands what rooms see to the outside reviewer.
func (n *node) showReviewer(partition int32, seen []room.Sighting) {
	items := make([]review.Item, len(seen))
	for i, s := range seen {
		items[i] = review.Item{Partition: partition, Offset: s.Offset, Room: s.Room, User: s.Handle, Text: s.Text, Held: s.Held,
			Rule: s.Rule, Category: s.Category, Score: s.Score}
	}
	n.review.Offer(items)
}

func (n *node) beaconConfig() beacon.Config {
	cfg := n.Beacon.Config()
	cfg.Secret, cfg.Logger = n.keys.Beacon, n.log
	cfg.Awaits = func(ctx context.Context) (all []beacon.Await) {
		for _, a := range n.shard.Awaits(ctx) {
			all = append(all, beacon.Await{Room: a.Room, Event: a.Event, Chain: a.Chain, Round: a.Round})
		}
		return all
	}
	cfg.Submit = func(ctx context.Context, a beacon.Await, sigma []byte) error {
		return desk.HandIn(ctx, n.kafka, n.keys, a, sigma)
	}
	return cfg
}
