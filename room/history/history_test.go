package history

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fudai-live/fudai/room/history/pgtest"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

var keys = record.DeriveKeys([32]byte{3})

// paper is a history topic whose only partition with anything in it is 5.
type paper struct {
	recs []kafkalog.Record
	dies int // Read fails after so many records; 0: never
}

const part = 5

func (p *paper) Offsets(_ context.Context, _ string, all []int32) (map[int32]kafkalog.Range, error) {
	m := map[int32]kafkalog.Range{}
	for _, id := range all {
		m[id] = kafkalog.Range{}
	}
	m[part] = kafkalog.Range{End: int64(len(p.recs))}
	return m, nil
}

var errDied = errors.New("the reader died")

func (p *paper) Read(_ context.Context, _ string, _ int32, from, to int64, fn func(kafkalog.Record) error) error {
	for n, r := range p.recs[from:to] {
		if p.dies > 0 && n == p.dies {
			return errDied
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// writer is an owner that writes the topic.
type writer struct {
	p     *paper
	pair  record.Pair
	seq   uint64
	chain [32]byte
	known bool
}

func (w *writer) claim(epoch uint64) {
	w.pair, w.seq = record.Pair{Epoch: epoch, Owner: record.ID128{byte(epoch)}}, 0
	value, _ := json.Marshal(record.History{V: 1, Epoch: epoch, Owner: w.pair.Owner.String(), Own: true})
	w.p.recs = append(w.p.recs, kafkalog.Record{Offset: int64(len(w.p.recs)), Value: value})
	if w.known {
		w.chain = record.Link(w.chain, value)
	}
}

func (w *writer) write(h record.History) kafkalog.Record {
	w.seq++
	h.V, h.Epoch, h.Owner, h.Seq = 1, w.pair.Epoch, w.pair.Owner.String(), w.seq
	value, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	rec := kafkalog.Record{Offset: int64(len(w.p.recs)), Value: value, Headers: []kafkalog.Header{{Key: "prev", Value: bytes.Clone(w.chain[:])}}}
	w.p.recs = append(w.p.recs, rec)
	w.chain, w.known = record.Link(w.chain, value), true
	return rec
}

func saying(offset int64, user, text string) record.Saying {
	return record.Saying{Offset: offset, Room: "demo", Show: "s1", ID: fmt.Sprint("m", offset), User: user,
		Sealed: record.AppendSealed(nil, keys.HistoryAEAD(), part, offset, []byte(user), []byte("昵称"+user), []byte(text))}
}

// topic is two owners' history, with a zombie's record, a repeat, and a comment
// folded by both.
func topic() *paper {
	p := &paper{}
	w := &writer{p: p}
	w.claim(1)
	w.write(record.History{Now: 1000, To: 2, Said: []record.Saying{saying(1, "ann", "有没有大码"), saying(2, "bob", "加微信")}})
	rec := w.write(record.History{Now: 1200, To: 2, Fates: []record.Fate{{Offset: 1, Code: record.Shown}, {Offset: 2, Code: record.Held, Detail: 34}},
		Why: []record.Because{{Offset: 2, Rule: "contact/微信", Version: "v3", View: "tight", From: 3, To: 9}}})
	p.recs = append(p.recs, rec) // an uncertain write, repeated
	zombie := *w
	w.claim(2)
	late := zombie
	late.p = p
	late.write(record.History{Now: 1300, To: 9, Said: []record.Saying{saying(9, "eve", "zombie")}})
	w.write(record.History{Now: 2000, To: 3, Said: []record.Saying{saying(2, "bob", "加微信"), saying(3, "ann", "=1+1")},
		Fates: []record.Fate{{Offset: 2, Code: record.Blocked, Detail: 8}, {Offset: 3, Code: record.Sampled}},
		Why:   []record.Because{{Offset: 2, View: "verdict", By: "mo"}},
		Acts:  []record.Act{{Offset: 7, Room: "demo", ID: "c1", Kind: "verdict", By: "mo", Role: "moderator", At: 1900, Data: json.RawMessage(`{"offset":2,"action":"block","reason":"contact"}`)}}})
	return p
}

// stores runs a test on both databases.
func stores(t *testing.T, test func(*testing.T, *Store)) {
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "h.db") },
		"postgres": pgtest.Start,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := OpenStore(t.Context(), url(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			test(t, s)
		})
	}
}

