package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/kafkalog"
	"github.com/fudai-live/fudai/room/record"
)

var _ Producer = (*kafkalog.Log)(nil)

func load(t testing.TB) *Show {
	t.Helper()
	show, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return show
}

// lines is every line a viewer may say.
func (s *Show) lines() (all []string) {
	for i := range s.Products {
		p := &s.Products[i]
		all = append(all, p.Say...)
		for _, ask := range p.Ask {
			all = append(all, ask.Ways...)
		}
	}
	for _, mood := range moods {
		all = append(all, s.Pools[mood]...)
	}
	return all
}

// TestScript: there is enough to say, in both languages, and none of it twice;
// the moderation that comes with Fudai lets all of it pass.
func TestScript(t *testing.T) {
	show := load(t)
	all, seen, english := show.lines(), map[string]bool{}, 0
	for _, line := range all {
		if seen[line] {
			t.Errorf("%q stands twice", line)
		}
		seen[line] = true
		if !chinese(line) {
			english++
		}
	}
	t.Logf("%d lines, %d of them English, %d viewers", len(all), english, len(show.Viewers))
	if len(all) < 600 || english < 120 || len(show.Viewers) < 100 {
		t.Errorf("%d lines, %d English, %d viewers; want 600, 120, 100", len(all), english, len(show.Viewers))
	}
	staff := []string{show.Host, show.Helper}
	for i := range show.Products {
		p := &show.Products[i]
		staff = append(append(append(staff, p.Host...), p.Pin, p.Bag.Title, p.Coupon.Title), p.Bag.Phrase)
		for _, ask := range p.Ask {
			staff = append(staff, ask.Answer)
		}
	}
	rules, scratch := moderation.Default(), new(moderation.Scratch)
	for _, line := range slices.Concat(all, show.Viewers, staff) {
		if v := rules.Judge(line, moderation.Sender{}, scratch); v.Action > moderation.Flag {
			t.Errorf("%q would be %v by rule %q", line, v.Action, v.Rule)
		}
	}
}

// TestActs draws an hour of the show and holds every act to what makes it
// pleasant: lively but readable, nobody faster than a person types, nothing the
// same the next time round.
func TestActs(t *testing.T) {
	show := load(t)
	for seed := range uint64(8) {
		d := newDirector(show, seed, 1763690000000)
		last, before := map[int]time.Duration{}, map[string]string{}
		clock, heard := time.Duration(0), map[string]bool{}
		for n := range 30 {
			product := &show.Products[n%len(show.Products)]
			cues := d.act(product)
			var loud [actSeconds]int
			var script strings.Builder
			said1, entries, bags := 0, map[int]bool{}, 0
			for i, c := range cues {
				if i > 0 && c.at < cues[i-1].at || c.at < 0 || c.at >= actSeconds*time.Second {
					t.Fatalf("seed %d, act %d: cue %d at %v is out of order", seed, n, i, c.at)
				}
				switch do := c.do.(type) {
				case *said:
					said1++
					loud[c.at/time.Second]++
					if was, ok := last[do.who]; ok && clock+c.at-was < rest {
						t.Fatalf("seed %d, act %d: %s spoke at %v and %v", seed, n, d.cast[do.who].name, was, clock+c.at)
					}
					last[do.who] = clock + c.at
					heard[do.text] = true
					fmt.Fprintln(&script, c.at, do.who, do.text)
					if do.entry {
						if entries[do.who] || do.text != product.Bag.Phrase || c.at < seconds(bagAt+bagLead) || c.at > seconds(bagAt+bagLead+bagOpen) {
							t.Fatalf("seed %d, act %d: entry %+v at %v", seed, n, do, c.at)
						}
						entries[do.who] = true
					}
				case bagged:
					bags++
				}
			}
			if mean := float64(said1) / actSeconds; mean < 2 || mean > 6 {
				t.Errorf("seed %d, act %d: %.1f comments a second", seed, n, mean)
			}
			if most := slices.Max(loud[:]); most > mostPerSecond {
				t.Errorf("seed %d, act %d: %d comments in a second", seed, n, most)
			}
			for s := 0; s+5 <= actSeconds; s++ {
				if loud[s]+loud[s+1]+loud[s+2]+loud[s+3]+loud[s+4] == 0 {
					t.Errorf("seed %d, act %d: silence from second %d", seed, n, s)
				}
			}
			if bags != 1 || len(entries) < 40 {
				t.Errorf("seed %d, act %d: %d bags, %d entries", seed, n, bags, len(entries))
			}
			if script.String() == before[product.Item] {
				t.Errorf("seed %d, act %d is the act before it again", seed, n)
			}
			before[product.Item] = script.String()
			clock += actSeconds * time.Second
		}
		if len(heard) < 800 {
			t.Errorf("seed %d: only %d different lines in an hour", seed, len(heard))
		}
	}
}

