package shard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// errLost: somebody else's claim came first in the log.
var errLost = errors.New("shard: another claim of the partition came first")

// accepted is a ledger record that counts, with its offset.
type accepted struct {
	offset int64
	record.Ledger
}

// recovery is the state of one partition on its way to an owner: snapshot,
// then ledger, then frames, then comments.
type recovery struct {
	cfg   *Config
	p     int32
	node  string
	pair  record.Pair
	fence record.Fence
	freed bool         // whom fence names has let go
	seen  record.Pair  // the owner that is to be replaced; zero if none was heard of
	shown record.Fence // of frames[p], where reading it begins
	state *room.Partition

	ledger   []accepted
	control  map[int64]record.Control // by offset, of those the ledger applied
	comments kafkalog.Range
	recorded int64 // comments offset up to which the history tells
	next     next
	gap      *record.Gap
	folder   *folder // what replay left in its book
}

// next are the offsets at which the owner's tails begin.
type next struct{ comments, control, ledger, frames int64 }

// claim makes this process the owner of p in place of seen, or answers errLost.
func (s *Shard) claim(ctx context.Context, p int32, seen record.Pair) (*owner, error) {
	start := time.Now()
	r := &recovery{cfg: &s.cfg, p: p, node: s.node, seen: seen}
	if err := r.load(ctx); err != nil {
		return nil, fmt.Errorf("partition %d: restore: %w", p, err)
	}
	err := r.own(ctx)
	s.watch.claimed(p, r.fence.Pair)
	if err != nil {
		return nil, fmt.Errorf("partition %d: claim: %w", p, err)
	}
	s.watch.touch(p, time.Now())
	if err := r.gather(ctx); err != nil {
		return nil, fmt.Errorf("partition %d: gather: %w", p, err)
	}
	if err := r.replay(ctx); err != nil {
		return nil, fmt.Errorf("partition %d: replay: %w", p, err)
	}
	s.log.Debug("claimed", "partition", p, "epoch", r.pair.Epoch, "comments", r.next.comments, "ledger", r.next.ledger,
		"took", time.Since(start))
	return newOwner(s, r), nil
}

// load restores the newest whole snapshot, or begins with an empty partition.
func (r *recovery) load(ctx context.Context) error {
	cfg := r.cfg.Room
	cfg.Partition, cfg.Keys = r.p, r.cfg.Keys
	r.state = room.New(cfg)
	snap, err := readSnapshot(ctx, r.cfg.Log, r.p)
	if err != nil || snap == nil {
		r.next = next{}
		return err
	}
	if err := r.restore(snap); err != nil {
		if whole, _ := r.logWhole(ctx); !whole {
			return fmt.Errorf("snapshot of %s: %w (delete it from %s to replay what the log still holds)", snap.Taken, err, kafkalog.Snapshots)
		}
		r.cfg.Logger.Warn("a snapshot is of no use; the log is whole and is replayed from its start", "partition", r.p, "taken", snap.Taken, "err", err)
		r.state, r.next = room.New(cfg), next{}
		return nil
	}
	r.fence = record.Fence{Pair: snap.pair, Seq: snap.Seq}
	if snap.Frames > 0 {
		r.shown = record.Fence{Pair: snap.pair} // who wrote it was current there: a zombie behind it is known as one
	}
	r.next = next{comments: snap.Comments + 1, control: snap.Control + 1, ledger: snap.Ledger + 1, frames: snap.Frames}
	return nil
}

// restore takes the state from a snapshot and holds it against its hash.
func (r *recovery) restore(snap *snapshot) error {
	if err := r.state.Restore(snap.state); err != nil {
		return err
	}
	if h := r.state.Hash(); h != snap.hash {
		return fmt.Errorf("it restores to state %x and was taken of %x: this build folds differently", h[:8], snap.hash[:8])
	}
	return nil
}

