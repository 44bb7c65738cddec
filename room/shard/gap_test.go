package shard

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// deleteBefore deletes the records of a partition below offset, as retention does.
func deleteBefore(t *testing.T, addrs []string, topic string, p int32, offset int64) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(addrs...))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 10_000
	rt := kmsg.NewDeleteRecordsRequestTopic()
	rt.Topic = topic
	rp := kmsg.NewDeleteRecordsRequestTopicPartition()
	rp.Partition, rp.Offset = p, offset
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	for _, shard := range cl.RequestSharded(t.Context(), req) {
		if shard.Err != nil {
			t.Fatal(shard.Err)
		}
		for _, topic := range shard.Resp.(*kmsg.DeleteRecordsResponse).Topics {
			for _, part := range topic.Partitions {
				if err := kerr.ErrorForCode(part.ErrorCode); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// The log moves on while nobody owns a room: what is gone is said as a Gap in
// the ledger, and the room goes on after it, its frames numbered on.
func TestGap(t *testing.T) {
	addrs := brokers(t)
	v := &viewer{log: open(t, addrs), room: fmt.Sprintf("r%d", time.Now().UnixNano()), seqs: map[uint64][]byte{}, shown: map[string]int{}, epochs: map[uint64]bool{}}
	p := kafkalog.Partition(v.room)
	end := func() int64 {
		in, err := v.log.Offsets(t.Context(), kafkalog.Comments, []int32{p})
		if err != nil {
			t.Fatal(err)
		}
		return in[p].End
	}
	a := launch(t, addrs)
	v.sayAndSee(t, "a1", "a2")
	a.end(t)
	stood := end() // the snapshot of who let go includes everything so far, but perhaps its last Ticks
	for i := range 5 {
		v.say(t, fmt.Sprint("lost", i))
	}
	first := end()
	deleteBefore(t, addrs, kafkalog.Comments, p, first)
	v.say(t, "after1")
	launch(t, addrs)
	v.sayAndSee(t, "after2")
	if v.shown["after1"] != 1 || v.shown["a1"] != 1 || v.shown["lost0"] != 0 {
		t.Errorf("shown: %v", v.shown)
	}
	var gap *record.Gap
	err := v.log.Read(t.Context(), kafkalog.Ledger, p, 0, -1, func(rec kafkalog.Record) error {
		var l record.Ledger
		if err := json.Unmarshal(rec.Value, &l); err != nil {
			return err
		}
		for _, d := range l.Decisions {
			if d.Gap != nil {
				gap = d.Gap
			}
		}
		return nil
	})
	if err != nil || gap == nil || gap.From > stood || gap.From < stood-3 || gap.To != first {
		t.Errorf("gap in the ledger: %+v, %v; want from %d to %d", gap, err, stood, first)
	}
}

// A record of the log that cannot be read stops what it must: a comment is a
// dead letter, and so is a command; a claim by nobody is no owner's.
func TestForeignRecords(t *testing.T) {
	addrs := brokers(t)
	v := &viewer{log: open(t, addrs), room: fmt.Sprintf("r%d", time.Now().UnixNano()), seqs: map[uint64][]byte{}, shown: map[string]int{}, epochs: map[uint64]bool{}}
	p := kafkalog.Partition(v.room)
	a := launch(t, addrs)
	v.sayAndSee(t, "a1")
	put := func(topic string, rec kafkalog.Record) {
		t.Helper()
		if _, err := v.log.Append(t.Context(), topic, p, []kafkalog.Record{rec}); err != nil {
			t.Fatal(err)
		}
	}
	before, err := v.log.Offsets(t.Context(), kafkalog.DeadLetter, []int32{p}) // a shared cluster has those of other tests
	if err != nil {
		t.Fatal(err)
	}
	put(kafkalog.Comments, kafkalog.Record{Key: []byte(v.room), Value: []byte{0xff, 0x00, '{'}})
	put(kafkalog.Comments, kafkalog.Record{Key: []byte(v.room), Value: []byte(`{"kind":"say","id":"x","room":"another","user":"u","name":"u","text":"t"}`)})
	put(kafkalog.Control, kafkalog.Record{Key: []byte(v.room), Value: []byte(`{"v":9,"id":"c","kind":"mute","room":"` + v.room + `"}`)})
	ctl := record.Control{V: 1, ID: "c2", Kind: record.CtlMute, Room: v.room, By: "x", Role: "host", Data: json.RawMessage(`{"user":"u","reason":"r"}`)}
	put(kafkalog.Control, kafkalog.Record{Key: []byte(v.room), Value: record.AppendControl(nil, &ctl), Headers: []kafkalog.Header{{Key: "sig", Value: make([]byte, 32)}}})
	put(kafkalog.Frames, kafkalog.Record{Key: []byte(v.room), Value: []byte(`{}`), Headers: []kafkalog.Header{{Key: "meta", Value: []byte("short")}}})
	v.sayAndSee(t, "a2")
	reasons := map[string]int{}
	deadline := time.Now().Add(20 * time.Second)
	for len(reasons) < 4 && time.Now().Before(deadline) {
		clear(reasons)
		err := v.log.Read(t.Context(), kafkalog.DeadLetter, p, before[p].End, -1, func(rec kafkalog.Record) error {
			reasons[string(rec.Header("reason"))]++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if reasons["key-differs"] != 1 || reasons["forged"] != 1 || len(reasons) < 4 {
		t.Errorf("dead letters by reason: %v", reasons)
	}
	// Somebody claims the partition who is no process of ours: the owner lets go
	// of it, and when nothing is heard of the stranger, claims it again.
	claim := record.Ledger{V: 1, Epoch: 1000, Owner: record.ID128{0xee}.String(), Seq: 1, Own: &record.Own{Address: "nowhere", Node: "stranger"}}
	put(kafkalog.Ledger, ledgerRecord(&claim))
	v.sayAndSee(t, "a3")
	if !v.epochs[1001] {
		t.Errorf("shown by owners of epochs %v, want 1001", v.epochs)
	}
	_ = a
}
