package questions_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// desk drives a book as a room does.
type desk struct {
	t      testing.TB
	b      questions.Book
	now    int64
	offset int64
	air    string
}

const start = 1_763_690_000_000

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, now: start}
	d.b.StartShow("s1")
	d.tick(200)
	return d
}

func (d *desk) tick(ms int64) []*questions.Told {
	d.now += ms
	return d.b.Tick(d.now)
}

func hash(s string) (h uint64) {
	for _, b := range []byte(s) {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return h
}

// ask asks, if the text is a question.
func (d *desk) ask(user, text string) (*questions.Told, bool) {
	d.offset++
	canon := moderation.AppendCanon(nil, text)
	r := questions.Recognise([]byte(text), canon)
	if !r.Question {
		return nil, false
	}
	return d.b.Ask(&questions.Asking{Reading: r, Canon: canon, Text: []byte(text), Hash: hash(string(canon)), User: hash(user),
		ID: []byte(user), Offset: d.offset, OnAir: d.air, Now: d.now}), true
}

func (d *desk) change(data string) {
	d.t.Helper()
	var c record.CatalogueData
	if err := json.Unmarshal([]byte(data), &c); err != nil {
		d.t.Fatal(err)
	}
	if err := d.b.Change(&c, d.now); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) view() questions.View { return d.b.View(d.air, d.now) }

// Who asks the same stands in one cluster; who asks something else does not.
func TestClusters(t *testing.T) {
	for _, c := range []struct {
		texts    []string
		clusters int
	}{
		{[]string{"有没有大码", "有大码吗", "大码有吗主播", "请问有没有大码呀"}, 1},
		{[]string{"有xl吗", "有没有XL", "有ＸＬ没"}, 1},
		{[]string{"有xl吗", "有s码吗", "有没有大码"}, 3},
		{[]string{"多少钱", "怎么卖", "什么价格", "how much is it"}, 1},
		{[]string{"3号链接多少钱", "三号链接多少钱", "5号链接多少钱"}, 2},
		{[]string{"有黑色吗", "黑色的有没有", "有白色吗"}, 2},
		{[]string{"160 100斤穿什么码", "我175 140斤选多大"}, 1},
		{[]string{"什么时候发货", "几天能到", "今天拍今天发吗"}, 1},
		{[]string{"这首音乐叫什么名字", "音乐叫什么名字呀", "主播今年多大啦"}, 2},
		{[]string{"能不能转一圈看看", "可以转一圈吗"}, 1},
	} {
		d := newDesk(t)
		for i, text := range c.texts {
			if _, ok := d.ask(fmt.Sprint("u", i), text); !ok {
				t.Errorf("%q is not taken for a question", text)
			}
		}
		if v := d.view(); len(v.Clusters) != c.clusters {
			t.Errorf("%q: %d clusters, want %d: %+v", c.texts, len(v.Clusters), c.clusters, v.Clusters)
		}
	}
}

// A user counts once, however often they ask; the count of questions is true.
func TestOneAskerOneVote(t *testing.T) {
	d := newDesk(t)
	for range 100 {
		d.ask("spammer", "多少钱")
	}
	for i := range 5 {
		d.ask(fmt.Sprint("u", i), "包邮吗")
	}
	d.tick(200)
	v := d.view()
	if c := v.Clusters[0]; c.Intent != "fee" || c.Askers != 5 {
		t.Errorf("five who ask stand behind one who shouts: %+v", v.Clusters)
	}
	if c := v.Clusters[1]; c.Count != 100 || c.Askers != 1 {
		t.Errorf("counted %d questions of %d, want 100 of 1", c.Count, c.Askers)
	}
}

// Answers: who is told, when, and what becomes of those who ask later.
func TestAnswers(t *testing.T) {
	d := newDesk(t)
	d.ask("ann", "多久发货")
	d.ask("bob", "什么时候发货")
	d.tick(200)
	d.tick(40_000)
	if _, err := d.b.Answer("q1", questions.Reply{Spoken: true, By: "host"}); err != nil {
		t.Fatal(err)
	}
	d.ask("cat", "几天发货") // between the answer and its Tick: told with the others
	told := d.tick(200)
	if len(told) != 1 || len(told[0].Users) != 3 || told[0].ShowMS != 40_400 {
		t.Fatalf("told %+v", told)
	}
	if one, _ := d.ask("dan", "什么时候发货啊"); one == nil || string(one.Users[0]) != "dan" || !one.Spoken {
		t.Errorf("who asks a moment later hears %+v", one)
	}
	if again, _ := d.ask("dan", "什么时候发货啊"); again != nil {
		t.Errorf("and hears it again: %+v", again)
	}
	v := d.view()
	if a := v.Clusters[0].Answer; v.Waiting != 0 || a == nil || a.WaitMS != 40_200 || v.FirstAnswer.P50MS != 40_200 || v.Totals.Repeated != 1 {
		t.Errorf("the view says %+v, %+v", v, a)
	}
	d.tick(200_000)
	if one, _ := d.ask("eve", "什么时候发货"); one != nil {
		t.Errorf("an answer of three minutes ago is passed on: %+v", one)
	}
	if v := d.view(); v.Waiting != 1 || v.Clusters[0].Askers != 1 || v.Clusters[0].Round != 1 {
		t.Errorf("it is not asked again: %+v", v.Clusters)
	}
	// A correction reaches everybody who asked in this round.
	d.b.Answer("q1", questions.Reply{Text: "48 小时内"})
	d.tick(200)
	d.b.Answer("q1", questions.Reply{Text: "72 小时内"})
	if told := d.tick(200); len(told) != 1 || len(told[0].Users) != 1 || told[0].Text != "72 小时内" {
		t.Errorf("the correction reaches %+v", told)
	}
	if v := d.view(); v.FirstAnswer.Count != 1 || v.Totals.Answered != 2 {
		t.Errorf("%+v", v.Totals)
	}
}

// What the end of a show leaves unanswered stays to be looked at; the next show
// begins with the catalogue and without the questions.
func TestShows(t *testing.T) {
	d := newDesk(t)
	d.change(`{"items":[{"item":"a","price":100,"link":3,"show":"s1"}]}`)
	d.ask("ann", "多少钱")
	d.tick(200)
	d.b.EndShow()
	if v := d.view(); v.Clusters[0].State != "unanswered" {
		t.Errorf("%+v", v.Clusters)
	}
	d.b.StartShow("s2")
	d.tick(200)
	if v := d.view(); len(v.Clusters) != 0 || v.Items != 1 {
		t.Errorf("%+v", v)
	}
	d.ask("ann", "3号链接多少钱") // the number was of the show before
	if v := d.view(); v.Clusters[0].Item != "" || v.Clusters[0].Link != 3 || v.Clusters[0].Suggest != nil {
		t.Errorf("%+v", v.Clusters[0])
	}
}

// What was taken back is not a title any more.
func TestForget(t *testing.T) {
	d := newDesk(t)
	d.ask("bad", "这个骗子卖多少钱")
	d.ask("ann", "多少钱呀")
	d.b.Forget(nil, hash("bad"))
	if v := d.view(); v.Clusters[0].Title != "多少钱呀" || v.Clusters[0].Count != 2 {
		t.Errorf("%+v", v.Clusters[0])
	}
	d.b.Forget([]int64{2}, 0)
	if v := d.view(); v.Clusters[0].Title != "" || len(v.Clusters[0].Samples) > 1 {
		t.Errorf("%+v", v.Clusters[0])
	}
}

// A flood of different questions by different people stays within the bounds,
// and what many asked is not pushed out by it.
func TestBounds(t *testing.T) {
	d := newDesk(t)
	for i := range 300 {
		d.ask(fmt.Sprint("many", i), "有没有大码")
	}
	for i := range 30_000 {
		d.ask(fmt.Sprint("u", i), fmt.Sprintf("%d号链接有没有%c%c颜色的啊", i%999, 0x4e00+i%3000, 0x5e00+i%2711))
		if i%500 == 0 {
			d.tick(200)
		}
	}
	v := d.view()
	if v.Totals.Lost == 0 || v.Waiting > questions.MaxClusters || len(v.Clusters) != questions.MaxShown {
		t.Errorf("%d waiting, %d shown, %d lost", v.Waiting, len(v.Clusters), v.Totals.Lost)
	}
	found := false
	for _, c := range v.Clusters {
		found = found || c.Title == "有没有大码" && c.Askers == 300
	}
	if !found {
		t.Error("what 300 people asked was pushed out")
	}
	if n := len(d.b.AppendSnapshot(nil)); n > 2<<20 {
		t.Errorf("a snapshot of %d bytes", n)
	}
	for i := range 3000 {
		d.ask(fmt.Sprint("x", i), "包邮吗")
	}
	for _, c := range d.view().Clusters {
		if c.Intent == "fee" && (c.Count != 3000 || c.Askers != questions.MaxAskers || !c.More) {
			t.Errorf("%+v", c)
		}
	}
}

// A book restored is the same book: it answers the same and saves the same.
func TestSnapshot(t *testing.T) {
	d := newDesk(t)
	d.change(`{"items":[{"item":"a","title":"外套","price":9900,"sizes":["S"],"facts":{"material":"棉"}}],"faq":[{"id":"f","questions":["会起球吗"],"answer":"不会"}]}`)
	for i, l := range gold(t) {
		d.ask(fmt.Sprint("u", i%700), l.text)
		switch i % 90 {
		case 7:
			d.b.Answer(fmt.Sprint("q", i%41), questions.Reply{Text: "好", Spoken: i%2 == 0})
		case 20, 40, 60:
			d.tick(1700)
		case 55:
			d.b.Move(fmt.Sprint("q", i%37), questions.Dismissed)
		case 80:
			snap := d.b.AppendSnapshot(nil)
			var other questions.Book
			if err := other.Restore(snap); err != nil {
				t.Fatal(err)
			}
			if again := other.AppendSnapshot(nil); string(again) != string(snap) {
				t.Fatalf("line %d: %d bytes become %d", i, len(snap), len(again))
			}
			d.b = other
		}
	}
	if len(d.view().Clusters) < 40 {
		t.Fatalf("only %d clusters: too tame", len(d.view().Clusters))
	}
}

// No text makes Recognise or Ask panic, and a reading's slot is in the view.
func FuzzAsk(f *testing.F) {
	for _, s := range []string{"3号链接多少钱", "有xxl吗", "五十号？", "十十号链接", "链接 99999", "how much?", "不", "35.5有没有", strings.Repeat("不好", 300)} {
		f.Add(s, "多少钱")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		d := newDesk(t)
		d.change(`{"items":[{"item":"a","title":"外套","price":9900,"sizes":["S","36"],"colours":["黑色"],"stock":0,"link":3}],"faq":[{"id":"f","questions":["会起球吗"],"answer":"不会"}]}`)
		d.air = "a"
		for _, text := range []string{a, b, a} {
			canon := moderation.AppendCanon(nil, text)
			r := questions.Recognise([]byte(text), canon)
			if r.ValueAt < 0 || r.ValueAt > r.ValueEnd || r.ValueEnd > len(canon) || r.Link < 0 || r.Link > 999 || r.Question != (r.Intent != questions.None) {
				t.Fatalf("%q reads as %+v", text, r)
			}
			d.ask("u"+text[:min(len(text), 3)], text)
		}
		d.tick(200)
		d.view()
		snap := d.b.AppendSnapshot(nil)
		var other questions.Book
		if err := other.Restore(snap); err != nil {
			t.Fatalf("%v\n%s", err, snap)
		}
	})
}

// No bytes make Restore panic; what it takes it gives back.
func FuzzRestore(f *testing.F) {
	d := newDesk(f)
	d.ask("ann", "多少钱")
	d.b.Answer("q1", questions.Reply{Spoken: true})
	f.Add(d.b.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var b questions.Book
		if err := b.Restore(raw); err != nil {
			if !errors.Is(err, questions.ErrSnapshot) || len(b.AppendSnapshot(nil)) != 0 {
				t.Fatalf("%v, and the book is not empty", err)
			}
			return
		}
		b.View("", start)
		b.Tick(start)
		var c questions.Book
		if err := c.Restore(b.AppendSnapshot(nil)); err != nil || string(c.AppendSnapshot(nil)) != string(b.AppendSnapshot(nil)) {
			t.Fatalf("saved and restored it differs: %v", err)
		}
	})
}
