package drawproof

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// sealedNote is a note as the library of the format signs it.
func sealedNote(t testing.TB, origin string, key ed25519.PrivateKey, body []byte) string {
	signer, err := note.NewSigner(noteKey(origin, key))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := note.Sign(&note.Note{Text: string(body)}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// What the library signs is read; what anybody changed about it is not.
func TestOpenNote(t *testing.T) {
	key, other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	log := &PublicLog{Origin: strings.Repeat("o", 64), Key: public(key)}
	root := sha256.Sum256([]byte("root"))
	good := sealedNote(t, log.Origin, key, CheckpointBody(log.Origin, 1<<53-1, root))
	if size, got, err := log.OpenNote(good); err != nil || size != 1<<53-1 || got != root {
		t.Fatalf("%d %s %v", size, got, err)
	}
	for name, bad := range map[string]string{
		"nothing":               "",
		"another key":           sealedNote(t, log.Origin, other, CheckpointBody(log.Origin, 7, root)),
		"another name":          sealedNote(t, "else", key, CheckpointBody("else", 7, root)),
		"signed under a name":   sealedNote(t, "else", key, CheckpointBody(log.Origin, 7, root)),
		"a size beyond":         sealedNote(t, log.Origin, key, CheckpointBody(log.Origin, 1<<53, root)),
		"an extension":          sealedNote(t, log.Origin, key, append(CheckpointBody(log.Origin, 7, root), "more\n"...)),
		"a size with a zero":    sealedNote(t, log.Origin, key, []byte(strings.Replace(string(CheckpointBody(log.Origin, 7, root)), "\n7\n", "\n07\n", 1))),
		"another size":          strings.Replace(good, "9007199254740991", "9007199254740990", 1),
		"a return":              strings.TrimSuffix(good, "\n") + "\r\n",
		"a signature too many":  good + good[strings.LastIndex(good, "— "):],
		"a signature too short": good[:len(good)-9] + "\n",
		"too long":              good + strings.Repeat("x", MaxNote),
	} {
		if _, _, err := log.OpenNote(bad); err == nil {
			t.Errorf("%s was taken: %q", name, bad)
		}
	}
	if len(good) > MaxNote {
		t.Errorf("the longest note has %d bytes, more than %d", len(good), MaxNote)
	}
}

func FuzzNote(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	log := &PublicLog{Origin: "log.example", Key: public(key)}
	good := sealedNote(f, log.Origin, key, CheckpointBody(log.Origin, 7, Hash{}))
	f.Add(good)
	f.Fuzz(func(t *testing.T, text string) {
		size, root, err := log.OpenNote(text)
		if err == nil && text != sealedNote(t, log.Origin, key, CheckpointBody(log.Origin, size, root)) {
			t.Errorf("%q was taken", text)
		}
	})
}

// noteKey is a private key in the format of the library.
func noteKey(origin string, key ed25519.PrivateKey) string {
	id := (&PublicLog{Origin: origin, Key: public(key)}).KeyID()
	return fmt.Sprintf("PRIVATE+KEY+%s+%x+%s", origin, id, base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...)))
}
