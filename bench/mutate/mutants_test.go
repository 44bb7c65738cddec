package main

import (
	"go/format"
	"slices"
	"testing"
)

const sample = `package p

func f(a, b []int, n int) (int, error) {
	if n < 0 || len(a) == 7 {
		return 0, nil
	}
	if n > 3 {
		n--
	}
	switch {
	case n >= 9:
		return n + 1, nil
	case n == 2:
		n = 4
	}
	if n != 5 {
		panic(n + 1)
	}
	return n, nil
}
`

// TestMutants: each kind is found where it stands, and every mutant is Go.
func TestMutants(t *testing.T) {
	all, err := mutantsOf("p.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range all {
		got = append(got, all[i].String())
		if text, err := format.Source(all[i].write([]byte(sample))); err != nil || string(text) == sample {
			t.Errorf("%s: %v\n%s", &all[i], err, text)
		}
	}
	want := []string{
		"guard: `n < 0 || len(a) == 7` → `(n < 0 || len(a) == 7) && false`", "logic: `||` → `&&`",
		"bound: `<` → `<=`", "number: `0` → `1`", "equal: `==` → `!=`", "number: `7` → `8`", "number: `0` → `1`",
		"bound: `>` → `>=`", "number: `3` → `4`",
		"guard: `n >= 9` → `(n >= 9) && false`", "bound: `>=` → `>`", "number: `9` → `10`", "sum: `+` → `-`", "number: `1` → `2`",
		"equal: `==` → `!=`", "number: `2` → `3`", "number: `4` → `5`",
		"equal: `!=` → `==`", "number: `5` → `6`",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%q, want\n%q", got, want)
	}
}
