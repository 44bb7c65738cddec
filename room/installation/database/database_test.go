package database

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestScrub: what was deleted stands in none of the database's files any more,
// whether it was in the log alone or in the main file too.
func TestScrub(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	secret := bytes.Repeat([]byte("destroyed-key/"), 20)
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := d.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	found := func() (in []string) {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if raw, err := os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
				t.Fatal(err)
			} else if bytes.Contains(raw, secret[:40]) {
				in = append(in, f.Name())
			}
		}
		return in
	}
	do(`CREATE TABLE k (id INTEGER PRIMARY KEY, secret BLOB)`)
	for _, settled := range []bool{false, true} {
		do(`INSERT INTO k (secret) VALUES ($1)`, secret)
		if settled {
			if err := d.Scrub(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if in := found(); len(in) == 0 {
			t.Fatal("the secret is in no file before it is deleted: this test finds nothing")
		}
		do(`DELETE FROM k`)
		if err := d.Scrub(t.Context()); err != nil {
			t.Fatal(err)
		}
		if in := found(); len(in) > 0 {
			t.Errorf("deleted (settled before: %t) and still in %v", settled, in)
		}
	}
}
