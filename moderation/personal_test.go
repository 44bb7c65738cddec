package moderation

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// cases reads a file of lines with tab-separated fields, without comments.
func cases(t testing.TB, name string) (lines [][]string) {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.Split(line, "\t"))
		}
	}
	return lines
}

func TestPersonalData(t *testing.T) {
	rs := Default()
	var s Scratch
	lines := cases(t, "testdata/personal.txt")
	for _, c := range lines {
		v := rs.Judge(c[0], Sender{}, &s)
		if shown := rs.AppendMasked(nil, c[0], &s); string(shown) != c[1] || v.Masked != (c[0] != c[1]) {
			t.Errorf("%q: shown as %q, want %q (%v by %s)", c[0], shown, c[1], v.Action, v.Rule)
		}
	}
	if len(lines) < 120 {
		t.Errorf("only %d cases", len(lines))
	}
}

// The law says: what is not masked is left byte for byte.
func TestMaskKeepsTheRest(t *testing.T) {
	rs := Default()
	var s Scratch
	const text = "A a@b.com, 13912345678! Ｂ https://x.top/a 末"
	rs.Judge(text, Sender{}, &s)
	if got := rs.AppendMasked([]byte(">"), text, &s); !bytes.Equal(got, []byte(">A ***, ***! Ｂ *** 末")) {
		t.Errorf("got %q", got)
	}
}

func TestIdentityCheck(t *testing.T) {
	// The example of the standard GB 11643.
	if c := identityCheck([]byte("11010519491231002")); c != 'X' {
		t.Errorf("check %c, want X", c)
	}
}

// A mistake in any one digit is found, which is what the check is for.
func TestChecksFindSingleMistakes(t *testing.T) {
	card, id := []byte("4532015112830366"), []byte("11010519491231002")
	if !luhn(card) {
		t.Fatalf("%s does not check", card)
	}
	check := identityCheck(id)
	for i := range card {
		for d := byte('0'); d <= '9'; d++ {
			wrong := bytes.Clone(card)
			if wrong[i] = d; d != card[i] && luhn(wrong) {
				t.Errorf("card %s passes", wrong)
			}
			if i < len(id) {
				wrong = bytes.Clone(id)
				if wrong[i] = d; d != id[i] && identityCheck(wrong) == check {
					t.Errorf("identity number %s passes", wrong)
				}
			}
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, c := range cases(f, "testdata/personal.txt") {
		f.Add(c[0])
	}
	rs := Default()
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "*") {
			t.Skip() // could not be told from a mask
		}
		var s Scratch
		rs.Judge(text, Sender{}, &s)
		shown := string(rs.AppendMasked(nil, text, &s))
		// Every piece between masks is in the text, in order.
		at := 0
		for _, piece := range strings.Split(shown, masked) {
			i := strings.Index(text[at:], piece)
			if i < 0 {
				t.Fatalf("%q shown as %q: %q is not in it", text, shown, piece)
			}
			at += i + len(piece)
		}
	})
}
