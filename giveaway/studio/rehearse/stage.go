package rehearse

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Stage is the room of a rehearsal and its owner. It appends to the log what an
// owner appends and folds what it reads back, bytes and all.
type Stage struct {
	P    *room.Partition
	Room string
	Now  int64 // Unix ms, the rehearsal's
	// LateMs is how much later than due the beacon's rounds come.
	LateMs int64
	Cards  map[string]*Card // as frames show them
	Frames int
	Bytes  int
	// Refused is why the room did not take commands, in order.
	Refused []error

	log     *Log
	keys    *record.Keys
	beacon  drawproof.LocalKey
	part    int32
	read    int64 // of control
	seq     uint64
	ticks   uint64
	ref     uint32
	waiting map[uint32]func(record.Outcome)
	decoder record.Decoder
	out     room.Out
	frames  room.Frames
}

// Card is what a viewer's page knows of a giveaway.
type Card struct {
	T       string `json:"t"`
	Event   string `json:"event"`
	State   string `json:"state"`
	Title   string `json:"title"`
	Phrase  string `json:"phrase"`
	Epoch   string `json:"epoch"`
	Wait    string `json:"wait"`
	OpenAt  int64  `json:"open_at"`
	CloseAt int64  `json:"close_at"`
	Folded  bool   `json:"-"` // it waited for its random number
	Prizes  []struct {
		ID     string `json:"id"`
		StepUp string `json:"step_up"`
	} `json:"prizes"`
}

const (
	chainGenesis = 1_700_000_000
	chainPeriod  = 1
)

// Chain is the local beacon of the rehearsal's keys.
func Chain(keys *record.Keys) (drawproof.LocalKey, drawproof.Chain, error) {
	key, err := drawproof.NewLocalKey(keys.Beacon[:])
	return key, key.Chain(chainGenesis, chainPeriod), err
}

// NewStage makes the room and its owner, under the settings of an installation.
func NewStage(log *Log, keys *record.Keys, name string, settings room.Settings, now int64) (*Stage, error) {
	beacon, chain, err := Chain(keys)
	if err != nil {
		return nil, err
	}
	s := &Stage{Room: name, Now: now, log: log, keys: keys, beacon: beacon, part: kafkalog.Partition(name),
		Cards: map[string]*Card{}, waiting: map[uint32]func(record.Outcome){}}
	s.P = room.New(room.Config{Partition: s.part, Keys: keys, Settings: settings, AutoCreate: true, Chains: []drawproof.Chain{chain}})
	return s, s.ledger(&record.Ledger{Own: &record.Own{Address: "rehearsal", Node: "rehearsal"}})
}

func (s *Stage) append(topic string, value []byte, headers ...kafkalog.Header) int64 {
	// The log of a rehearsal cannot fail.
	offset, _ := s.log.Append(context.Background(), topic, s.part, []kafkalog.Record{{Key: []byte(s.Room), Value: value, Headers: headers}})
	return offset
}

func (s *Stage) ledger(l *record.Ledger) error {
	s.seq++
	l.V, l.Epoch, l.Owner, l.Seq = 1, 1, strings.Repeat("0", 31)+"1", s.seq
	raw := record.AppendLedger(nil, l)
	offset := s.append(kafkalog.Ledger, raw)
	read, err := record.ParseLedger(raw)
	if err != nil {
		return err
	}
	for i := range read.Decisions {
		if err := s.P.Ledger(&read.Decisions[i], offset, &s.out); err != nil {
			return err
		}
	}
	return nil
}

// Send appends what a viewer's edge would append, and folds it. tell hears what
// became of it.
func (s *Stage) Send(c *record.Comment, tell func(record.Outcome)) {
	c.Room, c.ClientTime = []byte(s.Room), s.Now
	var via record.Via
	if tell != nil {
		s.ref++
		via = record.Via{Edge: 1, Conn: 1, Ref: s.ref}
		s.waiting[s.ref] = tell
	}
	raw := record.AppendComment(nil, c)
	offset := s.append(kafkalog.Comments, raw)
	var read record.Comment
	if bad := s.decoder.Comment(raw, &read); bad != nil {
		s.P.Skip(offset) // an edge would not have written it
		s.out.Outcomes = append(s.out.Outcomes, record.Outcome{Via: via, Code: record.Malformed, Offset: offset})
		return
	}
	s.P.Comment(&read, offset, via, tell != nil, &s.out)
}

// marker appends an owner's record.
func (s *Stage) marker(kind record.Kind, event string, plan drawproof.Hash) {
	s.ticks++
	c := &record.Comment{Kind: kind}
	c.Marker = record.Marker{Epoch: 1, Owner: record.ID128{1}, Seq: s.ticks, Now: s.Now}
	if kind != record.Tick {
		c.Room, c.Event, c.Marker.Plan = []byte(s.Room), []byte(event), []byte(plan.String())
	}
	s.keys.SignMarker(c, s.part)
	raw := record.AppendComment(nil, c)
	offset := s.append(kafkalog.Comments, raw)
	var read record.Comment
	if bad := s.decoder.Comment(raw, &read); bad == nil {
		s.P.Comment(&read, offset, record.Via{}, false, &s.out)
	}
}

