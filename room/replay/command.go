package replay

import (
	"context"
	"log/slog"
	"os"

	"github.com/fudai-live/fudai/room/installation"
)

// Command plays a recording into a room of a running installation.
type Command struct {
	installation.Cluster
	installation.Storage
	File     string  `arg:"" help:"JSON lines: t_ms, user and text, or whole comments." type:"existingfile"`
	Room     string  `help:"Where to." default:"demo"`
	Speed    float64 `help:"Times the recording's own pace; 0 is as fast as the log takes it." default:"1"`
	IDPrefix string  `help:"Begin message ids with it: playing the same again then changes nothing."`
}

// Run plays it to the end.
func (c *Command) Run(ctx context.Context) error {
	log, err := c.Open(c.Data, "fudai-replay", nil)
	if err != nil {
		return err
	}
	defer log.Close()
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	cfg := DefaultConfig()
	cfg.Log, cfg.Input, cfg.Room, cfg.Speed, cfg.Logger = log, f, c.Room, c.Speed, slog.Default()
	if c.IDPrefix != "" {
		cfg.IDPrefix = c.IDPrefix
	}
	sum, err := Run(ctx, cfg)
	slog.Info("replayed", "summary", sum)
	return err
}
