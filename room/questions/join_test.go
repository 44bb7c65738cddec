package questions_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

func (d *desk) join(a, b string) *questions.Told {
	d.t.Helper()
	told, err := d.b.Join(a, b, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return told
}

func users(told *questions.Told) (all []string) {
	for _, u := range told.Users {
		all = append(all, string(u))
	}
	slices.Sort(all)
	return all
}

// Two clusters joined are one: one count, each asker once, one answer that each
// hears once; parted again they are what they were.
func TestJoin(t *testing.T) {
	d := newDesk(t)
	d.ask("ann", "能转一圈看看吗")
	d.ask("bob", "能转一圈看看吗")
	d.tick(10_000)
	d.ask("bob", "背面长什么样子")
	d.ask("cat", "背面长什么样子")
	d.tick(200)
	before := d.b.AppendSnapshot(nil)
	d.join("q2", "q1")
	v := d.view()
	if len(v.Clusters) != 1 || v.Waiting != 1 || v.Clusters[0].Count != 4 || v.Clusters[0].Askers != 3 || len(v.Clusters[0].Joined) != 1 {
		t.Fatalf("joined: %+v", v.Clusters)
	}
	d.ask("dan", "背面长什么样子") // goes on counting in what it was joined to
	if v := d.view(); len(v.Clusters) != 1 || v.Clusters[0].Askers != 4 {
		t.Fatalf("asked anew: %+v", v.Clusters)
	}
	if err := d.b.Part("q2"); err != nil {
		t.Fatal(err)
	}
	if v := d.view(); len(v.Clusters) != 2 || v.Waiting != 2 {
		t.Fatalf("parted: %+v", v.Clusters)
	}
	d.join("q2", "q1")
	if _, err := d.b.Answer("q2", questions.Reply{Text: "马上转"}); err != nil { // by either name
		t.Fatal(err)
	}
	told := d.tick(200)
	if len(told) != 1 || fmt.Sprint(users(told[0])) != "[ann bob cat dan]" || told[0].Cluster != "q1" || told[0].WaitMS != 400 {
		t.Fatalf("told %+v", told)
	}
	if again, _ := d.ask("cat", "能转一圈看看吗"); again != nil {
		t.Errorf("who heard the answer by one part hears it again by the other: %s", users(again))
	}
	if one, _ := d.ask("eve", "背面长什么样子"); one == nil || fmt.Sprint(users(one)) != "[eve]" || one.Text != "马上转" {
		t.Errorf("who asks the other part a moment later hears %+v", one)
	}
	if v := d.view(); v.FirstAnswer.Count != 1 || v.Totals.Answered != 1 {
		t.Errorf("one answer counts as %+v, %+v", v.Totals, v.FirstAnswer)
	}
	var b questions.Book
	if err := b.Restore(before); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"q1", "q1"}, {"q1", "q9"}, {"q9", "q1"}} {
		if _, err := b.Join(c[0], c[1], d.now); err == nil {
			t.Errorf("%s was joined to %s", c[0], c[1])
		}
	}
	b.Join("q1", "q2", d.now)
	if _, err := b.Join("q2", "q1", d.now); err == nil {
		t.Error("joined in a circle")
	}
	if b.Part("q1"); string(b.AppendSnapshot(nil)) == string(before) || b.Part("q1") == nil {
		t.Error("a second parting, or a join that nothing counts")
	}
}

