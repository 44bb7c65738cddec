package beacon

import (
	"errors"
	"fmt"
	"net/url"
)

// Flags is what an operator may tell about public randomness.
type Flags struct {
	Beacon []string `help:"drand relays (https://…) for public randomness. Without any a local beacon stands in, and giveaways say what that is worth." placeholder:"URL"`
}

// Config is DefaultConfig with the relays; the secret and the seams to the
// rooms are the caller's.
func (f *Flags) Config() Config {
	cfg := DefaultConfig()
	cfg.Relays = f.Beacon
	return cfg
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	var errs []error
	for _, r := range f.Beacon {
		if u, err := url.Parse(r); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			errs = append(errs, fmt.Errorf("beacon %.120q is not the address of a relay, https://host", r))
		}
	}
	return errors.Join(errs...)
}
