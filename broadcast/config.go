package broadcast

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
	"github.com/prometheus/client_golang/prometheus"
)

// Log is the part of kafkalog.Log the edge uses.
type Log interface {
	Produce(rec kafkalog.Record, done func(partition int32, offset int64, err error)) error
	Offsets(ctx context.Context, topic string, partitions []int32) (map[int32]kafkalog.Range, error)
	Read(ctx context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error
}

// Tailer is the part of kafkalog.Tailer the edge uses. The edge runs it.
type Tailer interface {
	Add(topic string, partition int32, offset int64, deliver kafkalog.Deliver, fail kafkalog.Fail)
	Remove(topic string, partition int32)
	Run(ctx context.Context) error
}

// Config is what an edge needs and may be told. DefaultConfig has the defaults.
type Config struct {
	Log    Log
	Tailer Tailer
	Keys   *record.Keys

	// Listen is the address of HTTP and WebSocket; Listener, if set, is used
	// instead. TLS serves small installations; a large one puts a proxy in front.
	Listen   string
	Listener net.Listener
	TLS      *tls.Config

	// Kin are the processes that share Listener; nil if there are none.
	Kin Kin

	// Ready is called once, when the edge listens and has caught up with the log.
	Ready func(net.Addr)

	// Routes mount further parts (desk, studio, health) on the same server, so
	// that a single process needs one address. Fallback answers what no route
	// does: the pages.
	Routes   []func(*server.Hertz)
	Fallback http.Handler

	// PublicKeys are the platform's Ed25519 keys by kid, for tokens it signs
	// itself. ServiceKeys are the credentials of POST /v1/tokens and /v1/revoke.
	PublicKeys  map[string]ed25519.PublicKey
	ServiceKeys []string
	TokenLife   time.Duration // of tokens issued here, when the request names none
	Guests      bool          // may watch without a token
	KnownRooms  bool          // refuse rooms that have told no state: 404

	// Origins are the pages that may connect: "*", or scheme://host[:port].
	// Empty: only pages of the same host. Programs send no Origin and pass.
	Origins []string
	// OtherEdges are addresses, scheme://host[:port], to which viewers are sent
	// when this edge is full or goes away.
	OtherEdges []string
	// Proxies are the front proxies whose X-Forwarded-For counts.
	Proxies []netip.Prefix

	// Deflate agrees to permessage-deflate where a client offers it: a frame is
	// compressed once for all of them, each message by itself.
	Deflate bool

	Writer     Writer
	Loops      int // event loops; default one a core
	MaxViewers int // of this process; default what the open-file limit allows
	PerAddress int // connections of one address; loopback and proxies are exempt
	PerUser    int // connections of one user; the oldest is closed
	MaxBody    int // bytes of an HTTP request

	// WorkFrom is how many users of one network in ten minutes make those who
	// come after them show work before an entry (package work); 0: nobody.
	// Loopback, private networks and proxies are exempt: they are a test, a load
	// generator, one's own house, or a proxy that was not named, which would be everybody.
	WorkFrom int

	// Messages of one connection: rate a second and burst; far over it (another
	// burst) the connection is closed. SayEvery and SayBurst bound the comments
	// of one user over all its connections here; the room's own limits come on top.
	MessageRate, MessageBurst int
	SayEvery                  time.Duration
	SayBurst                  int

	// A room's ring: what a viewer may resume from. SlowAfter is how far behind
	// a viewer may fall before it is moved on and told the gap.
	RingFrames int
	RingBytes  int
	RingFor    time.Duration
	SlowAfter  time.Duration
	StallAfter time.Duration // nothing could be written for so long: closed
	SendBuffer int           // SO_SNDBUF, bytes; the kernel doubles it

	// DozeAfter is for how long nobody here watches a partition of the log before
	// the edge stops reading it.
	DozeAfter time.Duration

	PingAfter   time.Duration // silent for so long: pinged
	SilentAfter time.Duration // silent for so long: closed
	HTTPTimeout time.Duration // a request must be whole within
	Drain       time.Duration // from the end of ctx to the end of Run

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// DefaultConfig answers the defaults; Log, Tailer and Keys are the caller's.
func DefaultConfig() Config {
	return Config{
		Listen: "127.0.0.1:8080", Guests: true, Deflate: true, Writer: WriterAuto, TokenLife: 2 * time.Hour,
		Loops: runtime.GOMAXPROCS(0), PerAddress: 4096, PerUser: 8, MaxBody: 1 << 20, WorkFrom: 256,
		MessageRate: 20, MessageBurst: 100, SayEvery: 500 * time.Millisecond, SayBurst: 10,
		RingFrames: 512, RingBytes: 2 << 20, RingFor: 60 * time.Second,
		SlowAfter: 5 * time.Second, StallAfter: 30 * time.Second, SendBuffer: 32 << 10, DozeAfter: 2 * time.Minute,
		PingAfter: 30 * time.Second, SilentAfter: 90 * time.Second, HTTPTimeout: 10 * time.Second, Drain: 8 * time.Second,
		Logger: slog.Default(), Registerer: prometheus.NewRegistry(),
	}
}

// maxLoops bounds Loops: a connection's id modulo the loops names its loop.
const maxLoops = 256

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var problems []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf("broadcast: "+format, args...))
		}
	}
	need(c.Log != nil, "no log")
	need(c.Tailer != nil, "no tailer")
	need(c.Keys != nil, "no keys")
	need(c.Logger != nil, "no logger")
	need(c.Registerer != nil, "no metrics registerer")
	need(c.Listener != nil || c.Listen != "", "no listen address")
	need(c.Kin == nil || c.Listener != nil && c.TLS == nil, "processes that share an address need its listener, and a proxy for TLS")
	need(slices.Contains(writers, c.Writer), "writer is %q, want one of %q", c.Writer, writers)
	need(c.Loops >= 1 && c.Loops <= maxLoops, "loops is %d, want 1 to %d", c.Loops, maxLoops)
	need(c.MaxViewers >= 0, "max viewers is %d, want 0 (by the open-file limit) or more", c.MaxViewers)
	need(c.PerAddress >= 1, "connections per address is %d, want at least 1", c.PerAddress)
	need(c.PerUser >= 1, "connections per user is %d, want at least 1", c.PerUser)
	need(c.WorkFrom >= 0, "work from is %d users, want 0 (never) or more", c.WorkFrom)
	need(c.MaxBody >= 16<<10, "max body is %d bytes, want at least 16384", c.MaxBody)
	need(c.MessageRate >= 1 && c.MessageRate <= 1000, "message rate is %d a second, want 1 to 1000", c.MessageRate)
	need(c.MessageBurst >= 1 && c.MessageBurst <= 10_000, "message burst is %d, want 1 to 10000", c.MessageBurst)
	need(c.SayEvery >= 0 && c.SayBurst >= 1, "comments of a user: every %v, burst %d, want 0 or more and 1 or more", c.SayEvery, c.SayBurst)
	need(c.RingFrames >= 8, "ring holds %d frames, want at least 8", c.RingFrames)
	need(c.RingBytes >= 64<<10, "ring holds %d bytes, want at least 65536", c.RingBytes)
	need(c.RingFor >= time.Second, "ring holds %v, want at least 1s", c.RingFor)
	need(c.SendBuffer >= 4<<10 && c.SendBuffer <= 4<<20, "send buffer is %d bytes, want 4096 to 4194304", c.SendBuffer)
	for name, d := range map[string]time.Duration{"slow after": c.SlowAfter, "stall after": c.StallAfter, "ping after": c.PingAfter,
		"silent after": c.SilentAfter, "http timeout": c.HTTPTimeout, "doze after": c.DozeAfter, "token life": c.TokenLife} {
		need(d >= time.Second, "%s is %v, want at least 1s", name, d)
	}
	need(c.Drain >= 0, "drain is %v, want 0 or more", c.Drain)
	return errors.Join(append(problems, checkKeys(c.ServiceKeys), checkOrigins(c.Origins), checkEdges(c.OtherEdges))...)
}
