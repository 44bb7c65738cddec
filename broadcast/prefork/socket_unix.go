//go:build unix

package prefork

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// pair makes a stream socket of two ends, one to keep and one to inherit.
func pair() (near net.Conn, far *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("prefork: socket pair: %w", err)
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
	}
	file := os.NewFile(uintptr(fds[0]), "relay")
	near, err = net.FileConn(file) // a duplicate
	file.Close()
	far = os.NewFile(uintptr(fds[1]), "relay")
	if err != nil {
		far.Close()
		return nil, nil, fmt.Errorf("prefork: %w", err)
	}
	return near, far, nil
}

// inheritable duplicates the listening socket for children. The description is
// shared, and so is its being non-blocking: os/exec would make it blocking for
// everybody, unless the file was made of a blocking descriptor.
func inheritable(ln *net.TCPListener) (*os.File, error) {
	rc, err := ln.SyscallConn()
	if err != nil {
		return nil, err
	}
	var file *os.File
	cerr := rc.Control(func(fd uintptr) {
		var dup int
		if dup, err = syscall.Dup(int(fd)); err != nil {
			return
		}
		syscall.CloseOnExec(dup)
		if err = syscall.SetNonblock(dup, false); err == nil {
			file = os.NewFile(uintptr(dup), "listener")
			err = syscall.SetNonblock(dup, true)
		}
	})
	return file, errors.Join(cerr, err)
}
