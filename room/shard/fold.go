package shard

import (
	"fmt"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// folder decodes the comments of one partition and folds them into its state.
type folder struct {
	p       int32
	state   *room.Partition
	decoder record.Decoder
	comment record.Comment
	out     room.Out
	// refused are the records that go to the dead letter topic as they are.
	refused []refusal
	forward []kafkalog.Record
	book    *book
}

// refusal is a record nobody folds, and why.
type refusal struct {
	rec     kafkalog.Record
	reason  string
	field   string
	command error // of a command: every reason
}

func newFolder(cfg *Config, p int32, state *room.Partition) *folder {
	return &folder{p: p, state: state, book: newBook(cfg, p)}
}

// fold folds one record of comments[p]. A record whose room belongs elsewhere
// is forwarded once and never folded here.
func (f *folder) fold(rec *kafkalog.Record) {
	c := &f.comment
	if bad := f.decoder.Comment(rec.Value, c); bad != nil {
		f.refuse(rec, bad.Reason.String(), bad.Field)
		return
	}
	if len(rec.Key) > 0 && string(rec.Key) != string(c.Room) && !c.Kind.Engine() {
		f.refuse(rec, "key-differs", "room")
		return
	}
	if !c.Kind.Engine() && kafkalog.Partition(string(c.Room)) != f.p {
		f.misrouted(rec)
		return
	}
	via, hasVia := record.ParseVia(rec.Header("via"))
	before := len(f.out.Refused)
	f.state.Comment(c, rec.Offset, via, hasVia, &f.out)
	f.book.say(c, rec.Offset, f.state.Show(c.Room))
	for _, r := range f.out.Refused[before:] {
		f.refused = append(f.refused, refusal{rec: *rec, reason: r.Reason, field: r.Field})
	}
}

func (f *folder) refuse(rec *kafkalog.Record, reason, field string) {
	f.refused = append(f.refused, refusal{rec: *rec, reason: reason, field: field})
	f.state.Skip(rec.Offset)
}

func (f *folder) misrouted(rec *kafkalog.Record) {
	if rec.Header("forwarded") != nil {
		f.refuse(rec, "misrouted-twice", "room")
		return
	}
	to := *rec
	to.Partition = -1
	to.Key = append([]byte(nil), f.comment.Room...)
	to.Headers = append(append([]kafkalog.Header(nil), rec.Headers...),
		kafkalog.Header{Key: "forwarded", Value: fmt.Appendf(nil, "%d/%d", f.p, rec.Offset)})
	f.forward = append(f.forward, to)
	f.state.Skip(rec.Offset)
}

// applyLedger folds the decisions of a ledger record that counts, read back at
// offset. Control records are found by their offset.
// A command that the state refuses is refused the same way on every owner;
// refused hears of it where somebody should be told. A decision that contradicts
// what the comments fold to stops its giveaway, nothing else; contradicts hears.
func applyLedger(state *room.Partition, offset int64, l *record.Ledger, control map[int64]record.Control, out *room.Out, book *book, refused func(int64, *record.Control, error), contradicts func(int64, *record.Decision, error)) error {
	for i := range l.Decisions {
		d := &l.Decisions[i]
		if d.Applied != nil {
			c, ok := control[d.Applied.Control]
			if !ok {
				return fmt.Errorf("ledger offset %d applies control offset %d, which control no longer holds or which was refused: the state cannot be rebuilt from the log; restore a snapshot", offset, d.Applied.Control)
			}
			if err := state.Control(&c, *d.Applied, out); err != nil && refused != nil {
				refused(d.Applied.Control, &c, err)
			} else if err == nil {
				book.act(&c, d.Applied.Control)
			}
			continue
		}
		if err := state.Ledger(d, offset, out); err != nil && contradicts != nil {
			contradicts(offset, d, err)
		}
	}
	return nil
}