// TestSameSeedSameShow: the seed is the only randomness.
func TestSameSeedSameShow(t *testing.T) {
	show := load(t)
	draw := func(seed uint64) string {
		var b strings.Builder
		d := newDirector(show, seed, 1)
		for i := range 7 {
			for _, c := range d.act(&show.Products[i%len(show.Products)]) {
				if s, ok := c.do.(*said); ok {
					fmt.Fprintln(&b, c.at, *s)
				}
			}
		}
		return b.String()
	}
	if draw(3) != draw(3) {
		t.Error("one seed, two shows")
	}
	if draw(3) == draw(4) {
		t.Error("two seeds, one show")
	}
}

// tape keeps what was produced, by topic; it acknowledges after 20 ms.
type tape struct {
	full     int // answer ErrFull to this many calls first
	comments []record.Comment
	controls []record.Control
	raw      []kafkalog.Record
	t        *testing.T
	keys     *record.Keys
}

func (l *tape) Produce(rec kafkalog.Record, done func(int32, int64, error)) error {
	if l.full > 0 {
		l.full--
		return kafkalog.ErrFull
	}
	offset := int64(len(l.raw))
	l.raw = append(l.raw, rec)
	if string(rec.Key) != "demo" || rec.Partition != -1 {
		l.t.Errorf("key %q, partition %d", rec.Key, rec.Partition)
	}
	switch rec.Topic {
	case kafkalog.Comments:
		var d record.Decoder
		var c record.Comment
		if r := d.Comment(rec.Value, &c); r != nil {
			l.t.Errorf("%v: %s", r, rec.Value)
		}
		l.comments = append(l.comments, c)
	case kafkalog.Control:
		c, r := record.ParseControl(rec.Value)
		if r != nil {
			l.t.Errorf("%v: %s", r, rec.Value)
		}
		if !l.keys.VerifyControl(rec.Value, rec.Header("sig")) {
			l.t.Errorf("not signed: %s", rec.Value)
		}
		l.controls = append(l.controls, c)
	default:
		l.t.Errorf("record for %s", rec.Topic)
	}
	time.AfterFunc(20*time.Millisecond, func() { done(0, offset, nil) })
	return nil
}

// TestRun plays 21 minutes on a virtual clock: every record is well formed,
// every id its own, every plan one the engine takes, every answer names the
// comments that asked.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := record.DeriveKeys([32]byte{9})
		log := &tape{t: t, keys: keys, full: 2}
		ctx, cancel := context.WithTimeout(t.Context(), 21*time.Minute)
		defer cancel()
		began := time.Now()
		if err := Run(ctx, Config{Log: log, Keys: keys, Room: "demo", Seed: 5, Logger: slog.New(slog.DiscardHandler)}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 21*time.Minute {
			t.Fatalf("the show ended after %v", took)
		}
		ids, kinds := map[string]bool{}, map[record.Kind]int{}
		for i := range log.comments {
			c := &log.comments[i]
			if ids[string(c.ID)] {
				t.Fatalf("id %s stands twice", c.ID)
			}
			ids[string(c.ID)] = true
			kinds[c.Kind]++
		}
		for _, k := range []record.Kind{record.Tap, record.Say, record.Like, record.Purchase, record.Gift, record.Join} {
			if kinds[k] == 0 {
				t.Errorf("no %s in 21 minutes", k)
			}
		}
		if perSecond := float64(kinds[record.Say]) / (21 * 60); perSecond < 2 || perSecond > 6 {
			t.Errorf("%.1f comments a second", perSecond)
		}
		checkControls(t, log, keys)
	})
}

