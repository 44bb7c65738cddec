package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/cloudwego/hertz/pkg/route"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Appender is what a command needs of the log.
type Appender interface {
	Append(ctx context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error)
}

// Log is what the desk needs of the log; *kafkalog.Log is one.
type Log interface {
	Appender
	Read(ctx context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error
	Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]kafkalog.Range, error)
}

// Config is what a desk is told.
type Config struct {
	Log    Log
	Keys   *record.Keys
	Tokens token.Verifier
	Tailer Tailer
	// Chains are the beacons that plans may name, the default first: a plan
	// that cannot be held is refused here, with all reasons.
	Chains []drawproof.Chain
	// PublicLog is the transparency log that plans name, and Attest adds to the
	// proof of a giveaway what that log shows of it; nil: there is none.
	PublicLog *drawproof.PublicLog
	Attest    func(ctx context.Context, bundle []byte) ([]byte, error)
	// Kept answers the proof of a giveaway as it was kept when it was drawn, nil
	// where none was: a room's owner remembers its last giveaways. nil: nobody keeps
	// any.
	Kept func(ctx context.Context, room, event string) ([]byte, error)
	// Rules are those of a room that no command gave any, as the shards have
	// them; nil: moderation.Default().
	Rules *moderation.RuleSet
	// ShopOf answers the shop whose giveaways a room's are, "" where it is of none:
	// there people hold giveaways by the studio alone, which keeps the shop's law,
	// stock, budget and approvals. nil: this desk knows of no studio, and takes
	// every plan that a room could hold.
	ShopOf func(ctx context.Context, room string) (string, error)
	// CurrencyOf answers the currency in which the shop of a room counts, "" where it
	// is of none: what is said of a price without one is in it. nil: all is CNY.
	CurrencyOf func(ctx context.Context, room string) (string, error)
	// View adds to what staff see of a room what is not the owner's: drafts of
	// answers. It must not wait; nil adds nothing.
	View func(room string, view []byte) []byte
	// Translate answers a text in other languages, in a time that a command may be
	// late; nil where nothing is. Announced hears of every plan that was written.
	Translate func(ctx context.Context, room, text string) record.Translations
	Announced func(room string, plan []byte)
	// Caller is who asks, by address; nil: whoever holds the connection.
	Caller func(*app.RequestContext) netip.Addr
	// Boards are dashboards by name, for the operators' page.
	Boards map[string]string
	// Within bounds how long a command may wait for the log, or a question for
	// the owner of its room.
	Within  time.Duration
	Logger  *slog.Logger
	Metrics prometheus.Registerer // nil: nothing is counted for anybody to read
}

// Desk serves the API.
type Desk struct {
	cfg      Config
	rooms    *rooms
	edges    *edges
	refusals *refusals
	rounds   *rounds
}

// New makes a Desk. Follow must run beside it.
func New(cfg Config) (*Desk, error) {
	if cfg.Log == nil || cfg.Keys == nil || cfg.Tokens == nil || cfg.Tailer == nil {
		return nil, errors.New("desk: log, keys, tokens and tailer must be given")
	}
	if cfg.Within == 0 {
		cfg.Within = 5 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Caller == nil {
		cfg.Caller = peer
	}
	d := &Desk{cfg: cfg, rooms: newRooms(), edges: &edges{m: map[uint32]*edgeState{}}, refusals: &refusals{keys: cfg.Keys, of: map[string][]Refused{}}, rounds: newRounds()}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(d.rounds.counted)
	}
	return d, nil
}

