package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

// A state is JSON of at most MaxState bytes however much a room has, keeps its
// newest comments and giveaways, and drops in the order it says.
func TestStateFits(t *testing.T) {
	long := strings.Repeat("<很长>", 60)
	full := func(pins, attrs, gives, last int) *State {
		s := &State{Room: "demo", Seq: 7, Now: 1, Title: "t", Show: &Show{Show: "s", On: true}, Likes: 3, Online: 2, Unique: 9,
			Product: &Product{Item: "sku1", Title: long, Facts: []string{long, long}}}
		for range pins {
			s.Pins = append(s.Pins, Pin{Pin: "p", Text: long})
		}
		for range attrs {
			s.Attrs = append(s.Attrs, Attr{Name: strings.Repeat("n", 64), Version: 1 << 40})
		}
		for i := range gives {
			s.Gives = append(s.Gives, []byte(`"event":"e`+string(rune('a'+i%26))+`","title":"`+long+`"`))
		}
		for i := range last {
			s.Last = append(s.Last, Comment{Offset: int64(i), ID: []byte("m"), Text: []byte(long), Class: "normal"})
		}
		return s
	}
	for _, n := range [][4]int{{0, 0, 0, 0}, {1, 1, 1, 1}, {5, 40, 3, 200}, {5, 100, 40, 200}, {90, 400, 40, 200}} {
		b := AppendState([]byte("x"), full(n[0], n[1], n[2], n[3]))[1:]
		var got struct {
			Pins, Attrs, Gives []json.RawMessage
			Last               []struct{ O int64 }
		}
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%v: no JSON: %v\n%s", n, err, b)
		}
		if len(b) > MaxState {
			t.Errorf("%v: %d bytes, at most %d", n, len(b), MaxState)
		}
		if k := len(got.Last); k > 0 && got.Last[k-1].O != int64(n[3]-1) {
			t.Errorf("%v: the newest comment is missing", n)
		}
		if n[1] <= 40 && n[2] <= 3 && len(got.Attrs) < n[1] {
			t.Errorf("%v: %d attributes left, all fit", n, len(got.Attrs))
		}
		if n[3] == 200 && len(got.Last) == 200 {
			t.Errorf("%v: nothing was dropped: the case is too small", n)
		}
	}
}

func TestItems(t *testing.T) {
	for _, c := range []struct {
		want string
		make func([]byte) []byte
	}{
		{`{"t":"pin","pin":"p1","o":5,"n":"ann","x":"hi"}`, func(b []byte) []byte { return AppendPin(b, &Pin{"p1", 5, "ann", "hi", nil}) }},
		{`{"t":"unpin","pin":"p1"}`, func(b []byte) []byte { return AppendUnpin(b, "p1") }},
		{`{"t":"product"}`, func(b []byte) []byte { return AppendProduct(b, &Product{}) }},
		{`{"t":"product","item":"s","link":3,"title":"T","price":990,"facts":["a","b"],"as_of":7}`, func(b []byte) []byte {
			return AppendProduct(b, &Product{Item: "s", Title: "T", Link: 3, Price: 990, Facts: []string{"a", "b"}, AsOf: 7})
		}},
		{`{"t":"product","item":"s","price":990,"was":1250,"currency":"GBP"}`, func(b []byte) []byte {
			return AppendProduct(b, &Product{Item: "s", Price: 990, Was: 1250, Currency: "GBP"})
		}},
		{`{"t":"card","card":"c","kind":"coupon","title":"5 off","product":{"item":"s"},"amount":500}`, func(b []byte) []byte {
			return AppendCard(b, &Card{Card: "c", Kind: "coupon", Title: "5 off", Amount: 500, Product: &Product{Item: "s"}})
		}},
		{`{"t":"attr","name":"a","ver":2,"value":""}`, func(b []byte) []byte { return AppendAttr(b, "a", 2, "") }},
		{`{"t":"attr","name":"a","ver":0}`, func(b []byte) []byte { return AppendAttr(b, "a", 0, "") }},
		{`{"t":"attr","name":"a","ver":3}`, func(b []byte) []byte { return AppendAttr(b, "a", 3, strings.Repeat("v", InlineAttr+1)) }},
		{`{"t":"answer","cluster":"k","x":"yes","q":"fresh?"}`, func(b []byte) []byte { return AppendAnswer(b, &Answer{"k", "yes", "fresh?", 0, nil}) }},
		{`{"t":"retract","o":[1,2],"why":"spam"}`, func(b []byte) []byte { return AppendRetract(b, []int64{1, 2}, "spam") }},
		{`{"t":"show","show":"s","on":false}`, func(b []byte) []byte { return AppendShow(b, &Show{Show: "s"}) }},
		{`{"t":"set","slow_ms":3000,"followers_ms":0,"closed":true}`, func(b []byte) []byte { return AppendSet(b, &Settings{SlowMS: 3000, Closed: true}) }},
		{`{"t":"buy","o":9,"n":"ann","item":"s","count":2}`, func(b []byte) []byte { return AppendBuy(b, "buy", 9, []byte("ann"), "s", "", 2) }},
		{`{"t":"join","n":"vip","f":30}`, func(b []byte) []byte { return AppendJoin(b, []byte("vip"), 30) }},
	} {
		if got := string(c.make([]byte("["))); got != "["+c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		if got := string(c.make([]byte(`[{"t":"x"}`))); got != `[{"t":"x"},`+c.want {
			t.Errorf("after another item: %s", got)
		}
	}
}
