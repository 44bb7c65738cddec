package archive

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var (
	key   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	files = []File{{PlanName, []byte(`{"event":"bag"}`)}, {"奖品.csv", []byte("\ufeff用户,奖品\nu1,杯子\n")}, {"empty", nil}}
	about = Manifest{Event: "bag", Title: "福袋", Shop: "s", Room: "r", State: "settled", PlanHash: "00", MadeAt: 1, KeepUntil: 2}
)

func write(t testing.TB) []byte {
	b, err := Write(about, files, key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestThereAndBack(t *testing.T) {
	b := write(t)
	if !Is(b) || !bytes.Equal(b, write(t)) {
		t.Error("no zip, or another one the second time")
	}
	m, all, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if m.Event != "bag" || len(m.Files) != 3 || m.Files[1].Bytes != len(files[1].Body) {
		t.Errorf("%+v", m)
	}
	for _, f := range files {
		if string(all[f.Name]) != string(f.Body) {
			t.Errorf("%s came back as %q", f.Name, all[f.Name])
		}
	}
}

// Whatever single bit is turned: it is refused, or nothing that was signed is
// other than it was (a zip holds bytes that mean nothing, as its dates).
func TestEveryBit(t *testing.T) {
	b := write(t)
	was, want, _ := Read(b)
	refused := 0
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if m, got, err := Read(b); err != nil {
				refused++
			} else if !reflect.DeepEqual(m, was) || !maps.EqualFunc(got, want, bytes.Equal) {
				t.Fatalf("bit %d of byte %d is turned, and it passes", bit, i)
			}
			b[i] ^= 1 << bit
		}
	}
	if refused < len(b) { // of eight times as many
		t.Errorf("only %d were refused", refused)
	}
}

// Files that were put together by another hand.
func TestForged(t *testing.T) {
	_, good, _ := Read(write(t))
	z, _ := zip.NewReader(bytes.NewReader(write(t)), int64(len(write(t))))
	for _, f := range z.File[:2] {
		r, _ := f.Open()
		var b bytes.Buffer
		b.ReadFrom(r)
		good[f.Name] = b.Bytes()
	}
	for _, c := range []struct {
		what, says string
		change     func(all map[string][]byte)
	}{
		{"as it was", "", func(map[string][]byte) {}},
		{"one file more", "the manifest names", func(all map[string][]byte) { all["more"] = nil }},
		{"one file less", "the manifest names", func(all map[string][]byte) { delete(all, "empty") }},
		{"another name", "missing", func(all map[string][]byte) { all["emptier"] = all["empty"]; delete(all, "empty") }},
		{"other words", "not the file", func(all map[string][]byte) { all[PlanName] = []byte(`{"event":"bug"}`) }},
		{"another manifest", "not signed", func(all map[string][]byte) {
			all[manifestName] = bytes.Replace(all[manifestName], []byte("settled"), []byte("voided!"), 1)
		}},
		{"another key", "not signed", func(all map[string][]byte) {
			all[manifestName] = bytes.Replace(all[manifestName], []byte(`"engineKey": "`), []byte(`"engineKey": "00`), 1)
		}},
		{"no signature", "not signed", func(all map[string][]byte) { all[signatureName] = nil }},
	} {
		all := maps.Clone(good)
		c.change(all)
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			f, _ := w.Create(name)
			f.Write(all[name])
		}
		w.Close()
		_, _, err := Read(b.Bytes())
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