// Those who wait hear at once the answer that holds for what they are joined to;
// if it holds no more, the host is asked again.
func TestJoinToAnswered(t *testing.T) {
	for _, late := range []bool{false, true} {
		d := newDesk(t)
		d.ask("ann", "能转一圈看看吗")
		d.tick(200)
		d.b.Answer("q1", questions.Reply{Text: "可以"})
		d.tick(200)
		if late {
			d.tick(200_000)
		}
		d.ask("ann", "背面长什么样子")
		d.ask("bob", "背面长什么样子")
		d.tick(200)
		told := d.join("q2", "q1")
		if !late && (told == nil || fmt.Sprint(users(told)) != "[bob]" || told.Text != "可以") {
			t.Errorf("told %+v: ann has the answer, bob waits", told)
		}
		if late && (told != nil || d.view().Waiting != 1 || d.view().Clusters[0].Askers != 2) {
			t.Errorf("an old answer: told %+v, %+v", told, d.view().Clusters)
		}
		if err := d.b.Part("q2"); err != nil {
			t.Fatal(err)
		}
		d.b.Answer("q2", questions.Reply{Text: "背面是素的"})
		if told := d.tick(200); len(told) != 1 || fmt.Sprint(users(told[0])) != "[ann bob]" {
			t.Errorf("joined by mistake: of their own answer hear %+v", told)
		}
	}
}

// What one comment says is taken out of its cluster with all that say the same,
// and stays apart; joined again all is as before.
func TestTakeOut(t *testing.T) {
	d := newDesk(t)
	for i := range 6 {
		d.ask(fmt.Sprint("s", i), "有没有大码")
	}
	for i := range 4 {
		d.ask(fmt.Sprint("k", i), "大码显胖吗有大码吗")
	}
	d.ask("s0", "大码显胖吗有大码吗") // asked both
	last := d.offset
	d.tick(200)
	v := d.view()
	if len(v.Clusters) != 1 || len(v.Clusters[0].Wordings) != 2 {
		t.Fatalf("the recogniser keeps them apart: %+v", v.Clusters)
	}
	all := v.Clusters[0]
	name, err := d.b.TakeOut("q1", last, d.now)
	if err != nil || name != "q2" {
		t.Fatal(name, err)
	}
	count := func() (counts, askers []int) {
		for _, c := range []string{"q1", "q2"} {
			for _, x := range d.view().Clusters {
				if x.Cluster == c {
					counts, askers = append(counts, int(x.Count)), append(askers, x.Askers)
				}
			}
		}
		return counts, askers
	}
	if c, a := count(); fmt.Sprint(c, a) != "[6 5] [6 4]" {
		t.Errorf("taken out: %v of %v", c, a)
	}
	d.ask("new", "大码显胖吗有大码吗")
	d.ask("new2", "有没有大码")
	if c, _ := count(); fmt.Sprint(c) != "[7 6]" {
		t.Errorf("what is said afterwards counts as %v", c)
	}
	if _, err := d.b.TakeOut("q2", last, d.now); err == nil {
		t.Error("the only thing it asks was taken out of a question")
	}
	if _, err := d.b.TakeOut("q1", last, d.now); err == nil {
		t.Error("a comment was taken out of a question that it did not ask")
	}
	d.b.Answer("q2", questions.Reply{Text: "不显"})
	if told := d.tick(200); len(told) != 1 || fmt.Sprint(users(told[0])) != "[k0 k1 k2 k3 new]" {
		t.Errorf("told %+v", told)
	}
	if _, err := d.b.JoinComment(last, "q1", d.now); err != nil {
		t.Fatal(err)
	}
	if v := d.view(); len(v.Clusters) != 1 || v.Clusters[0].Count != all.Count+2 || v.Clusters[0].Askers != all.Askers+2 {
		t.Errorf("taken back: %+v", v.Clusters)
	}
}

