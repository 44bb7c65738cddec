package stage

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// Paper is a log in memory. Fail is what every call answers.
type Paper struct {
	recs map[string][]kafkalog.Record
	Fail error
}

// NewPaper makes an empty log.
func NewPaper() *Paper { return &Paper{recs: map[string][]kafkalog.Record{}} }

// Records are those of a partition.
func (p *Paper) Records(topic string, partition int32) []kafkalog.Record {
	return p.recs[spotOf(topic, partition)]
}

func spotOf(topic string, p int32) string { return fmt.Sprintf("%s/%d", topic, p) }

// Cut takes away what stands at an offset and behind it, as a broker may that
// comes back from the dead.
func (p *Paper) Cut(topic string, partition int32, from int) {
	at := spotOf(topic, partition)
	p.recs[at] = p.recs[at][:from]
}

// Append keeps records.
func (p *Paper) Append(_ context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error) {
	if p.Fail != nil {
		return 0, p.Fail
	}
	at := spotOf(topic, partition)
	for _, r := range recs {
		r.Topic, r.Partition, r.Offset = topic, partition, int64(len(p.recs[at]))
		p.recs[at] = append(p.recs[at], r)
	}
	return int64(len(p.recs[at]) - 1), nil
}

// Read tells records.
func (p *Paper) Read(_ context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error {
	for _, r := range p.recs[spotOf(topic, partition)] {
		if r.Offset >= from && r.Offset < to {
			if err := fn(r); err != nil {
				return err
			}
		}
	}
	return p.Fail
}

// Offsets answers what there is.
func (p *Paper) Offsets(_ context.Context, topic string, _ []int32) (map[int32]kafkalog.Range, error) {
	all := map[int32]kafkalog.Range{}
	for i := range kafkalog.Partitions {
		all[i] = kafkalog.Range{End: int64(len(p.recs[spotOf(topic, i)]))}
	}
	return all, p.Fail
}

// Owner is the owner of one room: the real state machine of its giveaways, in
// a room time of its own.
type Owner struct {
	t      testing.TB
	log    *Paper
	keys   *record.Keys
	beacon drawproof.LocalKey
	room   string
	p      int32
	E      *giveaway.Events
	Now    int64 // room time, Unix ms
	read   int64 // of control
	at     int64 // next comments offset
	seq    uint64
}

// Beacon is the local beacon of keys and its chain.
func Beacon(t testing.TB, keys *record.Keys) (drawproof.LocalKey, drawproof.Chain) {
	t.Helper()
	key, err := drawproof.NewLocalKey(keys.Beacon[:])
	if err != nil {
		t.Fatal(err)
	}
	return key, key.Chain(1_700_000_000, 1)
}

// Own makes the owner of a room, whose time is that of the wall to begin with.
func Own(t testing.TB, log *Paper, keys *record.Keys, room string) *Owner {
	t.Helper()
	key, chain := Beacon(t, keys)
	o := &Owner{t: t, log: log, keys: keys, beacon: key, room: room, p: kafkalog.Partition(room), Now: time.Now().UnixMilli(), at: 10}
	o.E = giveaway.New(giveaway.Config{Room: room, Partition: o.p, Keys: keys, Chains: []drawproof.Chain{chain}})
	o.append(&record.Ledger{Own: &record.Own{Address: "here", Node: "n"}})
	return o
}

func (o *Owner) append(l *record.Ledger) {
	o.seq++
	l.V, l.Epoch, l.Owner, l.Seq = 1, 1, strings.Repeat("0", 31)+"1", o.seq
	if _, err := o.log.Append(context.Background(), kafkalog.Ledger, o.p, []kafkalog.Record{{Key: []byte(o.room), Value: record.AppendLedger(nil, l)}}); err != nil {
		o.t.Fatal(err)
	}
}

// command appends a signed command to the room's partition.
func (o *Owner) command(ctl *record.Control) {
	value := record.AppendControl(nil, ctl)
	rec := kafkalog.Record{Key: []byte(o.room), Value: value, Headers: []kafkalog.Header{{Key: "sig", Value: o.keys.SignControl(value)}}}
	if _, err := o.log.Append(context.Background(), kafkalog.Control, o.p, []kafkalog.Record{rec}); err != nil {
		o.t.Fatal(err)
	}
}

// Skip passes over the commands that came since it looked last, as if it had
// died between refusing them and saying so.
func (o *Owner) Skip() { o.read = int64(len(o.log.Records(kafkalog.Control, o.p))) }

// Turn folds commands and decides what is due, until nothing is.
func (o *Owner) Turn() {
	o.t.Helper()
	for _, rec := range o.log.Records(kafkalog.Control, o.p)[o.read:] {
		o.read = rec.Offset + 1
		c, bad := record.ParseControl(rec.Value)
		if bad != nil || !o.keys.VerifyControl(rec.Value, rec.Header("sig")) {
			o.t.Fatalf("a command that no owner would take: %s", rec.Value)
		}
		switch c.Kind {
		case record.CtlPlan, record.CtlCancel, record.CtlVoid, record.CtlBeacon, record.CtlConfirm, record.CtlWins, record.CtlDecoy:
			if err := o.E.Control(&c, o.at-1, o.Now); err != nil {
				problems, sig := o.keys.Refuse(o.p, rec.Offset, rec.Value, err)
				o.log.Append(context.Background(), kafkalog.DeadLetter, o.p, []kafkalog.Record{{Key: rec.Key, Value: rec.Value,
					Headers: []kafkalog.Header{{Key: "reason", Value: []byte(record.ReasonCommand)}, {Key: "offset", Value: strconv.AppendInt(nil, rec.Offset, 10)},
						{Key: "problems", Value: problems}, {Key: "sig", Value: sig}}}})
			}
		}
	}
	for range 200 {
		var due giveaway.Due
		o.E.Due(o.Now, &due)
		if len(due.Markers)+len(due.Decisions) == 0 {
			return
		}
		for _, m := range due.Markers {
			c := &record.Comment{Kind: m.Kind, Room: []byte(m.Room), Event: []byte(m.Event)}
			c.Marker = record.Marker{Epoch: 1, Seq: 1, Now: o.Now, Plan: []byte(m.Plan.String())}
			o.keys.SignMarker(c, o.p)
			if !o.E.Marker(c, o.at, o.Now) {
				o.t.Fatalf("marker %s of %s does not count", m.Kind, m.Event)
			}
			o.at++
		}
		if len(due.Decisions) == 0 {
			continue
		}
		l := &record.Ledger{Decisions: due.Decisions}
		o.append(l)
		for i := range due.Decisions {
			d := due.Decisions[i]
			if err := o.E.Ledger(&d, int64(o.seq)); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	o.t.Fatal("there is always something due")
}

// Pass lets room time pass, handing in rounds as they come.
func (o *Owner) Pass(d time.Duration) {
	o.t.Helper()
	for end := o.Now + d.Milliseconds(); o.Now < end; {
		o.Now = min(o.Now+1000, end)
		for _, a := range o.E.Awaits() {
			if a.Chain.RoundTime(a.Round) <= o.Now {
				data, _ := json.Marshal(record.BeaconData{Chain: a.Chain.Hash.String(), Round: a.Round, Sig: hex.EncodeToString(o.beacon.Sign(a.Round))})
				o.command(&record.Control{V: 1, ID: fmt.Sprintf("%s.%d", a.Event, a.Round), Kind: record.CtlBeacon, Room: o.room, By: "beacon", Role: "service", At: o.Now, Data: data})
			}
		}
		o.Turn()
	}
	o.Turn()
}

// Enter folds an entry.
func (o *Owner) Enter(event, user, text string, facts *record.Facts) giveaway.Result {
	r := o.E.Enter(&giveaway.Entry{Event: event, User: []byte(user), Name: []byte("名" + user), Facts: facts, Digest: moderation.Digest(text, nil)}, o.at, o.Now)
	o.at++
	return r
}

// Lose lets retention take the next comments before they were folded.
func (o *Owner) Lose(n int64) {
	o.E.Lose(record.Gap{From: o.at, To: o.at + n}, int64(len(o.log.Records(kafkalog.Ledger, o.p))))
	o.at += n
}

// Claim folds a claim.
func (o *Owner) Claim(event, user string) giveaway.Result {
	r := o.E.Claim(&record.Comment{Kind: record.Claim, Room: []byte(o.room), User: []byte(user), Event: []byte(event)}, o.at, o.Now)
	o.at++
	return r
}
