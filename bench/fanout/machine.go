//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// self is the CPU time of this program.
func self() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// machine says where a run was made.
func machine() string {
	commit, _ := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("commit %s, %d cores, %d GiB, Linux %s, %s, load %s", bytes.TrimSpace(commit), runtime.NumCPU(),
		(field("/proc/meminfo", "MemTotal:")+1<<19)>>20, bytes.TrimSpace(release), runtime.Version(), strings.Join(strings.Fields(string(load))[:3], " "))
}

func indexAfter(b []byte, s string) int {
	i := bytes.Index(b, []byte(s))
	if i < 0 {
		return 0
	}
	return i + len(s)
}
