// Fudai is the interactive layer of a live-commerce stream on Kafka: comments,
// product questions and verifiable giveaways for rooms of hundreds of thousands
// of viewers. This file is the list of its commands and the wiring of its
// parts; what each part does stands in the part.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
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
	"github.com/goccy/go-yaml"
	"github.com/gofrs/flock"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/fudai-live/fudai/broadcast"
	"github.com/fudai-live/fudai/broadcast/demo"
	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/desk"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/kafkalog/broker"
	"github.com/fudai-live/fudai/room/record"
	"github.com/fudai-live/fudai/room/replay"
	"github.com/fudai-live/fudai/room/shard"
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

	Serve  serve       `cmd:"" default:"withargs" help:"Run the parts named by --roles; with nothing given, a whole demo on this machine."`
	Broker brokerCmd   `cmd:"" help:"Run the development broker alone. Not for production."`
	Topics topicsCmd   `cmd:"" help:"Create the topics of a cluster, or check that they are as they must be."`
	Token  tokenCmd    `cmd:"" help:"Issue a token of this installation."`
	Replay replayCmd   `cmd:"" help:"Play a recording of comments into a room."`
	Verify verifyCmd   `cmd:"" help:"Check a finished giveaway offline."`
	V      versionFlag `name:"version" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("fudai"), kong.DefaultEnvars("FUDAI"), kong.Configuration(yamlFile),
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

// yamlFile reads the configuration file: YAML, looked up by the flags' names.
func yamlFile(r io.Reader) (kong.Resolver, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	j, err := yaml.YAMLToJSON(b)
	if err != nil {
		return nil, err
	}
	known, err := kong.JSON(bytes.NewReader(j))
	if err != nil {
		return nil, err
	}
	f := &file{Resolver: known}
	return f, json.Unmarshal(j, &f.values)
}

// file is a configuration file whose every name must be that of a flag: a
// misspelt setting must not be a default.
type file struct {
	kong.Resolver
	values map[string]any
}

// Validate reports all names that are none.
func (f *file) Validate(app *kong.Application) error {
	var errs []error
	var walk func(path string, node *kong.Node, values map[string]any)
	walk = func(path string, node *kong.Node, values map[string]any) {
		for name, value := range values {
			is := func(n *kong.Flag) bool { return n.Name == name }
			below := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == name })
			nested, isMap := value.(map[string]any)
			switch {
			case below >= 0 && isMap:
				walk(path+name+".", node.Children[below], nested)
			case below < 0 && slices.ContainsFunc(node.Flags, is):
			default:
				errs = append(errs, fmt.Errorf("configuration: no setting %s%s", path, name))
			}
		}
	}
	walk("", app.Node, f.values)
	return errors.Join(errs...)
}

// cluster says where the log is.
type cluster struct {
	Kafka       []string `help:"Brokers of the cluster, host:port." placeholder:"BROKERS"`
	KafkaLedger []string `help:"Brokers of the ledger's cluster, if it has one of its own." placeholder:"BROKERS"`
	Replication int      `help:"Copies of each partition that the topics must have." default:"3"`
}

// open opens the log. Without brokers it is the development broker that
// runs on data, if one does.
func (c *cluster) open(data, client string, reg prometheus.Registerer) (*kafkalog.Log, error) {
	if len(c.Kafka) == 0 {
		at, err := broker.Load(filepath.Join(data, "broker"))
		if err != nil {
			return nil, fmt.Errorf("no --kafka given, and no development broker runs on %s: %w", data, err)
		}
		c.Kafka, c.KafkaLedger = []string{at.Comments}, []string{at.Ledger}
	}
	cfg := kafkalog.DefaultConfig()
	cfg.Brokers, cfg.LedgerBrokers, cfg.ClientID, cfg.Metrics = c.Kafka, c.KafkaLedger, client, reg
	return kafkalog.Open(cfg)
}

// storage says where this installation keeps what is not in the log.
type storage struct {
	Data   string `help:"Directory of keys and of the development broker's log." default:"fudai-data" type:"path"`
	Secret string `help:"File of the master secret, 64 hex digits, the same on every node; default DATA/master.key, made at the first start." type:"path" placeholder:"FILE"`
}

// keys derives the keys from the master secret, which is made if it is not there.
func (s *storage) keys() (*record.Keys, error) {
	file := s.Secret
	if file == "" {
		file = filepath.Join(s.Data, "master.key")
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) && s.Secret == "" {
		if err := os.MkdirAll(s.Data, 0o700); err != nil {
			return nil, err
		}
		var fresh [32]byte
		rand.Read(fresh[:])
		b = hex.AppendEncode(nil, fresh[:])
		err = os.WriteFile(file, append(b, '\n'), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("master secret: %w", err)
	}
	var master [32]byte
	if n, err := hex.Decode(master[:], []byte(strings.TrimSpace(string(b)))); err != nil || n != len(master) {
		return nil, fmt.Errorf("master secret %s: want 64 hex digits", file)
	}
	return record.DeriveKeys(master), nil
}

type brokerCmd struct {
	Dir string `help:"Its data." default:"fudai-data/broker" type:"path"`
}

func (c *brokerCmd) Run(ctx context.Context) error {
	cfg := broker.DefaultConfig()
	cfg.Dir = c.Dir
	return broker.Run(ctx, cfg)
}

type topicsCmd struct {
	cluster
	storage
	Create bool `help:"Create what is missing; otherwise only check."`
}

func (c *topicsCmd) Run(ctx context.Context) error {
	log, err := c.open(c.Data, "fudai-topics", nil)
	if err != nil {
		return err
	}
	defer log.Close()
	opt := kafkalog.TopicOptions{Replication: c.Replication}
	if c.Create {
		err = kafkalog.EnsureTopics(ctx, log, opt)
	} else {
		err = kafkalog.VerifyTopics(ctx, log, opt)
	}
	if err == nil {
		fmt.Println("the topics are as they must be")
	}
	return err
}

type tokenCmd struct {
	storage
	User  string        `arg:"" help:"Stable id of the user."`
	Name  string        `help:"Display name."`
	Role  string        `help:"viewer, assistant, moderator, host, service or marketer." default:"viewer"`
	Rooms []string      `help:"Rooms it is good for; none: every room."`
	For   time.Duration `help:"How long it is good." default:"12h"`
}

func (c *tokenCmd) Run() error {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	raw, err := issue(token.New(keys.Token, nil), c.User, c.Name, c.Role, c.Rooms, c.For)
	if err == nil {
		fmt.Println(raw)
	}
	return err
}

func issue(by *token.Authority, user, name, role string, rooms []string, life time.Duration) (string, error) {
	now := time.Now()
	claims := token.Claims{User: user, Name: name, Rooms: rooms, Issued: now.UnixMilli(), Expires: now.Add(life).UnixMilli()}
	if role == "marketer" {
		claims.Role, claims.Market = record.Viewer, true
	} else {
		r, ok := record.ParseRole([]byte(role))
		if !ok {
			return "", fmt.Errorf("no role %q", role)
		}
		claims.Role = r
	}
	return by.Sign(&claims)
}

type replayCmd struct {
	cluster
	storage
	File     string  `arg:"" help:"JSON lines: t_ms, user and text, or whole comments." type:"existingfile"`
	Room     string  `help:"Where to." default:"demo"`
	Speed    float64 `help:"Times the recording's own pace; 0 is as fast as the log takes it." default:"1"`
	IDPrefix string  `help:"Begin message ids with it: playing the same again then changes nothing."`
}

func (c *replayCmd) Run(ctx context.Context) error {
	log, err := c.open(c.Data, "fudai-replay", nil)
	if err != nil {
		return err
	}
	defer log.Close()
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	cfg := replay.DefaultConfig()
	cfg.Log, cfg.Input, cfg.Room, cfg.Speed, cfg.Logger = log, f, c.Room, c.Speed, slog.Default()
	if c.IDPrefix != "" {
		cfg.IDPrefix = c.IDPrefix
	}
	sum, err := replay.Run(ctx, cfg)
	slog.Info("replayed", "summary", sum)
	return err
}

type verifyCmd struct {
	File string `arg:"" help:"The bundle of a finished giveaway." type:"existingfile"`
	JSON bool   `help:"Print the report as JSON."`
}

func (c *verifyCmd) Run() error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
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
	Listen      string        `help:"Address of viewers, and of staff unless --staff-listen is given." default:"127.0.0.1:8080"`
	StaffListen string        `help:"Address of desk and studio, if they have one of their own." placeholder:"ADDR"`
	Advertise   string        `help:"host:port under which other nodes reach this one; default --listen." placeholder:"ADDR"`
	Roles       []string      `help:"What this process does: edge, shard, desk, studio." enum:"edge,shard,desk,studio" default:"edge,shard,desk,studio"`
	Drain       time.Duration `help:"From SIGTERM to the end, at most." default:"8s"`
	Demo        string        `help:"Run the built-in show in room demo: yes, no, or auto (without --kafka)." enum:"yes,no,auto" default:"auto"`
	AutoCreate  bool          `help:"A room's first valid record makes the room." default:"true" negatable:""`
	Guests      bool          `help:"Watch without a token." default:"true" negatable:""`
	Origins     []string      `help:"Pages of other hosts that may connect: scheme://host[:port], or *." placeholder:"ORIGIN"`
	ServiceKeys []string      `help:"Credentials of the platform's server for POST /v1/tokens." placeholder:"KEY"`
	Beacon      []string      `help:"drand relays (https://…) for public randomness. Without any a local beacon stands in, and giveaways say what that is worth." placeholder:"URL"`
	cluster
	storage
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
	desk   *desk.Desk
	ready  atomic.Bool
	failed chan error // the first part that ended by itself
}

// Run starts the parts in the order in which data flows, and stops them against
// it: viewers first, then the owners of their rooms, then the log.
func (c *serve) Run(ctx context.Context) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(c.Data, "lock"))
	if ok, err := lock.TryLock(); !ok {
		return fmt.Errorf("data directory %s is in use by another fudai (%v): stop that one, or give this one its own --data", c.Data, err)
	}
	defer lock.Unlock()
	keys, err := c.keys()
	if err != nil {
		return err
	}
	n := &node{serve: c, log: slog.Default(), reg: prometheus.NewRegistry(), keys: keys, tokens: token.New(keys.Token, nil), failed: make(chan error, 8)}
	n.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	embedded := len(c.Kafka) == 0
	if embedded {
		child, err := broker.Start(ctx, broker.ChildConfig{Dir: filepath.Join(c.Data, "broker")})
		if err != nil {
			return err
		}
		defer child.Stop(5 * time.Second)
		n.goes(func() error { <-child.Done(); return fmt.Errorf("the development broker ended: %v", child.Err()) })
	}
	if n.kafka, err = c.open(c.Data, "fudai-"+strings.Join(c.Roles, "-"), n.reg); err != nil {
		return err
	}
	defer n.kafka.Close()
	if embedded {
		err = kafkalog.EnsureTopics(ctx, n.kafka, kafkalog.TopicOptions{Replication: 1, Dev: true})
	} else {
		err = kafkalog.VerifyTopics(ctx, n.kafka, kafkalog.TopicOptions{Replication: c.Replication})
	}
	if err != nil {
		return err
	}
	if c.Demo == "auto" && embedded {
		c.Demo = "yes"
	}
	return n.run(ctx)
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
		if n.shard, err = shard.New(n.shardConfig()); err != nil {
			return err
		}
		stage(n.shard.Run)
		stage(n.beacon.Run)
	}
	if n.is("desk") {
		tailer := n.kafka.NewTailer()
		if n.desk, err = desk.New(desk.Config{Log: n.kafka, Keys: n.keys, Tokens: n.tokens, Tailer: tailer, Bundle: n.bundle(), Chains: n.beacon.Chains(), Logger: n.log}); err != nil {
			return err
		}
		n.desk.Follow()
		stage(tailer.Run)
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
		n.log.Info("draining", "within", n.Drain)
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

// bundle answers proofs of finished giveaways, where the rooms are owned here.
func (n *node) bundle() func(context.Context, string, string) ([]byte, error) {
	if n.shard == nil {
		return nil
	}
	return n.shard.Bundle
}

func (n *node) shardConfig() shard.Config {
	cfg := shard.DefaultConfig()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Logger, cfg.Metrics = n.kafka, n.kafka.NewTailer(), n.keys, n.log, n.reg
	cfg.Address = n.Advertise
	if cfg.Address == "" {
		cfg.Address = n.Listen
	}
	cfg.Room = room.Config{AutoCreate: n.AutoCreate, Chains: n.beacon.Chains()}
	return cfg
}

func (n *node) beaconConfig() beacon.Config {
	cfg := beacon.DefaultConfig()
	cfg.Secret, cfg.Relays, cfg.Logger = n.keys.Beacon, n.Beacon, n.log
	cfg.Awaits = func(ctx context.Context) (all []beacon.Await) {
		for _, a := range n.shard.Awaits(ctx) {
			all = append(all, beacon.Await{Room: a.Room, Event: a.Event, Chain: a.Chain, Round: a.Round})
		}
		return all
	}
	cfg.Submit = func(ctx context.Context, a beacon.Await, sigma []byte) error {
		data, err := json.Marshal(record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: hex.EncodeToString(sigma)})
		if err != nil {
			return err
		}
		_, err = desk.Write(ctx, n.kafka, n.keys, &record.Control{V: 1, ID: fmt.Sprintf("%s.%d", a.Event, a.Round), Kind: record.CtlBeacon,
			Room: a.Room, By: "beacon", Role: record.Service.String(), At: time.Now().UnixMilli(), Data: data})
		return err
	}
	return cfg
}

// front is the address of viewers and, by default, of staff.
func (n *node) front(ctx context.Context) error {
	if !n.is("edge") {
		return n.staff(ctx, n.Listen)
	}
	if n.StaffListen != "" {
		n.goes(func() error { return n.staff(ctx, n.StaffListen) })
	}
	cfg := broadcast.DefaultConfig()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Logger, cfg.Registerer = n.kafka, n.kafka.NewTailer(), n.keys, n.log, n.reg
	cfg.Listen, cfg.Drain, cfg.Guests, cfg.Origins, cfg.ServiceKeys = n.Listen, n.Drain, n.Guests, n.Origins, n.ServiceKeys
	cfg.Ready = n.announce
	cfg.Routes = append(cfg.Routes, n.health)
	if n.StaffListen == "" {
		cfg.Routes = append(cfg.Routes, n.staffRoutes)
	}
	pages, err := web.New(web.Config{})
	if err != nil {
		return err
	}
	cfg.Fallback = pages
	return broadcast.Run(ctx, cfg)
}

// staff serves health, desk and studio on an address of their own.
func (n *node) staff(ctx context.Context, address string) error {
	h := server.New(server.WithHostPorts(address), server.WithExitWaitTime(n.Drain), server.WithDisablePrintRoute(true))
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
	if n.desk != nil {
		n.desk.Mount(h)
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
	h.GET("/metrics", adaptor.HertzHandler(promhttp.HandlerFor(n.reg, promhttp.HandlerOpts{})))
	h.GET("/v1/config", func(_ context.Context, c *app.RequestContext) {
		c.JSON(200, map[string]any{"demo": n.Demo == "yes", "room": "demo", "guests": n.Guests, "version": version})
	})
	if n.shard != nil {
		h.GET("/internal/entry", n.entry)
	}
	if n.Demo == "yes" {
		h.GET("/v1/demo-token", n.demoToken)
	}
}

// demoToken makes anybody a viewer of the demo room by a name of their own: the
// demo has no platform that could vouch for them.
func (n *node) demoToken(_ context.Context, c *app.RequestContext) {
	name := strings.TrimSpace(c.Query("name"))
	if name == "" || len(name) > record.MaxName {
		c.JSON(400, map[string]string{"code": "malformed", "message": "name: give 1 to 96 bytes"})
		return
	}
	var id [9]byte
	rand.Read(id[:])
	raw, err := issue(n.tokens, "demo-"+hex.EncodeToString(id[:]), name, "viewer", []string{"demo"}, 12*time.Hour)
	if err != nil {
		c.JSON(400, map[string]string{"code": "malformed", "message": err.Error()})
		return
	}
	c.JSON(200, map[string]string{"token": raw})
}

// entry answers an edge that asks for a viewer's own entry.
func (n *node) entry(ctx context.Context, c *app.RequestContext) {
	if !hmac.Equal(c.GetHeader(broadcast.AskHeader), []byte(broadcast.SignAsk(n.keys, string(c.Request.URI().QueryString())))) {
		c.JSON(403, map[string]string{"code": "forbidden", "message": "only an edge of this installation may ask"})
		return
	}
	e, err := n.shard.Entry(ctx, c.Query("room"), c.Query("event"), c.Query("user"))
	if err != nil {
		c.JSON(503, map[string]string{"code": "elsewhere", "message": err.Error()})
		return
	}
	c.JSON(200, e)
}

// announce tells where to look, once viewers can be served.
func (n *node) announce(addr net.Addr) {
	n.ready.Store(true)
	n.log.Info("ready", "listen", addr.String(), "roles", strings.Join(n.Roles, ","))
	if n.Demo != "yes" {
		return
	}
	host, err := issue(n.tokens, "host", "主播", "host", []string{"demo"}, 12*time.Hour)
	if err != nil {
		n.log.Error("no host token", "err", err)
		return
	}
	fmt.Printf("\n  福袋 Fudai is running.\n\n  Watch the demo show   http://%s/\n  Host's token (12 h)   %s\n\n", addr, host)
}
