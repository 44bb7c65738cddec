package roomtest

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// Epoch is room time 0 of a World, in Unix ms: a round number, so that scripts
// can speak in small ones.
const Epoch = 1_763_690_000_000

// Keys are those of every World.
func Keys() *record.Keys { return record.DeriveKeys([32]byte{1, 2, 3}) }

// Step is one record of a log, in the order in which an owner folds them.
type Step struct {
	Comment []byte // fudai.comments, the JSON
	Via     record.Via
	HasVia  bool
	Control *record.Control // or a command, where the ledger's Applied has it
	Ledger  *record.Decision
	Offset  int64 // in its own topic
}

// World is a partition, its log so far and its owner's clock.
type World struct {
	Staff string // who commands; empty: host
	P     *room.Partition
	Cfg   room.Config
	Log   []Step
	Out   room.Out
	Now   int64                 // ms since Epoch
	Names map[record.Via]string // what a socket's record is called in scripts

	decoder record.Decoder
	next    struct{ comments, control, ledger, ref int64 }
	seq     uint64
	epoch   uint64
	marked  map[string]bool
	beacon  drawproof.LocalKey
}

// NewWorld is an empty partition 0 whose rooms make themselves.
func NewWorld(cfg room.Config) *World {
	if cfg.Keys == nil {
		cfg.Keys = Keys()
	}
	beacon, err := drawproof.NewLocalKey(cfg.Keys.Beacon[:])
	if err != nil {
		panic(err) // any 32 bytes make one
	}
	if cfg.Chains == nil {
		cfg.Chains = []drawproof.Chain{beacon.Chain(Epoch/1000-3600, 1)}
	}
	return &World{P: room.New(cfg), Cfg: cfg, Names: map[record.Via]string{}, marked: map[string]bool{}, epoch: 1, beacon: beacon}
}

// Send appends c to comments and folds it. name is what scripts call it; a
// record without one came from no socket.
func (w *World) Send(c *record.Comment, name string) int64 {
	s := Step{Comment: record.AppendComment(nil, c), Offset: w.next.comments}
	if name != "" {
		w.next.ref++
		s.Via, s.HasVia = record.Via{Edge: 1, Conn: 1, Ref: uint32(w.next.ref)}, true
		w.Names[s.Via] = name
	}
	w.next.comments++
	w.Append(s)
	return s.Offset
}

// Append appends a step and folds it.
func (w *World) Append(s Step) {
	w.Log = append(w.Log, s)
	if err := Fold(w.P, &w.decoder, &s, &w.Out); err != nil {
		w.Out.Refused = append(w.Out.Refused, room.Refused{Offset: s.Offset, Reason: err.Error()})
	}
}

// Fold folds one step as a shard does.
func Fold(p *room.Partition, d *record.Decoder, s *Step, out *room.Out) error {
	switch {
	case s.Control != nil:
		return p.Control(s.Control, record.Applied{Control: s.Offset, After: p.Position().Comments}, out)
	case s.Ledger != nil:
		return p.Ledger(s.Ledger, s.Offset, out)
	}
	var c record.Comment
	if bad := d.Comment(s.Comment, &c); bad != nil {
		p.Skip(s.Offset)
		return bad
	}
	p.Comment(&c, s.Offset, s.Via, s.HasVia, out)
	return nil
}

// Command appends a command, applied at once.
func (w *World) Command(kind, roomName, data string) {
	w.next.control++
	w.Append(Step{Offset: w.next.control - 1, Control: &record.Control{
		V: 1, ID: fmt.Sprintf("cmd%d", w.next.control), Kind: kind, Room: roomName, By: cmp.Or(w.Staff, "host"), Role: "host", Data: []byte(data),
	}})
}

// Tick moves the clock by ms and appends a signed Tick; then it appends what
// the giveaways ask for, as an owner does.
func (w *World) Tick(ms int64) {
	w.Now += ms
	w.seq++
	c := record.Comment{Kind: record.Tick}
	c.Marker = record.Marker{Epoch: w.epoch, Owner: record.ID128{byte(w.epoch)}, Seq: w.seq, Now: Epoch + w.Now}
	w.Cfg.Keys.SignMarker(&c, w.Cfg.Partition)
	w.Send(&c, "")
	w.owe()
}

// owe appends markers and decisions until nothing more is due.
func (w *World) owe() {
	for _, a := range w.P.Awaits(nil) {
		if a.Chain.RoundTime(a.Round) <= Epoch+w.Now {
			w.Command(record.CtlBeacon, a.Room, fmt.Sprintf(`{"chain":%q,"round":%d,"sig":"%x"}`, a.Chain.Hash, a.Round, w.beacon.Sign(a.Round)))
		}
	}
	for range 20 {
		var due giveaway.Due
		w.P.Due(&due)
		quiet := true
		for _, m := range due.Markers {
			if key := fmt.Sprint(m.Event, m.Kind); !w.marked[key] {
				w.marked[key], quiet = true, false
				c := record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
				c.Marker = record.Marker{Epoch: w.epoch, Owner: record.ID128{byte(w.epoch)}, Seq: 1, Now: Epoch + w.Now, Plan: []byte(m.Plan.String())}
				w.Cfg.Keys.SignMarker(&c, w.Cfg.Partition)
				w.Send(&c, "")
			}
		}
		for i := range due.Decisions {
			quiet = false
			read := new(record.Decision) // what an owner reads back is bytes
			if err := json.Unmarshal(record.AppendDecision(nil, &due.Decisions[i]), read); err != nil {
				panic(err)
			}
			w.Decide(read)
		}
		if quiet {
			return
		}
	}
}

// Decide appends a decision to the ledger.
func (w *World) Decide(d *record.Decision) {
	w.next.ledger++
	w.Append(Step{Offset: w.next.ledger - 1, Ledger: d})
}

// Takeover replaces the partition by one that another owner restores from a
// snapshot, and reports whether it is the same.
func (w *World) Takeover() error {
	before := w.P.Hash()
	snap := w.P.AppendSnapshot(nil)
	next := room.New(w.Cfg)
	if err := next.Restore(snap); err != nil {
		return err
	}
	if after := next.Hash(); after != before {
		return fmt.Errorf("restored to %x, was %x", after[:4], before[:4])
	}
	if again := next.AppendSnapshot(nil); string(again) != string(snap) {
		return fmt.Errorf("a snapshot of the restored state has %d bytes that differ from the %d it came from", len(again), len(snap))
	}
	w.P = next
	w.epoch++
	w.seq = 0
	return nil
}
