package replay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fudai-live/fudai/room/kafkalog"
)

// maxLine bounds a line of the recording; a longer one ends the run.
const maxLine = 1 << 20

// retryFull is how long to wait after the log was full though the player's own
// bound had room: somebody else fills it.
const retryFull = 5 * time.Millisecond

// Summary is what became of a recording. Sent = Acked + Failed + Unknown.
type Summary struct {
	Lines    int // read, without empty ones
	Refused  int // made no well-formed record
	Sent     int
	Acked    int
	Failed   int
	Unknown  int           // the run was cancelled before their acknowledgement
	Duration time.Duration // from the start to the last acknowledgement
	Behind   time.Duration // the most a record was sent after its time
}

// LogValue makes a Summary one group of a log line.
func (s Summary) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("lines", s.Lines), slog.Int("refused", s.Refused), slog.Int("sent", s.Sent),
		slog.Int("acked", s.Acked), slog.Int("failed", s.Failed), slog.Int("unknown", s.Unknown),
		slog.Duration("duration", s.Duration), slog.Duration("behind", s.Behind))
}

// player plays one recording. Everything but flight is owned by Run.
type player struct {
	cfg     Config
	reader  reader
	flight  *flight
	summary Summary
	start   time.Time
	told    time.Time
}

// Run plays the recording to its end and waits for every acknowledgement. The
// Summary holds also where there is an error: the recording cannot be read,
// records failed, or ctx ended.
func Run(ctx context.Context, cfg Config) (Summary, error) {
	if err := cfg.Validate(); err != nil {
		return Summary{}, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	now := time.Now()
	p := &player{cfg: cfg, reader: reader{room: cfg.Room, prefix: cfg.IDPrefix}, flight: newFlight(cfg.InFlight), start: now, told: now}
	err := p.play(ctx)
	if waitErr := p.flight.wait(ctx); err == nil {
		err = waitErr
	}
	p.summary.Duration = time.Since(p.start)
	failure := p.count()
	if err == nil && p.summary.Failed > 0 {
		err = fmt.Errorf("replay: %d of %d records failed, the first: %w", p.summary.Failed, p.summary.Sent, failure)
	}
	return p.summary, err
}

// count brings what the acknowledgements say into the summary.
func (p *player) count() (failure error) {
	acked, failed, failure := p.flight.counts()
	p.summary.Acked, p.summary.Failed = acked, failed
	p.summary.Unknown = p.summary.Sent - acked - failed
	return failure
}

func (p *player) play(ctx context.Context) error {
	lines := bufio.NewScanner(p.cfg.Input)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		raw := bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff"))
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		p.summary.Lines++
		value, at, err := p.reader.read(raw, n)
		if err != nil {
			p.refuse(n, err)
			continue
		}
		if err := p.pace(ctx, at); err != nil {
			return err
		}
		if err := p.send(ctx, value); err != nil {
			return err
		}
		p.tell(at)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("replay: line %d: %w", p.summary.Lines+1, err)
	}
	return nil
}

// refuse counts a line that makes no record, and tells the first ten.
func (p *player) refuse(n int, err error) {
	p.summary.Refused++
	if p.summary.Refused <= 10 {
		p.cfg.Logger.Warn("replay: line refused", "line", n, "err", err)
	}
}

// pace waits until it is time for what was said at at. Every time is reckoned
// from the start, so that neither sleeping late nor waiting for the log adds up.
func (p *player) pace(ctx context.Context, at time.Duration) error {
	if p.cfg.Speed == 0 {
		return ctx.Err()
	}
	wait := time.Until(p.start.Add(time.Duration(float64(at) / p.cfg.Speed)))
	if wait <= 0 {
		p.summary.Behind = max(p.summary.Behind, -wait)
		return ctx.Err()
	}
	return sleep(ctx, wait)
}

// send queues value, waiting while there is no room for it.
func (p *player) send(ctx context.Context, value []byte) error {
	if err := p.flight.take(ctx); err != nil {
		return err
	}
	rec := kafkalog.Record{Topic: kafkalog.Comments, Partition: -1, Time: time.Now(), Key: []byte(p.cfg.Room), Value: value}
	for {
		err := p.cfg.Log.Produce(rec, func(_ int32, _ int64, err error) { p.flight.done(err) })
		if err == nil {
			p.summary.Sent++
			return nil
		}
		if !errors.Is(err, kafkalog.ErrFull) {
			p.flight.release()
			return fmt.Errorf("replay: record %d: %w", p.summary.Sent+1, err)
		}
		if err := sleep(ctx, retryFull); err != nil {
			p.flight.release()
			return err
		}
	}
}

// tell logs progress when it is time.
func (p *player) tell(at time.Duration) {
	if p.cfg.Every == 0 || time.Since(p.told) < p.cfg.Every {
		return
	}
	p.told = time.Now()
	p.count()
	p.cfg.Logger.Info("replay: playing", "room", p.cfg.Room, "at", at.Round(time.Second),
		"sent", p.summary.Sent, "acked", p.summary.Acked, "failed", p.summary.Failed, "behind", p.summary.Behind)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