// logWhole reports whether nothing was deleted from the topics a partition is
// folded from, so that it can do without a snapshot.
func (r *recovery) logWhole(ctx context.Context) (bool, error) {
	for _, topic := range []string{kafkalog.Comments, kafkalog.Control, kafkalog.Ledger} {
		in, err := r.cfg.Log.Offsets(ctx, topic, []int32{r.p})
		if err != nil || in[r.p].First > 0 {
			return false, err
		}
	}
	return true, nil
}

// own appends the claim and reads the ledger through it. Whoever the fence
// names after that is the owner.
//
// Who finds that somebody has claimed since it was decided to replace seen
// gives way: that one is about to speak. A claim on top of a claim would win
// too, and throw out an owner of some milliseconds; of the claims won while
// three processes ended in turn a quarter were overthrown at once. Should the
// other have died meanwhile, its silence is waited for like anybody's.
func (r *recovery) own(ctx context.Context) error {
	if err := r.readLedger(ctx, -1); err != nil {
		return err
	}
	if r.seen.Epoch > 0 && r.fence.Pair.Epoch > r.seen.Epoch && !r.freed {
		return errLost
	}
	r.pair = record.Pair{Epoch: r.fence.Pair.Epoch + 1, Owner: newID()}
	rec := &record.Ledger{V: 1, Epoch: r.pair.Epoch, Owner: r.pair.Owner.String(), Seq: 1, Own: &record.Own{Address: r.cfg.Address, Node: r.node}}
	offset, err := r.cfg.Log.Append(ctx, kafkalog.Ledger, r.p, []kafkalog.Record{ledgerRecord(rec)})
	if err != nil && !errors.Is(err, kafkalog.ErrUnknown) {
		return err
	}
	end := offset + 1
	if err != nil {
		end = -1 // whether it landed, reading to the end tells
	}
	if err := r.readLedger(ctx, end); err != nil {
		return err
	}
	if r.fence.Pair != r.pair {
		return errLost
	}
	return nil
}

// gather reads, beside each other, what a replay needs to know.
func (r *recovery) gather(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return r.frames(ctx) })
	all.Go(func() error { return r.readControl(ctx) })
	all.Go(func() (err error) { r.recorded, err = r.told(ctx); return err })
	all.Go(func() error {
		in, err := r.cfg.Log.Offsets(ctx, kafkalog.Comments, []int32{r.p})
		r.comments = in[r.p]
		return err
	})
	return all.Wait()
}

// readLedger folds ledger[p] from where it stands up to end (< 0: all there is).
func (r *recovery) readLedger(ctx context.Context, end int64) error {
	return r.read(ctx, kafkalog.Ledger, r.next.ledger, end, func(rec kafkalog.Record) error {
		r.next.ledger = rec.Offset + 1
		l, err := parseLedger(&rec)
		if err != nil {
			return fmt.Errorf("ledger offset %d: %w", rec.Offset, err)
		}
		if !r.fence.Ledger(&l) {
			return nil
		}
		r.freed = l.Release
		if len(l.Decisions) > 0 {
			r.ledger = append(r.ledger, accepted{rec.Offset, l})
		}
		return nil
	})
}

// frames makes the claim known in frames[p] and learns what frames[p] already
// shows, so that seq goes on and no comment is shown twice.
func (r *recovery) frames(ctx context.Context) error {
	own := []kafkalog.Record{lifeRecord(record.FrameOwn, r.pair, r.next.ledger, r.cfg.Address, r.node)}
	var end int64
	for {
		offset, err := r.cfg.Log.Append(ctx, kafkalog.Frames, r.p, own)
		if err == nil {
			end = offset + 1
			break
		}
		if !errors.Is(err, kafkalog.ErrUnknown) || ctx.Err() != nil {
			return err
		} // a second Own of the same pair changes nothing: send it again
	}
	fence := r.shown
	// From where the snapshot was taken, which already knows what was shown before:
	// frames are kept for minutes, and every one of them read is silence.
	return r.read(ctx, kafkalog.Frames, r.next.frames, end, func(rec kafkalog.Record) error {
		m, err := record.ParseMeta(rec.Header("meta"))
		if err != nil || !fence.Frame(&m) {
			return nil // somebody else's mistake; edges ignore it by the same rule
		}
		if m.Kind == record.FrameBatch && m.Audience == record.ToRoom || m.Kind == record.FrameState {
			r.state.Covered(string(rec.Key), &m)
		}
		return nil
	})
}