func drain(t *testing.T, s *Store, log Log) *sink {
	t.Helper()
	k := &sink{cfg: Config{Log: log, Store: s, Keys: keys, Logger: slog.New(slog.DiscardHandler)},
		rows: prometheus.NewCounter(prometheus.CounterOpts{}), breaks: prometheus.NewCounter(prometheus.CounterOpts{}), lag: prometheus.NewGauge(prometheus.GaugeOpts{})}
	var err error
	if k.places, err = s.places(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := k.turn(t.Context()); err != nil && !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	return k
}

func all(t *testing.T, s *Store, q Query) []Comment {
	t.Helper()
	q.Most = max(q.Most, 1)
	if q.Most == 1 {
		q.Most = MostRows
	}
	list, err := s.Comments(t.Context(), &q)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatIsKept(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		k := drain(t, s, topic())
		if k.places[part].breaks != 0 {
			t.Errorf("%d broken links in a whole chain", k.places[part].breaks)
		}
		got := all(t, s, Query{Room: "demo"})
		want := []Comment{
			{Place: Place{1000, part, 1}, Room: "demo", Show: "s1", User: "ann", ID: "m1", Name: "昵称ann", Text: "有没有大码", Code: "shown"},
			{Place: Place{1000, part, 2}, Room: "demo", Show: "s1", User: "bob", ID: "m2", Name: "昵称bob", Text: "加微信", Code: "blocked", Detail: 8,
				Rule: "contact/微信", Version: "v3", View: "tight", From: 3, To: 9, By: "mo"},
			{Place: Place{2000, part, 3}, Room: "demo", Show: "s1", User: "ann", ID: "m3", Name: "昵称ann", Text: "=1+1", Code: "sampled"},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if page := all(t, s, Query{Room: "demo", After: want[0].Place}); len(page) != 2 || page[0].Offset != 2 {
			t.Errorf("after the first: %+v", page)
		}
		for name, q := range map[string]Query{"user": {User: "ann", From: 1500}, "code": {Room: "demo", Code: "sampled"}, "time": {From: 1001, To: 2001}, "show": {Show: "s1", From: 2000}} {
			if list := all(t, s, q); len(list) != 1 || list[0].Offset != 3 {
				t.Errorf("by %s: %+v", name, list)
			}
		}
		counts, err := s.Report(t.Context(), &Query{Room: "demo"})
		if err != nil || len(counts) != 3 || counts[0].N != 1 {
			t.Errorf("report: %+v %v", counts, err)
		}
		acts, err := s.Actions(t.Context(), &Query{Room: "demo"})
		if err != nil || len(acts) != 1 || acts[0].By != "mo" || !strings.Contains(acts[0].Data, "contact") {
			t.Errorf("acts: %+v %v", acts, err)
		}
	})
}

// A sink that dies anywhere and starts again writes the same rows.
func TestSinkDies(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		p := topic()
		for n := 1; n <= len(p.recs); n++ {
			p.dies = n
			drain(t, s, p)
			p.dies = 0
			if n == len(p.recs)/2 {
				drain(t, s, p)
			}
		}
		drain(t, s, p)
		if got := all(t, s, Query{}); len(got) != 3 || got[1].Code != "blocked" {
			t.Errorf("%+v", got)
		}
	})
}

