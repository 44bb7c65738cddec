package archive

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Names of the files that mean something to a reader.
const (
	ProofName     = "proof.fudai" // a drawproof bundle; absent where nothing was drawn
	PlanName      = "plan.json"
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
)

// MaxSize bounds what Read unpacks, in bytes: two proofs of a million entrants.
const MaxSize = 256 << 20

// File is one file of an archive.
type File struct {
	Name string
	Body []byte
}

// Sum is a file as the manifest has it.
type Sum struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Manifest says what an archive is of. Times are Unix ms.
type Manifest struct {
	V         int    `json:"v"` // 1
	Event     string `json:"event"`
	Title     string `json:"title"`
	Shop      string `json:"shop"`
	Room      string `json:"room"`
	State     string `json:"state"`
	Why       string `json:"why,omitempty"` // of one that was cancelled or void
	EndCode   string `json:"endCode,omitempty"`
	PlanHash  string `json:"planHash"`
	MadeAt    int64  `json:"madeAt"`
	KeepUntil int64  `json:"keepUntil"` // the law asks to keep it until then
	EngineKey string `json:"engineKey"` // Ed25519, that of the plan
	Files     []Sum  `json:"files"`
}

// signed is what the signature covers.
func signed(manifest []byte) []byte { return append([]byte("fudai/v1/archive\x00"), manifest...) }

// Write makes an archive. The same arguments give the same bytes.
func Write(m Manifest, files []File, key ed25519.PrivateKey) ([]byte, error) {
	m.V, m.Files = 1, nil
	m.EngineKey = hex.EncodeToString(key.Public().(ed25519.PublicKey))
	for _, f := range files {
		sum := sha256.Sum256(f.Body)
		m.Files = append(m.Files, Sum{f.Name, len(f.Body), hex.EncodeToString(sum[:])})
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	signature := hex.EncodeToString(ed25519.Sign(key, signed(manifest)))
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range append([]File{{manifestName, manifest}, {signatureName, []byte(signature)}}, files...) {
		w, err := z.Create(f.Name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Body); err != nil {
			return nil, err
		}
	}
	err = z.Close() // before the bytes are asked for
	return b.Bytes(), err
}

// Is reports whether b looks like an archive: a zip.
func Is(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// Read takes an archive apart. It fails unless the manifest is signed by the key
// that it names and every file is the one that it names: whether that key is the
// engine's the plan of the proof says.
func Read(b []byte) (m Manifest, files map[string][]byte, err error) {
	all, err := unpack(b)
	if err != nil {
		return m, nil, fmt.Errorf("archive: %w", err)
	}
	manifest := all[manifestName]
	if err := json.Unmarshal(manifest, &m); err != nil {
		return m, nil, fmt.Errorf("archive: %s: %w", manifestName, err)
	}
	key, err1 := hex.DecodeString(m.EngineKey)
	signature, err2 := hex.DecodeString(string(all[signatureName]))
	if err1 != nil || err2 != nil || m.V != 1 || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, signed(manifest), signature) {
		return m, nil, fmt.Errorf("archive: %s is not signed by the key %.64q that it names", manifestName, m.EngineKey)
	}
	delete(all, manifestName)
	delete(all, signatureName)
	if len(m.Files) != len(all) {
		return m, nil, fmt.Errorf("archive: %d files, the manifest names %d", len(all), len(m.Files))
	}
	for _, f := range m.Files {
		body, has := all[f.Name]
		if sum := sha256.Sum256(body); !has || hex.EncodeToString(sum[:]) != f.SHA256 {
			return m, nil, fmt.Errorf("archive: %q is missing or not the file that was signed", f.Name)
		}
	}
	return m, all, nil
}

func unpack(b []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	all, left := map[string][]byte{}, int64(MaxSize)
	for _, f := range z.File {
		if _, twice := all[f.Name]; twice {
			return nil, fmt.Errorf("%q stands in it twice", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(r, left+1))
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("%q: %w", f.Name, err)
		}
		if left -= int64(len(body)); left < 0 {
			return nil, fmt.Errorf("it unpacks to more than %d bytes", MaxSize)
		}
		all[f.Name] = body
	}
	return all, nil
}