// Mount adds the desk's routes.
func (d *Desk) Mount(r route.IRoutes) {
	r.POST("/v1/rooms/:room/commands", d.command)
	r.POST("/v1/commands", d.command)
	r.GET("/v1/rooms", d.list)
	r.GET("/v1/operator", d.operator)
	r.GET("/v1/rooms/:room", d.room)
	r.GET("/v1/rooms/:room/view", d.view)
	r.GET("/v1/rooms/:room/refused", d.refused)
	r.GET("/v1/rooms/:room/rules", d.rules)
	r.POST("/v1/rooms/:room/rules/dry-run", d.dryRun)
	r.GET("/v1/catalogue/template", d.template)
	r.GET("/v1/rooms/:room/catalogue", d.stock)
	r.POST("/v1/rooms/:room/catalogue", d.take)
	d.MountViewers(r)
}

// MountViewers adds only what anybody may ask: the proof of a draw.
func (d *Desk) MountViewers(r route.IRoutes) { r.GET("/v1/rooms/:room/bundle/:event", d.bundle) }

// request is the body of a command.
type request struct {
	ID   string          `json:"id"`
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

func (d *Desk) command(ctx context.Context, c *app.RequestContext) {
	claims, err := d.claims(c)
	if err != nil {
		refuse(c, consts.StatusUnauthorized, "unauthorized", err)
		return
	}
	var req request
	if err := json.Unmarshal(c.Request.Body(), &req); err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return
	}
	room := c.Param("room")
	if room != "" && !record.ValidRoom([]byte(room)) {
		refuse(c, consts.StatusBadRequest, "malformed", fmt.Errorf("room %.80q: want 1 to 64 of A-Z a-z 0-9 . _ -", room))
		return
	}
	if err := may(&claims, req.Kind, room); err != nil {
		refuse(c, consts.StatusForbidden, "forbidden", err)
		return
	}
	if req.ID == "" {
		req.ID = newID()
	}
	if err := d.whose(ctx, room, &req); err != nil {
		refuse(c, consts.StatusNotFound, "no-comment", err)
		return
	}
	if err := check(req.Kind, req.Data); err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return
	}
	if req.Kind == record.CtlCancel || req.Kind == record.CtlVoid {
		req.Data = coded(req.Data)
	}
	if x, ok := giveaway.ParseExtension(req.Data); ok && req.Kind == record.CtlPlan {
		if err := x.Check(); err != nil {
			refuse(c, consts.StatusBadRequest, "plan", err)
			return
		}
	} else if req.Kind == record.CtlPlan {
		if no := d.shopPlan(ctx, &claims, room); no != nil {
			refuse(c, no.status, no.code, no.err)
			return
		}
		plan, err := d.complete(room, req.Data)
		if err != nil {
			refuse(c, consts.StatusBadRequest, "plan", err)
			return
		}
		req.Data = plan
	}
	if err := d.inMoney(ctx, room, &req); err != nil {
		refuse(c, consts.StatusServiceUnavailable, "store", err)
		return
	}
	if req.Kind == record.CtlShowEnd && !d.endShow(ctx, c, &claims, room, &req) {
		return
	}
	if req.Kind == record.CtlBeacon {
		d.round(ctx, c, &claims, room, &req)
		return
	}
	if d.cfg.Translate != nil {
		d.translate(ctx, room, &req)
	}
	if d.write(ctx, c, &claims, room, &req) && req.Kind == record.CtlPlan && d.cfg.Announced != nil {
		d.cfg.Announced(room, req.Data)
	}
}

