package prefork

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

const (
	// childEnv names the number of a child to itself, dirEnv the sockets' directory.
	childEnv = "FUDAI_EDGE_PROCESS"
	dirEnv   = "FUDAI_EDGE_DIR"
	// Inherited files, after the standard three.
	listenFD = 3
	relayFD  = 4
	// parentDoor is the parent's socket in the directory.
	parentDoor = "parent"
)

// restartPause keeps a child that cannot start from being started without end.
const restartPause = time.Second

// keep starts child n, and starts it again when it ends, until ctx is done.
func (p *Parent) keep(ctx, work context.Context, n int) error {
	for first := true; ctx.Err() == nil && work.Err() == nil; first = false {
		if !first {
			p.restarts.Inc()
			select {
			case <-time.After(restartPause):
			case <-ctx.Done():
				return nil
			case <-work.Done():
				return nil
			}
		}
		err := p.child(ctx, work, n)
		p.mu.Lock()
		started := p.ready
		delete(p.status, n)
		p.mu.Unlock()
		switch {
		case ctx.Err() != nil || work.Err() != nil:
			return err
		case !started:
			return fmt.Errorf("prefork: edge process %d did not start: %w", n, orExit(err))
		}
		p.log.Error("an edge process ended by itself and is started again", "process", n, "err", orExit(err))
	}
	return nil
}

func orExit(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// child runs child n to its end.
func (p *Parent) child(ctx, work context.Context, n int) error {
	near, far, err := pair()
	if err != nil {
		return err
	}
	defer near.Close()
	self, err := os.Executable()
	if err != nil {
		far.Close()
		return err
	}
	cmd := exec.Command(self, p.cfg.Args...)
	cmd.Env = append(os.Environ(), childEnv+"="+strconv.Itoa(n), dirEnv+"="+p.dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{p.file, far}
	cmd.SysProcAttr = ownGroup() // the terminal's ^C is the parent's
	err = cmd.Start()
	far.Close()
	if err != nil {
		return err
	}
	served := make(chan struct{})
	go func() { p.hub.Serve(work, n, near); close(served) }()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err = <-done:
		case <-time.After(p.cfg.Drain + 2*time.Second):
			cmd.Process.Kill()
			err = errors.Join(fmt.Errorf("prefork: edge process %d did not end within %v", n, p.cfg.Drain), <-done)
		}
	case <-work.Done(): // it sees its parent go
		select {
		case err = <-done:
		case <-time.After(p.cfg.Drain + 2*time.Second):
			cmd.Process.Kill()
			err = <-done
		}
	}
	near.Close()
	<-served
	return err
}
