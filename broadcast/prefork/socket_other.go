//go:build !unix

package prefork

import (
	"errors"
	"net"
	"os"
	"syscall"
)

var errImpossible = errors.New("prefork: this system has no sockets that processes inherit; use one process")

func ownGroup() *syscall.SysProcAttr { return nil }

func pair() (net.Conn, *os.File, error)              { return nil, nil, errImpossible }
func inheritable(*net.TCPListener) (*os.File, error) { return nil, errImpossible }
