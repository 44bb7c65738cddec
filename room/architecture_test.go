package room_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fudai-live/fudai/"

// core packages take values and give values. They import nothing that has a
// goroutine, a clock, randomness or I/O in it, and read no clock from time.
var core = []string{
	"moderation", "moderation/internal/automaton", "moderation/tone", "giveaway", "giveaway/drawproof", "giveaway/drawproof/ecvrf", "room", "room/record", "room/questions", "broadcast/wire", "broadcast/token", "broadcast/work",
}

// forbidden imports of core packages, and why.
var forbidden = map[string]string{
	"net": "sockets", "net/http": "sockets", "os": "files and the environment", "io/ioutil": "files", "sync": "shared state",
	"sync/atomic": "shared state", "log": "logging belongs to the shell", "log/slog": "logging belongs to the shell",
	"math/rand": "randomness is a seed", "math/rand/v2": "randomness is a seed", "crypto/rand": "randomness is a seed",
	"context": "nothing here waits", "runtime": "nothing here schedules", "github.com/segmentio/kafka-go": "the log is the shell's",
	"github.com/cloudwego/hertz": "sockets", "github.com/prometheus/client_golang/prometheus": "metrics belong to the shell",
}

// clock are the functions of time that read a clock or start a timer.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// source is a parsed file of the tree, without tests.
type source struct {
	dir  string // below the root, with slashes
	path string
	file *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("%s is not the root of the module: %v", root, err)
	}
	var all []source
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			nested := false
			if path != root {
				_, err := os.Stat(filepath.Join(path, "go.mod"))
				nested = err == nil
			}
			if nested || name == "testdata" || name == "node_modules" || path != root && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		all = append(all, source{filepath.ToSlash(rel), path, f})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d files found: the walk is wrong", len(all))
	}
	return all
}

func imports(f *ast.File) []string {
	var paths []string
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

func TestCoreIsPure(t *testing.T) {
	for _, s := range sources(t) {
		if !slices.Contains(core, s.dir) {
			continue
		}
		for _, p := range imports(s.file) {
			if why, bad := forbidden[p]; bad {
				t.Errorf("%s imports %q: %s", s.path, p, why)
			}
			if rest, ours := strings.CutPrefix(p, module); ours && !slices.Contains(core, rest) {
				t.Errorf("%s, core, imports the shell package %s", s.path, rest)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", s.path)
			case *ast.ChanType:
				t.Errorf("%s has a channel", s.path)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
					t.Errorf("%s reads a clock: time.%s", s.path, n.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestImportsPointInward: nothing but main imports bench, nothing imports main,
// and moderation and giveaway know no room.
func TestImportsPointInward(t *testing.T) {
	for _, s := range sources(t) {
		for _, p := range imports(s.file) {
			rest, ours := strings.CutPrefix(p, module)
			if !ours {
				continue
			}
			if strings.HasPrefix(rest+"/", "bench/") && s.dir != "." && !strings.HasPrefix(s.dir+"/", "bench/") {
				t.Errorf("%s imports %s: only main may", s.path, rest)
			}
			inner := s.dir == "moderation" || s.dir == "giveaway" || s.dir == "giveaway/drawproof"
			if inner && (rest == "room" || strings.HasPrefix(rest, "broadcast/token")) {
				t.Errorf("%s imports %s, which imports it", s.path, rest)
			}
		}
	}
}

// TestNoGroupOffsets: the log is the owner. Offsets live in snapshots, and a
// commit of a partition that moved on is accepted by the broker.
func TestNoGroupOffsets(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if n.Sel.Name == "CommitMessages" || n.Sel.Name == "CommitOffsets" {
					t.Errorf("%s calls %s", s.path, n.Sel.Name)
				}
			case *ast.CompositeLit:
				if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "ReaderConfig" && hasKey(n, "GroupID") {
					t.Errorf("%s sets ReaderConfig.GroupID", s.path)
				}
			}
			return true
		})
	}
}

func hasKey(lit *ast.CompositeLit, name string) bool {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if k, ok := kv.Key.(*ast.Ident); ok && k.Name == name {
				return true
			}
		}
	}
	return false
}

// TestFranzOnlyInBroker: one Kafka client in the product.
func TestFranzOnlyInBroker(t *testing.T) {
	for _, s := range sources(t) {
		for _, p := range imports(s.file) {
			if strings.HasPrefix(p, "github.com/twmb/franz-go") && s.dir != "room/kafkalog/broker" {
				t.Errorf("%s imports %s: only the development broker may", s.path, p)
			}
		}
	}
}

// TestEveryPackageHasOneDoc: a package says what it is, in one place.
func TestEveryPackageHasOneDoc(t *testing.T) {
	docs := map[string][]string{}
	for _, s := range sources(t) {
		docs[s.dir] = append(docs[s.dir], nil...)
		if s.file.Doc != nil && len(strings.TrimSpace(s.file.Doc.Text())) > 0 {
			docs[s.dir] = append(docs[s.dir], filepath.Base(s.path))
		}
	}
	for dir, files := range docs {
		if len(files) != 1 {
			t.Errorf("package in %s has its documentation in %d files %v, want one", dir, len(files), files)
		}
	}
}

// TestTopOfTheTree: the names at the top are fixed.
func TestTopOfTheTree(t *testing.T) {
	allowed := []string{"broadcast", "room", "giveaway", "moderation", "bench", "deploy", "go.mod", "README.md",
		"main.go", "web", ".ci", "LICENSE", "go.sum", ".git", ".gitignore", "fudai", "fudai-data"} // the last two are ignored by git
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s stands at the top of the tree; only these may: %v", e.Name(), allowed)
		}
	}
}
