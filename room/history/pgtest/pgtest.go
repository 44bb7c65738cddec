// Package pgtest starts a PostgreSQL of its own for tests, in a temporary
// directory, and ends it with them. It is for tests alone.
package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Start answers the URL of a fresh database server. Without PostgreSQL on the
// machine the test is skipped, except in CI, where it fails.
func Start(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("no PostgreSQL in /usr/lib/postgresql")
		}
		t.Skip("no PostgreSQL on this machine (Debian: apt-get install postgresql)")
	}
	bin := filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "fudai-pg") // t.TempDir is nobody else's to enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	as := attributes(t, dir)
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "fudai", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr = as
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-h", "", "-F")
	server.SysProcAttr = as
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGQUIT)
		server.Wait()
		log.Close()
	})
	ready := filepath.Join(bin, "pg_isready")
	for range 2400 {
		if exec.Command(ready, "-q", "-h", dir, "-U", "fudai").Run() == nil {
			return fmt.Sprintf("postgres://fudai@/postgres?host=%s", dir)
		}
		time.Sleep(50 * time.Millisecond)
	}
	b, _ := os.ReadFile(log.Name())
	t.Fatalf("PostgreSQL is not ready after two minutes:\n%s", b)
	return ""
}
