package witness

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/publiclog"
)

// book is a log that says what its operator wants.
type book struct {
	key    ed25519.PrivateKey
	hashes []tlog.Hash
	size   int64
	sent   []string
}

func newBook(leaves ...string) *book {
	b := &book{key: ed25519.NewKeyFromSeed(make([]byte, 32))}
	b.write(leaves...)
	return b
}

func (b *book) write(leaves ...string) {
	for _, leaf := range leaves {
		more, err := tlog.StoredHashes(b.size, []byte(leaf), tlog.HashReaderFunc(b.read))
		if err != nil {
			panic(err)
		}
		b.hashes, b.size = append(b.hashes, more...), b.size+1
	}
}

func (b *book) read(at []int64) (out []tlog.Hash, err error) {
	for _, i := range at {
		out = append(out, b.hashes[i])
	}
	return out, nil
}

func (b *book) log() publiclog.Key {
	return publiclog.NewLogKey("log.example", b.key.Public().(ed25519.PublicKey))
}

func (b *book) Checkpoint(context.Context) ([]byte, error) {
	root, err := tlog.TreeHash(b.size, tlog.HashReaderFunc(b.read))
	body := publiclog.Checkpoint{Origin: "log.example", Size: b.size, Root: root}.Body()
	return []byte(string(body) + "\n" + publiclog.SignatureLine(b.log(), ed25519.Sign(b.key, body))), err
}

func (b *book) Send(_ context.Context, cosigned []byte) error {
	b.sent = append(b.sent, string(cosigned))
	return nil
}
func (b *book) Height() int                     { return 8 }
func (b *book) SaveTiles([]tlog.Tile, [][]byte) {}
func (b *book) ReadTiles(all []tlog.Tile) (out [][]byte, err error) {
	for _, t := range all {
		raw, err := tlog.ReadTileData(t, tlog.HashReaderFunc(b.read))
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

func lines(prefix string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(prefix, i))
	}
	return all
}

// watch is a witness process over what the one before left on the disk.
func watch(dir string, b *book) *Watch {
	return &Watch{Log: b.log(), Source: b, State: &State{dir}, Name: "eye", Key: ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32))), Patient: time.Minute}
}

var start = time.Unix(1_800_000_000, 0)

// An honest log is cosigned at every size, by a witness that begins anew each time.
func TestHonest(t *testing.T) {
	dir, b := t.TempDir(), newBook()
	for n := range 300 {
		b.write(fmt.Sprint("leaf ", n))
		for range 2 {
			if err := watch(dir, b).Turn(context.Background(), start.Add(time.Duration(n)*time.Second)); err != nil {
				t.Fatal(n, err)
			}
		}
	}
	own := publiclog.NewWitnessKey("eye", ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32))).Public().(ed25519.PublicKey))
	c, n, err := publiclog.OpenCheckpoint([]byte(b.sent[len(b.sent)-1]), b.log(), own)
	if err != nil || c.Size != 300 || len(n.Sigs) != 2 {
		t.Fatalf("%v, %d, %v", c, len(n.Sigs), err)
	}
	if b.sent[len(b.sent)-2] != b.sent[len(b.sent)-1] {
		t.Error("the second cosignature of one head is not the first")
	}
}

// Every way in which a log can show two histories is found, with evidence that
// anybody can check, and it is never cosigned again.
func TestLies(t *testing.T) {
	honest := lines("leaf ", 20)
	for _, c := range []struct {
		name, kind string
		shown      []string
		wait       time.Duration
	}{
		{"another entry at one size", "fork", append(lines("leaf ", 19), "other"), 0},
		{"an old entry exchanged", "fork", append(append([]string{"other"}, honest[1:]...), "more"), 0},
		{"an entry left out", "fork", append(append(lines("leaf ", 7), honest[8:]...), "a", "b"), 0},
		{"an entry put in", "fork", append(append(lines("leaf ", 7), "in"), append(honest[7:], "x")...), 0},
		{"another history altogether", "fork", lines("other ", 400), 0},
		{"the last entries taken back", "rollback", lines("leaf ", 12), time.Minute},
		{"all taken back", "rollback", nil, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := watch(dir, newBook(honest...)).Turn(context.Background(), start); err != nil {
				t.Fatal(err)
			}
			liar := newBook(c.shown...)
			w := watch(dir, liar)
			err := w.Turn(context.Background(), start)
			if c.wait > 0 {
				if err != nil {
					t.Fatalf("an old head is a cache's at first: %v", err)
				}
				err = w.Turn(context.Background(), start.Add(c.wait))
			}
			var lie *Lie
			if !errors.As(err, &lie) || lie.Kind != c.kind {
				t.Fatalf("%v, want %s", err, c.kind)
			}
			evidence, err := os.ReadFile(w.State.Lied())
			if err != nil {
				t.Fatal(err)
			}
			for _, raw := range [][]byte{lie.Had, lie.Got} {
				if _, _, err := publiclog.OpenCheckpoint(raw, liar.log()); err != nil || !strings.Contains(string(evidence), string(raw)) {
					t.Errorf("evidence that nobody can check: %v\n%s", err, evidence)
				}
			}
			if err := watch(dir, newBook(honest...)).Turn(context.Background(), start); err == nil || len(liar.sent) > 0 {
				t.Error("a log that lied is cosigned")
			}
		})
	}
}

// A checkpoint that the log did not sign is nobody's lie, and is not cosigned.
func TestForeign(t *testing.T) {
	b, other := newBook("a"), newBook("a")
	other.key = ed25519.NewKeyFromSeed([]byte(strings.Repeat("o", 32)))
	w := watch(t.TempDir(), other)
	w.Log = b.log()
	var lie *Lie
	if err := w.Turn(context.Background(), start); err == nil || errors.As(err, &lie) || len(other.sent) > 0 {
		t.Errorf("%v, %d sent", err, len(other.sent))
	}
}
