package shard

import (
	"context"
	"errors"
	"strconv"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Whoever sent a command that a room refused is told by a dead letter, and stock
// and money wait for that word. So a letter of a command is not given up: one
// that was not acknowledged is sent again, no snapshot is taken that is ahead
// of one, and whoever replays what stands behind the last snapshot tells again
// what the owner before may have taken with it. Letters come at least once;
// readers know a command by its id.
const (
	lettersMost = 64 // on their way at once
	// retoldMost bounds what a new owner tells again: the last ones. More than that
	// since a snapshot are those of a flood, which the owner before has told.
	retoldMost = 1000
)

// letters are the dead letters of commands on their way.
type letters struct {
	out  int         // owned by the owner's loop
	done chan letter // has room for all that are out
}

type letter struct {
	refusal
	err error
}

func newLetters() letters { return letters{done: make(chan letter, lettersMost)} }

// refusalOf is a command that took no effect.
func refusalOf(offset int64, c *record.Control, err error) refusal {
	rec := kafkalog.Record{Topic: kafkalog.Control, Offset: offset, Key: []byte(c.Room), Value: record.AppendControl(nil, c)}
	return refusal{rec: rec, reason: record.ReasonCommand, field: err.Error(), command: err}
}

// retell notes the refusal of a command that is folded again. A round of public
// randomness is refused whenever it is known already, and nobody waits to hear it.
func (f *folder) retell(offset int64, c *record.Control, err error) {
	if c.Kind == record.CtlBeacon {
		return
	}
	if len(f.refused) >= retoldMost {
		f.refused = f.refused[1:]
	}
	f.refused = append(f.refused, refusalOf(offset, c, err))
}

// post sends one dead letter; false: not now.
func (o *owner) post(r *refusal) bool {
	if r.command != nil && o.letters.out == lettersMost {
		return false
	}
	rec := kafkalog.Record{Topic: kafkalog.DeadLetter, Partition: o.p, Key: r.rec.Key, Value: r.rec.Value}
	rec.Headers = []kafkalog.Header{
		{Key: "reason", Value: []byte(r.reason)}, {Key: "field", Value: []byte(r.field)},
		{Key: "topic", Value: []byte(r.rec.Topic)}, {Key: "offset", Value: strconv.AppendInt(nil, r.rec.Offset, 10)},
	}
	if r.command == nil {
		return o.produce(rec, "deadletter")
	}
	problems, sig := o.s.cfg.Keys.Refuse(o.p, r.rec.Offset, r.rec.Value, r.command)
	rec.Headers = append(rec.Headers, kafkalog.Header{Key: "problems", Value: problems}, kafkalog.Header{Key: "sig", Value: sig})
	sent := *r
	err := o.s.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) { o.letters.done <- letter{sent, err} })
	if errors.Is(err, kafkalog.ErrTooLarge) {
		o.logAppend("deadletter", err) // no later try would fit either
		return true
	}
	if err != nil {
		if !errors.Is(err, kafkalog.ErrFull) {
			o.logAppend("deadletter", err)
		}
		return false
	}
	o.letters.out++
	return true
}

func (o *owner) letterDone(l letter) {
	o.letters.out--
	if l.err != nil {
		o.logAppend("deadletter", l.err)
		if !errors.Is(l.err, kafkalog.ErrTooLarge) {
			o.refused = append(o.refused, l.refusal)
		}
	}
}

// toldAll reports whether everything that was refused stands in the log.
func (o *owner) toldAll() bool { return o.letters.out == 0 && len(o.refused) == 0 }

// settleLetters waits for the letters on their way.
func (o *owner) settleLetters(ctx context.Context) {
	for o.discard(); o.letters.out > 0; o.discard() {
		select {
		case l := <-o.letters.done:
			o.letterDone(l)
		case <-ctx.Done():
			return
		}
	}
}
