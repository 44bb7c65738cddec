package broker

import "syscall"

// dieWithParent makes the kernel tell the child when this process is gone, and
// keeps a terminal's Ctrl-C from it: the parent stops it when it has drained.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}
