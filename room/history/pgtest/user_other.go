//go:build !unix

package pgtest

import (
	"syscall"
	"testing"
)

func attributes(*testing.T, string) *syscall.SysProcAttr { return nil }
