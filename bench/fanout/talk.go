//go:build linux

package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// talk is what a room's viewers say: bursts of comments, at fixed times whether
// the log keeps up or not.
type talk struct {
	every time.Duration
	burst int // comments a time
	bytes int // of text
	users int // who take turns, so that nobody is over the room's limit for one
}

// perSecond is a talk of n comments a second, ten times a second.
func perSecond(n, bytes int) talk {
	return talk{every: time.Second / time.Duration(n), burst: 1, bytes: bytes, users: max(100, 10*n)}
}

// syllables of texts that are each unlike the others: equal ones are shown as one line.
var syllables = []rune("今天主播的这件衣服颜色很好看请问有没有大码现货包邮什么时候发货质量怎么样喜欢支持下单已经买了两个家里孩子用得上谢谢介绍得真清楚希望再来一点优惠天气冷了想要厚一点的外套蓝色白色都可以讲讲材料洗了会不会变形同款还有吗")

func text(r *rand.Rand, bytes int) []byte {
	b := make([]byte, 0, bytes+3)
	for len(b)+3 <= bytes {
		b = append(b, string(syllables[r.IntN(len(syllables))])...)
	}
	return b
}

// say produces until the context ends; it answers how many the log took and
// how many it did not.
func (s *stage) say(ctx context.Context, t talk) (taken, refused int64) {
	r := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	var ok, bad atomic.Int64
	var group sync.WaitGroup
	room := []byte(s.room)
	for n, due := 0, time.Now(); ; due = due.Add(t.every) {
		if wait := time.Until(due); wait > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
		if ctx.Err() != nil {
			break
		}
		recs := make([]kafkalog.Record, 0, t.burst)
		for range t.burst {
			n++
			user := []byte("s" + strconv.Itoa(n%t.users))
			c := record.Comment{Kind: record.Say, Role: record.Viewer, ID: []byte(stampID(time.Now().UnixNano(), n)), Room: room, User: user, Name: user, Text: text(r, t.bytes)}
			recs = append(recs, kafkalog.Record{Topic: kafkalog.Comments, Partition: kafkalog.Partition(s.room), Key: room, Value: record.AppendComment(nil, &c)})
		}
		if len(recs) > 1 {
			// One batch, so that they are in one frame.
			group.Go(func() {
				if _, err := s.kafka.Append(context.Background(), kafkalog.Comments, recs[0].Partition, recs); err != nil {
					bad.Add(int64(len(recs)))
				} else {
					ok.Add(int64(len(recs)))
				}
			})
			continue
		}
		group.Add(1)
		err := s.kafka.Produce(recs[0], func(_ int32, _ int64, err error) {
			if err == nil {
				ok.Add(1)
			} else {
				bad.Add(1)
			}
			group.Done()
		})
		if err != nil {
			group.Done()
			bad.Add(1)
			if !errors.Is(err, kafkalog.ErrFull) {
				return ok.Load(), bad.Load()
			}
		}
	}
	group.Wait()
	return ok.Load(), bad.Load()
}

// framesRead is the frames of the room as the log has them.
type framesRead struct {
	stop context.CancelFunc
	mu   sync.Mutex
	at   map[uint64]int64 // seq: Unix ms of its record
	last []byte           // payload of the newest with comments
	size map[uint64]int
}

func (s *stage) followFrames() *framesRead {
	ctx, stop := context.WithCancel(context.Background())
	f := &framesRead{stop: stop, at: map[uint64]int64{}, size: map[uint64]int{}}
	tailer := s.kafka.NewTailer()
	tailer.Add(kafkalog.Frames, kafkalog.Partition(s.room), kafkalog.OffsetEnd, func(recs []kafkalog.Record, _ int64) int {
		for i := range recs {
			f.take(s.room, &recs[i])
		}
		return len(recs)
	}, func(error) {})
	go tailer.Run(ctx)
	return f
}

func (f *framesRead) take(room string, rec *kafkalog.Record) {
	meta, err := record.ParseMeta(rec.Header("meta"))
	if err != nil || meta.Kind != record.FrameBatch || meta.Seq == 0 || meta.Audience != record.ToRoom || string(rec.Key) != room {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at[meta.Seq], f.size[meta.Seq] = rec.Time.UnixMilli(), len(rec.Value)
	if meta.Count > 0 {
		f.last = rec.Value
	}
}

// when answers the time of a frame's record, 0 if unknown.
func (f *framesRead) when(seq uint64) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at[seq]
}
