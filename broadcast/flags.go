package broadcast

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"
)

// Flags is what an operator may tell an edge on the command line, in the
// environment or in the configuration file. The rest of Config has defaults
// that were measured and is for programs.
type Flags struct {
	Listen      string        `help:"Address of viewers, and of staff unless --staff-listen is given." default:"127.0.0.1:8080"`
	Guests      bool          `help:"Watch without a token." default:"true" negatable:""`
	Deflate     bool          `help:"Compress frames, once for all, for clients that offer it." default:"true" negatable:""`
	Origins     []string      `help:"Pages of other hosts that may connect: scheme://host[:port], or *." placeholder:"ORIGIN"`
	ServiceKeys []string      `help:"Credentials of the platform's server for POST /v1/tokens." placeholder:"KEY"`
	OtherEdges  []string      `help:"Addresses, scheme://host[:port], to which viewers are sent when this edge is full or goes away." placeholder:"URL"`
	Proxies     []string      `help:"Networks of front proxies whose X-Forwarded-For counts." placeholder:"CIDR"`
	TLSCert     string        `help:"Certificate chain, PEM, to serve TLS from this process: for some thousands of viewers. A changed file is read again." placeholder:"FILE"`
	TLSKey      string        `help:"Its private key, PEM." placeholder:"FILE"`
	Writer      Writer        `name:"edge-writer" help:"How frames reach sockets: send, one by one; ring, many by one call of io_uring; auto: by ring unless that is found dearer at start." enum:"auto,send,ring" default:"auto"`
	Processes   int           `name:"edge-processes" help:"Processes that share the viewers' address: more than one where one may not open enough files." default:"1"`
	MaxViewers  int           `help:"Viewers of one process; by default what its open-file limit allows." placeholder:"N"`
	WorkFrom    int           `help:"How many users of one network (/24, /48) in ten minutes, at one edge process, until those who come after them are asked for proof of work before an entry; 0: never." default:"256"`
	DozeAfter   time.Duration `help:"How long nobody here watches any room of a partition of the log until the edge stops reading it." default:"2m"`
	Drain       time.Duration `help:"From SIGTERM to the end, at most." default:"8s"`
}

// MaxProcesses bounds Flags.Processes.
const MaxProcesses = 64

// Config is DefaultConfig with what the flags say; the log, the keys and the
// routes are the caller's.
func (f *Flags) Config() Config {
	cfg := DefaultConfig()
	cfg.Listen, cfg.Guests, cfg.Origins, cfg.ServiceKeys, cfg.Drain = f.Listen, f.Guests, f.Origins, f.ServiceKeys, f.Drain
	cfg.Deflate, cfg.Writer, cfg.DozeAfter = f.Deflate, f.Writer, f.DozeAfter
	cfg.MaxViewers, cfg.OtherEdges, cfg.WorkFrom = f.MaxViewers, f.OtherEdges, f.WorkFrom
	cfg.Proxies, _ = networks(f.Proxies)
	if f.TLSCert != "" {
		cfg.TLS = newCertificate(f.TLSCert, f.TLSKey).config()
	}
	cfg.Loops = max(1, (cfg.Loops+f.Processes-1)/f.Processes)
	return cfg
}

// Problems are everything that is wrong with the flags, before anything starts.
func (f *Flags) Problems() error {
	var errs []error
	if f.Listen == "" {
		errs = append(errs, errors.New("listen: no address given"))
	}
	if f.Processes < 1 || f.Processes > MaxProcesses {
		errs = append(errs, fmt.Errorf("edge processes are %d, want 1 to %d", f.Processes, MaxProcesses))
	}
	if f.MaxViewers < 0 {
		errs = append(errs, fmt.Errorf("max viewers are %d, want 0 (by the open-file limit) or more", f.MaxViewers))
	}
	if f.WorkFrom < 0 {
		errs = append(errs, fmt.Errorf("work from is %d users, want 0 (never) or more", f.WorkFrom))
	}
	if f.Processes > 1 && runtime.GOOS == "windows" {
		errs = append(errs, errors.New("edge processes cannot share an address on this system: want 1"))
	}
	if f.DozeAfter < time.Second {
		errs = append(errs, fmt.Errorf("doze after is %v, want at least 1s", f.DozeAfter))
	}
	if f.Drain < 0 {
		errs = append(errs, fmt.Errorf("drain is %v, want 0 or more", f.Drain))
	}
	_, err := networks(f.Proxies)
	errs = append(errs, err, f.checkTLS())
	return errors.Join(append(errs, checkKeys(f.ServiceKeys), checkOrigins(f.Origins), checkEdges(f.OtherEdges))...)
}

func (f *Flags) checkTLS() error {
	switch {
	case f.TLSCert == "" && f.TLSKey == "":
		return nil
	case f.TLSCert == "" || f.TLSKey == "":
		return errors.New("tls needs both a certificate and a key")
	case f.Processes > 1:
		return errors.New("tls and several edge processes do not go together: put a proxy in front")
	}
	_, err := newCertificate(f.TLSCert, f.TLSKey).get(nil)
	return err
}

func networks(list []string) (all []netip.Prefix, err error) {
	var errs []error
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			errs = append(errs, fmt.Errorf("proxy network %.80q: want an address and a length, as 10.0.0.0/8", s))
		}
		all = append(all, p)
	}
	return all, errors.Join(errs...)
}

func checkEdges(list []string) error {
	var errs []error
	for _, s := range list {
		if !validOrigin(s) {
			errs = append(errs, fmt.Errorf("other edge %.80q is not scheme://host[:port]", s))
		}
	}
	return errors.Join(errs...)
}

func checkKeys(keys []string) error {
	var errs []error
	for i, key := range keys {
		if len(key) < 16 {
			errs = append(errs, fmt.Errorf("service key %d has %d characters, want at least 16", i, len(key)))
		}
	}
	return errors.Join(errs...)
}

func checkOrigins(origins []string) error {
	var errs []error
	for _, o := range origins {
		if o != "*" && !validOrigin(o) {
			errs = append(errs, fmt.Errorf("origin %.80q is neither \"*\" nor scheme://host[:port]", o))
		}
	}
	return errors.Join(errs...)
}