func checkControls(t *testing.T, log *tape, keys *record.Keys) {
	t.Helper()
	kinds, events := map[string]int{}, map[string]bool{}
	partition := kafkalog.Partition("demo")
	local, err := drawproof.NewLocalKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	cfg := giveaway.Config{Room: "demo", Partition: partition, Keys: keys,
		Chains: []drawproof.Chain{local.Chain(946684800, 3)}} // the virtual clock stands at 2000
	for _, c := range log.controls {
		kinds[c.Kind]++
		switch c.Kind {
		case record.CtlPlan:
			finished, err := giveaway.Finish(c.Data, &cfg, c.At)
			if err != nil {
				t.Errorf("plan refused: %v", err)
				continue
			}
			if events[finished.Plan.Event] {
				t.Errorf("event %s stands twice", finished.Plan.Event)
			}
			events[finished.Plan.Event] = true
			kinds[finished.Plan.Kind]++
		case record.CtlAnswer:
			checkAnswer(t, log, c.Data)
		}
	}
	if bags := kinds[record.CtlPlan] - kinds["rain"]; bags != 11 || kinds["rain"] != 6 { // ten acts whole, the eleventh past its bag's second
		t.Errorf("%d lucky bags and %d rains in 21 minutes, want 11 and 6", bags, kinds["rain"])
	}
	for _, k := range []string{record.CtlRoom, record.CtlShowStart, record.CtlProduct, record.CtlCard, record.CtlPin, record.CtlUnpin, record.CtlAnswer} {
		if kinds[k] == 0 {
			t.Errorf("no %s in 21 minutes", k)
		}
	}
	if log.controls[0].Kind != record.CtlRoom || log.controls[1].Kind != record.CtlShowStart {
		t.Errorf("the show begins with %s and %s", log.controls[0].Kind, log.controls[1].Kind)
	}
}

// checkAnswer: what an answer answers was asked, in the words of one question.
func checkAnswer(t *testing.T, log *tape, data []byte) {
	t.Helper()
	var a record.AnswerData
	if err := json.Unmarshal(data, &a); err != nil || len(a.Offsets) < 2 || a.Text == "" {
		t.Errorf("answer %s: %v", data, err)
	}
	show := load(t)
	for _, offset := range a.Offsets {
		var d record.Decoder
		var c record.Comment
		d.Comment(log.raw[offset].Value, &c)
		found := false
		for i := range show.Products {
			for _, ask := range show.Products[i].Ask {
				found = found || ask.Answer == a.Text && slices.Contains(ask.Ways, string(c.Text))
			}
		}
		if !found {
			t.Errorf("%q answers %q", a.Text, c.Text)
		}
	}
}

// TestSleepingMachine: after a long sleep of the machine the show goes on from now
// and does not pour out what it missed.
func TestSleepingMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := record.DeriveKeys([32]byte{9})
		log := &tape{t: t, keys: keys}
		show := load(t)
		d := newDirector(show, 1, time.Now().UnixMilli())
		p := &player{cfg: Config{Log: log, Keys: keys, Room: "demo"}, show: show, cast: d.cast, began: time.Now(), run: "r"}
		p.newAct()
		start := time.Now().Add(-60 * time.Second)
		cues := d.act(&show.Products[0])
		if err := p.play(t.Context(), start, cues); err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, c := range cues {
			if c.at >= 60*time.Second-tooLate {
				want++
			}
		}
		if len(log.raw) < want || len(log.raw) > want+1 { // a pin may take the place of another
			t.Fatalf("%d records after the sleep, want those of the second half, %d", len(log.raw), want)
		}
		time.Sleep(time.Second)
	})
}

func TestConfigTellsAll(t *testing.T) {
	err := (&Config{Room: "a b"}).Validate()
	for _, want := range []string{"no log", "no keys", `"a b"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell %q", err, want)
		}
	}
}
