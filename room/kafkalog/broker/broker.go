package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/twmb/franz-go/pkg/kfake"
)

// Run serves until ctx is done or the parent ends. It returns nil then, and an
// error if it could not start.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	cfg = cfg.withDefaults()
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
		return fmt.Errorf("broker: data directory: %w", err)
	}
	unlock, err := lock(cfg.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	cfg.Logger.Warn("starting the development broker: one copy on this machine's disk, not a production log", "dir", cfg.Dir)
	start := time.Now()
	disk := newDisk(cfg)
	addrs, clusters, err := open(cfg, disk)
	defer closeAll(clusters)
	if err != nil {
		return err
	}
	if err := announce(cfg, addrs); err != nil {
		return err
	}
	cfg.Logger.Info("development broker ready", "comments", addrs.Comments, "ledger", addrs.Ledger, "took", time.Since(start).Round(time.Millisecond))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if cfg.Parent != nil {
		go func() {
			defer cancel()
			io.Copy(io.Discard, cfg.Parent)
		}()
	}
	var budgets sync.WaitGroup
	defer budgets.Wait()
	for _, c := range clusters {
		b, err := newBudget(c, cfg.Logger)
		if err != nil {
			return err
		}
		budgets.Go(func() { b.run(ctx) })
	}
	defer cancel()
	disk.watch(ctx)
	cfg.Logger.Info("development broker stopping")
	return nil
}

// lock takes the directory, or says who has it.
func lock(dir string) (unlock func(), err error) {
	l := flock.New(filepath.Join(dir, "lock"))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("broker: lock of %s: %w", dir, err)
	}
	if ok {
		return func() { l.Unlock() }, nil
	}
	who := "another process"
	if a, err := Load(dir); err == nil {
		who = fmt.Sprintf("process %d, on %s and %s", a.PID, a.Comments, a.Ledger)
	}
	return nil, fmt.Errorf("broker: %s is in use by %s: two brokers on one directory would destroy it; stop the other one or name another directory", dir, who)
}

// Load reads the addresses of the last start from a data directory.
func Load(dir string) (Addresses, error) {
	var a Addresses
	b, err := os.ReadFile(filepath.Join(dir, "broker.json"))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(b, &a)
}

// announce writes broker.json, whole or not at all, and the readiness line.
func announce(cfg Config, a Addresses) error {
	line, err := json.Marshal(a)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	path := filepath.Join(cfg.Dir, "broker.json")
	if err := os.WriteFile(path+".new", line, 0o644); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	_, err = cfg.Ready.Write(line)
	return err
}

func closeAll(clusters []*kfake.Cluster) {
	for _, c := range clusters {
		c.Close()
	}
}

// open starts both clusters, and returns those that it started even if it
// cannot start them all.
func open(cfg Config, disk *disk) (a Addresses, opened []*kfake.Cluster, err error) {
	last, _ := Load(cfg.Dir) // none: nothing to reuse
	one := func(name, want, last string, opts ...kfake.Opt) (string, error) {
		ln, err := listen(want, last)
		if err != nil {
			return "", fmt.Errorf("broker: %s: %w", name, err)
		}
		c, err := kfake.NewCluster(append(opts,
			kfake.NumBrokers(1),
			kfake.ClusterID("fudai-dev-"+name),
			kfake.DataDir(filepath.Join(cfg.Dir, name)),
			kfake.BrokerConfigs(map[string]string{"log.cleaner.backoff.ms": "30000"}),
			kfake.WithLogger(logger{cfg.Logger.With("cluster", name)}),
			kfake.ListenFn(func(string, string) (net.Listener, error) { return guard{ln, cfg.Logger}, nil }),
		)...)
		if err != nil {
			ln.Close()
			return "", fmt.Errorf("broker: %s: %w (if the data is worth nothing, remove %s)", name, err, filepath.Join(cfg.Dir, name))
		}
		disk.protect(c)
		opened = append(opened, c)
		return ln.Addr().String(), nil
	}
	a.PID = os.Getpid()
	var errC, errL error
	a.Comments, errC = one("comments", cfg.CommentsAddr, last.Comments)
	a.Ledger, errL = one("ledger", cfg.LedgerAddr, last.Ledger, kfake.SyncWrites())
	return a, opened, errors.Join(errC, errL)
}

// logger passes on what the library warns of.
type logger struct{ log *slog.Logger }

func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log.Error(fmt.Sprintf(format, args...))
	case kfake.LogLevelWarn:
		l.log.Warn(fmt.Sprintf(format, args...))
	}
}
