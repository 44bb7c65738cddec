//go:build !unix

package broker

import "syscall"

// dieWithParent has nothing to add here: the child reads the end of its input.
func dieWithParent() *syscall.SysProcAttr { return nil }
