package kafkalog

import (
	"bytes"
	"hash/crc32"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/segmentio/kafka-go/compress"
)

// TestMurmur2 holds the vectors of the Java client's and of librdkafka's own
// tests, and compares with two more implementations.
func TestMurmur2(t *testing.T) {
	for _, v := range []struct {
		key  string
		hash uint32
	}{
		// org.apache.kafka.common.utils.UtilsTest
		{"21", uint32(0xffffffff & (1<<32 - 973932308))},
		{"foobar", uint32(1<<32 - 790332482)},
		{"a-little-bit-long-string", uint32(1<<32 - 985981536)},
		{"a-little-bit-longer-string", uint32(1<<32 - 1486304829)},
		{"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", uint32(1<<32 - 58897971)},
		{"abc", 479470107},
		// librdkafka, rdmurmur2.c
		{"kafka", 0xd067cf64},
		{"giberish123456789", 0x8f552b0c},
		{"1234", 0x9fc97b14},
		{"234", 0xe7c009ca},
		{"34", 0x873930da},
		{"4", 0x5a4b5ca1},
		{"", 0x106e08d9},
	} {
		if got := murmur2([]byte(v.key)); got != v.hash {
			t.Errorf("%q: %08x, want %08x", v.key, got, v.hash)
		}
	}
	ids := make([]int, Partitions)
	for i := range ids {
		ids[i] = i
	}
	other := kgo.StickyKeyPartitioner(nil).ForTopic(Comments)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		key := make([]byte, 1+rnd.IntN(64))
		for i := range key {
			key[i] = byte(rnd.Uint32())
		}
		got := Partition(string(key))
		if lib := (kafka.Murmur2Balancer{Consistent: true}).Balance(kafka.Message{Key: key}, ids...); int32(lib) != got {
			t.Fatalf("%x: %d, kafka-go says %d", key, got, lib)
		}
		if lib := other.Partition(&kgo.Record{Key: key}, int(Partitions)); int32(lib) != got {
			t.Fatalf("%x: %d, franz-go says %d", key, got, lib)
		}
	}
}

// randomRecords makes records of all shapes: nil and empty, small and large.
func randomRecords(rnd *rand.Rand) []Record {
	some := func(limit int) []byte {
		switch rnd.IntN(8) {
		case 0:
			return nil
		case 1:
			return []byte{}
		}
		b := make([]byte, rnd.IntN(limit))
		for i := range b {
			b[i] = byte(rnd.IntN(4)) // compressible
		}
		return b
	}
	recs := make([]Record, 1+rnd.IntN(40))
	for i := range recs {
		recs[i] = Record{Topic: Frames, Partition: 3, Offset: 100 + int64(i), Key: some(40), Value: some(2000),
			Time: time.UnixMilli(1_700_000_000_000 + rnd.Int64N(1e9) - 5e8)}
		for range rnd.IntN(4) {
			recs[i].Headers = append(recs[i].Headers, Header{string(some(10)), some(30)})
		}
	}
	return recs
}

// TestBatchRoundTrip: what is encoded is decoded, from any offset within.
func TestBatchRoundTrip(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		recs := randomRecords(rnd)
		raw := atOffset(appendBatch(nil, recs, time.Now()), 100)
		size := batchOverhead
		for i := range recs {
			size += recs[i].size()
		}
		if len(raw) > size {
			t.Fatalf("%d bytes, and the bound said %d", len(raw), size)
		}
		from := 100 + rnd.Int64N(int64(len(recs)))
		got, next, err := recordSet{Frames, 3, raw}.decode(nil, from)
		if err != nil || next != 100+int64(len(recs)) {
			t.Fatalf("next %d, err %v", next, err)
		}
		if want := recs[from-100:]; !reflect.DeepEqual(got, want) {
			t.Fatalf("from %d: got %v, want %v", from, got, want)
		}
	}
}

// atOffset does to a batch what its leader does.
func atOffset(b []byte, base int64) []byte {
	for i := range 8 {
		b[i] = byte(base >> (56 - 8*i))
	}
	return b
}

// TestEveryBitFlipIsFound flips each bit that the checksum covers, and those of
// the lengths before it: nothing but the original may come out.
func TestEveryBitFlipIsFound(t *testing.T) {
	recs := []Record{value(1), value(2), value(3)}
	raw := atOffset(appendBatch(nil, recs, time.Now()), 5)
	for bit := 8 * batchLengthAt; bit < 8*len(raw); bit++ {
		if at := bit / 8; at >= 12 && at < 16 {
			continue // leader epoch: the leader's own, not used
		}
		bad := bytes.Clone(raw)
		bad[bit/8] ^= 1 << (bit % 8)
		got, next, err := recordSet{Frames, 3, bad}.decode(nil, 5)
		if len(got) > 0 || next != 5 {
			t.Fatalf("bit %d: %d records, next %d, err %v", bit, len(got), next, err)
		}
	}
}

// TestCorruptSecondBatch: what is before a corrupt batch is delivered, and the
// error names the batch. (The library's decoder hides it.)
func TestCorruptSecondBatch(t *testing.T) {
	raw := atOffset(appendBatch(nil, []Record{value(1)}, time.Now()), 5)
	second := atOffset(appendBatch(nil, []Record{value(2)}, time.Now()), 6)
	second[len(second)-1] ^= 1
	got, next, err := recordSet{Frames, 3, append(raw, second...)}.decode(nil, 5)
	var bad *CorruptError
	if len(got) != 1 || next != 6 || !asCorrupt(err, &bad) || bad.Offset != 6 {
		t.Fatalf("%d records, next %d, err %v", len(got), next, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(atOffset(appendBatch(nil, []Record{value(1), value(2)}, time.Now()), 5), true)
	f.Add(atOffset(appendBatch(nil, []Record{{Value: bytes.Repeat([]byte("ab"), 4000), Headers: []Header{{"k", nil}}}}, time.Now()), 5), true)
	f.Fuzz(func(t *testing.T, raw []byte, mend bool) {
		if mend && len(raw) >= batchHeader { // let it get past the checksum
			raw = bytes.Clone(raw)
			raw[batchMagicAt] = 2
			n := len(raw) - 12
			raw[8], raw[9], raw[10], raw[11] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
			crc := crc32.Checksum(raw[batchAttrsAt:], castagnoli)
			raw[17], raw[18], raw[19], raw[20] = byte(crc>>24), byte(crc>>16), byte(crc>>8), byte(crc)
		}
		recs, next, _ := recordSet{Frames, 3, raw}.decode(nil, 5)
		for _, r := range recs {
			if r.Offset < 5 {
				t.Fatalf("offset %d was not asked for", r.Offset)
			}
		}
		if next < 5 {
			t.Fatalf("went back to %d", next)
		}
		decodeFetch(raw)
		decodeProduce(raw)
	})
}

// Whoever reads a batch allocates a block of the size its lz4 frame names.
func TestCompressedBlocksAreSmall(t *testing.T) {
	b := appendBatch(nil, []Record{{Value: bytes.Repeat([]byte("今天主播的这件衣服颜色"), 300)}}, time.UnixMilli(1))
	if codec := b[batchAttrsAt+1] & attrCodec; codec != byte(compress.Lz4) {
		t.Fatalf("codec %d, want lz4", codec)
	}
	if block := b[batchHeader+5] >> 4 & 7; block != 4 {
		t.Errorf("block size %d of the lz4 frame, want 4: 64 KiB", block)
	}
}
