package broadcast

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/adaptor"
	"github.com/cloudwego/hertz/pkg/common/hlog"
	"github.com/cloudwego/hertz/pkg/network/standard"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/kafkalog"
)

// edge is one running edge: what its loops, feeds and HTTP handlers share.
type edge struct {
	// Static after construction.
	cfg       Config
	log       *slog.Logger
	metrics   *metrics
	tokens    *token.Authority
	id        uint32 // drawn at start: names this edge in replies
	started   int64  // Unix ms
	most      int32  // viewers at once
	ring      bool   // loops write by io_uring
	loops     []*loop
	feeds     [kafkalog.Partitions]*feed
	rooms     *rooms
	users     *users
	addresses *addresses
	tickets   *Tickets
	bans      *bans
	watch     *watchBook
	risks     risks
	asks      chan struct{} // bounds questions to owners

	viewers  atomic.Int32
	came     atomic.Uint64 // connections that ever came
	ids      atomic.Uint64
	sent     atomic.Uint32 // to other edges
	draining atomic.Bool
	flight   sync.WaitGroup // produced, not yet acknowledged
	caughtUp sync.WaitGroup // feeds that have read what was there at the start

	posters posters

	presences int        // owned by count
	accepts   sharedGCRA // how often accepts that fail are logged
}

// asksMost bounds the questions to owners under way; beyond it a viewer is told
// "checking", as when the owner does not answer.
const asksMost = 256

func nowMS() int64 { return time.Now().UnixMilli() }

func newEdge(cfg Config) (e *edge, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var id [4]byte
	rand.Read(id[:])
	e = &edge{
		cfg: cfg, log: cfg.Logger, metrics: newMetrics(cfg.Registerer, cfg.Loops), tokens: token.New(cfg.Keys.Token, cfg.PublicKeys),
		id: binary.BigEndian.Uint32(id[:]), started: nowMS(), rooms: newRooms(cfg.Loops), users: newUsers(),
		addresses: newAddresses(cfg.PerAddress, cfg.Proxies), tickets: NewTickets(), bans: newBans(), asks: make(chan struct{}, asksMost),
		posters: posters{by: map[string]gcra{}}, risks: risks{seed: maphash.MakeSeed()},
	}
	e.watch = newWatchBook(e)
	cfg.Registerer.MustRegister(newFullest(e.rooms))
	e.most = int32(cfg.MaxViewers)
	if limit := openFiles() - reservedFiles; e.most == 0 || int(e.most) > limit {
		e.most = int32(max(limit, 1))
	}
	if e.ring, err = e.chooseWriter(); err != nil {
		return nil, err
	}
	for i := range cfg.Loops {
		l, err := newLoop(e, i)
		if err != nil {
			return nil, err
		}
		e.loops = append(e.loops, l)
	}
	return e, nil
}

// reservedFiles are left to the log's connections, to the store and to HTTP: half
// of them to requests that are no viewer's, or not yet.
const reservedFiles = 256

// files is how many sockets of clients are open when so many are held that were
// accepted and not handed over to a loop.
func (e *edge) files(held int) int {
	if e.raw() {
		held += int(e.viewers.Load())
	}
	return held // a pump holds its socket for as long as the viewer is there
}

// notAccepted counts an accept that failed.
func (e *edge) notAccepted(err error) {
	if e.metrics.acceptErrors.Inc(); e.accepts.take(nowMS(), 10_000, 1) == 0 {
		e.log.Warn("a connection could not be accepted, will be tried again", "err", err)
	}
}

