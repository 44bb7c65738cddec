package witness

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fudai-live/fudai/giveaway/publiclog"
)

// Command is `fudai witness`.
type Command struct {
	Name    string        `arg:"" help:"This witness's name, best a domain of yours."`
	Watch   []string      `help:"Logs to watch: address=key, as https://host/v1/log=name+hash+key; the key is what the address answers at /key. Without any the own key is printed." placeholder:"URL=KEY"`
	State   string        `help:"Directory of the key and of what was cosigned last. Who loses it must take a new one." default:"witness" type:"path"`
	Every   time.Duration `help:"How often to look." default:"1s"`
	Patient time.Duration `help:"How long a log may show less than before until that is called a rollback." default:"1m"`
	Mirror  bool          `help:"Hold each sealed list before its draw, too, and say so: with it anybody can finish the draw without the operator."`
	Listen  string        `help:"Address at which to give out what is held, to anybody: GET /sealed, GET /sealed/CLOSEHASH." placeholder:"HOST:PORT"`
	Keep    time.Duration `help:"For how long to hold a list. The default is three years." default:"26304h"`
	Space   int64         `help:"GiB of lists to hold at most; once they are full, nothing new is mirrored." default:"100"`
}

// Run watches until ctx is done. It ends with an error once any log lied.
func (c *Command) Run(ctx context.Context) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	own := publiclog.NewWitnessKey(c.Name, key.Public().(ed25519.PublicKey))
	if _, err := publiclog.ParseKey(own.String()); err != nil {
		return err
	}
	fmt.Println(own)
	if c.Every < 100*time.Millisecond || c.Patient < 0 {
		return fmt.Errorf("looks every %v, patient for %v; want at least 100ms and 0", c.Every, c.Patient)
	}
	if c.Keep < time.Hour || c.Space < 1 || c.Space > 1<<20 {
		return fmt.Errorf("holds lists for %v on %d GiB; want at least an hour, and 1 to %d", c.Keep, c.Space, 1<<20)
	}
	all, err := c.watches(key)
	if err != nil {
		return err
	}
	holds, err := OpenHolds(filepath.Join(c.State, "sealed"), c.Space<<30, c.Keep)
	if err != nil {
		return err
	}
	var listener net.Listener
	if c.Listen != "" {
		if listener, err = net.Listen("tcp", c.Listen); err != nil {
			return err
		}
	}
	var group sync.WaitGroup
	ended := make([]error, len(all)+1)
	for i, w := range all {
		group.Go(func() { ended[i] = c.follow(ctx, w) })
		if c.Mirror {
			group.Go(func() { c.mirror(ctx, w, holds) })
		}
	}
	if listener != nil {
		group.Go(func() { ended[len(all)] = holds.serve(ctx, listener) })
	}
	group.Wait()
	return errors.Join(ended...)
}

// mirror holds the lists of one log until ctx is done.
func (c *Command) mirror(ctx context.Context, w *Watch, holds *Holds) {
	m := &Mirror{Log: w.Log, Source: w.Source.(*Remote), State: w.State, Holds: holds, Name: c.Name, Key: w.Key, Now: time.Now, Logger: slog.Default()}
	every := time.NewTicker(c.Every)
	defer every.Stop()
	said, swept := "", time.Time{}
	for {
		err := m.Turn(ctx)
		if now := time.Now(); now.Sub(swept) > time.Hour {
			swept, err = now, errors.Join(err, holds.Sweep(now))
		}
		if err != nil && ctx.Err() == nil && err.Error() != said {
			slog.Warn("the log is not mirrored, will be tried again", "log", w.Log.Name(), "err", err)
		}
		said = fmt.Sprint(err)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (c *Command) watches(key ed25519.PrivateKey) (all []*Watch, err error) {
	for _, at := range c.Watch {
		url, text, _ := strings.Cut(at, "=")
		log, bad := publiclog.ParseKey(text)
		if bad == nil && log.Witness() {
			bad = fmt.Errorf("key %.120q is that of a witness, not of a log", text)
		}
		err = errors.Join(err, bad)
		dir := sha256.Sum256([]byte(text))
		state := &State{filepath.Join(c.State, hex.EncodeToString(dir[:8]))}
		state.sweep()
		source := &Remote{URL: trim(url), Client: &http.Client{Timeout: 10 * time.Second}, Long: &http.Client{Timeout: 2 * time.Minute}}
		all = append(all, &Watch{Log: log, Source: source, Name: c.Name, Key: key, Patient: c.Patient, State: state})
	}
	return all, err
}

// follow looks at one log until ctx is done or the log has lied.
func (c *Command) follow(ctx context.Context, w *Watch) error {
	every := time.NewTicker(c.Every)
	defer every.Stop()
	said := ""
	for {
		err := w.Turn(ctx, time.Now())
		var lie *Lie
		if errors.As(err, &lie) || w.State.Lied() != "" {
			slog.Error("THE LOG CONTRADICTS ITSELF", "log", w.Log.Name(), "err", err, "evidence", w.State.Lied())
			return err
		}
		if err != nil && ctx.Err() == nil && err.Error() != said {
			slog.Warn("the log is not cosigned, will be tried again", "log", w.Log.Name(), "err", err)
		}
		said = fmt.Sprint(err)
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

// key reads the witness's key, which the first run makes.
func (c *Command) key() (ed25519.PrivateKey, error) {
	name := filepath.Join(c.State, "key")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		seed := make([]byte, ed25519.SeedSize)
		rand.Read(seed)
		if err := os.MkdirAll(c.State, 0o700); err != nil {
			return nil, err
		}
		text = []byte(hex.EncodeToString(seed) + "\n")
		if err := writeWhole(c.State, "key", text); err != nil { // readable by its owner alone
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s: want %d hex digits", name, 2*ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
