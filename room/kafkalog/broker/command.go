package broker

import "context"

// Command runs the development broker alone.
type Command struct {
	Dir string `help:"Its data." default:"fudai-data/broker" type:"path"`
}

// Run serves until ctx is done.
func (c *Command) Run(ctx context.Context) error {
	cfg := DefaultConfig()
	cfg.Dir = c.Dir
	return Run(ctx, cfg)
}
