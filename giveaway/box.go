package giveaway

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/fudai-live/fudai/room/record"
)

// box hides user ids in ledger records under a key of the event: destroying
// that key makes them unreadable and leaves every proof valid. The nonce
// follows from the content, so the same list is the same bytes on every owner,
// and two different lists never share a nonce.
type box struct {
	aead  cipher.AEAD
	nonce []byte
}

func newBox(eventKey [32]byte) box {
	derive := func(what string) []byte {
		mac := hmac.New(sha256.New, eventKey[:])
		mac.Write([]byte("fudai/v1/users/" + what))
		return mac.Sum(nil)
	}
	block, err := aes.NewCipher(derive("key"))
	if err != nil {
		panic("giveaway: " + err.Error()) // the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("giveaway: " + err.Error())
	}
	return box{aead, derive("nonce")}
}

func (b box) seal(plain []byte) []byte {
	mac := hmac.New(sha256.New, b.nonce)
	mac.Write(plain)
	nonce := mac.Sum(nil)[:b.aead.NonceSize()]
	return b.aead.Seal(nonce, nonce, plain, nil)
}

func (b box) open(sealed []byte) ([]byte, error) {
	n := b.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("too short")
	}
	return b.aead.Open(nil, sealed[:n], sealed[n:], nil)
}

// SealOpenings hides what an auditor may be given of an event, for keeping: whoever has
// the database alone cannot read it.
func SealOpenings(keys *record.Keys, event string, plain []byte) []byte {
	return newBox(keys.EventKey([]byte(event))).seal(plain)
}

// ReadOpenings is the way back.
func ReadOpenings(keys *record.Keys, event string, sealed []byte) ([]byte, error) {
	plain, err := newBox(keys.EventKey([]byte(event))).open(sealed)
	if err != nil {
		return nil, fmt.Errorf("openings of %s: %w", event, err)
	}
	return plain, nil
}

// OpenUser reads the user of a grant step.
func OpenUser(keys *record.Keys, event string, sealed []byte) (string, error) {
	user, err := newBox(keys.EventKey([]byte(event))).open(sealed)
	if err != nil {
		return "", fmt.Errorf("user of a grant of %s: %w", event, err)
	}
	return string(user), nil
}

// OpenUsers reads the users of an entrant chunk in the order of its leaves,
// entrants before exclusions.
func OpenUsers(keys *record.Keys, event string, sealed []byte) ([]string, error) {
	plain, err := newBox(keys.EventKey([]byte(event))).open(sealed)
	if err != nil {
		return nil, fmt.Errorf("users of %s: %w", event, err)
	}
	var users []string
	for len(plain) > 0 {
		n := int(plain[0])
		if len(plain) < 1+n {
			return nil, fmt.Errorf("users of %s: the list ends in user %d", event, len(users))
		}
		users = append(users, string(plain[1:1+n]))
		plain = plain[1+n:]
	}
	return users, nil
}