// replay folds the comments up to each accepted ledger record, then that
// record. What comes after the last one is folded by the running owner.
func (r *recovery) replay(ctx context.Context) error {
	if first := r.comments.First; r.next.comments < first {
		if r.next.comments > 0 || len(r.ledger) > 0 {
			r.gap = &record.Gap{From: r.next.comments, To: first}
			r.state.Lose(*r.gap, r.next.ledger)
		}
		r.next.comments = first
		r.state.Skip(first - 1)
	}
	f := newFolder(r.cfg, r.p, r.state)
	r.folder, f.book.last = f, r.recorded
	for i := range r.ledger {
		l := &r.ledger[i]
		if err := r.foldTo(ctx, f, min(l.After+1, r.comments.End)); err != nil {
			return err
		}
		if err := applyLedger(r.state, l.offset, &l.Ledger, r.control, &f.out, f.book, f.retell, r.contradicts); err != nil {
			return err
		}
		f.book.tell(f.out.Outcomes)
		f.book.explain(f.out.Why)
		f.out.Reset() // outcomes of the past were told by whoever decided them
	}
	if n := len(r.ledger); n > 0 {
		r.ledger, r.control = nil, nil
	}
	return nil
}

// contradicts reports a decision that does not follow from the comments. It has
// stopped its giveaway; somebody must look.
func (r *recovery) contradicts(offset int64, d *record.Decision, err error) {
	r.cfg.Logger.Error("a decision in the ledger contradicts the comments; its giveaway is stopped", "partition", r.p,
		"offset", offset, "kind", d.Kind, "room", d.Room, "event", d.Event, "err", err)
}

func (r *recovery) foldTo(ctx context.Context, f *folder, end int64) error {
	if end <= r.next.comments {
		return nil
	}
	err := r.read(ctx, kafkalog.Comments, r.next.comments, end, func(rec kafkalog.Record) error {
		f.fold(&rec)
		f.book.tell(f.out.Outcomes)
		f.book.explain(f.out.Why)
		f.out.Reset()
		return nil
	})
	r.next.comments = end
	return err
}

// readControl reads the control records that the ledger applied.
func (r *recovery) readControl(ctx context.Context) error {
	last := int64(-1)
	r.control = map[int64]record.Control{}
	for i := range r.ledger {
		for _, d := range r.ledger[i].Decisions {
			if d.Applied != nil && d.Applied.Control > last {
				last = d.Applied.Control
			}
		}
	}
	if last < r.next.control {
		return nil
	}
	err := r.read(ctx, kafkalog.Control, r.next.control, last+1, func(rec kafkalog.Record) error {
		if c, refusal := record.ParseControl(rec.Value); refusal == nil {
			r.control[rec.Offset] = c
		}
		return nil
	})
	r.next.control = last + 1
	return err
}

// read is Log.Read from an offset that may lie before the start or at the end;
// to < 0 means the end as it is now. Where the log begins is asked only when it
// refuses: a claim is silence, and every question a round trip of it.
func (r *recovery) read(ctx context.Context, topic string, from, to int64, fn func(kafkalog.Record) error) error {
	if to < 0 {
		in, err := r.cfg.Log.Offsets(ctx, topic, []int32{r.p})
		if err != nil {
			return err
		}
		from, to = max(from, in[r.p].First), in[r.p].End
	}
	for from < to {
		err := r.cfg.Log.Read(ctx, topic, r.p, from, to, fn)
		var moved *kafkalog.RangeError
		if !errors.As(err, &moved) || moved.First <= from {
			return err
		}
		from = moved.First
	}
	return nil
}
