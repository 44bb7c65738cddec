package token

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxToken is the longest token read, in bytes.
const MaxToken = 4096

// leeway is how far the clocks of issuer and edge may differ.
const leeway = 5 * time.Second

// ErrToken is wrapped by every refusal of Verify; ErrExpired too, where the
// token is good but old.
var (
	ErrToken   = errors.New("token: refused")
	ErrExpired = errors.New("token: expired")
)

// Verifier reads tokens as of now (Unix milliseconds). An Authority is one; one
// that also knows which sessions have ended stands before it where staff work.
type Verifier interface {
	Verify(raw string, now int64) (Claims, error)
}

// Authority verifies tokens and signs those of the installation itself. Tokens
// under HMAC are what the installation issues; a platform that signs its own
// gives its Ed25519 public keys.
type Authority struct {
	key    []byte
	public map[string]ed25519.PublicKey // by kid; "" is tried for a token that names none
}

// New makes an Authority of the installation's HMAC key and the platform's
// public keys by kid.
func New(key [32]byte, public map[string]ed25519.PublicKey) *Authority {
	return &Authority{key: key[:], public: public}
}

// Verify reads a token as of now (Unix milliseconds).
func (a *Authority) Verify(raw string, now int64) (Claims, error) {
	if len(raw) > MaxToken {
		return Claims{}, fmt.Errorf("%w: %d bytes, at most %d", ErrToken, len(raw), MaxToken)
	}
	var p payload
	_, err := jwt.ParseWithClaims(raw, &p, a.keyOf,
		jwt.WithValidMethods([]string{"HS256", "EdDSA"}), // never "none", never a public key as an HMAC secret
		jwt.WithExpirationRequired(), jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(func() time.Time { return time.UnixMilli(now) }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Claims{}, fmt.Errorf("%w: %w", ErrToken, ErrExpired)
	case err != nil:
		return Claims{}, fmt.Errorf("%w: %w", ErrToken, err)
	}
	c, err := p.claims()
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrToken, err)
	}
	return c, nil
}

func (a *Authority) keyOf(t *jwt.Token) (any, error) {
	if t.Method == jwt.SigningMethodHS256 {
		return a.key, nil
	}
	kid, _ := t.Header["kid"].(string)
	key, ok := a.public[kid]
	if !ok {
		return nil, fmt.Errorf("token: no public key with kid %.40q", kid)
	}
	return key, nil
}

// Sign issues a token under the installation's key.
func (a *Authority) Sign(c *Claims) (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c.payload()).SignedString(a.key)
}

// SignEd25519 issues a token as a platform does, under its private key.
func SignEd25519(c *Claims, kid string, key ed25519.PrivateKey) (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c.payload())
	if kid != "" {
		t.Header["kid"] = kid
	}
	return t.SignedString(key)
}