// Turn is one turn of the owner: the time, commands, what is due, frames.
func (s *Stage) Turn() error {
	s.marker(record.Tick, "", drawproof.Hash{})
	s.rounds()
	if err := s.commands(); err != nil {
		return err
	}
	if err := s.due(); err != nil {
		return err
	}
	return s.show()
}

func (s *Stage) rounds() {
	for _, a := range s.P.Awaits(nil) {
		if a.Chain.RoundTime(a.Round)+s.LateMs > s.Now {
			continue
		}
		data, err := json.Marshal(record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: hex.EncodeToString(s.beacon.Sign(a.Round))})
		if err == nil {
			s.Command(&record.Control{V: 1, ID: fmt.Sprintf("%s.%d", a.Event, a.Round), Kind: record.CtlBeacon, By: "beacon", Role: record.Service.String(), Data: data})
		}
	}
}

// Imitate makes the room as a copy of another has it, and answers what of that
// it would not take. The copy's commands go into the rehearsal's log, signed with
// its keys: no way leads back to the room they were read of.
func (s *Stage) Imitate(c *room.Copy) ([]error, error) {
	for _, ctl := range c.Commands {
		if ctl.Room != "" {
			ctl.Room = s.Room
		}
		s.write(&ctl)
	}
	before := len(s.Refused)
	err := s.Turn()
	return s.Refused[before:], err
}

// Command appends a signed command to the rehearsal's log.
func (s *Stage) Command(ctl *record.Control) {
	ctl.Room = s.Room
	s.write(ctl)
}

func (s *Stage) write(ctl *record.Control) {
	ctl.At = s.Now
	value := record.AppendControl(nil, ctl)
	s.append(kafkalog.Control, value, kafkalog.Header{Key: "sig", Value: s.keys.SignControl(value)})
}

func (s *Stage) commands() error {
	var errs []error
	err := s.log.Read(context.Background(), kafkalog.Control, s.part, s.read, 1<<62, func(r kafkalog.Record) error {
		s.read = r.Offset + 1
		ctl, bad := record.ParseControl(r.Value)
		if bad != nil || !s.keys.VerifyControl(r.Value, r.Header("sig")) {
			errs = append(errs, fmt.Errorf("command at %d: no owner would take it", r.Offset))
			return nil
		}
		at := record.Applied{Control: r.Offset, After: s.P.Position().Comments}
		if err := s.P.Control(&ctl, at, &s.out); err != nil {
			s.Refused = append(s.Refused, err)
			problems, sig := s.keys.Refuse(s.part, r.Offset, r.Value, err)
			s.append(kafkalog.DeadLetter, r.Value, kafkalog.Header{Key: "reason", Value: []byte(record.ReasonCommand)}, kafkalog.Header{Key: "offset", Value: strconv.AppendInt(nil, r.Offset, 10)},
				kafkalog.Header{Key: "problems", Value: problems}, kafkalog.Header{Key: "sig", Value: sig})
		}
		return nil
	})
	return errors.Join(append(errs, err)...)
}

// mostDue bounds the rounds of a turn: each moves every giveaway on.
const mostDue = 1000

func (s *Stage) due() error {
	for range mostDue {
		var due giveaway.Due
		if s.P.Due(&due); len(due.Markers)+len(due.Decisions) == 0 {
			return nil
		}
		for _, m := range due.Markers {
			s.marker(m.Kind, m.Event, m.Plan)
		}
		if len(due.Decisions) > 0 {
			if err := s.ledger(&record.Ledger{Decisions: due.Decisions}); err != nil {
				return err
			}
		}
	}
	return errors.New("the room always wants to append something more")
}

// show makes the frames and gives them, and the outcomes, to the viewers.
func (s *Stage) show() error {
	s.P.Flush(room.Flush{Seed: uint64(s.Now), Now: s.Now, Millis: 200}, &s.frames)
	for _, f := range s.frames.Frames {
		s.Frames++
		s.Bytes += len(f.Value)
		var frame struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(f.Value, &frame); err != nil {
			return fmt.Errorf("a frame that no page can read: %w", err)
		}
		for _, raw := range frame.Items {
			var c Card
			if json.Unmarshal(raw, &c) == nil && c.T == "give" {
				old := s.Cards[c.Event]
				c.Folded = c.Wait != "" || old != nil && old.Folded
				s.Cards[c.Event] = &c
			}
		}
	}
	for _, list := range [][]record.Outcome{s.out.Outcomes, s.frames.Outcomes} {
		for _, o := range list {
			if tell := s.waiting[o.Via.Ref]; tell != nil {
				tell(o)
				delete(s.waiting, o.Via.Ref) // who is told "held" is told: nobody here looks at what is held
			}
		}
	}
	s.out.Reset()
	s.frames.Reset()
	return nil
}

// Unanswered is how many messages nobody was told the fate of.
func (s *Stage) Unanswered() int { return len(s.waiting) }
