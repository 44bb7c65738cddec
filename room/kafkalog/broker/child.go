package broker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// ChildConfig says how to start the broker as a process of its own.
type ChildConfig struct {
	// Dir is the data directory.
	Dir string
	// Path is the program; empty: this one.
	Path string
	// Args are its arguments; nil: broker --dir Dir.
	Args []string
	// Ready is how long to wait for the readiness line; 0: 30 s.
	Ready time.Duration
	// Stderr gets the child's log; nil: this process's standard error.
	Stderr io.Writer
}

// Child is a broker that runs as a child process. It is not restarted when it
// exits: the caller decides what that means.
type Child struct {
	Addresses

	cmd   *exec.Cmd
	pipe  io.Closer // the child's standard input
	done  chan struct{}
	err   error // set before done is closed
	asked chan struct{}
}

// Start starts the child and returns when it is ready.
func Start(ctx context.Context, cfg ChildConfig) (*Child, error) {
	if cfg.Path == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("broker: own program: %w", err)
		}
		cfg.Path = self
	}
	if cfg.Args == nil {
		cfg.Args = []string{"broker", "--dir", cfg.Dir}
	}
	if cfg.Ready == 0 {
		cfg.Ready = 30 * time.Second
	}
	if cfg.Stderr == nil {
		cfg.Stderr = os.Stderr
	}
	c := &Child{cmd: exec.Command(cfg.Path, cfg.Args...), done: make(chan struct{}), asked: make(chan struct{}, 1)}
	c.cmd.Env = append(os.Environ(), parentEnv+"=1")
	c.cmd.Stderr = cfg.Stderr
	c.cmd.SysProcAttr = dieWithParent()
	var err error
	if c.pipe, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("broker: child: %w", err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("broker: child: %w", err)
	}
	started := make(chan error, 1)
	ready := make(chan readiness, 1)
	go c.run(started, out, ready)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("broker: child: %w", err)
	}
	if err := c.await(ctx, cfg.Ready, ready); err != nil {
		return nil, err
	}
	return c, nil
}

type readiness struct {
	addrs Addresses
	err   error
}

// run starts the child and waits for it on one locked thread: Linux delivers
// the parent-death signal when the starting *thread* ends, and the runtime may
// end any thread that is not locked.
func (c *Child) run(started chan<- error, out io.Reader, ready chan<- readiness) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	r := bufio.NewReader(out)
	var got readiness
	line, err := r.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &got.addrs)
	}
	got.err = err
	ready <- got
	io.Copy(io.Discard, r)
	err = c.cmd.Wait()
	select {
	case <-c.asked: // Stop was called: any end is the one that was asked for
	default:
		c.err = fmt.Errorf("broker: the development broker ended: %w", orExit(err))
	}
	close(c.done)
}

func orExit(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// await waits for readiness, and ends the child if it does not come.
func (c *Child) await(ctx context.Context, limit time.Duration, ready <-chan readiness) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case r := <-ready:
		if r.err == nil {
			c.Addresses = r.addrs
			return nil
		}
		c.pipe.Close()
		select {
		case <-c.done: // its own log has said why
			return fmt.Errorf("broker: the development broker did not start (see its message above): %w", c.Err())
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	c.Stop(time.Second)
	return fmt.Errorf("broker: the development broker was not ready within %v: %w", limit, ctx.Err())
}

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err says how the child ended: nil while it runs, and after Stop.
func (c *Child) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Stop asks the child to end, with SIGTERM and by closing its input, and kills
// it, by its process id, if it has not ended within grace.
func (c *Child) Stop(grace time.Duration) error {
	select {
	case c.asked <- struct{}{}:
	default:
	}
	c.pipe.Close()
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended, or that the pipe must do
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-c.done:
		return nil
	case <-t.C:
	}
	_ = c.cmd.Process.Kill()
	<-c.done
	return fmt.Errorf("broker: the development broker did not stop within %v and was killed", grace)
}