// Who is forgotten cannot be read any more, not even when the log is read again.
func TestForget(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		p := topic()
		drain(t, s, p)
		if n, err := s.Forget(t.Context(), "ann", time.Now()); err != nil || n != 2 {
			t.Fatalf("%d, %v", n, err)
		}
		check := func() {
			t.Helper()
			list := all(t, s, Query{Room: "demo"})
			if len(list) != 3 || list[0].Text+list[0].Name+list[2].Text != "" || list[0].Code != "shown" || list[1].Text != "加微信" {
				t.Errorf("%+v", list)
			}
			if strings.Contains(fmt.Sprint(list), "ann") || len(all(t, s, Query{User: "ann"})) != 0 {
				t.Error("the name is still there")
			}
		}
		check()
		for _, query := range []string{`DELETE FROM history_place`, `DELETE FROM history_said`} { // another sink, from the log's start
			if _, err := s.db.ExecContext(t.Context(), query); err != nil {
				t.Fatal(err)
			}
		}
		drain(t, s, p)
		check()
		if err := s.sweep(t.Context(), time.UnixMilli(1500)); err != nil {
			t.Fatal(err)
		}
		if list := all(t, s, Query{}); len(list) != 1 || list[0].Offset != 3 {
			t.Errorf("after the time kept: %+v", list)
		}
	})
}

// Altering a record, dropping one, or swapping two breaks a link.
func TestTampering(t *testing.T) {
	verify := func(p *paper) (int, string) {
		var out bytes.Buffer
		n, err := Verify(context.Background(), p, &out)
		if err != nil {
			t.Fatal(err)
		}
		return n, out.String()
	}
	if n, out := verify(topic()); n != 0 || !strings.Contains(out, "5 records, 4 comments, 0 broken links") {
		t.Errorf("a whole chain: %d\n%s", n, out)
	}
	p := topic()
	for i := range p.recs {
		bad := &paper{recs: append([]kafkalog.Record(nil), p.recs...)}
		bad.recs[i].Value = bytes.Replace(bad.recs[i].Value, []byte(`"now":1200`), []byte(`"now":1201`), 1)
		if n, _ := verify(bad); n == 0 && !bytes.Equal(bad.recs[i].Value, p.recs[i].Value) && i != 3 { // 3 is the repeat: no link
			t.Errorf("altered record %d is not found", i)
		}
	}
	dropped := &paper{recs: append(append([]kafkalog.Record(nil), p.recs[:2]...), p.recs[4:]...)}
	if n, out := verify(dropped); n != 1 || !strings.Contains(out, "offset 4") {
		t.Errorf("dropped record: %d\n%s", n, out)
	}
}

// A text that another installation sealed does not stop the sink.
func TestUnreadable(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		p := topic()
		p.recs[1].Value = bytes.Replace(p.recs[1].Value, []byte(`"u":"bob"`), []byte(`"u":"eva"`), 1)
		drain(t, s, p)
		if got := all(t, s, Query{}); len(got) != 3 || got[1].Text != "" || got[1].User != "eva" || got[2].Text != "=1+1" {
			t.Errorf("%+v", got)
		}
	})
}

// Wherever a reader begins, also at a zombie's record, it ends at the same value:
// a new owner looks at the newest records only.
func TestChainFromAnywhere(t *testing.T) {
	p := topic()
	read := func(from int) (c record.Chain) {
		for _, r := range p.recs[from:] {
			h, err := record.ParseHistory(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			if _, broken, err := c.Next(&h, r.Value, r.Header("prev")); broken || err != nil {
				t.Errorf("from %d: offset %d broken: %t, %v", from, r.Offset, broken, err)
			}
		}
		return c
	}
	want := read(0)
	for from := range p.recs {
		if got := read(from); got.Value != want.Value || !got.Known || got.To != 3 {
			t.Errorf("from %d: %x to %d, want %x to 3", from, got.Value[:4], got.To, want.Value[:4])
		}
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	in := []Comment{{Place: Place{At: 0, Part: 5, Offset: 9007199254740993}, User: "00123", Name: "@SUM(A1)", Text: "=cmd|' /C calc'!A0\n\"第二行\"", ID: "12345678901234567890"}}
	if err := WriteCSV(&b, true, in); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), bom) {
		t.Error("no byte order mark: spreadsheets show Chinese as noise")
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), bom))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %q", err, rows)
	}
	for i, want := range map[int]string{3: "'00123", 4: "'@SUM(A1)", 5: "'=cmd|' /C calc'!A0\n\"第二行\"", 9: "'12345678901234567890", 10: "5/9007199254740993"} {
		if rows[1][i] != want {
			t.Errorf("column %d is %q, want %q", i, rows[1][i], want)
		}
	}
}
