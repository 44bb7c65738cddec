package broker

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// disk refuses writes while the disk cannot be trusted with them. The answer is
// NOT_ENOUGH_REPLICAS: every client knows it as "not written, try again".
type disk struct {
	// Static after construction.
	probe string
	floor int64
	log   *slog.Logger
	free  func(dir string) (bytes int64, ok bool)

	refusing atomic.Bool
}

// probeEvery is how long a disk may be bad before somebody is told.
const probeEvery = time.Second

func newDisk(cfg Config) *disk {
	d := &disk{probe: filepath.Join(cfg.Dir, "probe"), floor: cfg.FreeBytes, log: cfg.Logger, free: freeBytes}
	d.look()
	return d
}

// protect makes c refuse writes while the disk is bad.
func (d *disk) protect(c *kfake.Cluster) {
	c.Fault(kfake.Fault{
		Keys:  []kmsg.Key{kmsg.Produce},
		Err:   kerr.NotEnoughReplicas,
		Count: -1,
		When:  func(kmsg.Request) bool { return d.refusing.Load() },
	})
}

// watch looks at the disk until ctx is done.
func (d *disk) watch(ctx context.Context) {
	t := time.NewTicker(probeEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			d.look()
		}
	}
}

// look judges the disk and says so when its judgement changes.
func (d *disk) look() {
	err := d.check()
	if was := d.refusing.Swap(err != nil); was == (err != nil) {
		return
	}
	if err != nil {
		d.log.Error("refusing writes until the disk is well again", "err", err)
	} else {
		d.log.Warn("the disk is well again: taking writes")
	}
}

func (d *disk) check() error {
	dir := filepath.Dir(d.probe)
	if free, ok := d.free(dir); ok && d.floor > 0 && free < d.floor {
		return fmt.Errorf("broker: %d MiB free for %s, %d wanted: make room or move the directory", free>>20, dir, d.floor>>20)
	}
	f, err := os.OpenFile(d.probe, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("broker: probe of the disk: %w", err)
	}
	_, err = f.WriteAt([]byte(time.Now().UTC().Format(time.RFC3339)+"\n"), 0)
	if serr := f.Sync(); err == nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("broker: probe of the disk: %w", err)
	}
	return nil
}