// However clusters are joined, parted and taken out: each question counts in one
// row, no asker hears one answer twice, and a restored book goes on the same.
func FuzzByHand(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70, 81, 92, 103, 114, 125, 136, 147, 158, 169})
	f.Add([]byte("joinpartanswertakeoutagainandagain"))
	texts := []string{"有没有大码", "有大码吗亲", "多少钱", "怎么卖的", "能转一圈看看吗", "背面长什么样子", "包邮吗", "3号链接多少钱"}
	f.Fuzz(func(t *testing.T, ops []byte) {
		d := newDesk(t)
		type heard struct {
			user, cluster string
			at            int64
		}
		seen := map[heard]bool{}
		hear := func(told ...*questions.Told) {
			for _, x := range told {
				if x == nil {
					continue
				}
				for _, u := range x.Users {
					k := heard{string(u), x.Cluster, x.At}
					if seen[k] {
						t.Fatalf("%+v hears it twice", k)
					}
					seen[k] = true
				}
			}
		}
		for i, op := range ops[:min(len(ops), 400)] {
			a, b := fmt.Sprint("q", 1+op%7), fmt.Sprint("q", 1+op/7%7)
			switch op % 11 {
			case 0, 1, 2, 3, 4:
				told, _ := d.ask(fmt.Sprint("u", op%5), texts[int(op)/11%len(texts)])
				hear(told)
			case 5:
				told, _ := d.b.Join(a, b, d.now)
				hear(told)
			case 6:
				d.b.Part(a)
			case 7:
				d.b.TakeOut(a, d.offset-int64(op)/11, d.now)
			case 8:
				told, _ := d.b.JoinComment(d.offset-int64(op)/11, a, d.now)
				hear(told)
			case 9:
				d.b.Answer(a, questions.Reply{Text: fmt.Sprint("a", i)})
			case 10:
				hear(d.tick(int64(op) * 1000)...)
			}
			if i%5 == 0 {
				snap := d.b.AppendSnapshot(nil)
				var other questions.Book
				if err := other.Restore(snap); err != nil || string(other.AppendSnapshot(nil)) != string(snap) {
					t.Fatalf("%v\n%s", err, snap)
				}
				d.b = other
			}
		}
		sum := 0
		for _, c := range d.view().Clusters {
			if c.Count < int64(c.Askers) {
				t.Fatalf("%d questions of %d askers", c.Count, c.Askers)
			}
			sum += int(c.Count)
		}
		if asked := d.view().Totals.Asked; int64(sum) > asked {
			t.Fatalf("%d counted, %d asked", sum, asked)
		}
	})
}

// The script library: kept, found by its id, put before the host as a copy.
func TestScripts(t *testing.T) {
	d := newDesk(t)
	d.change(`{"scripts":[{"id":"s1","title":"开场","text":"欢迎新进来的宝宝"},{"id":"a.1","item":"sku1","text":"三百克重磅"}]}`)
	if err := d.b.Prompt(&record.PromptData{Script: "s1"}, "zhuli"); err != nil {
		t.Fatal(err)
	}
	d.change(`{"scripts":[{"id":"s1","delete":true}]}`)
	d.change(`{"scripts":[{"id":"a.1","item":"sku1","text":"三百二十克重磅"}]}`)
	var b questions.Book
	if err := b.Restore(d.b.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	v := b.View("", d.now)
	if v.Scripts != 1 || v.Prompt == nil || v.Prompt.Text != "欢迎新进来的宝宝" || v.Prompt.By != "zhuli" {
		t.Errorf("%d scripts, prompt %+v", v.Scripts, v.Prompt)
	}
	if c := b.Catalogue(); len(c.Scripts) != 1 || c.Scripts[0].Text != "三百二十克重磅" {
		t.Errorf("%+v", c.Scripts)
	}
	for _, bad := range []record.PromptData{{Script: "s1"}, {Script: "a.1", Text: "x"}, {Text: string(make([]byte, 1001))}} {
		if err := b.Prompt(&bad, ""); err == nil {
			t.Errorf("took %+v", bad)
		}
	}
	if err := b.Prompt(&record.PromptData{}, ""); err != nil || b.View("", 0).Prompt != nil {
		t.Error("what stands before the host cannot be taken away")
	}
	for _, bad := range []record.ScriptData{{}, {ID: "x"}, {ID: "a b", Text: "x"}, {ID: "gone", Delete: true}, {ID: "x", Text: string(make([]byte, 1001))}} {
		if err := b.Change(&record.CatalogueData{Scripts: []record.ScriptData{bad}}, 1); err == nil {
			t.Errorf("took %+v", bad)
		}
	}
}
