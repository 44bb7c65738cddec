// Fudai is the interactive layer of a live-commerce stream on Kafka: comments,
// product questions and verifiable giveaways for rooms of hundreds of thousands
// of viewers. This file is the list of its commands and the wiring of its
// parts; what each part does stands in the part.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/fudai-live/fudai/broadcast"
	"github.com/fudai-live/fudai/broadcast/demo"
	"github.com/fudai-live/fudai/broadcast/prefork"
	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/archive"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/fulfil"
	"github.com/fudai-live/fudai/giveaway/studio"
	"github.com/fudai-live/fudai/moderation/review"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/history"
	"github.com/fudai-live/fudai/room/installation"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/kafkalog/broker"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/replay"
	"github.com/fudai-live/fudai/room/shard"
	"github.com/fudai-live/fudai/room/staff"
	"github.com/fudai-live/fudai/web"
)

// version is set by the linker in a release.
var version = "dev"

// commands is the command line. Every flag can also be given as FUDAI_… in the
// environment, or in the YAML file of --config (deploy/fudai.sample.yaml).
type commands struct {
	Config   kong.ConfigFlag `help:"YAML file with the names of the flags."`
	LogLevel slog.Level      `help:"Least level to log: debug, info, warn, error." default:"info"`
	LogJSON  bool            `help:"Log JSON lines."`

	Serve   serve               `cmd:"" default:"withargs" help:"Run the parts named by --roles; with nothing given, a whole demo on this machine."`
	Broker  broker.Command      `cmd:"" help:"Run the development broker alone. Not for production."`
	Topics  installation.Topics `cmd:"" help:"Create the topics of a cluster, or check that they are as they must be."`
	Token   installation.Token  `cmd:"" help:"Issue a token of this installation."`
	Staff   staff.Command       `cmd:"" help:"Make a link that lets one of the staff in, once."`
	Replay  replay.Command      `cmd:"" help:"Play a recording of comments into a room."`
	History history.Command     `cmd:"" help:"The record of what was said: check it, export it."`
	Verify  verifyCmd           `cmd:"" help:"Check a finished giveaway offline."`
	V       versionFlag         `name:"version" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("fudai"), kong.DefaultEnvars("FUDAI"), kong.Configuration(installation.File),
		kong.Description("福袋: live comments, product questions and verifiable giveaways, on Kafka."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	slog.SetDefault(slog.New(handler(os.Stderr, cli.LogLevel, cli.LogJSON)))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "fudai: "+strings.ReplaceAll(err.Error(), "\n", "\nfudai: "))
		os.Exit(1)
	}
}

func handler(w io.Writer, level slog.Level, json bool) slog.Handler {
	if json {
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	}
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})
}

type versionFlag bool

// BeforeReset prints the version before anything else is looked at.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "fudai", version)
	app.Exit(0)
	return nil
}

type verifyCmd struct {
	File string `arg:"" help:"The bundle of a finished giveaway, or the archive that its shop keeps." type:"existingfile"`
	JSON bool   `help:"Print the report as JSON."`
}

func (c *verifyCmd) Run() error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	if archive.Is(b) { // the file that a shop keeps: its own seal first, then the proof in it
		m, files, err := archive.Read(b)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "archive of %s (%s), %s, signed by engine key %s, to be kept until %s: %d files as they were signed\n",
			m.Event, m.Title, m.State, m.EngineKey, time.UnixMilli(m.KeepUntil).UTC().Format(time.DateOnly), len(files))
		var plan struct{ EngineKey string }
		if err := json.Unmarshal(files[archive.PlanName], &plan); err == nil && plan.EngineKey != m.EngineKey {
			return fmt.Errorf("the archive is signed by key %s, its plan names %s", m.EngineKey, plan.EngineKey)
		}
		if b = files[archive.ProofName]; b == nil {
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

// serve runs the parts of an installation that this process has a role in.
type serve struct {
	Roles       []string `help:"What this process does: edge, shard, desk, studio." enum:"edge,shard,desk,studio" default:"edge,shard,desk,studio"`
	StaffListen string   `help:"Address of desk and studio, if they have one of their own." placeholder:"ADDR"`
	Demo        string   `help:"Run the built-in show in room demo: yes, no, or auto (without --kafka)." enum:"yes,no,auto" default:"auto"`

	Edge    broadcast.Flags      `embed:""`
	Shard   shard.Flags          `embed:""`
	Beacon  beacon.Flags         `embed:""`
	Review  review.Flags         `embed:""`
	Pages   web.Flags            `embed:""`
	Record  history.Flags        `embed:""`
	People  staff.Flags          `embed:""`
	Log     installation.Cluster `embed:""`
	Storage installation.Storage `embed:""`
}

// node is this process: its parts by role, and what they share.
type node struct {
	*serve
	log    *slog.Logger
	reg    *prometheus.Registry
	keys   *record.Keys
	tokens *token.Authority
	kafka  *kafkalog.Log
	beacon *beacon.Beacon
	shard  *shard.Shard
	review *review.Reviewer
	desk   *desk.Desk
	store  *history.Store
	studio *studio.Studio
	people *staff.Staff    // nil: nobody of the staff is served here
	fork   *prefork.Parent // nil: this process is the only edge
	prizes *fulfil.Desk
	ready  atomic.Bool
	failed chan error // the first part that ended by itself
}

// Run starts the parts in the order in which data flows, and stops them against
// it: viewers first, then the owners of their rooms, then the log.
func (c *serve) Run(ctx context.Context) error {
	if err := errors.Join(c.Edge.Problems(), c.Beacon.Problems(), c.Review.Problems(), c.Pages.Problems(), c.Record.Problems(), c.People.Problems(), c.Log.Problems()); err != nil {
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
	n := &node{serve: c, log: slog.Default(), reg: reg, keys: keys, tokens: token.New(keys.Token, nil), failed: make(chan error, 8)}
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
func (c *serve) viewers(ctx context.Context, kin *prefork.Kin, reg *prometheus.Registry) error {
	keys, err := c.Storage.Keys()
	if err != nil {
		return err
	}
	cfg := c.Edge.Config()
	cfg.Log, cfg.Tailer, cfg.Kin, cfg.Listener, cfg.Fallback = kin.Client, kin.Client, kin, kin.Listener, kin.Parent()
	cfg.Keys, cfg.Registerer, cfg.Logger = keys, reg, slog.Default().With("process", kin.Number)
	return broadcast.Run(ctx, cfg)
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
		if n.serve.Review.On() {
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
	if n.is("desk") {
		tailer := n.kafka.NewTailer()
		if n.desk, err = desk.New(desk.Config{Log: n.kafka, Keys: n.keys, Tokens: n.people, Tailer: tailer, Chains: n.beacon.Chains(), Logger: n.log}); err != nil {
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
		store, err := studio.OpenStore(ctx, n.Record.URL(n.Storage.Data))
		if err != nil {
			return err
		}
		defer store.Close()
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

// keepHistory writes what was said to the database.
func (n *node) keepHistory(ctx context.Context) error {
	cfg := history.DefaultConfig()
	cfg.Log, cfg.Store, cfg.Keys, cfg.Keep, cfg.Logger, cfg.Metrics = n.kafka, n.store, n.keys, n.Record.HistoryKeep, n.log, n.reg
	return history.Run(ctx, cfg)
}

func (n *node) studioConfig(store *studio.Store) studio.Config {
	cfg := studio.DefaultConfig()
	cfg.Store, cfg.Log, cfg.Keys, cfg.Tokens, cfg.Chains, cfg.Logger, cfg.Metrics = store, n.kafka, n.keys, n.people, n.beacon.Chains(), n.log, n.reg
	cfg.Paid = func(ctx context.Context, event string) ([]byte, error) { return n.prizes.Paid(ctx, event) }
	cfg.Reach = func(ctx context.Context) beacon.Reachability { return n.beacon.Reach(ctx, cfg.Chains[0], time.Now()) }
	if n.desk != nil {
		cfg.Ask, cfg.State = n.desk.Ask, n.desk.State
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
	cfg.Room.Chains = n.beacon.Chains()
	if n.review != nil {
		cfg.Review = n.showReviewer
	}
	return cfg
}

func (n *node) reviewConfig() review.Config {
	cfg := n.serve.Review.Config()
	cfg.Logger, cfg.Metrics = n.log, n.reg
	cfg.Decide = func(ctx context.Context, room string, verdicts []record.VerdictData) error {
		return desk.Decide(ctx, n.kafka, n.keys, room, "review-hook", verdicts)
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

// front is the address of viewers and, by default, of staff.
func (n *node) front(ctx context.Context) error {
	if !n.is("edge") {
		return n.staff(ctx, n.Edge.Listen)
	}
	if n.StaffListen != "" {
		n.goes(func() error { return n.staff(ctx, n.StaffListen) })
	}
	look := n.Pages.Config()
	look.Connect = append(look.Connect, n.Edge.OtherEdges...)
	pages, err := web.New(look)
	if err != nil {
		return err
	}
	routes := []func(*server.Hertz){n.health}
	if n.StaffListen == "" {
		routes = append(routes, n.staffRoutes)
	} else if n.studio != nil { // winners ask where they watch
		routes = append(routes, func(h *server.Hertz) { n.studio.API(n.prizes.Routes()...).MountViewers(h) })
	}
	if n.Edge.Processes > 1 {
		n.fork, err = prefork.New(prefork.Config{Processes: n.Edge.Processes, Listen: n.Edge.Listen, Log: n.kafka, Tailer: n.kafka.NewTailer(),
			Routes: routes, Fallback: pages, Drain: n.Edge.Drain, Ready: n.announce, Logger: n.log, Registerer: n.reg})
		if err != nil {
			return err
		}
		return n.fork.Run(ctx)
	}
	cfg := n.Edge.Config()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Logger, cfg.Registerer = n.kafka, n.kafka.NewTailer(), n.keys, n.log, n.reg
	cfg.Ready, cfg.Routes, cfg.Fallback = n.announce, routes, pages
	return broadcast.Run(ctx, cfg)
}

// staff serves health, desk and studio on an address of their own.
func (n *node) staff(ctx context.Context, address string) error {
	h := server.New(server.WithHostPorts(address), server.WithExitWaitTime(n.Edge.Drain), server.WithDisablePrintRoute(true))
	n.health(h)
	n.staffRoutes(h)
	failed := make(chan error, 1)
	go func() { failed <- h.Run() }()
	n.ready.Store(true)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return h.Shutdown(context.WithoutCancel(ctx))
	}
}

func (n *node) staffRoutes(h *server.Hertz) {
	if n.people != nil {
		n.people.Mount(h)
	}
	if n.desk != nil {
		n.desk.Mount(h)
		(&history.API{Store: n.store, Tokens: n.people, Logger: n.log}).Mount(h)
	}
	if n.studio != nil {
		n.studio.Mount(h, n.prizes.Routes()...)
	}
}

// health answers whether the process lives and whether it is ready, its
// metrics, and what a page must know before it connects.
func (n *node) health(h *server.Hertz) {
	h.GET("/healthz", func(_ context.Context, c *app.RequestContext) { c.String(200, "ok\n") })
	h.GET("/readyz", func(_ context.Context, c *app.RequestContext) {
		if !n.ready.Load() {
			c.String(503, "not ready\n")
			return
		}
		c.String(200, "ready\n")
	})
	measured := prometheus.Gatherers{n.reg}
	if n.fork != nil {
		measured = append(measured, n.fork)
	}
	h.GET("/metrics", adaptor.HertzHandler(promhttp.HandlerFor(measured, promhttp.HandlerOpts{})))
	h.GET("/v1/config", func(_ context.Context, c *app.RequestContext) {
		c.JSON(200, map[string]any{"demo": n.Demo == "yes", "room": "demo", "guests": n.Edge.Guests, "version": version})
	})
	if n.shard != nil {
		n.shard.Mount(h)
	}
	if n.Demo == "yes" {
		demo.Mount(h, n.tokens)
	}
}

// wayIn is the link by which the first of the staff comes in: always with the
// demo, else until one has. It is for standard output, never for the log.
func (n *node) wayIn(addr net.Addr) string {
	if n.people == nil {
		return ""
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	manned, err := n.people.Manned(ctx)
	if err == nil && n.Demo != "yes" && (manned || n.People.OIDCIssuer != "") {
		return ""
	}
	var key string
	if err == nil {
		key, err = n.people.Admin(ctx, staff.AdminLife)
	}
	if err != nil {
		n.log.Error("no link for the administrator", "err", err)
		return ""
	}
	at := n.People.PublicURL
	switch {
	case at != "":
	case n.StaffListen != "":
		at = "http://" + n.StaffListen
	case n.Edge.TLSCert != "":
		at = "https://" + addr.String()
	default:
		at = "http://" + addr.String()
	}
	return strings.TrimSuffix(at, "/") + "/login#k=" + key
}

// announce tells where to look, once viewers can be served.
func (n *node) announce(addr net.Addr) {
	n.ready.Store(true)
	n.log.Info("ready", "listen", addr.String(), "roles", strings.Join(n.Roles, ","))
	way := n.wayIn(addr)
	if n.Demo != "yes" {
		if way != "" {
			fmt.Printf("\n  Sign in as administrator (once, within %v)    %s\n\n", staff.AdminLife, way)
		}
		return
	}
	host, err := n.tokens.Issue(time.Now(), "host", "主播", "host", []string{"demo"}, demo.TokenLife)
	if err != nil {
		n.log.Error("no host token", "err", err)
		return
	}
	market, err := n.tokens.Issue(time.Now(), "marketer", "小店", "marketer", []string{"demo"}, demo.TokenLife)
	if err != nil {
		n.log.Error("no marketer token", "err", err)
		return
	}
	fmt.Printf("\n  福袋 Fudai is running.\n\n  Watch the demo show    http://%s/\n  Run it, as its host    http://%s/desk/demo#t=%s\n  Plan its giveaways     http://%s/studio#t=%s\n  Everything, as admin   %s  (once, within %v)\n\n", addr, addr, host, addr, market, way, staff.AdminLife)
}
