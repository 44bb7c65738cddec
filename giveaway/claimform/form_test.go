package claimform

import (
	"strings"
	"testing"
)

var size = Field{ID: "size", Title: "尺码", Options: []string{"S", "M"}}

func TestForms(t *testing.T) {
	whole := func(answers map[string]string) Form {
		return Form{Name: "王小云", Phone: "13800000000", Address: "杭州", Answers: answers}
	}
	for _, c := range []struct {
		what   string
		form   Form
		fields []Field
		send   bool
		wrong  string // fields with rules
	}{
		{"an address alone", whole(nil), nil, true, ""},
		{"nothing, of a prize that is not sent", Form{}, nil, false, ""},
		{"nothing, of one that is", Form{}, nil, true, "name:length phone:length address:length"},
		{"half an address is none", Form{Name: "王"}, nil, false, "phone:length address:length"},
		{"a size", whole(map[string]string{"size": "M"}), []Field{size}, true, ""},
		{"no size", whole(nil), []Field{size}, true, "answers.size:length"},
		{"a size that is not offered", whole(map[string]string{"size": "XL"}), []Field{size}, true, "answers.size:option"},
		{"spaces are no answer", Form{Answers: map[string]string{"a": "  "}}, []Field{{ID: "a", Title: "账号"}}, false, "answers.a:length"},
		{"an answer that may be left out", Form{}, []Field{{ID: "a", Title: "账号", Optional: true}}, false, ""},
		{"an answer that is too long", Form{Answers: map[string]string{"a": strings.Repeat("x", MaxAnswer+1)}}, []Field{{ID: "a", Title: "账号"}}, false, "answers.a:length"},
		{"an answer to nothing", Form{Answers: map[string]string{"b": "x"}}, nil, false, "answers:unknown"},
		{"no text", Form{Note: "\xff"}, nil, false, "note:length"},
	} {
		var got []string
		for _, w := range c.form.Check(c.fields, c.send) {
			got = append(got, w.Field+":"+w.Rule)
		}
		if strings.Join(got, " ") != c.wrong {
			t.Errorf("%s: %v, want %q", c.what, got, c.wrong)
		}
	}
	f := whole(map[string]string{"size": "M"})
	if got := f.Line([]Field{{ID: "x", Title: "无"}, size}); got != "尺码：M" {
		t.Error(got)
	}
}

func TestFields(t *testing.T) {
	if wrong := CheckFields([]Field{size, {ID: "colour", Title: "颜色"}}); wrong != nil {
		t.Error(wrong)
	}
	for _, f := range [][]Field{{size, size}, {{ID: "Größe", Title: "x"}}, {{ID: "a"}}, {{ID: "a", Title: "x", Options: []string{"one"}}},
		{{ID: "a", Title: "x", Options: []string{"y", "y"}}}, {{ID: "", Title: "x"}}, make([]Field, MaxFields+1)} {
		if CheckFields(f) == nil {
			t.Errorf("%+v passes", f)
		}
	}
}
