package kafkalog

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestWeekOfDemo fills every topic of the development broker beyond its budget
// with small batches, as a week of an idle demo does, kills it, and prints how
// long it takes to be ready again, and how large it is. It takes minutes:
// FUDAI_LONG=1.
func TestWeekOfDemo(t *testing.T) {
	if os.Getenv("FUDAI_LONG") == "" || realBrokers() != nil {
		t.Skip("takes minutes: FUDAI_LONG=1")
	}
	dir := t.TempDir()
	b := brokerProcess(t, dir)
	l := openLog(t, []string{b.Comments}, func(c *Config) { c.LedgerBrokers = []string{b.Ledger} })
	start, n := time.Now(), 0
	for _, s := range Specs() {
		size := 300
		if s.Ledger || s.Compact {
			size = 8000
		}
		per := int(s.devKeep()/int64(s.Partitions))*5/4/size + 1
		n += per * int(s.Partitions)
		var writers sync.WaitGroup
		for id := range s.Partitions {
			writers.Go(func() {
				for i := range per {
					r := Record{Key: []byte(fmt.Sprint(i % 20)), Value: incompressible(make([]byte, size-80), i)}
					if _, err := l.Append(t.Context(), s.Name, id, []Record{r}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		writers.Wait()
	}
	t.Logf("%d batches written in %v", n, time.Since(start).Round(time.Second))
	time.Sleep(45 * time.Second) // one round of budget, one of the broker's own sweep
	ends := map[string]map[int32]Range{}
	for _, s := range Specs() {
		r, err := l.Offsets(testContext(t), s.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		ends[s.Name] = r
	}
	t.Logf("before the kill: %s on disk, %s", diskUse(dir), residentSize(b.PID))
	syscall.Kill(b.PID, syscall.SIGKILL)
	<-b.Done()
	start = time.Now()
	b = brokerProcess(t, dir)
	took := time.Since(start)
	t.Logf("ready after %v, %s", took.Round(time.Millisecond), residentSize(b.PID))
	if took > 10*time.Second {
		t.Errorf("not ready within 10 s")
	}
	for _, s := range Specs() {
		r, err := l.Offsets(testContext(t), s.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		for id, was := range ends[s.Name] {
			if r[id].End != was.End {
				t.Errorf("%s/%d: the next offset was %d and is %d", s.Name, id, was.End, r[id].End)
			}
		}
	}
}

func diskUse(dir string) string {
	var n int64
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if i, err := d.Info(); err == nil {
				n += i.Size()
			}
		}
		return nil
	})
	return fmt.Sprintf("%d MB", n/1e6)
}

func residentSize(pid int) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(line, "VmRSS") {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return "size not known"
}
