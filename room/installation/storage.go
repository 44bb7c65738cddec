package installation

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/fudai-live/fudai/room/record"
)

// Storage says where this installation keeps what is not in the log.
type Storage struct {
	Data   string `help:"Directory of keys and of the development broker's log." default:"fudai-data" type:"path"`
	Secret string `help:"File of the master secret, 64 hex digits, the same on every node; default DATA/master.key, made at the first start." type:"path" placeholder:"FILE"`
}

// Lock makes the data directory and takes it for this process; unlock gives it
// back.
func (s *Storage) Lock() (unlock func() error, err error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(s.Data, "lock"))
	if ok, err := lock.TryLock(); err != nil {
		return nil, fmt.Errorf("data directory %s cannot be locked: %w", s.Data, err)
	} else if !ok {
		return nil, fmt.Errorf("data directory %s is in use by another fudai: stop that one, or give this one its own --data", s.Data)
	}
	return lock.Unlock, nil
}

// Keys derives the keys from the master secret, which is made if it is not there.
func (s *Storage) Keys() (*record.Keys, error) {
	file := s.Secret
	if file == "" {
		file = filepath.Join(s.Data, "master.key")
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) && s.Secret == "" {
		b, err = s.newSecret(file)
	}
	if err != nil {
		return nil, fmt.Errorf("master secret: %w", err)
	}
	var master [32]byte
	if n, err := hex.Decode(master[:], []byte(strings.TrimSpace(string(b)))); err != nil || n != len(master) {
		return nil, fmt.Errorf("master secret %s: want 64 hex digits", file)
	}
	return record.DeriveKeys(master), nil
}

func (s *Storage) newSecret(file string) ([]byte, error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, err
	}
	var fresh [32]byte
	rand.Read(fresh[:])
	b := hex.AppendEncode(nil, fresh[:])
	return b, os.WriteFile(file, append(b, '\n'), 0o600)
}
