package desk

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/ut"

	"github.com/fudai-live/fudai/broadcast/token"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// paper is a log that keeps what was written.
type paper struct {
	recs []kafkalog.Record
	fail error
}

func (p *paper) Append(_ context.Context, topic string, partition int32, recs []kafkalog.Record) (int64, error) {
	if p.fail != nil {
		return 0, p.fail
	}
	for _, r := range recs {
		r.Topic, r.Partition = topic, partition
		p.recs = append(p.recs, r)
	}
	return int64(len(p.recs) - 1), nil
}

func (p *paper) Read(_ context.Context, topic string, partition int32, from, to int64, fn func(kafkalog.Record) error) error {
	for i, r := range p.recs {
		if r.Offset = int64(i); r.Topic == topic && r.Partition == partition && r.Offset >= from && r.Offset < to {
			if err := fn(r); err != nil {
				return err
			}
		}
	}
	return p.fail
}

func (p *paper) Offsets(_ context.Context, _ string, partitions []int32) (map[int32]kafkalog.Range, error) {
	in := map[int32]kafkalog.Range{}
	for _, n := range partitions {
		in[n] = kafkalog.Range{End: int64(len(p.recs))}
	}
	return in, p.fail
}

// feeder is a tailer whose records come from the test.
type feeder map[int32]kafkalog.Deliver

func (f feeder) Add(topic string, p int32, _ int64, deliver kafkalog.Deliver, _ kafkalog.Fail) {
	switch topic {
	case kafkalog.Presence:
		p += kafkalog.Partitions
	case kafkalog.DeadLetter:
		p += 2 * kafkalog.Partitions
	}
	f[p] = deliver
}

type office struct {
	t      *testing.T
	log    *paper
	tail   feeder
	keys   *record.Keys
	tokens *token.Authority
	desk   *Desk
	h      *server.Hertz
}

func newOffice(t *testing.T) *office {
	keys := record.DeriveKeys([32]byte{7})
	beacon, err := drawproof.NewLocalKey(keys.Beacon[:])
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, log: &paper{}, tail: feeder{}, keys: keys, tokens: token.New(keys.Token, nil), h: server.New()}
	d, err := New(Config{Log: o.log, Keys: keys, Tokens: o.tokens, Tailer: o.tail, Logger: slog.New(slog.DiscardHandler),
		Chains: []drawproof.Chain{beacon.Chain(1_700_000_000, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	o.desk = d
	d.Mount(o.h)
	d.Follow()
	return o
}

func (o *office) token(role record.Role, market bool, rooms ...string) string {
	c := token.Claims{User: "staff", Role: role, Market: market, Rooms: rooms, Issued: time.Now().UnixMilli(), Expires: time.Now().Add(time.Hour).UnixMilli()}
	raw, err := o.tokens.Sign(&c)
	if err != nil {
		o.t.Fatal(err)
	}
	return raw
}

func (o *office) send(tok, room, body string) (int, string) {
	return o.command(room, body, ut.Header{Key: "Authorization", Value: "Bearer " + tok})
}

// guest sends a command without a token.
func (o *office) guest(room, body string) (int, string) { return o.command(room, body) }

func (o *office) command(room, body string, header ...ut.Header) (int, string) {
	w := ut.PerformRequest(o.h.Engine, "POST", "/v1/rooms/"+room+"/commands", &ut.Body{Body: bytes.NewBufferString(body), Len: len(body)}, header...)
	return w.Code, w.Body.String()
}