// Run serves viewers until ctx is done, then says goodbye to them in waves
// within Config.Drain. It answers nil after a clean end.
func Run(ctx context.Context, cfg Config) error {
	e, err := newEdge(cfg)
	if err != nil {
		return err
	}
	ln := cfg.Listener
	if ln == nil {
		if ln, err = net.Listen("tcp", cfg.Listen); err != nil {
			return fmt.Errorf("broadcast: %w", err)
		}
	}
	if cfg.Kin != nil {
		if ln, err = e.share(ln); err != nil {
			return fmt.Errorf("broadcast: %w", err)
		}
	} else if tcp, ok := ln.(*net.TCPListener); ok {
		ln = newLastCall(tcp, func(held int) bool { return e.files(held) < int(e.most)+reservedFiles/2 }, e.notAccepted)
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group sync.WaitGroup
	failed := make(chan error, 2)
	for _, l := range e.loops {
		group.Go(l.run)
	}
	if err := e.follow(ctx); err != nil {
		ln.Close()
		e.stopLoops()
		group.Wait()
		return err
	}
	group.Go(func() { failed <- cfg.Tailer.Run(work) })
	group.Go(func() { e.count(work) })
	h := e.server(ln)
	go func() { failed <- h.Run() }()
	go func() {
		e.caughtUp.Wait()
		if cfg.Kin != nil {
			go e.tellKin(work)
		}
		if cfg.Ready != nil {
			cfg.Ready(ln.Addr())
		}
		e.log.Info("edge ready", "viewers at most", e.most, "loops", len(e.loops))
	}()
	select {
	case <-ctx.Done():
	case err = <-failed:
		if err == nil {
			err = errors.New("broadcast: the server ended by itself")
		}
	}
	e.drain(h)
	stop()
	group.Wait()
	return err
}

// follow begins the feeds of every partition, and what is banned.
func (e *edge) follow(ctx context.Context) error {
	all := make([]int32, kafkalog.Partitions)
	for p := range all {
		all[p] = int32(p)
	}
	frames, err := e.cfg.Log.Offsets(ctx, kafkalog.Frames, all)
	if err != nil {
		return fmt.Errorf("broadcast: %w", err)
	}
	e.caughtUp.Add(len(all))
	for _, p := range all {
		f := &feed{e: e, part: p}
		e.feeds[p] = f
		f.begin(frames[p])
		e.metrics.followed.Inc()
		e.followBans(p)
	}
	return nil
}

// server is Hertz with the edge's routes. On the standard transport nobody
// reads a connection unless asked, so handing its descriptor over loses nothing.
func (e *edge) server(ln net.Listener) *server.Hertz {
	hlog.SetLevel(hlog.LevelFatal) // it has a line for each client that says nothing; what matters is counted here
	h := server.New(server.WithListener(ln), server.WithTransport(standard.NewTransporter), server.WithTLS(e.cfg.TLS),
		server.WithOnAccept(e.remember), server.WithDisablePrintRoute(true), server.WithMaxRequestBodySize(e.cfg.MaxBody),
		server.WithReadTimeout(e.cfg.HTTPTimeout), server.WithIdleTimeout(e.cfg.HTTPTimeout), server.WithExitWaitTime(0))
	h.GET("/v1/rooms/:room/ws", e.websocket)
	h.GET("/v1/rooms/:room/events", e.events)
	h.POST("/v1/rooms/:room/messages", e.upstream)
	h.POST("/v1/rooms/:room/giveaways/:event/enter", e.enterBy)
	h.OPTIONS("/v1/*any", e.preflight)
	h.GET("/v1/rooms/:room/giveaways/:event/receipt", e.receipt)
	h.POST("/v1/tickets", e.issueTicket)
	h.POST("/v1/tokens", e.issueToken)
	h.POST("/v1/revoke", e.revoke)
	for _, mount := range e.cfg.Routes {
		mount(h)
	}
	if e.cfg.Fallback != nil {
		h.NoRoute(adaptor.HertzHandler(e.cfg.Fallback))
	}
	return h
}

// tell says to every loop with viewers of the room that it has something new.
func (e *edge) tell(r *room) {
	for i, l := range e.loops {
		if r.viewers[i].Load() > 0 {
			l.tell(r)
		}
	}
}

// restart takes every viewer of a room to its state.
func (e *edge) restart(r *room) {
	for i, l := range e.loops {
		if r.viewers[i].Load() > 0 {
			l.post(func(l *loop) { l.restart(r) })
		}
	}
}

// toUser gives a message to all connections of one user in the room.
func (e *edge) toUser(r *room, user string, payload []byte) {
	for _, p := range e.users.in(user, r) {
		e.loops[p.loop].post(func(l *loop) {
			if c := l.at(p.slot, p.gen); c != nil {
				l.private(c, payload)
			}
		})
	}
}

// toStaff gives a message to those of the room who run the show.
func (e *edge) toStaff(r *room, payload []byte) {
	for i, l := range e.loops {
		if r.viewers[i].Load() == 0 {
			continue
		}
		l.post(func(l *loop) {
			lr := l.rooms[r]
			for i := 0; lr != nil && i < len(lr.members); i++ {
				if c := l.conn(lr.members[i]); c.who.staff() {
					l.private(c, payload)
				}
			}
		})
	}
}

func (e *edge) crowded() bool {
	for _, l := range e.loops {
		if l.crowded() {
			return true
		}
	}
	return false
}

// back is the window in which clients that lost this edge should come back: a
// second for a few, and so much more that about 5,000 come in a second.
func (e *edge) back() (least, most int64) {
	viewers := int64(e.viewers.Load())
	if e.cfg.Kin != nil {
		_, all := e.cfg.Kin.Crowd()
		viewers = max(viewers, int64(all))
	}
	return 200, 1000 + viewers/5
}

// emptiest is the loop with the fewest connections.
func (e *edge) emptiest() *loop {
	best := e.loops[0]
	for _, l := range e.loops[1:] {
		if l.held.Load() < best.held.Load() {
			best = l
		}
	}
	return best
}
