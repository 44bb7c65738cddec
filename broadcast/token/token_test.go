package token

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/fudai-live/fudai/room/record"
)

const now = 1_793_000_000_000

func claims() *Claims {
	return &Claims{ID: "j1", User: "u1", Name: "小王", Role: record.Moderator, Rooms: []string{"demo"}, Issued: now, Expires: now + 3600_000,
		Facts: record.Facts{Known: record.FactFan | record.FactVerified, FanLevel: 3, Verified: true}}
}

// What is signed is what is read, and only for as long as it says.
func TestSignVerify(t *testing.T) {
	a := New([32]byte{1}, nil)
	raw, err := a.Sign(claims())
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Verify(raw, now+1000)
	if err != nil || got.User != "u1" || got.Role != record.Moderator || !got.May("demo") || got.May("other") || got.Facts != claims().Facts {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := a.Verify(raw, now+3600_000+6000); !errors.Is(err, ErrExpired) {
		t.Errorf("after its time: %v", err)
	}
	if _, err := New([32]byte{2}, nil).Verify(raw, now); !errors.Is(err, ErrToken) || errors.Is(err, ErrExpired) {
		t.Errorf("under another key: %v", err)
	}
	if _, err := a.Verify(raw[:len(raw)-3]+"AAA", now); err == nil {
		t.Error("a changed signature passes")
	}
	if _, err := a.Verify(strings.Repeat("x", MaxToken+1), now); err == nil {
		t.Error("a token without bound passes")
	}
}

// The ways tokens are usually forged.
func TestForgeries(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := New([32]byte{1}, map[string]ed25519.PublicKey{"k": public})
	p := claims().payload()
	good := jwt.NewWithClaims(jwt.SigningMethodEdDSA, p)
	good.Header["kid"] = "k"
	raw, err := good.SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Verify(raw, now); err != nil {
		t.Errorf("the platform's own token: %v", err)
	}
	none, _ := jwt.NewWithClaims(jwt.SigningMethodNone, p).SignedString(jwt.UnsafeAllowNoneSignatureType)
	confused, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, p).SignedString([]byte(public)) // the public key as an HMAC secret
	good.Header["kid"] = "unknown"
	stranger, _ := good.SignedString(private)
	endless := *p
	endless.Expires = nil
	forever, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, &endless).SignedString(a.key)
	for name, raw := range map[string]string{"alg none": none, "public key as secret": confused, "unknown kid": stranger, "no expiry": forever, "": ""} {
		if _, err := a.Verify(raw, now); !errors.Is(err, ErrToken) {
			t.Errorf("%s passes: %v", name, err)
		}
	}
}

// A resume ticket is good for its room, its user and its time, and nothing else.
func TestResume(t *testing.T) {
	a := New([32]byte{1}, nil)
	ticket := a.Resume(Resume{Watched: 77, Show: 5, Expires: now/1000 + 60, Results: 0x123456789abc}, "demo", "u1")
	if r, ok := a.OpenResume(ticket, "demo", "u1", now); !ok || r.Watched != 77 || r.Show != 5 || r.Results != 0x123456789abc {
		t.Errorf("%+v %t", r, ok)
	}
	for _, c := range []struct {
		room, user string
		at         int64
	}{{"other", "u1", now}, {"demo", "u2", now}, {"demo", "u1", now + 61_000}} {
		if _, ok := a.OpenResume(ticket, c.room, c.user, c.at); ok {
			t.Errorf("the ticket is good for %+v", c)
		}
	}
	for i := range ticket {
		bad := []byte(ticket)
		bad[i] ^= 1
		if r, ok := a.OpenResume(string(bad), "demo", "u1", now); ok && r.Watched != 77 {
			t.Errorf("byte %d changed: %+v", i, r)
		}
	}
	owing := a.Resume(Resume{Watched: 77, Expires: now/1000 + 60, Owes: true}, "demo", "u1")
	if r, ok := a.OpenResume(owing, "demo", "u1", now); !ok || !r.Owes || r.Watched != 77 {
		t.Errorf("who owes work: %+v %t", r, ok)
	}
	b, _ := base64.RawURLEncoding.DecodeString(owing)
	b[0] = resumeVersion
	if r, ok := a.OpenResume(base64.RawURLEncoding.EncodeToString(b), "demo", "u1", now); ok {
		t.Errorf("a ticket made to owe nothing is taken: %+v", r)
	}
}

// Claims that could not be used are refused before they are signed, with all
// that is wrong.
func TestCheck(t *testing.T) {
	c := &Claims{User: strings.Repeat("u", 200), Name: strings.Repeat("n", 200), Rooms: []string{"bad room"}}
	err := c.Check()
	if err == nil || !strings.Contains(err.Error(), "sub") || !strings.Contains(err.Error(), "name") || !strings.Contains(err.Error(), "bad room") {
		t.Errorf("%v", err)
	}
}

// BenchmarkVerify is the part of a handshake that is a token.
func BenchmarkVerify(b *testing.B) {
	a := New([32]byte{1}, nil)
	now := time.UnixMilli(1_700_000_000_000)
	raw, err := a.Issue(now, "v12345", "观众12345", "viewer", nil, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Verify(raw, now.UnixMilli()); err != nil {
			b.Fatal(err)
		}
	}
}
