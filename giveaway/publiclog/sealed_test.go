package publiclog

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/record"
)

// ownerOf answers for the owner of a room.
type ownerOf struct {
	asked  []string
	status int // 0: nobody owns it
	body   []byte
}

func (w *world) answer(_ context.Context, path string, query url.Values) (int, []byte, error) {
	w.owner.asked = append(w.owner.asked, path+"?"+query.Encode())
	if w.owner.status == 0 {
		return 0, nil, errors.New("nobody owns the room")
	}
	return w.owner.status, w.owner.body, nil
}

// word is a mirror's, as it is sent.
func word(name string, key ed25519.PrivateKey, close drawproof.Hash, at int64) []byte {
	raw, _ := json.Marshal(Word{close, drawproof.Mirrored{Name: name, Time: at, Signature: ed25519.Sign(key, drawproof.MirrorMessage(close, at))}})
	return raw
}

// mirror gives the words of strangers and of one mirror about a bundle's seal.
func (w *world) mirror(l *Log, b *drawproof.Bundle) {
	w.t.Helper()
	now := w.at.Unix()
	good := word("eye-1", w.eye(1), b.CloseHash, now)
	for name, raw := range map[string][]byte{
		"a witness that is no mirror":    word("eye-0", w.eye(0), b.CloseHash, now),
		"another's key":                  word("eye-1", w.eye(0), b.CloseHash, now),
		"about what was never sealed":    word("eye-1", w.eye(1), drawproof.Hash{9}, now),
		"from tomorrow":                  word("eye-1", w.eye(1), b.CloseHash, now+ahead+1),
		"from before time":               word("eye-1", w.eye(1), b.CloseHash, -1),
		"of another time than it says":   bytes.Replace(good, []byte(`"time":1`), []byte(`"time":0`), 1),
		"too long":                       append(slices.Clone(good), strings.Repeat(" ", MaxWord)...),
		"nothing":                        nil,
		"the hash of the plan":           word("eye-1", w.eye(1), drawproof.PlanHash(b.Plan), now),
		"a close hash that is no number": []byte(`{"close":"x"}`),
	} {
		if l.TakeWord(context.Background(), raw) == nil {
			w.t.Errorf("taken: %s", name)
		}
	}
	for range 2 { // and once more, later: the first counts
		if err := l.TakeWord(context.Background(), good); err != nil {
			w.t.Fatal(err)
		}
		good = word("eye-1", w.eye(1), b.CloseHash, now+1)
	}
	got, err := l.Attest(context.Background(), must(w, b))
	var back drawproof.Bundle
	if err != nil || json.Unmarshal(got, &back) != nil || len(back.Mirrored) != 1 || back.Mirrored[0].Time != now {
		w.t.Errorf("%v: the bundle shows %+v", err, back.Mirrored)
	}
}

func must(w *world, b *drawproof.Bundle) []byte {
	raw, err := b.Sign(w.keys.Engine)
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

// A sealed list is got from the owner of its room, once for all who ask; one that
// the log has not sealed from nobody.
func seals(t *testing.T, w *world) {
	l := w.process()
	close := drawproof.Hash{4}
	w.decide(2, "evt", record.DecideSeal, giveaway.SealDecision{Close: drawproof.Close{PlanHash: drawproof.Hash{1}}, CloseHash: close})
	w.turn(l)
	ask := func(h drawproof.Hash, want error) {
		t.Helper()
		if _, err := l.Sealed(context.Background(), h); want == nil && err != nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	ask(drawproof.Hash{1}, errUnsealed) // that of the amendment
	ask(drawproof.Hash{5}, errUnsealed)
	if len(w.owner.asked) > 0 {
		t.Errorf("an owner was asked: %v", w.owner.asked)
	}
	if _, err := l.Sealed(context.Background(), close); err == nil || errors.Is(err, errUnsealed) {
		t.Errorf("nobody owns the room, and the answer is %v", err)
	}
	w.owner.status = 404
	ask(close, errUnsealed)
	w.owner.status, w.owner.body = 200, []byte("list")
	for range 3 {
		ask(close, nil)
	}
	want := record.AskSealing + "?" + url.Values{"close": {close.String()}, "event": {"evt"}, "room": {"r2"}}.Encode()
	if n := len(w.owner.asked); n != 3 || w.owner.asked[2] != want {
		t.Errorf("the owner was asked %v", w.owner.asked)
	}
}

// What is kept of sealings is bounded in number and size, and the last asked for stays.
func TestSealingsBounded(t *testing.T) {
	s := newSealings()
	for i := range byte(40) {
		s.keep(drawproof.Hash{i}, []byte{i})
		s.find(drawproof.Hash{0})
	}
	if len(s.kept) != sealedMost || s.find(drawproof.Hash{0}) == nil || s.find(drawproof.Hash{30}) == nil || s.find(drawproof.Hash{20}) != nil {
		t.Errorf("%d are kept", len(s.kept))
	}
	big := make([]byte, sealedBytes/2+1)
	s.keep(drawproof.Hash{50}, big)
	s.keep(drawproof.Hash{51}, big)
	if len(s.kept) != 1 || s.find(drawproof.Hash{51}) == nil {
		t.Errorf("%d are kept, of more than is allowed", len(s.kept))
	}
}

// FuzzWord: no bytes that the mirror did not sign are taken for its word.
func FuzzWord(f *testing.F) {
	w := newWorld(f, f.TempDir()+"/l.db")
	l := w.process()
	f.Add(word("eye-1", w.eye(0), drawproof.Hash{1}, 1))
	f.Add([]byte(`{"close":"00","name":"eye-1","time":1e9,"signature":"zz"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if l.TakeWord(context.Background(), raw) == nil {
			t.Errorf("taken: %q", raw)
		}
	})
}
