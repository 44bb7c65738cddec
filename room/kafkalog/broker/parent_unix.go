//go:build unix && !linux

package broker

import "syscall"

// dieWithParent keeps a terminal's Ctrl-C from the child, which knows the death
// of its parent by the end of its input.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
