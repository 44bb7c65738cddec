package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/room/installation/database"
)

// How long things last.
const (
	AdminLife   = 30 * time.Minute    // the link printed at the start
	InviteLife  = 24 * time.Hour      // a link that an operator hands to somebody
	PairLife    = 2 * time.Minute     // a QR code or six digits
	SessionLife = 30 * 24 * time.Hour // of somebody, seen at least every IdleLife
	IdleLife    = 7 * 24 * time.Hour
	PairedLife  = 14 * time.Hour // of a paired screen: the longest show
	TokenLife   = 10 * time.Minute
)

// Config is what is told about letting people in.
type Config struct {
	DB     *database.DB
	Tokens *token.Authority
	// Show answers which show a room has on, "" between shows; known is false
	// where nothing was heard of the room. Nil: paired screens end by time alone.
	Show func(room string) (show string, known bool)
	// Ended hears of every session that was ended before its time, so that its
	// open connections can be closed too. It must not wait long.
	Ended func(ctx context.Context, session, user string)
	// Public is the address that browsers reach this by, as in
	// https://live.example.com; empty: whatever they used.
	Public string
	// Secure: cookies are sent over https alone. Implied by a Public of https.
	Secure bool
	// Proxies are the front proxies whose X-Forwarded-For counts.
	Proxies []netip.Prefix
	OIDC    OIDC
	Now     func() time.Time
	Logger  *slog.Logger
	Metrics prometheus.Registerer
}

// DefaultConfig signs in by links alone.
func DefaultConfig() Config { return Config{Now: time.Now, Logger: slog.Default()} }

// Validate reports everything that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.DB == nil || c.Tokens == nil || c.Now == nil || c.Logger == nil {
		errs = append(errs, errors.New("staff: database, tokens, clock and logger must be given"))
	}
	if c.Public != "" {
		u, err := url.Parse(c.Public)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			errs = append(errs, fmt.Errorf("staff: public address %.120q: want https://host, without a path", c.Public))
		}
	}
	return errors.Join(append(errs, c.OIDC.validate(c.Public)...)...)
}

// Staff lets people in. It is a token.Verifier. Safe for concurrent use.
type Staff struct {
	cfg     Config
	db      *database.DB
	tries   *tries
	alive   *alive
	oidc    *provider // nil: links alone
	entered *prometheus.CounterVec
}

// New makes a Staff and brings its tables up to date.
func New(ctx context.Context, cfg Config) (*Staff, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Public = strings.TrimSuffix(cfg.Public, "/")
	cfg.Secure = cfg.Secure || strings.HasPrefix(cfg.Public, "https://")
	if err := migrate(ctx, cfg.DB); err != nil {
		return nil, err
	}
	s := &Staff{cfg: cfg, db: cfg.DB, tries: newTries(), alive: newAlive(),
		entered: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fudai_staff_entries_total", Help: "Tries to sign in, by way and outcome."}, []string{"way", "outcome"})}
	if cfg.OIDC.Issuer != "" {
		s.oidc = newProvider(&s.cfg)
	}
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(s.entered)
	}
	return s, nil
}

// secret is 256 random bits to hand out, and the hash to keep.
func secret() (raw, hash string) {
	var b [32]byte
	rand.Read(b[:])
	raw = base64.RawURLEncoding.EncodeToString(b[:])
	return raw, hashOf(raw)
}

func hashOf(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	return hex.EncodeToString(sum[:])
}

func newID() string {
	var b [9]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (s *Staff) now() int64 { return s.cfg.Now().UnixMilli() }

// names is a column of names with commas.
func names(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, ",")
}
