package follow_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/giveaway/studio/follow"
	"github.com/fudai-live/fudai/giveaway/studio/stage"
	"github.com/fudai-live/fudai/room/installation/database"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

// book writes down what it is told, in the transaction.
type book struct{ fail error }

func (b *book) Decision(ctx context.Context, tx *sql.Tx, _ int32, _ int64, d *record.Decision) error {
	return b.note(ctx, tx, d.Event)
}
func (b *book) Command(ctx context.Context, tx *sql.Tx, c *record.Control) error {
	return b.note(ctx, tx, "said "+c.ID)
}
func (b *book) Refused(ctx context.Context, tx *sql.Tx, r *record.Refused) error {
	return b.note(ctx, tx, fmt.Sprint("refused ", r.Control.ID, " ", r.Problems[0], r.Signed))
}
func (b *book) note(ctx context.Context, tx *sql.Tx, what string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO noted (what) VALUES ($1)`, what)
	return errors.Join(err, b.fail)
}

type world struct {
	t     *testing.T
	ctx   context.Context
	db    *database.DB
	log   *stage.Paper
	keys  *record.Keys
	book  *book
	other uint64 // owners of the same epoch are told apart by it
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, ctx: context.Background(), log: stage.NewPaper(), keys: record.DeriveKeys([32]byte{1}), book: &book{}}
	var err error
	if w.db, err = database.Open(filepath.Join(t.TempDir(), "f.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	if _, err := w.db.Exec(`CREATE TABLE noted (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) follower() *follow.Follower {
	w.t.Helper()
	f, err := follow.New(w.ctx, follow.Config{Name: "test", Log: w.log, DB: w.db, Keys: w.keys, Every: 1e9, Reader: w.book, Logger: slog.New(slog.DiscardHandler),
		Topics: []string{kafkalog.Ledger, kafkalog.Control, kafkalog.DeadLetter}})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (w *world) put(topic string, value []byte, headers ...string) {
	rec := kafkalog.Record{Key: []byte("r"), Value: value}
	for i := 0; i+1 < len(headers); i += 2 {
		rec.Headers = append(rec.Headers, kafkalog.Header{Key: headers[i], Value: []byte(headers[i+1])})
	}
	if _, err := w.log.Append(w.ctx, topic, 3, []kafkalog.Record{rec}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ledger(epoch, seq uint64, events ...string) {
	l := record.Ledger{V: 1, Epoch: epoch, Owner: strings.Repeat("0", 31) + string(rune(48+epoch+w.other)), Seq: seq}
	if len(events) == 0 {
		l.Own = &record.Own{Address: "a", Node: "n"}
	}
	for _, e := range events {
		l.Decisions = append(l.Decisions, record.Decision{Kind: record.DecideDraw, Room: "r", Event: e})
	}
	w.put(kafkalog.Ledger, record.AppendLedger(nil, &l))
}

func (w *world) noted() (all []string) {
	w.t.Helper()
	rows, err := w.db.Query(`SELECT what FROM noted ORDER BY n`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// Whoever reads, however often they begin anew: each record that counts is
// told once, and a zombie's never.
func TestOnce(t *testing.T) {
	w := newWorld(t)
	w.ledger(1, 1)
	w.ledger(1, 2, "a", "b")
	w.ledger(1, 2, "a", "b") // an uncertain write was repeated
	f := w.follower()
	if err := f.Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.ledger(2, 1)
	w.ledger(1, 3, "zombie")
	w.put(kafkalog.Ledger, []byte("no JSON"))
	w.ledger(2, 2, "c")
	other := w.follower() // another process, and this one knows nothing of it
	if err := other.Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	if err := f.Turn(w.ctx); err == nil {
		t.Fatal("two wrote the same records")
	}
	if err := f.Turn(w.ctx); err != nil { // it has read where the other stands
		t.Fatal(err)
	}
	w.ledger(2, 3, "d")
	w.book.fail = errors.New("the database is full")
	if err := f.Turn(w.ctx); err == nil {
		t.Fatal("an error of the reader is lost")
	}
	w.book.fail = nil
	if err := w.follower().Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := w.noted(), []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

// Commands count by their signature, dead letters by their reason.
func TestCommands(t *testing.T) {
	w := newWorld(t)
	command := func(id string) []byte {
		return record.AppendControl(nil, &record.Control{V: 1, ID: id, Kind: record.CtlPin, Room: "r", By: "h", Role: "host", At: 1, Data: []byte(`{}`)})
	}
	w.put(kafkalog.Control, command("good"), "sig", string(w.keys.SignControl(command("good"))))
	w.put(kafkalog.Control, command("forged"), "sig", string(w.keys.SignControl(command("good"))))
	w.put(kafkalog.Control, command("bare"))
	problems, sig := w.keys.Refuse(3, 5, command("good"), record.Breaks("room-none", "because"))
	w.put(kafkalog.DeadLetter, command("good"), "reason", record.ReasonCommand, "offset", "5", "problems", string(problems), "sig", string(sig))
	w.put(kafkalog.DeadLetter, command("bare"), "reason", record.ReasonCommand, "offset", "5", "problems", string(problems), "sig", string(sig))
	w.put(kafkalog.DeadLetter, command("old"), "reason", record.ReasonCommand, "field", "because")
	w.put(kafkalog.DeadLetter, []byte("{"), "reason", record.ReasonCommand)
	w.put(kafkalog.DeadLetter, command("other"), "reason", "malformed")
	if err := w.follower().Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := w.noted(), []string{"said good", "refused good {room-none because} true", "refused old {room-said because} false"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

// More records than one transaction holds.
func TestMany(t *testing.T) {
	w := newWorld(t)
	w.ledger(1, 1)
	for i := range uint64(1000) {
		w.ledger(1, i+2, "e")
	}
	if err := w.follower().Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(w.noted()); n != 1000 {
		t.Fatalf("%d", n)
	}
}

// A log that came back shorter: what is written again is read.
func TestShorter(t *testing.T) {
	w := newWorld(t)
	w.ledger(1, 1)
	w.ledger(1, 2, "a")
	w.ledger(2, 1)
	w.ledger(2, 2, "lost")
	if err := w.follower().Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.log.Cut(kafkalog.Ledger, 3, 2)
	f := w.follower()
	if err := f.Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.other = 4 // another owner claims the epoch that was lost
	w.ledger(2, 1)
	w.ledger(2, 2, "lost", "b")
	if err := f.Turn(w.ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := w.noted(), []string{"a", "lost", "lost", "b"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

func TestConfig(t *testing.T) {
	err := (&follow.Config{}).Validate()
	if err == nil || !strings.Contains(err.Error(), "reader") || !strings.Contains(err.Error(), "10ms") {
		t.Fatal(err)
	}
}
