package shard

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// TestClaimGivesWay is a script of who claims, who lets go, and whom a claim
// was to replace: one that was not heard of yet is not thrown out, unless it
// stays silent.
func TestClaimGivesWay(t *testing.T) {
	log := open(t, brokers(t))
	cfg := DefaultConfig()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Group, cfg.Logger = log, log.NewTailer(), keys, "test", slog.New(slog.DiscardHandler)
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	const p = 61
	write := func(l record.Ledger, pair record.Pair) record.Pair {
		t.Helper()
		l.V, l.Epoch, l.Owner, l.Seq = 1, pair.Epoch, pair.Owner.String(), 1
		if l.Own == nil {
			l.Seq = 2
		}
		if _, err := log.Append(t.Context(), kafkalog.Ledger, p, []kafkalog.Record{ledgerRecord(&l)}); err != nil {
			t.Fatal(err)
		}
		return pair
	}
	somebody := func(after record.Pair) record.Pair {
		return write(record.Ledger{Own: &record.Own{Node: "other"}}, record.Pair{Epoch: after.Epoch + 1, Owner: newID()})
	}
	claim := func(what string, seen record.Pair, wins bool) record.Pair {
		t.Helper()
		o, err := s.claim(t.Context(), p, seen)
		if wins != (err == nil) || !wins && !errors.Is(err, errLost) {
			t.Fatalf("%s: %v", what, err)
		}
		if got := s.watch.owner(p); wins && got != o.pair {
			t.Fatalf("%s: the watch takes %v for the owner, it is %v", what, got, o.pair)
		}
		return s.watch.owner(p)
	}
	ours := claim("nobody was ever heard of", record.Pair{}, true)
	other := somebody(ours)
	if found := claim("another claimed meanwhile", ours, false); found != other {
		t.Fatalf("a claim that gave way found %v, the ledger names %v", found, other)
	}
	ours = claim("that one stayed silent", other, true)
	other = write(record.Ledger{Release: true}, somebody(ours))
	ours = claim("another came and went", ours, true)
	if ours.Epoch <= other.Epoch {
		t.Errorf("epoch %d after %d", ours.Epoch, other.Epoch)
	}
	claim("a second time, as if ours had died", ours, true)
}
