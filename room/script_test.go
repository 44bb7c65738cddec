package room_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/fudai-live/fudai/room/roomtest"
)

var rewrite = flag.Bool("rewrite", false, "write the scripts in testdata anew with what they print")

func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no scripts in testdata", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { roomtest.RunScript(t, path, *rewrite) })
	}
}
