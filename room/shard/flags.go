package shard

import "github.com/fudai-live/fudai/room"

// Flags is what an operator may tell a shard; the rest of Config has defaults
// that were measured.
type Flags struct {
	Advertise  string `help:"host:port under which other nodes reach this one; default --listen." placeholder:"ADDR"`
	AutoCreate bool   `help:"A room's first valid record makes the room." default:"true" negatable:""`
}

// Config is DefaultConfig with what the flags say; the log, the keys and the
// chains of public randomness are the caller's.
func (f *Flags) Config() Config {
	cfg := DefaultConfig()
	cfg.Address = f.Advertise
	cfg.Room = room.Config{AutoCreate: f.AutoCreate}
	return cfg
}