// write appends the command: one record, or one a partition for every room.
func (d *Desk) write(ctx context.Context, c *app.RequestContext, claims *token.Claims, room string, req *request) (ok bool) {
	ctl := record.Control{V: 1, ID: req.ID, Kind: req.Kind, Room: room, By: claims.User, Role: claims.Role.String(),
		At: time.Now().UnixMilli(), Data: req.Data}
	rec, err := Record(d.cfg.Keys, &ctl)
	if err != nil {
		refuse(c, consts.StatusBadRequest, "malformed", err)
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
	defer cancel()
	partition, last := kafkalog.Partition(room), kafkalog.Partition(room)
	if room == "" {
		partition, last = 0, kafkalog.Partitions-1
	}
	var offset int64
	for p := partition; p <= last; p++ {
		if offset, err = d.cfg.Log.Append(ctx, kafkalog.Control, p, []kafkalog.Record{rec}); err != nil {
			d.cfg.Logger.Warn("command not written", "kind", req.Kind, "room", room, "partition", p, "err", err)
			refuse(c, consts.StatusServiceUnavailable, "not-sent", fmt.Errorf("the log did not acknowledge command %s; send it again with the same id: %w", req.ID, err))
			return false
		}
	}
	c.JSON(consts.StatusAccepted, map[string]any{"id": req.ID, "by": ctl.By, "partition": last, "offset": offset})
	return true
}

// Write appends a signed command to the partition of its room, for parts of the
// program that speak for themselves.
func Write(ctx context.Context, log Appender, keys *record.Keys, ctl *record.Control) (offset int64, err error) {
	rec, err := Record(keys, ctl)
	if err != nil {
		return 0, err
	}
	return log.Append(ctx, kafkalog.Control, kafkalog.Partition(ctl.Room), []kafkalog.Record{rec})
}

// Decide writes verdicts on comments of a room, for a reviewer that is part of
// the program.
func Decide(ctx context.Context, log Appender, keys *record.Keys, room, by string, verdicts []record.VerdictData) error {
	data, err := json.Marshal(record.VerdictData{Verdicts: verdicts})
	if err != nil {
		return err
	}
	_, err = Write(ctx, log, keys, &record.Control{V: 1, ID: newID(), Kind: record.CtlVerdict, Room: room, By: by,
		Role: record.Service.String(), At: time.Now().UnixMilli(), Data: data})
	return err
}

// Translated writes what a giveaway's card says in other languages.
func Translated(ctx context.Context, log Appender, keys *record.Keys, room string, words *record.WordsData) error {
	data, err := json.Marshal(words)
	if err != nil {
		return err
	}
	_, err = Write(ctx, log, keys, &record.Control{V: 1, ID: newID(), Kind: record.CtlWords, Room: room, By: "translator",
		Role: record.Service.String(), At: time.Now().UnixMilli(), Data: data})
	return err
}

// Logout writes that edges are to close what one token, named by its id, opened.
func Logout(ctx context.Context, log Appender, keys *record.Keys, token, user string) error {
	data, err := json.Marshal(record.LogoutData{User: user, Token: token})
	if err != nil {
		return err
	}
	rec, err := Record(keys, &record.Control{V: 1, ID: newID(), Kind: record.CtlLogout, By: "staff", Role: record.Service.String(), At: time.Now().UnixMilli(), Data: data})
	if err != nil {
		return err
	}
	_, err = log.Append(ctx, kafkalog.Control, kafkalog.Partition(user), []kafkalog.Record{rec})
	return err
}

// Record is a signed record of fudai.control.
func Record(keys *record.Keys, ctl *record.Control) (kafkalog.Record, error) {
	value := record.AppendControl(nil, ctl)
	if _, bad := record.ParseControl(value); bad != nil {
		return kafkalog.Record{}, bad
	}
	rec := kafkalog.Record{Value: value, Headers: []kafkalog.Header{{Key: "sig", Value: keys.SignControl(value)}}}
	if ctl.Room != "" {
		rec.Key = []byte(ctl.Room)
	}
	return rec, nil
}

// claims reads the bearer token; none is a guest, who may hand in a beacon.
func (d *Desk) claims(c *app.RequestContext) (token.Claims, error) {
	raw, ok := strings.CutPrefix(string(c.GetHeader("Authorization")), "Bearer ")
	if !ok {
		return token.Claims{User: "guest", Role: record.Guest}, nil
	}
	return d.cfg.Tokens.Verify(raw, time.Now().UnixMilli())
}

// refusal is why a command is not written.
type refusal struct {
	status int
	code   string
	err    error
}

func refuse(c *app.RequestContext, status int, code string, err error) {
	c.JSON(status, map[string]string{"code": code, "message": err.Error()})
}

func newID() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
